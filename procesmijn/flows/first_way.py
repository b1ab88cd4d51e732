"""Of several ways through a model that are equally near to a case always the same one.

A search takes whichever it meets first, and that differs from run to run. Here steps are chosen one
by one: what is in both before what is in the case only, that before what is in the model only, and
of these what comes first by name. An earlier step is taken where the rest of the case still comes
as near from there as it has to; how near it comes, the search says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final, TypeAlias

from procesmijn.flows.language import Language, State
from procesmijn.flows.moves import Move, NoWayFound, Where
from procesmijn.flows.net import SOURCE, Net

MOST_SECONDS: Final = 60
MOST_MARKINGS: Final = 1_000
"""After so long, or where the model may be in so many markings at once, the rest is as found."""

Search: TypeAlias = Callable[[Net, Sequence[str]], Sequence[Move]]
"""Finds one of the nearest ways through a net.

Raises :class:`~procesmijn.flows.moves.NoWayFound`."""


def first_of_nearest(
    net: Net, activities: Sequence[str], found: Sequence[Move], search: Search
) -> tuple[Move, ...]:
    """The first of all ways that are as near to the case as the one that was ``found``."""
    language = Language(net)
    state, at, moves, way = language.start, 0, list[Move](), deque(found)
    left = sum(move.cost for move in way)
    until = monotonic() + MOST_SECONDS
    while way and len(state) <= MOST_MARKINGS and monotonic() < until:
        first = way.popleft()
        for move in _earlier(first, language, state, activities[at : at + 1]):
            after, done = _after(move, language, state, at)
            try:
                rest = search(_from(net, after), activities[done:])
            except NoWayFound:
                continue
            if move.cost + sum(each.cost for each in rest) == left:
                first, way = move, deque(rest)
                break
        moves.append(first)
        left -= first.cost
        state, at = _after(first, language, state, at)
    return (*moves, *way)


def _earlier(
    first: Move, language: Language, state: State, following: Sequence[str]
) -> Iterator[Move]:
    """The steps before ``first`` that may be next, the first one first."""
    for activity in following:
        if first.where is not Where.BOTH and language.after(state, activity):
            yield Move(Where.BOTH, activity)
        if first.where is Where.MODEL:
            yield Move(Where.CASE, activity)
    if first.where is Where.MODEL:
        for activity in sorted(language.activities(state)):
            if activity < first.activity:
                yield Move(Where.MODEL, activity)


def _after(move: Move, language: Language, state: State, at: int) -> tuple[State, int]:
    """Where the model may be after a step, and how many steps of the case are done."""
    after = state if move.where is Where.CASE else language.after(state, move.activity)
    return after, at + (move.where is not Where.MODEL)


def _from(net: Net, state: State) -> Net:
    """The net as it goes on from any of these markings."""
    called = {place: place for place in net.places} | {SOURCE: f"former {SOURCE}"}
    going = Net(
        [*called.values(), SOURCE],
        dict(net.transitions),
        [(called.get(source, source), called.get(target, target)) for source, target in net.arcs],
    )
    for number, marking in enumerate(sorted(state)):
        going.transitions[f"start {number}"] = None
        going.arcs.append((SOURCE, f"start {number}"))
        for token, place in enumerate(marking):
            # A place of its own for each token, since an arc puts one and no more.
            hand, pass_on = f"hand {number} {token}", f"pass {number} {token}"
            going.places.append(hand)
            going.transitions[pass_on] = None
            going.arcs.extend(
                [(f"start {number}", hand), (hand, pass_on), (pass_on, called[place])]
            )
    return going
