"""Whether a net allows a sequence of activities: by following all ways through it at once.

Token replay takes one way, and where two steps of a model have the same name it may take the wrong
one: a case that fits would be told not to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from procesmijn.flows.net import SINK, SOURCE, Net

MOST_MARKINGS: Final = 10_000
"""At one point of a sequence; a net that can be in more at once is not followed further."""

_Marking: TypeAlias = tuple[str, ...]
"""Places with a token, each as often as it has one, in order."""
State: TypeAlias = frozenset[_Marking]
"""All markings in which a net may be."""


class Language:
    """The sequences that a net allows. What was found out is kept: variants have much in common."""

    def __init__(self, net: Net) -> None:
        takes, puts = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        for source, target in net.arcs:
            if target in net.transitions:
                takes[target].append(source)
            else:
                puts[source].append(target)
        self._steps = defaultdict[str | None, list[tuple[list[str], list[str]]]](list)
        for step, label in net.transitions.items():
            self._steps[label].append((takes[step], puts[step]))
        self.start = self._silently({(SOURCE,)})
        self._after: dict[tuple[State, str], State] = {}

    def allows(self, activities: Iterable[str]) -> bool:
        """Whether the net can do exactly this and come to its end; False where that takes too much
        to find out."""
        state = self.start
        for activity in activities:
            state = self.after(state, activity)
        return (SINK,) in state

    def after(self, state: State, activity: str) -> State:
        """Where the net may be after an activity; nowhere where it does not allow that."""
        if (state, activity) not in self._after:
            done = {after for marking in state for after in self._fired(marking, activity)}
            self._after[state, activity] = self._silently(done)
        return self._after[state, activity]

    def activities(self, state: State) -> set[str]:
        """What a net allows next."""
        return {name for name in self._steps if name is not None and self.after(state, name)}

    def _silently(self, markings: set[_Marking]) -> State:
        """All markings that silent steps lead to."""
        seen, todo = set(markings), list(markings)
        while todo and len(seen) <= MOST_MARKINGS:
            new = [after for after in self._fired(todo.pop(), None) if after not in seen]
            seen.update(new)
            todo += new
        return frozenset(seen)

    def _fired(self, marking: _Marking, label: str | None) -> Iterable[_Marking]:
        """The markings that a step of this name leads to."""
        for takes, puts in self._steps.get(label, ()):
            left = list(marking)
            for place in takes:
                if place not in left:
                    break
                left.remove(place)
            else:
                yield tuple(sorted(left + puts))
