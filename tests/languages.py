"""What a model allows, found by trying everything: slow, and obviously right.

A language is the set of sequences of activities up to a length.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.tree import SILENT, Activity, Block, Operator, Silent, Tree, block

Trace = tuple[str, ...]
Marking = frozenset[tuple[str, int]]


def trees(names: str = "abcdef", max_leaves: int = 6) -> st.SearchStrategy[Tree]:
    """Trees as :func:`block` makes them, some activities more than once."""
    leaves = st.one_of(st.sampled_from([Activity(name) for name in names]), st.just(SILENT))

    def blocks(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.sampled_from([Operator.SEQUENCE, Operator.CHOICE, Operator.PARALLEL])
        return st.one_of(
            st.builds(block, several, st.lists(parts, min_size=2, max_size=3)),
            st.builds(block, st.just(Operator.LOOP), st.tuples(parts, parts)),
        )

    return st.recursive(leaves, blocks, max_leaves=max_leaves)


def of_tree(tree: Tree, length: int) -> set[Trace]:
    """By the definitions of the operators."""
    match tree:
        case Activity(name):
            return {(name,)} if length else set()
        case Silent():
            return {()}
        case Block(Operator.CHOICE, children):
            return {trace for child in children for trace in of_tree(child, length)}
        case Block(Operator.LOOP, (do, redo)):
            once, again = of_tree(do, length), of_tree(redo, length)
            found = set(once)
            while more := _joined(_joined(found, again, length), once, length) - found:
                found |= more
            return found
        case Block(operator, children):
            join = _joined if operator is Operator.SEQUENCE else _interleaved
            found = {()}
            for child in children:
                found = join(found, of_tree(child, length), length)
            return found


def _joined(left: set[Trace], right: set[Trace], length: int) -> set[Trace]:
    return {a + b for a in left for b in right if len(a) + len(b) <= length}


def _interleaved(left: set[Trace], right: set[Trace], length: int) -> set[Trace]:
    def mixes(a: Trace, b: Trace) -> set[Trace]:
        if not a or not b:
            return {a + b}
        return {a[:1] + rest for rest in mixes(a[1:], b)} | {
            b[:1] + rest for rest in mixes(a, b[1:])
        }

    return {mix for a in left for b in right if len(a) + len(b) <= length for mix in mixes(a, b)}


def of_net(net: Net, length: int) -> set[Trace]:
    """By playing the token game."""
    return _played(_steps_of(net), frozenset({(SOURCE, 1)}), frozenset({(SINK, 1)}), length)


def of_pm4py(model: tuple[Any, Any, Any], length: int) -> set[Trace]:
    """The same on a net of pm4py's, with its initial and final marking."""
    net, initial, final = model
    steps = [
        (
            transition.label,
            [arc.source.name for arc in transition.in_arcs],
            [arc.target.name for arc in transition.out_arcs],
        )
        for transition in net.transitions
    ]
    start = frozenset((place.name, count) for place, count in initial.items())
    end = frozenset((place.name, count) for place, count in final.items())
    return _played(steps, start, end, length)


def accepts(net: Net, trace: Trace) -> bool:
    """Whether a net allows a sequence of activities, exactly."""
    steps = _steps_of(net)
    markings = _silently({frozenset({(SOURCE, 1)})}, steps)
    for activity in trace:
        fired = {
            after
            for before in markings
            for label, inputs, outputs in steps
            if label == activity and (after := _fired(before, inputs, outputs)) is not None
        }
        markings = _silently(fired, steps)
    return frozenset({(SINK, 1)}) in markings


_Steps = list[tuple[str | None, list[str], list[str]]]


def _steps_of(net: Net) -> _Steps:
    return [
        (
            label,
            [source for source, target in net.arcs if target == transition],
            [target for source, target in net.arcs if source == transition],
        )
        for transition, label in net.transitions.items()
    ]


def _played(steps: _Steps, start: Marking, end: Marking, length: int) -> set[Trace]:
    found: set[Trace] = set()
    ways: dict[Trace, set[Marking]] = {(): _silently({start}, steps)}
    for _ in range(length + 1):
        found |= {trace for trace, markings in ways.items() if end in markings}
        longer: dict[Trace, set[Marking]] = {}
        for trace, markings in ways.items():
            for marking in markings:
                for label, inputs, outputs in steps:
                    after = _fired(marking, inputs, outputs)
                    if label is not None and after is not None:
                        longer.setdefault((*trace, label), set()).add(after)
        ways = {trace: _silently(markings, steps) for trace, markings in longer.items()}
    return found


def _silently(markings: set[Marking], steps: _Steps) -> set[Marking]:
    """All markings that silent steps lead to."""
    seen, todo = set(markings), list(markings)
    while todo:
        marking = todo.pop()
        for label, inputs, outputs in steps:
            after = _fired(marking, inputs, outputs)
            if label is None and after is not None and after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


def _fired(marking: Marking, inputs: list[str], outputs: list[str]) -> Marking | None:
    tokens = dict(marking)
    for place in inputs:
        if not tokens.get(place):
            return None
        tokens[place] -= 1
    for place in outputs:
        tokens[place] = tokens.get(place, 0) + 1
    return frozenset((place, count) for place, count in tokens.items() if count)
