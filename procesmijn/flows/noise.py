"""Rare steps taken out of a directly-follows graph, without cutting an activity off.

A step is noise where it happens seldom *for the activity that it leaves*: less than a threshold
times that activity's most frequent step (the filter of the Inductive Miner - infrequent: Leemans,
Fahland, van der Aalst, BPM 2013 Workshops). What lies on the widest way from the start to an
activity, or from it to the end, is kept all the same (Augusto et al.: Split Miner, KAIS 2019), so
every activity stays on a way from start to end.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from procesmijn.core.flow import DirectlyFollows

_Place: TypeAlias = tuple[int, str]
"""The start (0), an activity (1, name) or the end (2)."""
_Steps: TypeAlias = Mapping[tuple[_Place, _Place], int]

_START: _Place = (0, "")
_END: _Place = (2, "")


def without_noise(flow: DirectlyFollows, noise: float) -> DirectlyFollows:
    """The graph without the steps that are rarer than ``noise`` (0 to 1) times the usual one."""
    steps = {((1, a), (1, b)): edge.count for (a, b), edge in flow.edges.items()}
    steps |= {(_START, (1, a)): count for a, count in flow.starts.items()}
    steps |= {((1, a), _END): count for a, count in flow.ends.items()}

    usual: dict[_Place, int] = defaultdict(int)
    for (source, _), count in steps.items():
        usual[source] = max(usual[source], count)
    backwards = {(target, source): count for (source, target), count in steps.items()}
    kept = {step for step, count in steps.items() if count >= noise * usual[step[0]]}
    kept |= _widest(steps, _START)
    kept |= {(source, target) for target, source in _widest(backwards, _END)}
    return DirectlyFollows(
        edges={(a, b): e for (a, b), e in flow.edges.items() if ((1, a), (1, b)) in kept},
        starts={a: count for a, count in flow.starts.items() if (_START, (1, a)) in kept},
        ends={a: count for a, count in flow.ends.items() if ((1, a), _END) in kept},
    )


def _widest(steps: _Steps, root: _Place) -> set[tuple[_Place, _Place]]:
    """The steps of the widest ways from the root to every place (Dijkstra, by narrowest step)."""
    leaving: dict[_Place, list[tuple[_Place, int]]] = defaultdict(list)
    for (source, target), count in sorted(steps.items()):
        leaving[source].append((target, count))
    tree: set[tuple[_Place, _Place]] = set()
    reached = {root}
    ways = [(-count, root, target) for target, count in leaving[root]]
    heapq.heapify(ways)
    while ways:
        width, source, target = heapq.heappop(ways)
        if target in reached:
            continue
        reached.add(target)
        tree.add((source, target))
        for further, count in leaving[target]:
            heapq.heappush(ways, (max(width, -count), target, further))
    return tree
