"""Which activities seem to run side by side: pairs that the owner of a process may declare so.

The parallel relation of the Heuristics Miner (Weijters, van der Aalst, Alves de Medeiros: Process
mining with the HeuristicsMiner algorithm, BETA working paper 166, 2006): each of two activities
comes directly after the other, and neither order rules. How much one does is their dependency,
``(|a>b| - |b>a|) / (|a>b| + |b>a| + 1)``. A short loop looks alike, since in *a b a* both orders
occur: steps that are part of one are left out of the counts, and told as what speaks against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from procesmijn.core.flow import Variant

LEAST_EACH_WAY: Final = 5
"""A pair is suggested where either order occurred so often, short loops left out."""
MOST_DEPENDENCY: Final = 0.5
"""And where no order rules: at 0.5 one is about three times as frequent as the other."""


class Pair(NamedTuple):
    """Two activities that came directly after each other in both orders, and how often.

    ``first`` comes before ``second`` by name.
    """

    first: str
    second: str
    forth: int
    """Times that ``second`` came directly after ``first``, not in a short loop: speaks for it."""
    back: int
    """The other order: speaks for it."""
    loops: int
    """Times *a b a* or *b a b*: speaks against, one is repeated for the other."""
    apart: int
    """Cases that have both, and nowhere next to each other: speaks against."""
    cases: int
    """Cases that have both."""
    dependency: float
    """Share, -1 to 1, by which one order rules; 0 where both are as frequent."""

    @property
    def is_suggested(self) -> bool:
        """Whether the counts for it are large enough, and no order rules."""
        return (
            min(self.forth, self.back) >= LEAST_EACH_WAY and abs(self.dependency) < MOST_DEPENDENCY
        )


def pairs(variants: Sequence[Variant]) -> list[Pair]:
    """Every pair that occurred in both orders, those that are suggested first, then by count."""
    follows: Counter[tuple[str, str]] = Counter()
    loops: Counter[tuple[str, str]] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for activities, cases in variants:
        starts = {at for at in range(len(activities) - 2) if _is_loop(activities[at : at + 3])}
        for at, (a, b) in enumerate(pairwise(activities)):
            if at in starts:
                loops[_pair(a, b)] += cases
            if not {at - 1, at} & starts:
                follows[a, b] += cases
        for pair in {_pair(a, b) for a, b in pairwise(activities)}:
            together[pair] += cases
    both = [(a, b) for a, b in follows if a < b and (b, a) in follows]
    found = [
        Pair(
            first=a,
            second=b,
            forth=(forth := follows[a, b]),
            back=(back := follows[b, a]),
            loops=loops[a, b],
            apart=(cases := _cases_with({a, b}, variants)) - together[a, b],
            cases=cases,
            dependency=(forth - back) / (forth + back + 1),
        )
        for a, b in both
    ]
    return sorted(found, key=lambda pair: (not pair.is_suggested, -pair.forth - pair.back, pair))


def _is_loop(steps: Sequence[str]) -> bool:
    return steps[0] == steps[2] != steps[1]


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _cases_with(activities: set[str], variants: Sequence[Variant]) -> int:
    return sum(variant.cases for variant in variants if activities <= set(variant.activities))
