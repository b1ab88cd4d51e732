"""What a late link costs those behind it: cases in which it was late, beside those in which not.

These are differences of means, with Welch's interval (B. L. Welch, The generalization of
'Student's' problem when several different population variances are involved, Biometrika 34, 1947).
They are no proof of a cause: what made a link late may have slowed the rest as well.
"""

from __future__ import annotations

from enum import StrEnum
from math import sqrt
from typing import Final, NamedTuple

from scipy.stats import t

ENOUGH: Final = 20
"""Below so many cases on either side nothing is claimed."""
CONFIDENCE: Final = 0.95


class LateBy(StrEnum):
    """What makes a link late in a case."""

    AGREEMENT = "agreement"
    """What was agreed on came too late."""
    QUARTER = "slowest quarter"
    """No agreement tells: the case waited longer than three of four."""
    GIVEN = "given"
    """It waited longer than whoever asks would have it."""


class Group(NamedTuple):
    """What some cases took, in seconds."""

    cases: int
    mean: float
    variance: float
    """Of the sample."""


class Added(NamedTuple):
    """How much longer it took in the late cases, in the mean, and between which bounds."""

    seconds: float
    low: float
    high: float


def added(late: Group, timely: Group) -> Added | None:
    """Compare two groups of cases; None where either has too few."""
    if min(late.cases, timely.cases) < ENOUGH:
        return None
    difference = late.mean - timely.mean
    parts = [group.variance / group.cases for group in (late, timely)]
    if not any(parts):
        return Added(difference, difference, difference)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.cases - 1) for part, group in zip(parts, (late, timely), strict=True)
    )
    low, high = t.interval(CONFIDENCE, freedom, loc=difference, scale=sqrt(sum(parts)))
    return Added(difference, float(low), float(high))
