"""When did the flow change? The days from which on cases go another way than before.

Cases are compared by which activity comes directly after which (Bose, van der Aalst, Zliobaite,
Pechenizkiy: Dealing with concept drifts in process mining, IEEE TNNLS 2014), in the order of the
days on which they start; whether that is more than chance is the subject of
:mod:`~procesmijn.flows.change_points`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from procesmijn.core.flow import Starting
from procesmijn.flows.change_points import Row, change_points, ratios

EDGES_TOLD: Final = 5
"""Of each change so many are told: those that changed most."""

Edge: TypeAlias = tuple[str | None, str | None]
"""One activity directly after another; none before the first and after the last of a case."""


class Changed(NamedTuple):
    """How often one activity comes directly after another, before a change and after it."""

    edge: Edge
    per_case_before: float
    per_case_after: float


class Change(NamedTuple):
    """Cases that start on this day or later go another way than those before."""

    day: date
    p_value: float
    """The chance of so large a difference without a change, corrected for all that was tried."""
    cases_before: int
    """Since the change before it."""
    cases_after: int
    """Up to the next one."""
    changed: tuple[Changed, ...]
    """What changed most, the largest difference first."""


def changes(starting: Sequence[Starting], seed: int = 0) -> list[Change]:
    """The changes in a process, the first one first.

    ``seed`` decides what is left to chance: the same cases and seed give the same changes.
    """
    if not starting:
        return []
    log = _log(starting)
    points = change_points(_row(log), np.random.default_rng(seed))
    bounds = [0, *(point.at for point in points), len(log.days)]
    return [
        Change(
            log.days[point.at],
            point.p_value,
            int(log.cases[first : point.at].sum()),
            int(log.cases[point.at : end].sum()),
            _changed(log, first, point.at, end),
        )
        for point, first, end in zip(points, bounds, bounds[2:], strict=False)
    ]


@dataclass(frozen=True, slots=True)
class _Log:
    """All cases, counted by day and variant."""

    days: list[date]
    edges: list[Edge]
    features: csr_array
    """How often each variant has each edge."""
    cases: csr_array
    """How many cases of each variant started on each day."""


def _log(starting: Sequence[Starting]) -> _Log:
    days = sorted({each.day for each in starting})
    ways = sorted({variant.activities for _, variant in starting})
    edges_of = [Counter(pairwise((None, *way, None))) for way in ways]
    edges = sorted({edge for way in edges_of for edge in way}, key=_by_name)
    day, kind, feature = (
        {name: number for number, name in enumerate(names)} for names in (days, ways, edges)
    )
    features = [
        (row, feature[edge], count)
        for row, way in enumerate(edges_of)
        for edge, count in way.items()
    ]
    cases = [(day[start], kind[way.activities], way.cases) for start, way in starting]
    return _Log(days, edges, _table(features), _table(cases))


def _row(log: _Log) -> Row:
    return Row(
        np.array([day.toordinal() for day in log.days]),
        log.cases.sum(axis=1),
        (log.cases @ log.features).toarray().astype(np.float64),
    )


def _changed(log: _Log, first: int, day: int, end: int) -> tuple[Changed, ...]:
    """The edges that add most to the difference between two stretches of days."""
    sides = [log.cases[first:day], log.cases[day:end]]
    before, after = ((side.sum(axis=0) @ log.features) for side in sides)
    most = np.argsort(-ratios(before, after), kind="stable")[:EDGES_TOLD]
    cases_before, cases_after = (side.sum() for side in sides)
    return tuple(
        Changed(
            log.edges[edge], float(before[edge] / cases_before), float(after[edge] / cases_after)
        )
        for edge in most.tolist()
    )


def _table(entries: Sequence[tuple[int, int, int]]) -> csr_array:
    """A sparse table of (row, column, count)."""
    row, column, count = np.array(entries, dtype=np.int64).T
    table = csr_array((count, (row, column)))
    table.sum_duplicates()
    return table


def _by_name(edge: Edge) -> tuple[str, str]:
    return edge[0] or "", edge[1] or ""
