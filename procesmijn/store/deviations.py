"""The rules of processes, and the cases that leave them: each answer is one statement."""

from __future__ import annotations

from typing import Any, LiteralString

from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.reports import Listing
from procesmijn.store.statements import statements


def rules(
    process: str | None, party: str | None, started: Period, connection: Connection
) -> Listing:
    """Every rule in words, with the cases that it says something of, and those that leave it.

    Cases are those that started in the period; with a party only its deviations count.
    """
    asked = {"process": process, "party": party}
    return _listing("rules", asked | _dates(started), connection)


def deviations(
    process: str | None,
    rule: str | None,
    party: str | None,
    period: Period,
    connection: Connection,
) -> Listing:
    """Deviations by the local day since when they are, in the columns of ``bi.fct_deviation``."""
    asked = {"process": process, "rule": rule, "party": party}
    return _listing("deviations", asked | _dates(period), connection)


def names(process: str | None, connection: Connection) -> list[str]:
    """Names of the rules in force."""
    rows = connection.execute(statements("deviations")["names"], {"process": process})
    return [name for (name,) in rows]


def _dates(period: Period) -> dict[str, Any]:
    return {"since": period.since, "until": period.until}


def _listing(
    statement: LiteralString, parameters: dict[str, Any], connection: Connection
) -> Listing:
    cursor = connection.execute(statements("deviations")[statement], parameters)
    columns = tuple(column.name for column in cursor.description or ())
    return Listing(columns, [dict(zip(columns, row, strict=True)) for row in cursor])
