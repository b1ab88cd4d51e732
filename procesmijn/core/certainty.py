"""How sure a figure is: nothing is called better or worse that chance may have done.

Shares have Wilson's interval, medians that of order statistics; the interval of a difference is put
together from those two (Zou and Donner's MOVER, for shares Newcombe's method 10). All at 95%.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final, NamedTuple

_Z: Final = 1.959964


class Estimate(NamedTuple):
    """A figure, and between which bounds it lies."""

    value: float
    low: float
    high: float


def share(met: int, of: int) -> Estimate:
    """A share of ``of``, which is above zero."""
    value = met / of
    middle = (value + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * sqrt(value * (1 - value) / of + _Z**2 / (4 * of**2))
    return Estimate(value, max(middle - half, 0.0), min(middle + half, 1.0))


def median(quantiles: Sequence[float], n: int) -> Estimate:
    """The median of ``n`` records, of which quantiles are known at even steps from 0 to 1.

    Between two of these it is read off a straight line.
    """
    half = _Z / (2 * sqrt(n))
    return Estimate(
        at(quantiles, 0.5), at(quantiles, max(0.5 - half, 0.0)), at(quantiles, min(0.5 + half, 1.0))
    )


def at(quantiles: Sequence[float], part: float) -> float:
    """The quantile at a part, 0 to 1."""
    place = part * (len(quantiles) - 1)
    below = min(int(place), len(quantiles) - 2)
    return quantiles[below] + (quantiles[below + 1] - quantiles[below]) * (place - below)


def difference(after: Estimate, before: Estimate) -> Estimate:
    """By how much one is above the other, each from records of its own."""
    value = after.value - before.value
    down = sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2)
    up = sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2)
    return Estimate(value, value - down, value + up)


def direction(change: Estimate) -> int:
    """1 where it surely rose, -1 where it surely fell, else 0."""
    return (change.low > 0) - (change.high < 0)
