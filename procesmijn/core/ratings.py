"""How sure what customers say is: mean marks, and the recommendation score, with intervals.

The recommendation score (internal NPS) is the share of promoters less that of detractors, from -1
to 1. It is the mean of answers that are 1, 0 or -1, of which there are few, and mostly alike: so
Wald's interval is taken after three answers were added to the real ones, three quarters of one for
either side and one and a half in between (the adjusted Wald interval of B. Rocks, Interval
estimation for the net promoter score, The American Statistician 70, 2016).
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

from scipy.stats import norm, t

CONFIDENCE: Final = 0.95
ENOUGH: Final = 5
"""Below so many answers no figure is given."""
_SIDE: Final = 0.75
_ADDED: Final = 3.0


class Estimate(NamedTuple):
    """A figure, and between which bounds it lies."""

    value: float
    low: float
    high: float


def recommendation(promoters: int, detractors: int, answers: int) -> Estimate | None:
    """The recommendation score of so many answers; None where they are too few."""
    if answers < ENOUGH:
        return None
    pro, contra = ((side + _SIDE) / (answers + _ADDED) for side in (promoters, detractors))
    middle = pro - contra
    half = float(norm.ppf((1 + CONFIDENCE) / 2)) * sqrt(
        (pro + contra - middle**2) / (answers + _ADDED)
    )
    value = (promoters - detractors) / answers
    return Estimate(value, max(middle - half, -1.0), min(middle + half, 1.0))


def mean_mark(mean: float, variance: float, answers: int) -> Estimate | None:
    """A mean mark with Student's interval; None where the answers are too few."""
    if answers < ENOUGH:
        return None
    half = float(t.ppf((1 + CONFIDENCE) / 2, answers - 1)) * sqrt(variance / answers)
    return Estimate(mean, max(mean - half, 1.0), min(mean + half, 10.0))
