"""Where a process leaves the model that its owner gave: token-based replay of every variant.

(Rozinat, van der Aalst: Conformance checking of processes based on monitoring real behavior,
Information Systems 2008.) A step that takes a token which is not there happened *out of turn*; a
token that is left over in the end waits for a step that was *skipped*. pm4py chooses the silent
steps; which tokens lacked or were left, and where, is followed here along the steps that it fired.
Where it found no way, and there is one, the variant fits. A variant is replayed once and counts for
its cases; one in which nothing was completed does not count.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from procesmijn.core.flow import Variant, activities_of
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.language import Language
from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.replay import Replay, numbered

VARIANTS_AT_ONCE: Final = 200
"""So many are replayed between two reports of progress."""


class Kind(StrEnum):
    """How a case left the model."""

    UNKNOWN = "unknown"
    """The model has no such activity."""
    OUT_OF_TURN = "out of turn"
    """It was done when the model did not have it next: too early, or once too often."""
    SKIPPED = "skipped"
    """It, or one of several, should have come, and did not. Without activities: the end."""


class Deviation(NamedTuple):
    """One way in which cases leave the model."""

    kind: Kind
    activities: tuple[str, ...]
    """The one that it is about; of those skipped all that would have done, by name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a variant in the model."""

    activities: tuple[str, ...]
    cases: int
    fitness: float
    """1 where it fits: half for tokens that were not missing, half for those not left over."""
    deviations: tuple[Deviation, ...]
    """None where it fits; each once, in the order in which they came up."""


@dataclass(frozen=True, slots=True)
class Conformance:
    """How well a process keeps to a model."""

    fitness: float
    """Over all tokens of all cases."""
    outcomes: tuple[Outcome, ...]
    never: tuple[str, ...]
    """Activities of the model that no case has, by name."""

    @property
    def cases(self) -> int:
        """Cases that were replayed."""
        return sum(outcome.cases for outcome in self.outcomes)

    @property
    def fitting(self) -> int:
        """Those that keep to the model."""
        return sum(outcome.cases for outcome in self.outcomes if not outcome.deviations)

    def deviations(self) -> list[tuple[Deviation, int]]:
        """Every deviation with the number of cases that have it, the most frequent first."""
        counts: Counter[Deviation] = Counter()
        for outcome in self.outcomes:
            for deviation in outcome.deviations:
                counts[deviation] += outcome.cases
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def conform(
    net: Net, variants: Sequence[Variant], report: Callable[[int], object] = lambda _: None
) -> Conformance:
    """Hold variants against a net; ``report`` is told how many of them are done.

    Raises:
        NothingHappened: no case has a completed activity.
    """
    told = [variant for variant in variants if variant.activities]
    if not told:
        raise NothingHappened
    happened = activities_of(told)
    known = {name for name in net.transitions.values() if name is not None}
    codes = numbered({*known, *happened})
    replay, following, language = Replay(net, codes), _Following(net, codes), Language(net)
    outcomes: list[Outcome] = []
    total: Counter[str] = Counter()
    for start in range(0, len(told), VARIANTS_AT_ONCE):
        part = told[start : start + VARIANTS_AT_ONCE]
        traces = [[codes[name] for name in variant.activities] for variant in part]
        results = replay.replay(traces, consider_remaining_in_fitness=True)
        for variant, result in zip(part, results, strict=True):
            tokens = Counter({name: result[f"{name}_tokens"] for name in _TOKENS})
            deviations: tuple[Deviation, ...] = ()
            if result["trace_is_fit"] or language.allows(variant.activities):
                tokens["missing"] = tokens["remaining"] = 0
            else:
                deviations = following.deviations(result)
            total.update({name: count * variant.cases for name, count in tokens.items()})
            outcomes.append(
                Outcome(variant.activities, variant.cases, _fitness(tokens), deviations)
            )
        report(len(outcomes))
    never = tuple(sorted(known - happened.keys()))
    return Conformance(_fitness(total), tuple(outcomes), never)


_TOKENS: Final = ("missing", "consumed", "remaining", "produced")


def _fitness(tokens: Counter[str]) -> float:
    missing = tokens["missing"] / tokens["consumed"]
    remaining = tokens["remaining"] / tokens["produced"]
    return 1 - (missing + remaining) / 2


class _Following:
    """Follows the tokens along the steps that a replay fired."""

    def __init__(self, net: Net, codes: dict[str, str]) -> None:
        self._names = {code: name for name, code in codes.items()}
        self._known = set(net.transitions.values())
        self._next = _activities_after(net)

    def deviations(self, result: dict[str, Any]) -> tuple[Deviation, ...]:
        """What went otherwise, each once."""
        found: dict[Deviation, None] = {}
        put = defaultdict[str, deque[int]](deque, {SOURCE: deque([-1])})
        done: list[str | None] = []
        for at, step in enumerate(result["activated_transitions"]):
            name = None if step.label is None else self._names[step.label]
            done.append(name)
            if name is not None and name not in self._known:
                found[Deviation(Kind.UNKNOWN, (name,))] = None
                continue
            for arc in step.in_arcs:
                if put[arc.source.name]:
                    put[arc.source.name].popleft()
                elif name is not None:  # a silent step is fired only where nothing is missing
                    found[Deviation(Kind.OUT_OF_TURN, (name,))] = None
            for arc in step.out_arcs:
                put[arc.target.name].append(at)
        skipped = self._skipped(put, done)
        if not found and not skipped:
            skipped = [()]
        return (*found, *(Deviation(Kind.SKIPPED, names) for names in skipped))

    def _skipped(
        self, put: dict[str, deque[int]], done: Sequence[str | None]
    ) -> list[tuple[str, ...]]:
        """What tokens that are left were waiting for, where nothing of that was done since."""
        awaited = {
            names: None
            for place, since in put.items()
            for at in since
            if (names := self._next.get(place)) and not set(names) & set(done[at + 1 :])
        }
        return sorted(awaited)


def _activities_after(net: Net) -> dict[str, tuple[str, ...]]:
    """Of each place the activities, by name, that may come next of all that its token leads to."""
    steps = defaultdict[str, list[str]](list)
    for source, target in net.arcs:
        steps[source].append(target)

    def after(place: str) -> Iterable[str]:
        seen, todo = {place}, [place]
        while todo:
            for step in steps[todo.pop()]:
                name = net.transitions[step]
                if name is not None:
                    yield name
                    continue
                todo += [more for more in steps[step] if more not in seen]
                seen.update(steps[step])

    return {place: tuple(sorted(set(after(place)))) for place in net.places if place != SINK}
