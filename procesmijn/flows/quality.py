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
want each of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from pm4py.objects.petri_net import semantics
from pm4py.objects.petri_net.utils.align_utils import (
    get_visible_transitions_eventually_enabled_by_marking,
)

from procesmijn.core.flow import Variant, activities_of
from procesmijn.flows.canonical import canonical
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.net import Net
from procesmijn.flows.pnml import of_tree
from procesmijn.flows.replay import Replay, numbered
from procesmijn.flows.tree import Tree, names

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
    codes = numbered({*names(tree), *activities_of(variants)})
    cases: Counter[_Trace] = Counter()
    for variant in variants:
        if variant.activities:
            cases[tuple(codes[name] for name in variant.activities)] += variant.cases
    if not cases:
        raise NothingHappened
    plain = canonical(of_tree(tree))
    replayed = Replay(plain, codes)
    results = replayed.replay(cases, consider_remaining_in_fitness=True)
    return Quality(
        _fitness(results, cases),
        _precision(replayed, cases),
        _generalisation(results, cases, plain),
        _simplicity(plain),
    )


class _Ahead:
    """What a model allows next."""

    def __init__(self, replay: Replay) -> None:
        self._net, self._start, _ = replay.model
        self._allowed: dict[frozenset[Any], set[str]] = {}

    def possible(self, fired: Iterable[Any]) -> Iterator[set[str]]:
        """The activities that can come next: at the start, and after each activity fired."""
        marking = self._start
        yield self._next(marking)
        for transition in fired:
            marking = semantics.execute(transition, self._net, marking)
            if transition.label is not None:
                yield self._next(marking)

    def _next(self, marking: Any) -> set[str]:
        """The activities that a marking allows, silent steps gone through; found once for each."""
        key = frozenset(marking.items())
        if key not in self._allowed:
            enabled = get_visible_transitions_eventually_enabled_by_marking(self._net, marking)
            self._allowed[key] = {transition.label for transition in enabled}
        return self._allowed[key]


def _fitness(results: Sequence[dict[str, Any]], cases: Counter[_Trace]) -> float:
    """Half for tokens that were not missing, half for tokens that were not left over."""
    total: Counter[str] = Counter()
    for result, weight in zip(results, cases.values(), strict=True):
        for tokens in ("missing", "consumed", "remaining", "produced"):
            total[tokens] += result[f"{tokens}_tokens"] * weight
    missing = total["missing"] / total["consumed"]
    remaining = total["remaining"] / total["produced"]
    return 1 - (missing + remaining) / 2


def _precision(replay: Replay, cases: Counter[_Trace]) -> float:
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
    ahead = _Ahead(replay)
    for trace, result in zip(cases, results, strict=True):
        for length, activities in enumerate(ahead.possible(result["activated_transitions"])):
            possible[trace[:length]] = activities
    states = possible.keys() & done.keys()
    allowed = sum(len(possible[state]) * times[state] for state in states)
    escaping = sum(len(possible[state] - done[state]) * times[state] for state in states)
    return 1 - escaping / allowed if allowed else 1.0


def _generalisation(results: Sequence[dict[str, Any]], cases: Counter[_Trace], plain: Net) -> float:
    """A transition that was never met is worth as little as one that was met once."""
    times = dict.fromkeys(plain.transitions, 0)
    for result, weight in zip(results, cases.values(), strict=True):
        for transition in result["activated_transitions"]:
            if transition.name in times:  # or else it stands for an activity that is not modelled
                times[transition.name] += weight
    return 1 - sum(1 / sqrt(max(met, 1)) for met in times.values()) / len(times)


def _simplicity(plain: Net) -> float:
    """From the arcs of a place or transition, on average: beyond two they cost."""
    arcs = 2 * len(plain.arcs) / (len(plain.places) + len(plain.transitions))
    return 1 / (1 + max(arcs - 2, 0))
