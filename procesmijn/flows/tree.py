"""The process tree: the one model that everything else (Petri net, BPMN, text) is written from.

A tree of activities under four operators, hence always sound: whatever it starts, it can finish.
(van der Aalst: Process Mining, 2nd ed., 2016, section 3.2.8.) It is a plain value, so that who
shows a model needs no miner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

LINE_LENGTH: Final = 88
"""A block whose text is longer than this is spread over lines."""


class Operator(Enum):
    """How the parts of a block relate; the value is the usual sign in text."""

    SEQUENCE = "->"
    CHOICE = "X"
    PARALLEL = "+"
    LOOP = "*"
    """Two parts: the first is done, and done again each time after the second."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A step with a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A step that leaves no trace: a way around, or straight back."""


@dataclass(frozen=True, slots=True)
class Block:
    """Parts under an operator; made by :func:`block`, which keeps the tree small."""

    operator: Operator
    children: tuple[Tree, ...]


Tree: TypeAlias = Activity | Silent | Block

SILENT: Final = Silent()


def block(operator: Operator, children: Iterable[Tree]) -> Tree:
    """Put parts under an operator, in the smallest tree with the same language.

    A sequence in a sequence is one sequence (likewise choice and parallel), a silent step counts
    only where it offers a way around, and a block of one part is that part.
    """
    parts = tuple(children)
    if operator is Operator.LOOP:
        return _loop(*parts)
    flat: list[Tree] = []
    for part in parts:
        same = isinstance(part, Block) and part.operator is operator
        flat.extend(part.children if isinstance(part, Block) and same else [part])
    told: list[Tree] = [part for part in flat if not isinstance(part, Silent)]
    if operator is Operator.CHOICE and len(told) < len(flat) and not any(map(may_be_silent, told)):
        told.append(SILENT)
    flat = list(dict.fromkeys(told)) if operator is Operator.CHOICE else told
    if not flat:
        return SILENT
    return flat[0] if len(flat) == 1 else Block(operator, tuple(flat))


def _loop(do: Tree, redo: Tree) -> Tree:
    """Make a loop, unless it repeats nothing, or repeats what repeats itself already."""
    if isinstance(redo, Silent) and (do == SILENT or _repeats(do)):
        return do
    return Block(Operator.LOOP, (do, redo))


def _repeats(tree: Tree) -> bool:
    return isinstance(tree, Block) and tree.operator is Operator.LOOP and tree.children[1] == SILENT


def may_be_silent(tree: Tree) -> bool:
    """Whether one can get through it without any activity."""
    match tree:
        case Activity():
            return False
        case Silent():
            return True
        case Block(Operator.CHOICE, children):
            return any(map(may_be_silent, children))
        case Block(Operator.LOOP, (do, _)):
            return may_be_silent(do)
        case Block(_, children):
            return all(map(may_be_silent, children))


def names(tree: Tree) -> Iterator[str]:
    """The names of the activities in it, from left to right."""
    if isinstance(tree, Activity):
        yield tree.name
    elif isinstance(tree, Block):
        for child in tree.children:
            yield from names(child)


def ordered(tree: Tree, counts: Mapping[str, int]) -> Tree:
    """The same tree with the parts of choices and parallel blocks by how often they happen.

    The most frequent comes first and a silent step last, so the picture shows the usual way as its
    straight line, and the same counts give the same picture.
    """
    if not isinstance(tree, Block):
        return tree
    children = [ordered(child, counts) for child in tree.children]
    if tree.operator in {Operator.CHOICE, Operator.PARALLEL}:
        children.sort(key=lambda child: _rank(child, counts))
    return Block(tree.operator, tuple(children))


def _rank(tree: Tree, counts: Mapping[str, int]) -> tuple[bool, int, str]:
    most = max((counts[name] for name in names(tree)), default=0)
    return isinstance(tree, Silent), -most, _line(tree)


def text(tree: Tree) -> str:
    """The tree in the usual notation, on one line where it fits, else indented.

    Names stand in single quotes; a quote within a name is doubled.
    """
    return _text(tree, 0)


def _text(tree: Tree, indent: int) -> str:
    line = _line(tree)
    if not isinstance(tree, Block) or indent + len(line) <= LINE_LENGTH:
        return line
    inner = ",\n".join(" " * (indent + 2) + _text(child, indent + 2) for child in tree.children)
    return f"{tree.operator.value}(\n{inner}\n{' ' * indent})"


def _line(tree: Tree) -> str:
    match tree:
        case Activity(name):
            return "'" + name.replace("'", "''") + "'"
        case Silent():
            return "tau"
        case Block(operator, children):
            return f"{operator.value}( {', '.join(_line(child) for child in children)} )"
