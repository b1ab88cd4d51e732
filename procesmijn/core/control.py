"""What is usual for a row of values, and which of them are more than chance: an individuals chart.

The usual is the mean, and 2.66 mean moving ranges to either side of it: three standard deviations,
as the ranges of neighbours show them (3 / 1.128), whatever their distribution. (Shewhart:
Economic control of quality of manufactured product, 1931; as in the NIST/SEMATECH e-Handbook of
Statistical Methods, 6.3.2.2.) A value outside is a signal, and so are eight in a row on one side of
the mean (Western Electric: Statistical quality control handbook, 1956).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import fmean
from typing import Final, NamedTuple

FEWEST: Final = 8
"""Of fewer values nothing is said to be usual."""
RUN: Final = 8
_RANGES: Final = 3 / 1.128
"""2.66: that many mean ranges are three standard deviations."""


class Signal(StrEnum):
    """Why a value is not what is usual."""

    ABOVE = "above"
    BELOW = "below"
    LONG_ABOVE = "long above"
    """Within the limits, but one of eight in a row, or more, on this side of the mean."""
    LONG_BELOW = "long below"


class Limits(NamedTuple):
    """Between which bounds values usually lie."""

    centre: float
    low: float
    high: float


def limits(
    values: Sequence[float], least: float = 0.0, most: float = float("inf")
) -> Limits | None:
    """Those of values in their order, within what such a value can be; None of too few."""
    if len(values) < FEWEST:
        return None
    centre = fmean(values)
    half = _RANGES * fmean(abs(after - before) for before, after in pairwise(values))
    return Limits(centre, max(centre - half, least), min(centre + half, most))


def signals(values: Sequence[float], usual: Limits) -> list[Signal | None]:
    """What is to be said of each value."""
    found: list[Signal | None] = [None] * len(values)
    run = 0
    for number, value in enumerate(values):
        side = (value > usual.centre) - (value < usual.centre)
        run = run + side if side and run * side >= 0 else side
        if abs(run) >= RUN:
            long = Signal.LONG_ABOVE if run > 0 else Signal.LONG_BELOW
            for each in range(number - abs(run) + 1, number + 1):
                found[each] = found[each] or long
        if value > usual.high:
            found[number] = Signal.ABOVE
        elif value < usual.low:
            found[number] = Signal.BELOW
    return found
