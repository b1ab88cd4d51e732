"""What sessions take for the present where it is not now: a database may tell of another time; and
on whose clocks it is read."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from procesmijn.store.streams import speak_of
from procesmijn.zones import load_zone


def present(connection: Connection) -> datetime:
    """The moment that the session speaks of: now, or what it or its database takes for now."""
    row = connection.execute(statements("present")["present"]).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns its row
    moment: datetime = row[0]
    return moment


def set_present(moment: datetime, connection: Connection) -> None:
    """Let this session, and all that begin after it, take a moment for now.

    Sessions that are open already stay at theirs. Needs the owner of the database.
    """
    speak_of(moment, connection)
    connection.execute(statements("present")["keep"])


def zone_of_processes(connection: Connection) -> tzinfo:
    """The zone that most processes are in; UTC before there are any."""
    row = connection.execute(statements("present")["zone"]).fetchone()
    return load_zone(row[0]) if row else UTC
