"""What somebody is to be told, and the log of what was: noted once, sent until it arrives.

A row is noted under a unique key, and belongs to one message for good. So two who look at once note
it once, and a crash at any place leaves it to be sent, or to be sent again under the same id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.reports import Listing, listed
from procesmijn.store.statements import statements

SUMMARY: Final = "weekly summary"
"""Kind of what a party gets on Mondays."""
FRESH_HOURS: Final = 24
"""What was due longer ago is not told any more: history that is read in stays silent, and so is
the past when an alert is new in the catalogue."""
GIVEN_UP_DAYS: Final = 3
"""A message that did not arrive by then is tried no more."""
KEPT_DAYS: Final = 90
"""The log is kept so long: far longer than anything could be found to be due again."""
FIRST_RETRY_SECONDS: Final = 60.0
"""Longer than a try can take, so that there is one at a time; each next one waits twice as long."""
MOST_RETRY_SECONDS: Final = 6 * 3600.0


class Noted(NamedTuple):
    """Something to tell a receiver."""

    alert_id: str
    channel: str
    receiver: str
    content: Mapping[str, Any]


class Message(NamedTuple):
    """What a receiver is told at once."""

    message: str
    """Its id, the same at each try."""
    channel: str
    receiver: str
    composed_at: datetime
    contents: Sequence[Mapping[str, Any]]


def alerts(
    period: Period, process: str | None, party: str | None, connection: Connection
) -> Listing:
    """What was to be told in a period, in the columns of ``bi.alert_due``, the latest first."""
    asked = {**asdict(period), "process": process, "party": party}
    return listed(statements("alerts")["alerts"], asked, connection)


def hold(connection: Connection) -> bool:
    """Keep other tellers away for as long as the session lasts; false where one is at work."""
    row = connection.execute(statements("alerts")["only_teller"]).fetchone()
    return row is not None and bool(row[0])


def due(connection: Connection) -> Listing:
    """What has been due for at most :data:`FRESH_HOURS`, and was not noted."""
    return listed(statements("alerts")["due"], {"hours": FRESH_HOURS}, connection)


def noted_of(ids: Collection[str], connection: Connection) -> frozenset[str]:
    """Which of some are noted already, for whomever."""
    rows = connection.execute(statements("alerts")["are_noted"], {"ids": list(ids)})
    return frozenset(name for (name,) in rows)


def note(noted: Sequence[Noted], connection: Connection) -> None:
    """Write down whom to tell what, all of it or nothing; what is there already stays."""
    connection.execute(
        statements("alerts")["note"],
        {
            "ids": [each.alert_id for each in noted],
            "channels": [each.channel for each in noted],
            "receivers": [each.receiver for each in noted],
            "contents": [as_json(each.content) for each in noted],
        },
    )


def open_calendars(calendars: Collection[str], connection: Connection) -> frozenset[str]:
    """Which of some are open at the moment of which the session speaks."""
    rows = connection.execute(statements("alerts")["open"], {"calendars": list(calendars)})
    return frozenset(name for (name,) in rows)


def compose(channels: Collection[str], connection: Connection) -> None:
    """Let all that waits for each receiver be one message; of summaries each its own."""
    asked = {"channels": list(channels), "summary": SUMMARY}
    connection.execute(statements("alerts")["compose"], asked)


def take(channels: Collection[str], connection: Connection) -> Message | None:
    """The next message to send, for one try; None where there is none."""
    row = connection.execute(
        statements("alerts")["take"],
        {
            "channels": list(channels),
            "first_seconds": FIRST_RETRY_SECONDS,
            "most_seconds": MOST_RETRY_SECONDS,
            "days": GIVEN_UP_DAYS,
        },
    ).fetchone()
    return None if row is None else Message(*row)


def mark_sent(message: Message, connection: Connection) -> None:
    """It has arrived."""
    connection.execute(statements("alerts")["mark_sent"], {"message": message.message})


def put_off(message: Message, trouble: str, wait_seconds: float, connection: Connection) -> None:
    """It did not arrive; it is tried again after its time, and not before the receiver wants to."""
    asked = {"message": message.message, "trouble": trouble, "wait_seconds": wait_seconds}
    connection.execute(statements("alerts")["put_off"], asked)


def hand_to_outbox(
    message: Message, events: Sequence[tuple[str, Mapping[str, Any]]], connection: Connection
) -> None:
    """Give its events, by key, to the outbox, which is how it is sent: both or neither."""
    with connection.transaction():
        connection.execute(
            statements("alerts")["hand_to_outbox"],
            {
                "keys": [key for key, _ in events],
                "events": [as_json(event) for _, event in events],
            },
        )
        mark_sent(message, connection)


def forget(connection: Connection) -> None:
    """Let go of what was noted long ago."""
    for statement in ("forget", "forget_messages"):
        connection.execute(statements("alerts")[statement], {"days": KEPT_DAYS})


def log(most: int | None, connection: Connection) -> Listing:
    """What was noted and what became of it, the latest first."""
    return listed(statements("alerts")["log"], {"most": most, "days": GIVEN_UP_DAYS}, connection)


def as_json(content: Mapping[str, Any]) -> str:
    """As a column of JSON takes it: instants in ISO 8601 with Z."""
    return orjson.dumps(content, option=orjson.OPT_UTC_Z).decode()
