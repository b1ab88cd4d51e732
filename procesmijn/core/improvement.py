"""What improved most between two periods, and what got worse, on one scale.

Many places are looked at, and of many some differ by chance. So what is said to be better or worse
is so after the correction of Benjamini and Hochberg over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Generic, NamedTuple, TypeVar

from procesmijn.core.comparison import Compared, Verdict, adjusted

SURE: Final = 0.05

_Place = TypeVar("_Place")


class Moved(NamedTuple, Generic[_Place]):
    """A measure somewhere, in one period and in the next."""

    place: _Place
    compared: Compared
    """Its verdict is for having looked at all places."""
    improvement: float
    """The effect, in standard deviations: above zero it got better. Between these two:"""
    improvement_low: float
    improvement_high: float
    p_adjusted: float


def ranked(
    found: Iterable[tuple[_Place, Compared, bool]],
) -> tuple[list[Moved[_Place]], int]:
    """Places by how much they improved, the most first, and in how many nothing can be said.

    ``found`` has for each place the comparison, and whether less is better there.
    """
    told, silent = [], 0
    for place, compared, less_is_better in found:
        if compared.effect is None or compared.p_value is None:
            silent += 1
        else:
            told.append((place, compared, less_is_better))
    p_values = adjusted([compared.p_value or 0.0 for _, compared, _ in told])
    moved = [
        _moved(place, compared, less_is_better, p_adjusted)
        for (place, compared, less_is_better), p_adjusted in zip(told, p_values, strict=True)
    ]
    return sorted(moved, key=lambda each: -each.improvement), silent


def _moved(
    place: _Place, compared: Compared, less_is_better: bool, p_adjusted: float
) -> Moved[_Place]:
    effects = [
        value or 0.0 for value in (compared.effect, compared.effect_low, compared.effect_high)
    ]
    if less_is_better:
        effect, high, low = (-value for value in effects)
    else:
        effect, low, high = effects
    verdict = compared.verdict if p_adjusted <= SURE else Verdict.NOT_SHOWN
    said = compared._replace(verdict=verdict)
    return Moved(place, said, effect, low, high, p_adjusted)
