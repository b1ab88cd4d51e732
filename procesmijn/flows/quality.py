"""How well a model tells what happened, and how simply it does, from variants.

*Fitness* asks how much of what happened the model allows: token-based replay (Rozinat, van der
Aalst: Conformance checking of processes based on monitoring real behavior, Information Systems
2008; pm4py's version with silent steps: Berti, van der Aalst, ATAED 2019).

*Precision* asks how much of what the model allows did happen: escaping edges, ETConformance
(Munoz-Gama, Carmona: A fresh look at precision in process conformance, BPM 2010).

*Generalisation* asks whether the parts of a model were met often enough to be believed of cases to
come: one minus the mean of 1/sqrt(times) over its transitions (Buijs, van Dongen, van der Aalst:
Quality dimensions in process discovery, IJCIS 2014).

*Simplicity* asks how little is attached to each place and transition of its net: 1 where that is
two arcs on average, as in a line, and less where it is more (Vazquez-Barreiros, Mucientes, Lama:
ProDiGen, Information Sciences 2015).

pm4py replays; the counting is done here, since a variant stands for many cases, and pm4py would
want each of them. Activities go in as numbers: pm4py joins names with commas, and takes 'a,b' for
two. An activity that the model does not know is replayed as a step that nothing leads to and that
leads nowhere: pm4py would pass over it, and a model without rare activities would seem to fit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from pm4py.algo.conformance.tokenreplay.variants import token_replay
from pm4py.objects.log.obj import Event, EventLog, Trace
from pm4py.objects.petri_net import semantics
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.align_utils import (
    get_visible_transitions_eventually_enabled_by_marking,
)
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to
from pm4py.util.xes_constants import DEFAULT_NAME_KEY

from procesmijn.core.flow import Variant, activities_of
from procesmijn.flows import net as nets
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.tree import Tree, names

_Codes = dict[str, str]
_Trace = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """All are between 0 and 1, the higher the better; cases without activities do not count."""

    fitness: float
    precision: float
    generalisation: float
    simplicity: float


def quality(tree: Tree, variants: Sequence[Variant]) -> Quality:
    """How good a model is for the cases of these variants.

    Raises:
        NothingHappened: no case has a completed activity.
    """
    known = sorted({*names(tree), *activities_of(variants)})
    codes = {name: f"{number:09}" for number, name in enumerate(known)}
    cases: Counter[_Trace] = Counter()
    for variant in variants:
        if variant.activities:
            cases[tuple(codes[name] for name in variant.activities)] += variant.cases
    if not cases:
        raise NothingHappened
    plain = nets.of_tree(tree)
    replayed = _Replay(tree, codes)
    results = replayed.replay(cases, consider_remaining_in_fitness=True)
    return Quality(
        _fitness(results, cases),
        _precision(replayed, cases),
        _generalisation(results, cases, plain),
        _simplicity(plain),
    )


class _Replay:
    """A model as pm4py wants it, ready to be replayed."""

    def __init__(self, tree: Tree, codes: _Codes) -> None:
        plain = nets.of_tree(tree)
        net = PetriNet("model")
        nodes: dict[str, Any] = {place: PetriNet.Place(place) for place in plain.places}
        net.places.update(nodes.values())
        for transition, name in plain.transitions.items():
            label = None if name is None else codes[name]
            nodes[transition] = PetriNet.Transition(transition, label)
            net.transitions.add(nodes[transition])
        for source, target in plain.arcs:
            add_arc_from_to(nodes[source], nodes[target], net)
        for name in codes.keys() - set(names(tree)):
            _add_stranger(net, codes[name])
        self._model = (net, Marking({nodes[nets.SOURCE]: 1}), Marking({nodes[nets.SINK]: 1}))
        self._allowed: dict[frozenset[Any], set[str]] = {}

    def replay(self, traces: Iterable[_Trace], **parameters: bool) -> list[dict[str, Any]]:
        """What became of each trace."""
        log = EventLog(
            [Trace([Event({DEFAULT_NAME_KEY: code}) for code in trace]) for trace in traces]
        )
        results: list[dict[str, Any]] = token_replay.apply(
            log, *self._model, parameters={"show_progress_bar": False, **parameters}
        )
        return results

    def possible(self, fired: Iterable[Any]) -> Iterator[set[str]]:
        """The activities that can come next: at the start, and after each activity fired."""
        net, marking, _ = self._model
        yield self._next(marking)
        for transition in fired:
            marking = semantics.execute(transition, net, marking)
            if transition.label is not None:
                yield self._next(marking)

    def _next(self, marking: Any) -> set[str]:
        """The activities that a marking allows, silent steps gone through; found once for each."""
        key = frozenset(marking.items())
        if key not in self._allowed:
            net = self._model[0]
            enabled = get_visible_transitions_eventually_enabled_by_marking(net, marking)
            self._allowed[key] = {transition.label for transition in enabled}
        return self._allowed[key]


def _add_stranger(net: Any, code: str) -> None:
    """Replaying it misses one token and leaves one over."""
    before, after = PetriNet.Place(f"before {code}"), PetriNet.Place(f"after {code}")
    step = PetriNet.Transition(code, code)
    net.places.update((before, after))
    net.transitions.add(step)
    add_arc_from_to(before, step, net)
    add_arc_from_to(step, after, net)


def _fitness(results: Sequence[dict[str, Any]], cases: Counter[_Trace]) -> float:
    """Half for tokens that were not missing, half for tokens that were not left over."""
    total: Counter[str] = Counter()
    for result, weight in zip(results, cases.values(), strict=True):
        for tokens in ("missing", "consumed", "remaining", "produced"):
            total[tokens] += result[f"{tokens}_tokens"] * weight
    missing = total["missing"] / total["consumed"]
    remaining = total["remaining"] / total["produced"]
    return 1 - (missing + remaining) / 2


def _precision(replay: _Replay, cases: Counter[_Trace]) -> float:
    """One minus the share of what was possible next, but never done next, over all states.

    The state is what was done so far. Each variant is replayed once, and tells what was possible
    after each of its activities; from where it no longer fits, it tells nothing.
    """
    done: defaultdict[_Trace, set[str]] = defaultdict(set)
    times: Counter[_Trace] = Counter()
    for trace, weight in cases.items():
        for length, activity in enumerate(trace):
            done[trace[:length]].add(activity)
            times[trace[:length]] += weight
    possible: dict[_Trace, set[str]] = {}
    results = replay.replay(
        cases,
        try_to_reach_final_marking_through_hidden=False,
        stop_immediately_unfit=True,
        walk_through_hidden_trans=True,
    )
    for trace, result in zip(cases, results, strict=True):
        for length, activities in enumerate(replay.possible(result["activated_transitions"])):
            possible[trace[:length]] = activities
    states = possible.keys() & done.keys()
    allowed = sum(len(possible[state]) * times[state] for state in states)
    escaping = sum(len(possible[state] - done[state]) * times[state] for state in states)
    return 1 - escaping / allowed if allowed else 1.0


def _generalisation(
    results: Sequence[dict[str, Any]], cases: Counter[_Trace], plain: nets.Net
) -> float:
    """A transition that was never met is worth as little as one that was met once."""
    times = dict.fromkeys(plain.transitions, 0)
    for result, weight in zip(results, cases.values(), strict=True):
        for transition in result["activated_transitions"]:
            if transition.name in times:  # or else it stands for an activity that is not modelled
                times[transition.name] += weight
    return 1 - sum(1 / sqrt(max(met, 1)) for met in times.values()) / len(times)


def _simplicity(plain: nets.Net) -> float:
    """From the arcs of a place or transition, on average: beyond two they cost."""
    arcs = 2 * len(plain.arcs) / (len(plain.places) + len(plain.transitions))
    return 1 / (1 + max(arcs - 2, 0))
