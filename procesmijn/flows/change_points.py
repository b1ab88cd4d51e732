"""Where a row of cases begins to be another: the test behind :mod:`~procesmijn.flows.drift`.

Cases of one kind or another come in windows, one after the other, and each kind has features. A
change splits a stretch of windows in two; the strongest is found first, then those on either side
of it (Matteson, James: A nonparametric approach for multiple change point analysis of multivariate
data, JASA 2014). A split is measured by G, the likelihood ratio of the features before and after
it, and the best split is held against the best ones of the same cases in random order.

- *Cases are permuted whole*: exact, though the features of a case hang together and some windows
  have few cases. Without a change every order of the cases is as likely as the one that came.
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
from scipy.sparse import csr_array
from scipy.special import xlogy

LEVEL: Final = 0.01
"""The chance of a false alarm in the whole row."""
PERMUTATIONS: Final = 1_999
LEAST_CASES: Final = 30
"""On either side of a split."""

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


class ChangePoint(NamedTuple):
    """From this window on the cases are others."""

    window: int
    p_value: float
    """The chance of so large a difference without a change, corrected for all that was tried."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cases in the order of their windows."""

    sizes: Ints
    """Cases of each window."""
    kinds: Ints
    """The kind of each case."""
    features: csr_array
    """How often each kind has each feature."""

    def part(self, first: int, end: int) -> Row:
        """The windows from ``first`` up to ``end``."""
        cases = slice(int(self.sizes[:first].sum()), int(self.sizes[:end].sum()))
        return Row(self.sizes[first:end], self.kinds[cases], self.features)

    def strengths(self, kinds: Ints) -> Floats:
        """G of a split after each window but the last, were the cases of these kinds; 0 where too
        few cases are on a side."""
        ends = np.cumsum(self.sizes)
        shape = len(self.sizes), self.features.shape[0]
        counted = csr_array((np.ones(len(kinds)), kinds, np.append(0, ends)), shape=shape)
        until = np.cumsum((counted @ self.features).toarray(), axis=0)
        is_enough = np.minimum(ends, ends[-1] - ends)[:-1] >= LEAST_CASES
        return np.where(is_enough, ratios(until[:-1], until[-1] - until[:-1]).sum(axis=-1), 0.0)


def change_points(row: Row, rng: np.random.Generator) -> list[ChangePoint]:
    """Every change in a row of cases, in order."""
    return sorted(_changes(row, 0, len(row.sizes), LEVEL, rng))


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
    if len(part.sizes) < 2:
        return
    strengths = part.strengths(part.kinds)
    p_value = _p_value(part, float(strengths.max()), level, rng)
    if p_value is None:
        return
    window = first + int(strengths.argmax()) + 1
    yield ChangePoint(window, min(1.0, p_value * LEVEL / level))
    yield from _changes(row, first, window, level / 2, rng)
    yield from _changes(row, window, end, level / 2, rng)


def _p_value(part: Row, strength: float, level: float, rng: np.random.Generator) -> float | None:
    """The share of orders whose best split is as strong; None as soon as it is above the level."""
    as_strong = 1  # the order that came is one of them
    for _ in range(PERMUTATIONS):
        as_strong += bool(part.strengths(rng.permutation(part.kinds)).max() >= strength)
        if as_strong > level * (PERMUTATIONS + 1):
            return None
    return as_strong / (PERMUTATIONS + 1)
