"""One case held against a model, step by step: the way through the model that is nearest to it.

An optimal alignment (Adriansyah, van Dongen, van der Aalst: Conformance checking using cost-based
fitness analysis, EDOC 2011). It is exact where token replay is a good guess. r4pm finds it within
milliseconds, one state after the other; where too many steps may come in any order for that, pm4py
is asked, which estimates what is still to come and passes most of the states by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID

from r4pm.bindings import align_empty_trace, align_trace

from procesmijn.flows.first_way import Search, first_of_nearest
from procesmijn.flows.moves import Move, NoWayFound, Where
from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.tokens import most_tokens

MOST_STEPS: Final = 65_535
"""r4pm counts the steps of a case in 16 bits, and of a longer one would align a part."""
MOST_TOKENS: Final = 255
"""r4pm counts the tokens of a place in 8 bits, and passes ways by that leave more of them there."""
MOST_STATES: Final = 500_000
"""r4pm gives up after these: within half a second, a quarter of what the import of pm4py takes."""
_OPTIONS: Final[Any] = {
    "max_states": MOST_STATES,
    "cost_fn": {
        "log_move_cost": 1,
        "model_move_cost": 1,
        "silent_move_cost": 0,
        "sync_move_cost": 0,
    },
}


@dataclass(frozen=True, slots=True)
class Alignment:
    """The case and the nearest way through the model, side by side; of several, the first."""

    moves: tuple[Move, ...]
    shortest: int
    """Steps of the shortest way through the model."""

    @property
    def fitness(self) -> float:
        """1 where they are the same; 0 where they have nothing in common.

        A step on one side only costs 1, of as many as the case and the shortest way through the
        model have together.
        """
        cost = sum(move.cost for move in self.moves)
        steps = sum(move.where is not Where.MODEL for move in self.moves)
        return 1 - cost / (steps + self.shortest) if cost else 1.0


def align(net: Net, activities: Sequence[str]) -> Alignment:
    """Align the activities of a case, in order of completion, with a net.

    Raises:
        NoWayFound: there is none, or the search takes too long, or the case has more than
            :data:`MOST_STEPS` activities.
    """
    if len(activities) > MOST_STEPS:
        raise NoWayFound(
            f"the case has {len(activities):,} steps, and an alignment {MOST_STEPS:,} at most"
        )
    search: Search = _search
    try:
        found = _align(net, activities)
    except _GaveUp:
        from procesmijn.flows.wide_alignment import (  # noqa: PLC0415 - pm4py: seconds, 200 MB
            align_widely,
            search_widely,
        )

        found = align_widely(net, activities)
        search = search_widely
    return Alignment(first_of_nearest(net, activities, found.moves, search), found.shortest)


class _GaveUp(NoWayFound):
    """r4pm looked at too many states, or found no way to the end, or cannot count the tokens."""


def _align(net: Net, activities: Sequence[str]) -> Alignment:
    if most_tokens(net) > MOST_TOKENS:
        raise _GaveUp
    moves = _search(net, activities)
    return Alignment(tuple(moves), align_empty_trace(_r4pm(net), _OPTIONS)["cost"])


def _search(net: Net, activities: Sequence[str]) -> list[Move]:
    model = _r4pm(net)
    try:
        found = align_trace(model, list(activities), _OPTIONS)
    except TypeError as error:  # the one kind that it raises
        raise _GaveUp from error
    names = dict(zip(model["transitions"], net.transitions.values(), strict=True))
    moves: list[Move] = []
    for move in found["moves"]:
        ((kind, at),) = move.items()
        if kind == "ModelMove":
            name = names[at["transition"]]
            if name is not None:
                moves.append(Move(Where.MODEL, name))
        else:
            where = Where.BOTH if kind == "SyncMove" else Where.CASE
            moves.append(Move(where, activities[at["trace_event_index"]]))
    return moves


def _r4pm(net: Net) -> Any:
    """A net as r4pm wants it, whose nodes are called by UUIDs."""
    nodes = chain(net.places, net.transitions)
    ids = {node: str(UUID(int=number)) for number, node in enumerate(nodes)}
    return {
        "places": {ids[place]: {"id": ids[place]} for place in net.places},
        "transitions": {
            ids[transition]: {"id": ids[transition], "label": name}
            for transition, name in net.transitions.items()
        },
        "arcs": [
            {
                "from_to": {
                    "type": "TransitionPlace" if source in net.transitions else "PlaceTransition",
                    "nodes": [ids[source], ids[target]],
                },
                "weight": 1,
            }
            for source, target in net.arcs
        ],
        "initial_marking": {ids[SOURCE]: 1},
        "final_markings": [{ids[SINK]: 1}],
    }
