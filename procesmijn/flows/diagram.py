"""A drawing of a process tree, left to right, without a layout program.

A tree is made of blocks with one way in and one way out, so it can be drawn from the inside out:
each block is laid out by itself around an axis, and its parent puts it somewhere as a whole.
Nothing can overlap or cross, and no search for a layout is needed.

- a *sequence* puts its parts on the axis, one after the other;
- a *choice* or *parallel* block stands between two gateways: the first part on the axis, the others
  under it, and a way around as an arch over it;
- a *loop* puts what is done on the axis, and what leads back under it, from right to left.

Lengths are those of BPMN tools (bpmn-js): pixels, x to the right, y down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from procesmijn.flows.tree import Activity, Block, Operator, Silent, Tree

EVENT: Final = 36.0
GATEWAY: Final = 50.0
TASK_HEIGHT: Final = 80.0
TASK_WIDTH: Final = 100.0
TASK_WIDTH_MAX: Final = 220.0
CHARACTER: Final = 7.0
"""Width of a letter of 12 pixels: a task is at least as wide as its longest word."""
GAP: Final = 50.0
"""Between shapes on one axis."""
LANE: Final = 30.0
"""Between a shape and the line or shape over or under it."""
MARGIN: Final = 60.0
"""Around the whole drawing."""

Point: TypeAlias = tuple[float, float]


class Kind(Enum):
    """What a shape stands for."""

    START = "start"
    END = "end"
    TASK = "task"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"


class Shape(NamedTuple):
    """Something with a place: ``x``, ``y`` is the upper left corner."""

    id: str
    kind: Kind
    name: str
    x: float
    y: float
    width: float
    height: float


class Flow(NamedTuple):
    """An arrow: it begins on the border of its source and ends on that of its target."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing in which every coordinate is at least 0."""

    shapes: tuple[Shape, ...]
    flows: tuple[Flow, ...]
    width: float
    height: float


class _Line(NamedTuple):
    """An arrow that has no name yet."""

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A block laid out from x = 0 to ``width`` around the axis y = 0.

    It reaches ``over`` and ``under`` the axis; one enters at ``first`` and leaves at ``last``.
    """

    width: float
    over: float
    under: float
    first: str
    last: str
    shapes: tuple[Shape, ...]
    lines: tuple[_Line, ...] = ()

    def at(self, x: float, y: float) -> _Part:
        """The same, elsewhere."""
        return replace(
            self,
            shapes=tuple(s._replace(x=s.x + x, y=s.y + y) for s in self.shapes),
            lines=tuple(
                line._replace(points=tuple((px + x, py + y) for px, py in line.points))
                for line in self.lines
            ),
        )

    def mirrored(self) -> _Part:
        """The same, to be read from right to left."""
        return replace(
            self,
            shapes=tuple(s._replace(x=self.width - s.x - s.width) for s in self.shapes),
            lines=tuple(
                line._replace(points=tuple((self.width - px, py) for px, py in line.points))
                for line in self.lines
            ),
        )


def draw(tree: Tree) -> Diagram:
    """Draw a tree between a start and an end; the same tree gives the same drawing."""
    return _Drawing().draw(tree)


class _Drawing:
    """Counts shapes, to name them in the order in which they are read."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def draw(self, tree: Tree) -> Diagram:
        start = self._shape(Kind.START, EVENT, EVENT)
        inner = self._part(tree)
        end = self._shape(Kind.END, EVENT, EVENT)
        whole = _in_sequence([start, end] if inner is None else [start, inner, end])
        placed = whole.at(MARGIN, MARGIN + whole.over)
        return Diagram(
            placed.shapes,
            tuple(
                Flow(f"flow_{number}", *line) for number, line in enumerate(placed.lines, start=1)
            ),
            placed.width + 2 * MARGIN,
            placed.over + placed.under + 2 * MARGIN,
        )

    def _part(self, tree: Tree) -> _Part | None:
        """Lay out one block; a silent step is no shape but a line, which its parent draws."""
        match tree:
            case Silent():
                return None
            case Activity(name):
                word = max((len(word) for word in name.split()), default=0)
                width = min(max(TASK_WIDTH, word * CHARACTER + 20), TASK_WIDTH_MAX)
                return self._shape(Kind.TASK, width, TASK_HEIGHT, name)
            case Block(Operator.SEQUENCE, children):
                return _in_sequence([part for child in children if (part := self._part(child))])
            case Block(Operator.LOOP, (do, redo)):
                return self._loop(do, redo)
            case Block(operator, children):
                kind = Kind.PARALLEL if operator is Operator.PARALLEL else Kind.EXCLUSIVE
                return self._branches(kind, children)

    def _shape(self, kind: Kind, width: float, height: float, name: str = "") -> _Part:
        word = "gateway" if kind in {Kind.EXCLUSIVE, Kind.PARALLEL} else kind.value
        self._numbers[word] = number = self._numbers.get(word, 0) + 1
        shape = Shape(f"{word}_{number}", kind, name, 0.0, -height / 2, width, height)
        return _Part(width, height / 2, height / 2, shape.id, shape.id, (shape,))

    def _branches(self, kind: Kind, children: Sequence[Tree]) -> _Part:
        """Split, the parts under each other with a way around over them, and join."""
        split = self._shape(kind, GATEWAY, GATEWAY)
        parts = [self._part(child) for child in children]
        join = self._shape(kind, GATEWAY, GATEWAY)
        real = [part for part in parts if part is not None]
        inside = max(part.width for part in real)
        join = join.at(GATEWAY + GAP + inside + GAP, 0)
        left, right = GATEWAY / 2, GATEWAY + GAP + inside + GAP + GATEWAY / 2

        shapes, lines = list(split.shapes), list[_Line]()
        over, under = real[0].over, 0.0
        if len(real) < len(parts):
            over += LANE
            arch = ((left, -GATEWAY / 2), (left, -over), (right, -over), (right, -GATEWAY / 2))
            lines.append(_Line(split.first, join.first, arch))
        for number, part in enumerate(real):
            y = 0.0 if number == 0 else under + LANE + part.over
            x = GATEWAY + GAP + (inside - part.width) / 2
            placed = part.at(x, y)
            shapes.extend(placed.shapes)
            fork: tuple[Point, ...] = ((GATEWAY, 0.0),)
            meet: tuple[Point, ...] = ((GATEWAY + GAP + inside + GAP, 0.0),)
            if y:
                fork = ((left, GATEWAY / 2), (left, y))
                meet = ((right, y), (right, GATEWAY / 2))
            lines.append(_Line(split.first, placed.first, (*fork, (x, y))))
            lines.extend(placed.lines)
            lines.append(_Line(placed.last, join.first, ((x + part.width, y), *meet)))
            under = y + part.under
        return _Part(
            right + GATEWAY / 2,
            max(over, GATEWAY / 2),
            max(under, GATEWAY / 2),
            split.first,
            join.first,
            (*shapes, *join.shapes),
            tuple(lines),
        )

    def _loop(self, do: Tree, redo: Tree) -> _Part:
        """Join, what is done, split, and the way back under it."""
        join = self._shape(Kind.EXCLUSIVE, GATEWAY, GATEWAY)
        done = self._part(do)
        split = self._shape(Kind.EXCLUSIVE, GATEWAY, GATEWAY)
        back = self._part(redo)
        inside = max(part.width if part else 0.0 for part in (done, back))
        split = split.at(GATEWAY + GAP + inside + GAP, 0)
        left, right = GATEWAY / 2, GATEWAY + GAP + inside + GAP + GATEWAY / 2

        shapes, lines = list(join.shapes), list[_Line]()
        over = under = GATEWAY / 2
        into, out = (GATEWAY, 0.0), (right - GATEWAY / 2, 0.0)
        if done is None:
            lines.append(_Line(join.first, split.first, (into, out)))
        else:
            x = GATEWAY + GAP + (inside - done.width) / 2
            placed = done.at(x, 0)
            over, under = max(over, done.over), max(under, done.under)
            shapes.extend(placed.shapes)
            lines.append(_Line(join.first, placed.first, (into, (x, 0.0))))
            lines.extend(placed.lines)
            lines.append(_Line(placed.last, split.first, ((x + done.width, 0.0), out)))
        shapes.extend(split.shapes)

        y = under + LANE + (back.over if back else 0.0)
        down = ((right, GATEWAY / 2), (right, y))
        up = ((left, y), (left, GATEWAY / 2))
        if back is None:
            lines.append(_Line(split.first, join.first, (*down, *up)))
        else:
            x = GATEWAY + GAP + (inside - back.width) / 2
            placed = back.mirrored().at(x, y)
            shapes.extend(placed.shapes)
            lines.append(_Line(split.first, placed.first, (*down, (x + back.width, y))))
            lines.extend(placed.lines)
            lines.append(_Line(placed.last, join.first, ((x, y), *up)))
        return _Part(
            right + GATEWAY / 2,
            over,
            y + (back.under if back else 0.0),
            join.first,
            split.first,
            tuple(shapes),
            tuple(lines),
        )


def _in_sequence(parts: Sequence[_Part]) -> _Part:
    """The parts on one axis, each joined to the next."""
    x = 0.0
    placed: list[_Part] = []
    for part in parts:
        placed.append(part.at(x, 0))
        x += part.width + GAP
    lines: list[_Line] = list(placed[0].lines)
    end = parts[0].width
    for before, after in pairwise(placed):
        lines.append(_Line(before.last, after.first, ((end, 0.0), (end + GAP, 0.0))))
        lines.extend(after.lines)
        end += GAP + after.width
    return _Part(
        x - GAP,
        max(part.over for part in parts),
        max(part.under for part in parts),
        parts[0].first,
        parts[-1].last,
        tuple(shape for part in placed for shape in part.shapes),
        tuple(lines),
    )
