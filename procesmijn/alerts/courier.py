"""Looks for what is due, and tells it: once each, until it has arrived.

A topic is reached through the outbox, whose workers send what is in it; all else from here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from procesmijn.alerts import summary
from procesmijn.alerts.doors import Send
from procesmijn.alerts.errors import NotDelivered
from procesmijn.alerts.words import Told, alerts_told, sentence
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.alerts import ROLES
from procesmijn.store import alerts
from procesmijn.store.alerts import SUMMARY, Message, Noted
from procesmijn.store.connection import Connection
from procesmijn.store.present import present
from procesmijn.zones import load_zone

log = logging.getLogger(__name__)

EVENT_TYPE: Final = "procesmijn.alert.due"
_SOURCE: Final = "/procesmijn"
LANGUAGES: Final = ("nl", "en")


class Round(NamedTuple):
    """What came of looking once."""

    noted: int
    sent: int
    failed: int


class Courier:
    """Tells what the alerts of a catalogue say. For one thread; any number may be at it at once."""

    def __init__(
        self,
        catalogue: Catalogue,
        doors: Mapping[str, Send],
        connection: Connection,
    ) -> None:
        self._catalogue = catalogue
        self._doors = doors
        self._connection = connection
        self._reached = {
            name: channel
            for name, channel in catalogue.channels.items()
            if channel.kind == "topic" or name in doors
        }

    def go(self) -> Round:
        """Look once, and tell all that can be told now: :meth:`note`, then :meth:`send`.

        1. What is due is noted for each receiver, under a key that is there once. A crash before
           it costs nothing: it is found again.
        2. What waits for a receiver becomes one message, for good. A crash leaves it to be sent.
        3. A message is taken for one try, which sets when the next one is.
        4. It is sent. A crash here sends it again after its time, with the same id.
        5. It is marked; of a topic, by the transaction that writes its events into the outbox.

        Raises:
            ProcesmijnError: the database is away, to be tried again.
        """
        noted = self.note()
        return Round(noted, *self.send())

    def note(self) -> int:
        """Step 1: gives how many were noted."""
        noted = [*self._due(), *self._summaries()]
        if noted:
            alerts.note(noted, self._connection)  # 1
        return len(noted)

    def send(self) -> tuple[int, int]:
        """Steps 2 to 5: gives how many messages were sent, and how many failed."""
        channels = self._open_channels()
        alerts.compose(channels, self._connection)  # 2
        sent = failed = 0
        while message := alerts.take(channels, self._connection):  # 3
            if self._deliver(message):  # 4, 5
                sent += 1
            else:
                failed += 1
        alerts.forget(self._connection)
        return sent, failed

    def _due(self) -> Iterator[Noted]:
        for row in alerts.due(self._connection).rows:
            declared = self._catalogue.alerts.get(row["alert"])  # another may be active by now
            for name in declared.channels if declared else ():
                pair = (row["supplier"], row["customer"])
                yield from self._to_each(name, row["alert_id"], row, *pair)

    def _summaries(self) -> Iterator[Noted]:
        if not self._catalogue.summaries:
            return
        now = present(self._connection)
        weeks = {party: self._week(party, now) for party in self._catalogue.summaries}
        ids = {party: f"{SUMMARY}/{party}/{until}" for party, (_, until) in weeks.items()}
        there = alerts.noted_of(ids.values(), self._connection)
        for party, alert_id in ids.items():
            if alert_id not in there:
                since, until = weeks[party]
                content = {"kind": SUMMARY, "party": party, "since": since, "until": until}
                for name in self._catalogue.summaries[party].channels:
                    yield from self._to_each(name, alert_id, content, party, party)

    def _week(self, party: str, now: datetime) -> tuple[Any, Any]:
        """The last whole week, by the calendar of a party."""
        zone = load_zone(self._catalogue.calendars[self._catalogue.calendar_of(party)].zone)
        today = now.astimezone(zone).date()
        until = today - timedelta(days=today.weekday())
        return until - timedelta(weeks=1), until

    def _to_each(
        self,
        name: str,
        alert_id: str,
        content: Mapping[str, Any],
        supplier: str | None,
        customer: str | None,
    ) -> Iterator[Noted]:
        if (channel := self._reached.get(name)) is None:
            return
        if channel.kind != "mail":
            yield Noted(alert_id, name, "", content)
            return
        of_role = dict(zip(ROLES, (supplier, customer), strict=True))
        addresses = {self._address(of_role[to]) if to in of_role else to for to in channel.to}
        for address in sorted(filter(None, addresses)):
            yield Noted(alert_id, name, address, content)

    def _address(self, party: str | None) -> str | None:
        """Where a party gets its mail: its own contact, else that of the nearest above it."""
        while party and (declared := self._catalogue.parties.get(party)):
            if declared.contact and "@" in declared.contact:
                return declared.contact
            party = declared.parent
        return None

    def _open_channels(self) -> list[str]:
        calendars = {each.calendar for each in self._reached.values() if each.calendar}
        are_open = alerts.open_calendars(calendars, self._connection)
        return [
            name
            for name, channel in self._reached.items()
            if channel.calendar is None or channel.calendar in are_open
        ]

    def _deliver(self, message: Message) -> bool:
        channel = self._reached[message.channel]
        try:
            if channel.kind == "topic":
                alerts.hand_to_outbox(message, self._events(message), self._connection)
            else:
                told = self._told(message, channel.language)
                self._doors[message.channel](message, told, self._plain(message, told))
                alerts.mark_sent(message, self._connection)
        except NotDelivered as error:
            log.warning("%s: %s; it is tried again", message.channel, error)
            alerts.put_off(message, str(error), error.wait_seconds, self._connection)
            return False
        return True

    def _told(self, message: Message, language: str) -> Told:
        first = message.contents[0]
        if first["kind"] == SUMMARY:
            return summary.read(first, self._catalogue, self._connection).told(language)
        return alerts_told(message.contents, self._catalogue, language)

    def _plain(self, message: Message, told: Told) -> dict[str, Any]:
        """What a program gets."""
        head = {"message": message.message, "channel": message.channel, "text": told.text}
        if message.contents[0]["kind"] == SUMMARY:
            return {"type": "procesmijn.summary", **head, "summary": message.contents[0]}
        told_of = [{**content, **self._sentences(content)} for content in message.contents]
        return {"type": "procesmijn.alerts", **head, "alerts": told_of}

    def _sentences(self, content: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"sentence_{language}": sentence(content, self._catalogue, language)
            for language in LANGUAGES
        }

    def _events(self, message: Message) -> list[tuple[str, dict[str, Any]]]:
        """CloudEvents of a message, each with its key: one for each alert."""
        if message.contents[0]["kind"] == SUMMARY:
            [content] = message.contents
            texts = summary.read(content, self._catalogue, self._connection)
            data = {**content, **{f"text_{each}": texts.told(each).text for each in LANGUAGES}}
            name = f"{SUMMARY}/{content['party']}/{content['until']}"
            return [(content["party"], _event(name, None, data))]
        return [
            (
                content["case_key"] or content["topic"] or content["supplier"],
                _event(
                    content["alert_id"],
                    content["alert_at"],
                    {**content, **self._sentences(content)},
                ),
            )
            for content in message.contents
        ]


def _event(name: str, at: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    kind = "procesmijn.summary" if at is None else EVENT_TYPE
    return {
        "specversion": "1.0",
        "id": name,
        "source": _SOURCE,
        "type": kind,
        **({} if at is None else {"time": at}),
        "datacontenttype": "application/json",
        "data": data,
    }
