"""How often which duration was met: counts by bins, which add up exactly over any period.

A bin is no wider than 2% of what is in it, and stands for its middle, so no percentile that is read
from bins is more than 1% off. Bounds are whole numbers: the same durations give the same bytes, on
every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from procesmijn.core.frames import NO_DAY, Int32s, Int64s, Rows
from procesmijn.core.order import is_first, order_by

_PERCENT: Final = 102
_US: Final = 1_000_000
_GROUPS_AT_ONCE: Final = 2_048
"""Counts of so many groups lie side by side while they are added: 35 MB at the most."""


def _bounds() -> Int64s:
    bounds = [0, 1]
    while bounds[-1] < 1 << 62:
        bounds.append(max(bounds[-1] + 1, bounds[-1] * _PERCENT // 100))
    return np.array(bounds, dtype=np.int64)


BOUNDS: Final = _bounds()
"""Bin *i* has the whole numbers from ``BOUNDS[i]`` up to the next bound."""
BINS: Final = len(BOUNDS)
_LAST: Final = np.append(BOUNDS[1:] - 1, np.iinfo(np.int64).max)
"""The greatest number in each bin."""

_DROPPED: Final = 46
"""Bits of a 64-bit float that do not matter: those left tell numbers apart by 1.6% or less."""


def _least() -> tuple[Int64s, int]:
    """The bin of the least number of each size, and how many bins further the greatest may be."""
    sizes = np.arange((np.float64(2.0**63).view(np.int64) >> _DROPPED) + 1, dtype=np.int64)
    numbers = np.minimum((sizes << _DROPPED).view(np.float64), 2.0**62).astype(np.int64)
    # One less, since a great number may have been rounded up to the size.
    least = np.maximum(np.searchsorted(BOUNDS, numbers - 1, side="right") - 1, 0)
    return least, int(np.max(np.append(least[1:], BINS - 1) - least)) + 1


_LEAST, _MOST_ABOVE = _least()

_MIDDLES: Final = np.array(
    [(low + high - 1) / 2 for low, high in pairwise([*BOUNDS.tolist(), int(BOUNDS[-1]) + 1])]
)

KEY: Final = ("left", "right", "part", "measure")
GROUP: Final = np.dtype(
    [
        ("left", "<i8"),  # supplier, from_activity, variant
        ("right", "<i8"),  # customer, to_activity
        ("part", "<i2"),  # pickup_basis
        ("measure", "<i2"),  # ELAPSED, WORKING, PREVIOUS
        ("entries", "<i4"),  # how many bins have any
        ("n", "<i8"),
        ("seconds", "<i8"),  # the sum is these and the rest: 64 bits hold it for any period
        ("rest_us", "<i8"),
    ]
)
"""What is counted together, and the sum of its durations."""

ELAPSED: Final = 1
WORKING: Final = 2
PREVIOUS: Final = 3
"""Not a duration: the month of the one before, as :func:`months` gives it."""

_FIRST_YEAR: Final = 1900


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Groups in order of their keys, and of each the bins that have any, with their counts."""

    groups: Rows
    """:data:`GROUP`"""
    bins: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint32]

    def of(self, measure: int) -> Tally:
        """One measure of it."""
        kept = self.groups["measure"] == measure
        entries = np.repeat(kept, self.groups["entries"])
        return Tally(self.groups[kept], self.bins[entries], self.counts[entries])

    def sums_us(self) -> list[int]:
        """The sum of the durations of each group."""
        seconds, rests = self.groups["seconds"].tolist(), self.groups["rest_us"].tolist()
        return [second * _US + rest for second, rest in zip(seconds, rests, strict=True)]

    def percentiles(self, share: float) -> npt.NDArray[np.float64]:
        """The percentile of each group, interpolated between records; at most 1% off."""
        if not len(self.groups):
            return np.empty(0)
        reached = np.cumsum(self.counts, dtype=np.int64)
        ends = np.cumsum(self.groups["entries"])
        before = np.concatenate([[0], reached[ends[:-1] - 1]])
        position = share * (self.groups["n"] - 1)
        low = np.floor(position)
        below, above = (
            _MIDDLES[self.bins[np.searchsorted(reached, before + place, side="right")]]
            for place in (low, np.ceil(position))
        )
        found: npt.NDArray[np.float64] = below + (above - below) * (position - low)
        return found

    def counted_below(self, bound: int) -> Int64s:
        """How many of each group are in bins below ``bound``."""
        group = np.repeat(np.arange(len(self.groups)), self.groups["entries"])
        is_below = self.bins < bound
        weights = self.counts[is_below]
        counted = np.bincount(group[is_below], weights, minlength=len(self.groups))
        return counted.astype(np.int64)


def bins_of(durations: Int64s) -> npt.NDArray[np.uint16]:
    """The bin of each duration, which is no less than 0."""
    # A float begins with the size of its number: that leads to the bin, or to one just below it.
    bins = _LEAST.take(durations.astype(np.float64).view(np.int64) >> _DROPPED)
    for _ in range(_MOST_ABOVE):
        bins += durations > _LAST.take(bins)
    return bins.astype(np.uint16)


def months(days: Int32s) -> npt.NDArray[np.uint16]:
    """The month of each day as a bin: they rise with time, and that of ``NO_DAY`` is 0."""
    number = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    numbers = number + (1970 - _FIRST_YEAR) * 12 + 1
    return np.where(days == NO_DAY, 0, np.clip(numbers, 1, BINS - 1)).astype(np.uint16)


def month_bin(month: date | None) -> int:
    """The same of one month; what is below it was before. None is before every month."""
    return 1 if month is None else (month.year - _FIRST_YEAR) * 12 + month.month


def is_countable(month: date) -> bool:
    """Whether months before it can be told from it."""
    return 1 < month_bin(month) < BINS - 1


def tally(
    keys: Sequence[tuple[int, int, int]],
    sizes: Sequence[int],
    measure: int,
    bins: npt.NDArray[np.uint16],
    durations: Int64s | None = None,
) -> Tally:
    """Count rows that come group by group: ``sizes[i]`` of them are of ``keys[i]``.

    A key (left, right, part) may come more than once. Without ``durations`` the sums are 0.
    """
    groups = np.zeros(len(keys), dtype=GROUP)
    for at, name in enumerate(KEY[:3]):
        groups[name] = [key[at] for key in keys]
    groups["measure"] = measure
    groups["entries"] = groups["n"] = sizes
    if durations is not None and len(keys):
        starts = np.cumsum(groups["n"]) - groups["n"]
        groups["seconds"] = np.add.reduceat(durations // _US, starts)
        groups["rest_us"] = np.add.reduceat(durations % _US, starts)
    return add([Tally(groups, bins, np.ones(len(bins), dtype=np.uint32))])


def add(tallies: Sequence[Tally]) -> Tally:
    """All of them as one, the same bytes in whichever order they come."""
    groups = np.concatenate([np.empty(0, dtype=GROUP), *(each.groups for each in tallies)])
    if not len(groups):
        return Tally(groups, np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.uint32))
    bins = np.concatenate([each.bins for each in tallies])
    counts = np.concatenate([each.counts for each in tallies])
    starts = np.cumsum(groups["entries"], dtype=np.int64) - groups["entries"]
    order = order_by(*(groups[name] for name in KEY))
    groups, starts = groups.take(order), starts.take(order)
    begins = is_first(*(groups[name] for name in KEY))
    first = np.flatnonzero(begins)
    whole = groups.take(first)
    for name in ("n", "seconds", "rest_us"):
        whole[name] = np.add.reduceat(groups[name], first)
    rank = np.cumsum(begins) - 1
    parts = list(_added(rank, starts, groups["entries"], bins, counts))
    whole["entries"] = np.bincount(np.concatenate([part.group for part in parts]))
    return Tally(
        whole,
        np.concatenate([part.bins for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


class _Part(NamedTuple):
    """Bins that have any, by group and bin."""

    group: Int64s
    bins: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint32]


def _added(
    rank: Int64s, starts: Int64s, lengths: Int32s, bins: npt.NDArray[Any], counts: npt.NDArray[Any]
) -> Iterator[_Part]:
    """The counts of each group by bin, some groups at a time: ``rank`` says which is of which.

    Of each group as many counts lie side by side as there are bins between its least and its
    greatest: few durations are met of all that there could be.
    """
    for low in range(0, int(rank[-1]) + 1, _GROUPS_AT_ONCE):
        some = slice(*np.searchsorted(rank, [low, low + _GROUPS_AT_ONCE]).tolist())
        own, length = rank[some] - low, lengths[some]
        ends = np.cumsum(length, dtype=np.int64)
        at = np.arange(ends[-1]) + np.repeat(starts[some] - ends + length, length)
        met = bins[at]
        begins = (ends - length)[is_first(own)]
        least = np.minimum.reduceat(met, begins).astype(np.int64)
        width = np.maximum.reduceat(met, begins) - least + 1
        shift = np.cumsum(width) - width - least
        counted = np.bincount(np.repeat(shift[own], length) + met, counts[at])
        there = np.flatnonzero(counted)
        group = np.repeat(np.arange(len(width)), width)[there]
        yield _Part(
            group + low,
            (there - shift[group]).astype(np.uint16),
            counted[there].astype(np.uint32),
        )
