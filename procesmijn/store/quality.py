"""What had to be done again, and what that held up: one statement over the views."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.reports import Listing, listed
from procesmijn.store.statements import statements


@dataclass(frozen=True, slots=True)
class Meant:
    """What a report is narrowed to: what is None is everything."""

    process: str | None = None
    party: str | None = None
    """Supplier or customer."""


def quality(meant: Meant, period: Period, connection: Connection) -> Listing:
    """Returns and repeats by kind, pair and what it was; what cost those behind it most first."""
    asked = asdict(meant) | asdict(period)
    return listed(statements("quality")["quality"], asked, connection)
