"""Who looked at single cases: written before they are shown, never changed, kept for 400 days."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Look(NamedTuple):
    """That somebody was shown a case, or a list of them."""

    looked_at: datetime
    viewer: str
    """``local`` for whoever sat at the machine, ``token:NAME`` for a program."""
    client: str
    """Network address that the request came from."""
    process: str | None
    case_key: str | None
    """None for a list: ``address`` says of what."""
    address: str


class LookFilter(NamedTuple):
    """Which looks are meant; what is None does not matter."""

    case_key: str | None = None
    viewer: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int | None = None


def note(
    viewer: str,
    client: str,
    process: str | None,
    case_key: str | None,
    address: str,
    connection: Connection,
) -> None:
    """Write a look down, and let go of those that are too old."""
    connection.execute(
        statements("looks")["note"],
        {
            "viewer": viewer,
            "client": client,
            "process": process,
            "case_key": case_key,
            "address": address,
        },
    )


def looks(wanted: LookFilter, connection: Connection) -> list[Look]:
    """Who looked, the latest first."""
    rows = connection.execute(statements("looks")["looks"], wanted._asdict())
    return [Look(*row) for row in rows]
