"""What a page says of many processes at once: waits of pairs, weeks of deliveries, what is open.

Beside :mod:`procesmijn.store.reports`, which speaks of one process. Every answer is one statement,
narrowed by a :class:`Chosen`; its rows are sums and quantiles over records, so whoever adds them up
adds up counts, never shares or percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypeAlias

from procesmijn.store.connection import Connection
from procesmijn.store.deliveries import QUANTILES
from procesmijn.store.filters import Chosen, Period
from procesmijn.store.statements import statements

Dimension: TypeAlias = Literal["process", "supplier", "customer", "agreement"]


class Clock(StrEnum):
    """By which clock time is told."""

    WORKING = "working"
    ELAPSED = "elapsed"


class Moment(NamedTuple):
    """What figures are told of."""

    as_of: datetime
    is_now: bool
    """Whether that is the present, and moves on."""
    small_group: int
    applied_at: datetime | None
    """When a worker last stored anything."""


class PartyRow(NamedTuple):
    """A declared party, and how long a day of its calendar is."""

    party: str
    label_nl: str
    label_en: str
    kind: str
    day_seconds: float
    """Working time of a usual working day: 24 hours where it is always at work."""


class ProcessRow(NamedTuple):
    """A declared process."""

    process: str
    label_nl: str
    label_en: str
    time_zone: str
    cases: int


class NameRow(NamedTuple):
    """A declared deliverable, and whom to call about it."""

    name: str
    label_nl: str
    label_en: str
    contact: str | None


class WaitRow(NamedTuple):
    """What one party waited for another."""

    process: str | None
    """None over all processes."""
    supplier: str
    customer: str
    handovers: int
    cases: int
    seconds_sum: float
    quantiles: Sequence[float]
    """Seconds, at :data:`QUANTILES`."""
    basis: str


class WeekRow(NamedTuple):
    """Deliveries that were due in a week; names that were not asked for are None."""

    process: str | None
    supplier: str | None
    customer: str | None
    agreement: str | None
    week: date
    due: int
    met: int
    cases: int


class VersionRow(NamedTuple):
    """Deliveries that were due under one version of an agreement."""

    version: int
    due: int
    met: int
    cases: int


class OpenRow(NamedTuple):
    """A delivery that somebody waits for."""

    delivery_id: str
    process: str
    case_key: str
    agreement: str
    deliverable: str
    supplier: str
    customer: str
    requested_at: datetime
    due_at: datetime | None
    due_on: date | None
    is_paused: bool
    is_late: bool
    used_seconds: float
    """On the supplier's clock, without pauses."""
    left_seconds: float | None
    """Until it is due, on the supplier's calendar; below zero since it was. None while paused."""
    customer_seconds: float
    lead_time: str


def moment(connection: Connection) -> Moment:
    """Of which moment this session speaks, and from how many cases on."""
    row = connection.execute(statements("figures")["moment"]).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns its row
    return Moment(*row)


def parties(connection: Connection) -> list[PartyRow]:
    """Declared parties, those first that were declared first."""
    return [PartyRow(*row) for row in connection.execute(statements("figures")["parties"])]


def processes(connection: Connection) -> list[ProcessRow]:
    """Declared processes, by name."""
    return [ProcessRow(*row) for row in connection.execute(statements("figures")["processes"])]


def deliverables(connection: Connection) -> list[NameRow]:
    """Declared deliverables, by name."""
    return [NameRow(*row) for row in connection.execute(statements("figures")["deliverables"])]


def waits(
    chosen: Chosen, period: Period, clock: Clock, connection: Connection, *, by_process: bool
) -> list[WaitRow]:
    """What pairs waited, by day of pick-up, in the names' order."""
    asked = {
        **_asked(chosen, period),
        "by_process": by_process,
        "is_working": clock is Clock.WORKING,
        "quantiles": list(QUANTILES),
    }
    rows = connection.execute(statements("figures")["waits"], asked)
    return [WaitRow(*row) for row in rows]


def weeks(
    by: Sequence[Dimension], chosen: Chosen, period: Period, connection: Connection
) -> list[WeekRow]:
    """Deliveries that were due, by week, and by each of the dimensions."""
    asked = {**_asked(chosen, period), "by": list(by)}
    return [WeekRow(*row) for row in connection.execute(statements("figures")["weeks"], asked)]


def by_version(agreement: str, connection: Connection) -> list[VersionRow]:
    """How each version of an agreement was kept, as long as it has held."""
    rows = connection.execute(statements("figures")["by_version"], {"agreement": agreement})
    return [VersionRow(*row) for row in rows]


def open_deliveries(chosen: Chosen, connection: Connection) -> list[OpenRow]:
    """What somebody waits for now, what is due first before the others, what is paused last."""
    rows = connection.execute(statements("figures")["open_deliveries"], chosen.parameters)
    return [OpenRow(*row) for row in rows]


def needing(until: datetime, chosen: Chosen, connection: Connection) -> int:
    """How many deliveries of some processes are late, or due at an instant or before it."""
    asked = {**chosen.parameters, "until": until}
    row = connection.execute(statements("figures")["needing"], asked).fetchone()
    return int(row[0]) if row else 0


def _asked(chosen: Chosen, period: Period) -> dict[str, Any]:
    return {**chosen.parameters, "since": period.since, "until": period.until}
