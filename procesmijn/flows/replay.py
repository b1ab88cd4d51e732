"""A model ready to be replayed by pm4py: what became of a sequence of activities in it.

Activities go in as numbers: pm4py joins names with commas, and takes 'a,b' for two. An activity
that the model does not know is replayed as a step that nothing leads to and that leads nowhere:
pm4py would pass over it, and a model without rare activities would seem to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from pm4py.algo.conformance.tokenreplay.variants import token_replay
from pm4py.objects.log.obj import Event, EventLog, Trace
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.util.xes_constants import DEFAULT_NAME_KEY

from procesmijn.flows.net import SINK, SOURCE, Net


def numbered(names: Iterable[str]) -> dict[str, str]:
    """A number for each name, as pm4py gets them: in alphabetical order of the names."""
    return {name: f"{number:09}" for number, name in enumerate(sorted(set(names)))}


def trace_of(codes: Iterable[str]) -> Any:
    """A sequence of numbered activities as pm4py wants it."""
    return Trace([Event({DEFAULT_NAME_KEY: code}) for code in codes])


class _Place(PetriNet.Place):  # type: ignore[misc] # pm4py has no types
    """One that does not come in the order of addresses from a set: replay takes the first way."""

    def __hash__(self) -> int:
        return crc32(self.name.encode())


class _Transition(PetriNet.Transition):  # type: ignore[misc] # as above
    """The same of a transition."""

    def __hash__(self) -> int:
        return crc32(self.name.encode())


class _Arc(PetriNet.Arc):  # type: ignore[misc] # as above
    """And of an arc."""

    def __hash__(self) -> int:
        return crc32(f"{self.source.name}>{self.target.name}".encode())


class Replay:
    """A net as pm4py wants it, with a stranger for every activity that it does not know."""

    def __init__(self, plain: Net, codes: Mapping[str, str]) -> None:
        net = PetriNet("model")
        nodes: dict[str, Any] = {place: _Place(place) for place in plain.places}
        net.places.update(nodes.values())
        for transition, name in plain.transitions.items():
            label = None if name is None else codes[name]
            nodes[transition] = _Transition(transition, label)
            net.transitions.add(nodes[transition])
        for source, target in plain.arcs:
            _connect(nodes[source], nodes[target], net)
        for name in sorted(codes.keys() - set(plain.transitions.values())):
            _add_stranger(net, codes[name])
        self.model = (net, Marking({nodes[SOURCE]: 1}), Marking({nodes[SINK]: 1}))

    def replay(self, traces: Iterable[Iterable[str]], **parameters: bool) -> list[dict[str, Any]]:
        """What became of each trace."""
        log = EventLog([trace_of(trace) for trace in traces])
        results: list[dict[str, Any]] = token_replay.apply(
            log, *self.model, parameters={"show_progress_bar": False, **parameters}
        )
        return results


def _add_stranger(net: Any, code: str) -> None:
    """Replaying it misses one token and leaves one over."""
    before, after = _Place(f"before {code}"), _Place(f"after {code}")
    step = _Transition(code, code)
    net.places.update((before, after))
    net.transitions.add(step)
    _connect(before, step, net)
    _connect(step, after, net)


def _connect(source: Any, target: Any, net: Any) -> None:
    arc = _Arc(source, target)
    net.arcs.add(arc)
    source.out_arcs.add(arc)
    target.in_arcs.add(arc)
