"""What was promised and what is waited for: each answer is one statement over the views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, LiteralString, TypeAlias

from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.reports import Listing
from procesmijn.store.statements import statements

Side: TypeAlias = Literal["supplier", "customer"]


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are meant: those that meet everything that is not None."""

    process: str | None = None
    agreement: str | None = None
    party: str | None = None
    """Its supplier or its customer."""
    status: str | None = None
    due_before: date | None = None
    """Due on an earlier local date."""
    late_by: float | None = None
    """Elapsed seconds after it was due."""


def deliveries(meant: DeliveryFilter, connection: Connection) -> Listing:
    """Deliveries in the columns of ``bi.fct_delivery``, what is due first before the others."""
    return _listing("deliveries", asdict(meant), connection)


def pending(process: str | None, party: str | None, connection: Connection) -> Listing:
    """What each party waits for, by customer: since when, and against which promise."""
    return _listing("pending", {"process": process, "party": party}, connection)


def report(side: Side, party: str, period: Period, connection: Connection) -> Listing:
    """Every agreement of a party, on its terms of now, with what came of it.

    Reliability is of what was due in the period, all else that has a day of what was delivered in
    it; what is open is open now, whenever it was asked for.
    """
    asked = {"side": side, "party": party, "since": period.since, "until": period.until}
    return _listing("report", asked, connection)


def agreements(connection: Connection) -> list[str]:
    """Names of the agreements in force."""
    return [name for (name,) in connection.execute(statements("deliveries")["agreements"])]


def parties(connection: Connection) -> list[str]:
    """Names of the parties in the catalogue."""
    return [name for (name,) in connection.execute(statements("deliveries")["parties"])]


def _listing(
    statement: LiteralString, parameters: Mapping[str, Any], connection: Connection
) -> Listing:
    cursor = connection.execute(statements("deliveries")[statement], parameters)
    names = tuple(column.name for column in cursor.description or ())
    return Listing(names, [dict(zip(names, row, strict=True)) for row in cursor])
