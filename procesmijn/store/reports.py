"""What commands and pages read: each answer is one statement over facts or counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

from psycopg.sql import SQL, Composed

from procesmijn.core.frames import (
    MAX_CASES_OF_EVENT,
    MAX_EVENTS_OF_CASE,
    PICKUP_AT_COMPLETION,
    PICKUP_AT_START,
)
from procesmijn.store import long_periods
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, Period, narrowed
from procesmijn.store.statements import statements

BASES: Final = {"start": PICKUP_AT_START, "completion": PICKUP_AT_COMPLETION}
CASES_AT_ONCE: Final = 5_000


class Listing(NamedTuple):
    """Rows of a view, and the names of its columns, which are there without any row too."""

    columns: tuple[str, ...]
    rows: Iterable[dict[str, Any]]


def listed(sql: LiteralString, asked: Mapping[str, Any], connection: Connection) -> Listing:
    """All that a statement gives, under the names of its columns."""
    cursor = connection.execute(sql, asked)
    names = tuple(column.name for column in cursor.description or ())
    return Listing(names, [dict(zip(names, row, strict=True)) for row in cursor])


def counted(sql: Composed, asked: Mapping[str, Any], connection: Connection) -> int:
    """How many rows a statement gives."""
    row = connection.execute(SQL("SELECT count(*) FROM ({}) listed").format(sql), asked).fetchone()
    return int(row[0]) if row else 0


class HandoverRow(NamedTuple):
    """What one party waits for another, over the handovers of a process."""

    supplier: str
    customer: str
    handovers: int
    cases: int
    wait_seconds_mean: float
    wait_seconds_median: float
    wait_seconds_p90: float
    wait_working_seconds_mean: float
    wait_working_seconds_median: float
    wait_working_seconds_p90: float
    pickup_basis: str
    percentile_basis: str = "exact"
    """``exact``, or ``histogram``: at most 1% off."""
    customer_role: str = "internal"
    """``internal`` or ``end``."""


class PendingRow(NamedTuple):
    """What one party has to pick up now."""

    customer: str
    supplier: str | None
    cases: int
    oldest_at: datetime
    waiting_seconds_max: float
    waiting_working_seconds_max: float


class Flagged(NamedTuple):
    """Something that is stored and not mined, since it is too large."""

    kind: str
    """``object`` or ``event``."""
    name: str
    """Type of the object; source of the event."""
    id: str
    """Of an event the place of its record, since its id is not kept in clear; without one, that."""
    size: int
    """Events of the object; objects of the event."""


class Astray(NamedTuple):
    """Steps that name a process, and are in no case of it: they are about another type of object.

    Where the cases are persons their ids are in clear, since nothing said that they are.
    """

    process: str
    object_type: str
    """The one that the steps name, or else that of the process's own name."""
    case_type: str
    """The one that the catalogue declares."""
    events: int


class Flaws(NamedTuple):
    """What is odd in what is stored."""

    unassigned: int
    """Events of cases that have no party."""
    outside: int
    """Handovers that waited, and in no working hour."""
    corrected: int
    """Events that were corrected or retracted."""
    late: int
    """Events that came after their case had left."""


class Counts(NamedTuple):
    """How much there is."""

    events: int
    cases: int
    handovers: int
    dead_letters: int


def handovers(
    process: str,
    period: Period,
    basis: str | None,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
) -> list[HandoverRow]:
    """Who waits for whom, by number of handovers, then names. Periods are by day of pick-up.

    Over very many handovers percentiles come from histograms, and say so; all else is exact.
    """
    if (
        cases == EVERY_CASE
        and basis is None
        and long_periods.are_many("handover", process, connection, period)
    ):
        return _told_apart(long_periods.handovers(process, period, connection), connection)
    sql, chosen = narrowed(statements("reports")["handovers"], "handovers", cases)
    parameters = {**_of(process, period), "basis": BASES[basis] if basis else None, **chosen}
    return _told_apart(connection.execute(sql, parameters), connection)


def _told_apart(rows: Iterable[tuple[Any, ...]], connection: Connection) -> list[HandoverRow]:
    """The same rows, each with the role of its customer."""
    told = [HandoverRow(*row) for row in rows]
    ends = end_customers(connection)
    return [row._replace(customer_role="end") if row.customer in ends else row for row in told]


def end_customers(connection: Connection) -> frozenset[str]:
    """The parties outside for whom the chains exist, as the catalogue has them."""
    rows = connection.execute(statements("reports")["end_customers"])
    return frozenset(name for (name,) in rows)


def unassigned(process: str, connection: Connection) -> int:
    """How many events of a process have no party."""
    row = connection.execute(statements("reports")["unassigned"], {"process": process}).fetchone()
    return int(row[0]) if row else 0


def cases(
    process: str,
    period: Period,
    connection: Connection,
    only: CaseFilter = EVERY_CASE,
    most: int | None = None,
) -> Listing:
    """The cases of a process, in the columns of ``bi.fct_case``. Periods are by day of start.

    They are read while the session is open, some at a time, however many there are; or only the
    latest, ``most`` of them.
    """
    described = connection.execute(statements("reports")["case_columns"])
    names = tuple(column.name for column in described.description or ())
    sql, asked = _cases(process, period, only)

    def rows() -> Iterator[dict[str, Any]]:
        with connection.transaction(), connection.cursor("cases") as cursor:
            cursor.itersize = CASES_AT_ONCE
            cursor.execute(sql, {**asked, "most": most})
            for row in cursor:
                yield dict(zip(names, row[1:], strict=True))

    return Listing(names, rows())


def count_cases(
    process: str, period: Period, connection: Connection, only: CaseFilter = EVERY_CASE
) -> int:
    """How many :func:`cases` there are."""
    sql, asked = _cases(process, period, only)
    return counted(sql, {**asked, "most": None}, connection)


def pending(process: str | None, connection: Connection) -> list[PendingRow]:
    """Who has to act now, and since when."""
    rows = connection.execute(statements("reports")["pending"], {"process": process})
    return [PendingRow(*row) for row in rows]


def processes(connection: Connection) -> dict[str, tuple[int, int, int]]:
    """Cases, events and handovers of each process that there are cases of."""
    rows = connection.execute(statements("reports")["processes"])
    return {name: (cases, events, handovers) for name, cases, events, handovers in rows}


def counts(connection: Connection) -> Counts:
    """How much there is."""
    row = connection.execute(statements("reports")["counts"]).fetchone()
    return Counts(*row) if row else Counts(0, 0, 0, 0)


def flaws(connection: Connection) -> Flaws:
    """What is odd in what is stored."""
    row = connection.execute(statements("reports")["flaws"]).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns its row
    return Flaws(*row)


def flagged(connection: Connection) -> list[Flagged]:
    """What is stored and not mined."""
    limits = {"most_events": MAX_EVENTS_OF_CASE, "most_cases": MAX_CASES_OF_EVENT}
    return [Flagged(*row) for row in connection.execute(statements("reports")["flagged"], limits)]


def undeclared(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Parties, and processes, that events name and the catalogue does not know, with events."""
    parties = connection.execute(statements("reports")["undeclared_parties"]).fetchall()
    unknown = connection.execute(statements("reports")["undeclared_processes"]).fetchall()
    return dict(parties), dict(unknown)


def astray(connection: Connection) -> list[Astray]:
    """Steps that are stored and not mined: they name another type of case than is declared."""
    return [Astray(*row) for row in connection.execute(statements("reports")["astray"])]


def _cases(process: str, period: Period, only: CaseFilter) -> tuple[Composed, dict[str, Any]]:
    if only != EVERY_CASE and only.started == Period():
        only = replace(only, started=period)  # fewer to look at
    sql, chosen = narrowed(statements("reports")["cases"], "told_cases", only)
    return sql, {**_of(process, period), **chosen}


def _of(process: str, period: Period) -> dict[str, Any]:
    return {"process": process, "since": period.since, "until": period.until}
