"""Whether two databases say the same, or one does after as before: a number for each view.

By what is read and not by how it is kept: codes, keys and when a row was written may be others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from psycopg import sql

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Checksum(NamedTuple):
    """What one view comes to: the same where it has the same rows, in whatever order."""

    view: str
    rows: int
    checksum: str
    """63 bits, in hexadecimal."""


def checksums(connection: Connection) -> Iterator[Checksum]:
    """One for each view that BI tools read, as of the moment of which the session speaks."""
    of_view = sql.SQL(statements("checksums")["checksum"])
    views = connection.execute(statements("checksums")["views"]).fetchall()
    for (view,) in views:
        found = connection.execute(of_view.format(view=sql.Identifier(view)))
        for rows, number in found:
            yield Checksum(view, rows, f"{number:016x}")
