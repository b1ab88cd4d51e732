"""Rows that leave the page as JSON and as CSV, and what in them is of too few cases to be told.

Whatever counts, draws or exports an agreement asks here what of it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from procesmijn.core import certainty
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import WaitRow
from procesmijn.web.exports import Records
from procesmijn.web.pairs import median, ninety


@dataclass(frozen=True, slots=True)
class Wait:
    """What one party waited for another."""

    supplier: str
    customer: str
    handovers: int
    cases: int
    seconds_sum: float
    seconds_median: float
    seconds_p90: float
    pickup_basis: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An agreement and what came of it; null where that is of too few cases."""

    deliverable: str
    supplier: str
    customer: str
    process: str
    agreement: str
    lead_time: str
    target_share: float | None
    due: int | None
    met: int | None
    first_time_right: int | None
    first_time_wrong: int | None
    delivered: int | None
    supplier_clock_seconds_median: float | None
    customer_clock_seconds_median: float | None


def due_is_shown(row: KeptRow, k: int) -> bool:
    """Whether it may be told how an agreement was kept."""
    return row.due_cases >= k


def delivered_is_shown(row: KeptRow, k: int) -> bool:
    """Whether it may be told what was delivered under it: how much, how fast, how right."""
    return row.delivered_cases >= k


def wait_of(row: WaitRow) -> Wait:
    """A pair of enough cases."""
    return Wait(
        row.supplier,
        row.customer,
        row.handovers,
        row.cases,
        row.seconds_sum,
        median(row),
        ninety(row),
        row.basis,
    )


def kept_of(row: KeptRow, k: int) -> Kept:
    """An agreement, without what is of too few cases."""
    is_due, is_delivered = due_is_shown(row, k), delivered_is_shown(row, k)
    return Kept(
        row.deliverable,
        row.supplier,
        row.customer,
        row.process,
        row.agreement,
        row.lead_time,
        row.target_share,
        row.due if is_due else None,
        row.met if is_due else None,
        row.first_time_right if is_delivered else None,
        row.first_time_wrong if is_delivered else None,
        row.delivered if is_delivered else None,
        _median(row.supplier_clock_seconds) if is_delivered else None,
        _median(row.customer_clock_seconds) if is_delivered else None,
    )


def tabled(kind: type[Any], rows: Iterable[Any], **renamed: str) -> Records:
    """Rows of one kind for CSV, a column for each of its fields."""
    names = [field.name for field in fields(kind)]
    return Records([renamed.get(name, name) for name in names], [astuple(row) for row in rows])


def _median(quantiles: Sequence[float | None] | None) -> float | None:
    known = [value for value in quantiles or () if value is not None]
    return certainty.at(known, 0.5) if quantiles and len(known) == len(quantiles) else None
