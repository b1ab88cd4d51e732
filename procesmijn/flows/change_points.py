"""Where a row of cases begins to be another: the test behind :mod:`~procesmijn.flows.drift`.

Cases come day by day, and have features. A change splits a stretch of days in two; the strongest is
found first, then those on either side of it (Matteson, James: A nonparametric approach for multiple
change point analysis of multivariate data, JASA 2014). A split is measured by G, the likelihood
ratio of the features before and after it.

Whether there is a change is asked of splits between weeks. On which day it was, within the week
before that Monday and the week from it on, is where G of a split between days is largest: so a week
in which a change fell belongs to both sides of it, and is none of its own.

The best split is held against the best ones of the same days in random order:

- *Days change places whole, Mondays with Mondays*: exact, though the features of a case hang
  together, the cases of a day may, and weekends may always be otherwise. Without a change every
  such order is as likely as the one that came.
- *Many splits* are tried: each permutation tries all of them, too, and gives its largest G
  (Westfall, Young: Resampling-based multiple testing, 1993).
- *Many stretches* are tried: each side of a split gets half of the level that the whole had, so
  that the chance of any change where there is none stays below :data:`LEVEL`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

LEVEL: Final = 0.01
"""The chance of a false alarm in the whole row."""
PERMUTATIONS: Final = 1_999
LEAST_CASES: Final = 30
"""On either side of a split."""
LEAST_DAYS: Final = 5
"""From the first to the last of either side: a week of work."""
_WEEK: Final = 7

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


class ChangePoint(NamedTuple):
    """From this day on the cases are others."""

    at: int
    """Which of the days."""
    p_value: float
    """The chance of so large a difference without a change, corrected for all that was tried."""


@dataclass(frozen=True, slots=True)
class Row:
    """Days on which cases started, in order."""

    days: Ints
    """As proleptic Gregorian ordinals: 1 is a Monday."""
    cases: Ints
    """Of each day."""
    features: Floats
    """How often the cases of each day (rows) have each feature (columns)."""

    def part(self, first: int, end: int) -> Row:
        """The days from ``first`` up to ``end``."""
        return Row(self.days[first:end], self.cases[first:end], self.features[first:end])

    def shuffled(self, rng: np.random.Generator) -> Row:
        """What came on one day on another of the same weekday."""
        order = np.arange(len(self.days))
        for weekday in range(_WEEK):
            those = np.flatnonzero(self.days % _WEEK == weekday)
            order[those] = rng.permutation(those)
        return Row(self.days, self.cases[order], self.features[order])

    def weeks(self) -> Ints:
        """The first day of each week that may differ from what was before it: a few days on a side
        would differ by their weekdays."""
        first = np.flatnonzero(np.diff((self.days - 1) // _WEEK)) + 1
        before, after = self.days[first] - self.days[0], self.days[-1] + 1 - self.days[first]
        whole: Ints = first[np.minimum(before, after) >= LEAST_DAYS]
        return whole

    def around(self, at: int) -> Ints:
        """The days from which on a change may have begun that shows in the week of day ``at``."""
        monday = (self.days[at] - 1) // _WEEK * _WEEK + 1
        return np.flatnonzero(abs(self.days[1:] - monday) < _WEEK) + 1

    def strengths(self, splits: Ints) -> Floats:
        """G of a split before each of these days; 0 where too few cases are on a side."""
        cases, until = np.cumsum(self.cases), np.cumsum(self.features, axis=0)
        before, found = cases[splits - 1], until[splits - 1]
        is_enough = np.minimum(before, cases[-1] - before) >= LEAST_CASES
        return np.where(is_enough, ratios(found, until[-1] - found).sum(axis=-1), 0.0)


def change_points(row: Row, rng: np.random.Generator) -> list[ChangePoint]:
    """Every change in a row of cases, in order."""
    return sorted(_changes(row, 0, len(row.days), LEVEL, rng))


def ratios(before: Any, after: Any) -> Floats:
    """What each feature (last axis) adds to G: twice the log-likelihood ratio of two samples."""
    both = before + after
    whole = both.sum(axis=-1, keepdims=True)
    added: Floats = np.zeros_like(both, dtype=np.float64)
    for part in (before, after):
        expected = both * part.sum(axis=-1, keepdims=True) / whole
        added += 2 * xlogy(part, np.divide(part, expected, where=part > 0, out=np.ones_like(added)))
    return added


def _changes(
    row: Row, first: int, end: int, level: float, rng: np.random.Generator
) -> Iterator[ChangePoint]:
    part = row.part(first, end)
    weeks = part.weeks()
    if not len(weeks):
        return
    strengths = part.strengths(weeks)
    p_value = _p_value(part, weeks, float(strengths.max()), level, rng)
    if p_value is None:
        return
    near = part.around(int(weeks[strengths.argmax()]))
    at = first + int(near[part.strengths(near).argmax()])
    yield ChangePoint(at, min(1.0, p_value * LEVEL / level))
    yield from _changes(row, first, at, level / 2, rng)
    yield from _changes(row, at, end, level / 2, rng)


def _p_value(
    part: Row, weeks: Ints, strength: float, level: float, rng: np.random.Generator
) -> float | None:
    """The share of orders whose best split is as strong; None as soon as it is above the level."""
    as_strong = 1  # the order that came is one of them
    for _ in range(PERMUTATIONS):
        as_strong += bool(part.shuffled(rng).strengths(weeks).max() >= strength)
        if as_strong > level * (PERMUTATIONS + 1):
            return None
    return as_strong / (PERMUTATIONS + 1)
