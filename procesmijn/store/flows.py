"""How work flows through a process, as models and readers are given it: the graph, the variants.

Of all cases the graph comes from counts that stand by day, so it costs the same however many cases
there are. Of chosen cases it comes from their traces, with the same meaning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from procesmijn.core.flow import DirectlyFollows, Edge, Times, Variant
from procesmijn.core.flow_counts import flow_counts, steps_of
from procesmijn.core.frames import NO_TERM, STEP
from procesmijn.core.traces import variant_key
from procesmijn.store import long_periods
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, Period, narrowed
from procesmijn.store.long_periods import EVER, are_many
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms

TRACES_AT_ONCE: Final = 50_000


class VariantRow(NamedTuple):
    """The cases that went the same way, and how long that took."""

    variant: tuple[str, ...]
    """Activities in order of completion; a case in which nothing was completed is in none."""
    cases: int
    share: float
    """Of the chosen cases that are in a variant, from 0 to 1."""
    cycle_seconds_median: float
    """First start to last completion."""
    percentile_basis: str = "exact"
    """``exact``, or ``histogram``: at most 1% off."""


def graph(
    process: str,
    period: Period,
    terms: Terms,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
    *,
    timed: bool = False,
) -> DirectlyFollows:
    """The directly-follows graph of a process. Periods are by day of the later completion.

    ``timed`` asks for the spread of the times of each edge as well, of cases that have not been
    retired. Where there are very many it comes from histograms.
    """
    times: dict[tuple[int, int], Times] = {}
    is_ever = cases == EVERY_CASE and period == EVER
    if timed and is_ever and are_many("flow", process, connection):
        steps = long_periods.steps(process, connection)
        rows = [*(step[:4] for step in steps), *_sealed(process, connection)]
        times = {step[:2]: Times(*step[4:], "histogram") for step in steps}
    elif cases == EVERY_CASE:
        asked = {"process": process, "since": period.since, "until": period.until}
        rows = connection.execute(statements("flows")["counts"], asked).fetchall()
    else:
        rows = _of_traces(process, period, cases, connection)
    if timed and not times:
        times = _times(process, period, cases, connection)
    return _graph(rows, times, terms, connection)


def variants(
    process: str, terms: Terms, connection: Connection, cases: CaseFilter = EVERY_CASE
) -> list[Variant]:
    """The ways through a process, most frequent first."""
    sql, chosen = narrowed(statements("flows")["variants"], "cases", cases)
    rows = connection.execute(sql, {"process": process, **chosen}).fetchall()
    ways = _ways([trace for _, trace in rows], terms, connection)
    found = [Variant(way, count) for way, (count, _) in zip(ways, rows, strict=True)]
    # Of ways that no case went to its end the database has no key, so that it cannot order by it.
    if cases.is_as_of:
        found.sort(key=lambda each: (-each.cases, variant_key(each.activities)))
    return found


def timed_variants(
    process: str, terms: Terms, connection: Connection, cases: CaseFilter = EVERY_CASE
) -> list[VariantRow]:
    """The same with shares and times, exact from the cases; of very many the times come from
    histograms."""
    basis = "exact"
    if cases == EVERY_CASE and are_many("variant", process, connection):
        basis = "histogram"
        rows = long_periods.variants(process, connection)
        return _timed(rows, basis, terms, connection)
    sql, chosen = narrowed(statements("flows")["timed_variants"], "cases", cases)
    rows = connection.execute(sql, {"process": process, **chosen}).fetchall()
    found = _timed(rows, basis, terms, connection)
    if cases.is_as_of:
        found.sort(key=lambda each: (-each.cases, variant_key(each.variant)))
    return found


def _timed(
    rows: Sequence[tuple[Any, ...]], basis: str, terms: Terms, connection: Connection
) -> list[VariantRow]:
    ways = _ways([trace for _, trace, _ in rows], terms, connection)
    total = sum(count for count, *_ in rows)
    return [
        VariantRow(way, count, count / total, seconds, basis)
        for way, (count, _, seconds) in zip(ways, rows, strict=True)
    ]


def _ways(traces: Sequence[bytes], terms: Terms, connection: Connection) -> list[tuple[str, ...]]:
    """The names of the activities of each trace."""
    ways = [np.frombuffer(trace, dtype=STEP)["activity"].tolist() for trace in traces]
    terms.meet({code for way in ways for code in way}, connection)
    return [tuple(terms.names[code] for code in way) for way in ways]


def _of_traces(
    process: str, period: Period, cases: CaseFilter, connection: Connection
) -> list[tuple[int, int, int, int]]:
    """The rows that the counts by day would come to, were there only the chosen cases."""
    sql, chosen = narrowed(statements("flows")["traces"], "cases", cases)
    since, until = _day(period.since, -(2**31)), _day(period.until, 2**31 - 1)
    edges: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    with connection.transaction(), connection.cursor("traces", binary=True) as cursor:
        cursor.execute(sql, {"process": process, **chosen})
        while rows := cursor.fetchmany(TRACES_AT_ONCE):
            counted = flow_counts(np.zeros(len(rows), dtype=np.int32), [trace for (trace,) in rows])
            counted = counted[(counted["day"] >= since) & (counted["day"] < until)]
            columns = ("from_activity", "to_activity", "n", "wait_us")
            for before, after, count, wait_us in counted[list(columns)].tolist():
                edge = edges[before, after]
                edge[0] += count
                edge[1] += wait_us  # of Python: a sum may not fit in 64 bits
    return [(*edge, count, wait_us) for edge, (count, wait_us) in edges.items()]


def _sealed(process: str, connection: Connection) -> list[tuple[Any, ...]]:
    """The share of retired cases in the counts."""
    return connection.execute(statements("flows")["sealed"], {"process": process}).fetchall()


def _times(
    process: str, period: Period, cases: CaseFilter, connection: Connection
) -> dict[tuple[int, int], Times]:
    """The times of each step, one by one, from the traces of the chosen cases."""
    sql, chosen = narrowed(statements("flows")["traces"], "cases", cases)
    rows = connection.cursor(binary=True).execute(sql, {"process": process, **chosen}).fetchall()
    traces = [trace for (trace,) in rows]
    lengths = np.array([len(trace) for trace in traces], dtype=np.int64) // STEP.itemsize
    since, until = _day(period.since, -(2**31)), _day(period.until, 2**31 - 1)
    steps = steps_of(np.frombuffer(b"".join(traces), dtype=STEP), lengths, since, until)
    medians, p90s = (steps.percentiles_us(share) for share in (0.5, 0.9))
    return {
        pair: Times(median / 1e6, p90 / 1e6, "exact")
        for pair, median, p90 in zip(steps.pairs, medians, p90s, strict=True)
    }


def _graph(
    rows: Sequence[tuple[Any, ...]],
    times: Mapping[tuple[int, int], Times],
    terms: Terms,
    connection: Connection,
) -> DirectlyFollows:
    edges: dict[tuple[str, str], Edge] = {}
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    terms.meet({code for before, after, *_ in rows for code in (before, after)}, connection)
    for before, after, count, wait_us in rows:
        if before == NO_TERM:
            starts[terms.names[after]] += count
        elif after == NO_TERM:
            ends[terms.names[before]] += count
        else:
            pair = terms.names[before], terms.names[after]
            there = edges.get(pair, Edge(0, 0))
            edges[pair] = Edge(
                there.count + count, there.total_us + int(wait_us), times.get((before, after))
            )
    return DirectlyFollows(edges, dict(starts), dict(ends))


def _day(day: date | None, unbound: int) -> int:
    return unbound if day is None else (day - date(1970, 1, 1)).days
