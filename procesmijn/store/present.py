"""What sessions take for the present where it is not now: a database may tell of another time."""

from __future__ import annotations

from datetime import datetime

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from procesmijn.store.streams import speak_of


def set_present(moment: datetime, connection: Connection) -> None:
    """Let this session, and all that begin after it, take a moment for now.

    Sessions that are open already stay at theirs. Needs the owner of the database.
    """
    speak_of(moment, connection)
    connection.execute(statements("present")["keep"])
