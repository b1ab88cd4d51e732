"""The same net for the same model, whatever file it was read from.

Two files of one model call its nodes otherwise, have them in another order, and have other silent
steps. Token replay counts tokens, also those of silent steps, and chooses among ways by the order
in which it meets them: so a model would fit better as PNML than as BPMN. Here needless silent steps
go, and what is left is numbered by how it hangs together: colour refinement (Weisfeiler, Lehman,
1968), one of those that are still alike set apart at a time (McKay: Practical graph isomorphism,
Congressus Numerantium 30, 1981).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.simplify import simplified


def canonical(net: Net) -> Net:
    """The net with the same language, as few silent steps as fusing places leaves, and its nodes
    numbered by their part in it."""
    plain = simplified(net)
    rank = _ranks(plain)
    kinds = dict.fromkeys(plain.places, "place") | dict.fromkeys(plain.transitions, "step")
    names = {node: f"{kind} {rank[node]:06}" for node, kind in kinds.items()}
    names |= {SOURCE: SOURCE, SINK: SINK}
    return Net(
        sorted(names[place] for place in plain.places),
        dict(sorted((names[step], label) for step, label in plain.transitions.items())),
        sorted((names[source], names[target]) for source, target in plain.arcs),
    )


def _ranks(net: Net) -> dict[str, int]:
    """A number for each node; which of two that nothing tells apart comes first does not matter."""
    before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for source, target in net.arcs:
        after[source].append(target)
        before[target].append(source)
    rank = _ranked(
        {place: ("place", place in {SOURCE, SINK}, place == SINK) for place in net.places}
        | {
            step: ("step", label is not None, label or "")
            for step, label in net.transitions.items()
        }
    )
    while True:
        finer = _ranked(
            {
                node: (
                    own,
                    tuple(sorted(rank[each] for each in before[node])),
                    tuple(sorted(rank[each] for each in after[node])),
                )
                for node, own in rank.items()
            }
        )
        if _colours(finer) == _colours(rank):
            counts = Counter(rank.values())
            alike = [node for node in rank if counts[rank[node]] > 1]
            if not alike:
                return rank
            first = min(alike, key=rank.__getitem__)
            finer = _ranked({node: (own, node != first) for node, own in rank.items()})
        rank = finer


def _ranked(colours: Mapping[str, tuple[Any, ...]]) -> dict[str, int]:
    """A number from 0 for each colour, in their order."""
    numbers = {colour: number for number, colour in enumerate(sorted(set(colours.values())))}
    return {node: numbers[colour] for node, colour in colours.items()}


def _colours(rank: Mapping[str, int]) -> int:
    return max(rank.values()) + 1
