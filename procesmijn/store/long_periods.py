"""Figures over so many records that their percentiles come from histograms.

Numbers, sums and numbers of cases stay exact: only percentiles are estimated, and whoever gets them
is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, LiteralString

from procesmijn.core.frames import PICKUP_AT_START
from procesmijn.core.tally import (
    ELAPSED,
    PREVIOUS,
    WORKING,
    Tally,
    add,
    is_countable,
    month_bin,
)
from procesmijn.store import kept
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.terms import Terms

EXACT_RECORDS: Final = 50_000
"""Up to so many records are read themselves, in a fifth of a second."""
EVER: Final = Period()
_BASES: Final = {PICKUP_AT_START: "start"}


def are_many(
    kind: LiteralString, process: str, connection: Connection, period: Period = EVER
) -> bool:
    """Whether the records of a period are too many to be read one by one. A period that begins
    within a month is read all the same: what is kept is of whole months."""
    since = period.since
    if since is not None and (since.day != 1 or not is_countable(since)):
        return False
    return kept.are_more(kind, process, period, EXACT_RECORDS, connection)


def handovers(process: str, period: Period, connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of :class:`procesmijn.store.reports.HandoverRow`, in its order."""
    found = kept.read("handover", process, period, connection).tally
    pairs = _of_pairs(found)
    elapsed, working, previous = (pairs.of(each) for each in (ELAPSED, WORKING, PREVIOUS))
    bases = _bases(found.of(ELAPSED))
    codes = elapsed.groups[["left", "right"]].tolist()
    terms = Terms()
    terms.meet({code for pair in codes for code in pair}, connection)
    columns = zip(
        codes,
        elapsed.groups["n"].tolist(),
        previous.counted_below(month_bin(period.since)).tolist(),
        *_clock(elapsed),
        *_clock(working),
        strict=True,
    )
    rows = [
        (terms.names[left], terms.names[right], *figures, bases[left, right], "histogram")
        for (left, right), *figures in columns
    ]
    yield from sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def variants(process: str, connection: Connection) -> list[tuple[int, bytes, float]]:
    """Cases, a trace and the median cycle time of each way that was taken, in seconds; the most
    frequent first."""
    found, facts = kept.read("variant", process, EVER, connection)
    keys = found.groups["left"].tolist()
    traces = {row[0]: row[5] for row in facts} | kept.ways(process, keys, connection)
    medians = (found.percentiles(0.5) / 1e6).tolist()
    rows = zip(found.groups["n"].tolist(), keys, medians, strict=True)
    return [
        (number, traces[key], seconds)
        for number, key, seconds in sorted(rows, key=lambda row: (-row[0], row[1]))
    ]


def steps(process: str, connection: Connection) -> list[tuple[int, int, int, int, float, float]]:
    """Of each two activities that came right after another: the codes of both, how often, the sum
    of the times (microseconds), their median and 90th percentile (seconds)."""
    found = kept.read("flow", process, EVER, connection).tally
    return list(
        zip(
            found.groups["left"].tolist(),
            found.groups["right"].tolist(),
            found.groups["n"].tolist(),
            found.sums_us(),
            *((found.percentiles(share) / 1e6).tolist() for share in (0.5, 0.9)),
            strict=True,
        )
    )


def _of_pairs(found: Tally) -> Tally:
    """Both bases of a pick-up together."""
    groups = found.groups.copy()
    groups["part"] = 0
    return add([Tally(groups, found.bins, found.counts)])


def _clock(of_clock: Tally) -> Iterator[list[float]]:
    """Mean, median and 90th percentile of each group, seconds."""
    sums_us, numbers = of_clock.sums_us(), of_clock.groups["n"].tolist()
    yield [total / number / 1e6 for total, number in zip(sums_us, numbers, strict=True)]
    for share in (0.5, 0.9):
        yield (of_clock.percentiles(share) / 1e6).tolist()


def _bases(elapsed: Tally) -> dict[tuple[int, int], str]:
    bases: dict[tuple[int, int], str] = {}
    for left, right, part in elapsed.groups[["left", "right", "part"]].tolist():
        basis = _BASES.get(part, "completion")
        bases[left, right] = basis if bases.get((left, right), basis) == basis else "mixed"
    return bases
