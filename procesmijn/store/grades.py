"""One grade for each supplier and customer, with how it came about."""

from __future__ import annotations

from dataclasses import asdict

from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.reports import Listing, listed
from procesmijn.store.statements import statements


def grades(party: str | None, period: Period, connection: Connection) -> Listing:
    """The grade of what was due, delivered and rated in a period; the lowest come first."""
    return listed(statements("grades")["grades"], {"party": party} | asdict(period), connection)
