"""Two groups of cases held beside each other: how much they differ, and how sure that is.

One value a case, so that cases count and not how much happened in them. Means have Welch's interval
(Biometrika 34, 1947), shares the hybrid score interval (Newcombe, Statistics in Medicine 17, 1998,
method 10). The *effect* puts both on one scale: the difference in standard deviations, with Hedges'
correction (g) for means, and between angles (Cohen's h) for shares. A difference is no proof of a
cause: what else was different in the second group differs with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import asin, sqrt
from typing import Final, NamedTuple

import numpy as np
from scipy.stats import false_discovery_control, fisher_exact, norm, t

from procesmijn.core import certainty
from procesmijn.core.late_links import CONFIDENCE, ENOUGH

OPEN_SHARE: Final = 0.1
"""Where more of either group is still open, what is finished is a choice of the quick ones."""


@dataclass(slots=True)
class Values:
    """One value of each case, in the first and in the second group."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)

    def add(self, value: float | None, *, is_second: bool) -> None:
        """Take one more case in; not if nothing is known of it."""
        if value is not None:
            (self.second if is_second else self.first).append(value)


class Verdict(StrEnum):
    """What may be said."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not shown"
    """The interval holds no difference at all."""
    TOO_FEW = "too few"
    STILL_OPEN = "still open"


class Compared(NamedTuple):
    """A measure in two groups."""

    cases_first: int
    cases_second: int
    first: float | None
    """Its mean, or share, over the cases of the first group. None, as all below is, where nothing
    is claimed for lack of cases."""
    second: float | None
    difference: float | None
    """Second minus first."""
    low: float | None
    high: float | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    p_value: float | None
    verdict: Verdict


def compare(
    first: Sequence[float],
    second: Sequence[float],
    *,
    is_share: bool,
    less_is_better: bool,
    still_open: float = 0.0,
) -> Compared:
    """Compare one value of each case in two groups; of a share the values lie between 0 and 1.

    ``still_open`` is the greater share of the two groups that is not finished.
    """
    one, other = (np.asarray(values, dtype=np.float64) for values in (first, second))
    if min(len(one), len(other)) < ENOUGH:
        nothing = (None,) * 9
        return Compared(len(one), len(other), *nothing, Verdict.TOO_FEW)
    is_whole = is_share and all(np.isin(each, (0.0, 1.0)).all() for each in (one, other))
    found = _shares(one, other) if is_whole else _means(one, other)
    _, low, high, *_ = found
    if still_open > OPEN_SHARE:
        verdict = Verdict.STILL_OPEN
    elif low <= 0 <= high:
        verdict = Verdict.NOT_SHOWN
    else:
        verdict = Verdict.BETTER if (high < 0) == less_is_better else Verdict.WORSE
    return Compared(len(one), len(other), float(one.mean()), float(other.mean()), *found, verdict)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The same p-values for having looked at all of them (Benjamini and Hochberg, 1995): of what is
    at most 0.05 no more than one in twenty is expected to be chance."""
    return [float(each) for each in false_discovery_control(p_values)] if p_values else []


_Found = tuple[float, float, float, float, float, float, float]


def _means(one: np.ndarray, other: np.ndarray) -> _Found:
    numbers, variances = (len(one), len(other)), (one.var(ddof=1), other.var(ddof=1))
    difference = float(other.mean() - one.mean())
    parts = [variance / number for variance, number in zip(variances, numbers, strict=True)]
    spread = sqrt(float(sum(variances)) / 2)
    if not spread:
        return difference, difference, difference, 0.0, 0.0, 0.0, float(difference == 0)
    error = sqrt(float(sum(parts)))
    freedom = error**4 / sum(
        float(part) ** 2 / (number - 1) for part, number in zip(parts, numbers, strict=True)
    )
    low, high = t.interval(CONFIDENCE, freedom, loc=difference, scale=error)
    p_value = 2 * float(t.sf(abs(difference) / error, freedom))
    correction = 1 - 3 / (4 * sum(numbers) - 9)
    effect, effect_low, effect_high = (
        float(each) / spread * correction for each in (difference, low, high)
    )
    return difference, float(low), float(high), effect, effect_low, effect_high, p_value


def _shares(one: np.ndarray, other: np.ndarray) -> _Found:
    hits = [int(each.sum()) for each in (one, other)]
    before, since = certainty.share(hits[0], len(one)), certainty.share(hits[1], len(other))
    effect = _angle(since.value) - _angle(before.value)
    error = sqrt(1 / len(one) + 1 / len(other)) * float(norm.ppf((1 + CONFIDENCE) / 2))
    table = [[hit, len(each) - hit] for hit, each in zip(hits, (one, other), strict=True)]
    p_value = float(fisher_exact(table).pvalue)
    difference = certainty.difference(since, before)
    return *difference, effect, effect - error, effect + error, p_value


def _angle(share: float) -> float:
    return 2 * asin(sqrt(share))
