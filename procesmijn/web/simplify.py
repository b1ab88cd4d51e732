"""A map with fewer activities and paths, in which everything can still be reached.

What is left out is rare; what is kept keeps its strongest way in and its strongest way out, and all
of the way from where cases start to where they end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeAlias

Way: TypeAlias = tuple[str, str]

_OUTSIDE: Final = ""
"""Before the first activity and after the last: no activity is called so."""


class Simple(NamedTuple):
    """What is kept."""

    activities: frozenset[str]
    ways: frozenset[Way]


def simplify(
    activities: Mapping[str, int],
    ways: Mapping[Way, int],
    starts: Mapping[str, int],
    ends: Mapping[str, int],
    least_activity: float,
    least_way: float,
    minor: Iterable[Way] = (),
) -> Simple:
    """Keep what happened in so many cases, and what holds that together.

    All numbers are cases. ``minor`` ways are kept only where they hold it together.
    """
    minor = frozenset(minor)
    onward = _tree(ways, starts, minor)
    back = _tree(
        {(after, before): n for (before, after), n in ways.items()},
        ends,
        frozenset((after, before) for before, after in minor),
    )
    kept = {name for name, cases in activities.items() if cases >= least_activity}
    held: set[Way] = set()
    waiting = list(kept)
    while waiting:
        name = waiting.pop()
        for tree, is_back in ((onward, False), (back, True)):
            if other := tree.get(name):
                held.add((name, other) if is_back else (other, name))
                if other not in kept:
                    kept.add(other)
                    waiting.append(other)
    strong = {way: n for way, n in ways.items() if kept.issuperset(way) and way not in minor}
    held |= _strongest(strong, 0) | _strongest(strong, 1)
    often = {way for way, n in strong.items() if n >= least_way}
    return Simple(frozenset(kept), frozenset(held | often))


def _tree(
    ways: Mapping[Way, int], roots: Mapping[str, int], minor: frozenset[Way]
) -> dict[str, str]:
    """From which activity each is reached best: along ways of which the weakest is strongest, and
    along minor ones only where there is no other way."""
    onward: defaultdict[str, list[tuple[str, tuple[bool, int]]]] = defaultdict(list)
    for (before, after), n in ways.items():
        onward[before].append((after, ((before, after) not in minor, n)))
    queue = [(False, -n, name, _OUTSIDE) for name, n in roots.items()]
    queue.sort()
    reached: dict[str, str] = {}
    while queue:
        is_weak, less, here, origin = heappop(queue)
        if here in reached:
            continue
        reached[here] = origin
        for after, (is_major, n) in onward[here]:
            if after not in reached:
                heappush(queue, (is_weak or not is_major, max(less, -n), after, here))
    return reached


def _strongest(ways: Mapping[Way, int], side: int) -> set[Way]:
    """The strongest way of each activity on one side, loops left out."""
    best: dict[str, Way] = {}
    for way in sorted(ways, key=lambda way: (-ways[way], way)):
        if way[0] != way[1]:
            best.setdefault(way[side], way)
    return set(best.values())
