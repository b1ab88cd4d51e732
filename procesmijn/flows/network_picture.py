"""A network of parties as a picture: the parties on a circle, a line for every two that are linked.

On a circle nothing can be read into a place. Lines bend to the left of where they lead, so there
and back are two lines; the more there is of a link, the thicker it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import cos, hypot, pi, sin, sqrt
from typing import Final, NamedTuple

from lxml import etree

from procesmijn.flows.canvas import Caption, add, canvas, tip, write_words
from procesmijn.flows.room import Room
from procesmijn.flows.xml import encoded

_NODE: Final = 22.0
"""Radius of the party with the most links; that of the others by its area."""
_NODE_LEAST: Final = 5.0
_LINE: Final = 9.0
"""Width of the line of the strongest link."""
_LINE_LEAST: Final = 0.75
_APART: Final = 84.0
"""Between two parties along the circle."""
_RADIUS_LEAST: Final = 170.0
_MARGIN_X: Final = 190.0
"""Where the names are."""
_MARGIN_Y: Final = 70.0
_BEND: Final = 0.16
"""How far a line bends, of its length."""
_TOLD: Final = 12
"""So many links have their number beside them, the strongest; the others tell it as a tip."""
_SHARES: Final = (0.4, 0.34, 0.46, 0.28, 0.52, 0.22, 0.6, 0.68, 0.76)
"""Where along its line a number may be, best first: in the middle lines cross."""
_CLEAR: Final = 16.0
"""From a number to any other line, where there is such a place."""
_POINTS: Final = 24
_UPRIGHT: Final = 0.2
"""Above and under the circle names are in the middle: where the cosine is smaller than this."""


class Link(NamedTuple):
    """That two parties have to do with each other."""

    party: str
    other: str
    weight: int
    words: str
    """What the link is, as a sentence."""


def write(links: Sequence[Link], name: str | Caption, *, is_directed: bool) -> bytes:
    """The picture of a network called ``name``, SVG as UTF-8; ``links`` lead from party to other,
    the strongest first."""
    weights: Counter[str] = Counter()
    for link in links:
        weights[link.party] += link.weight
        weights[link.other] += link.weight
    parties = sorted(weights)
    radius = max(_RADIUS_LEAST, len(parties) * _APART / (2 * pi))
    root = canvas(name, 2 * (radius + _MARGIN_X), 2 * (radius + _MARGIN_Y))
    center = (radius + _MARGIN_X, radius + _MARGIN_Y)
    angles = {party: 2 * pi * at / len(parties) - pi / 2 for at, party in enumerate(parties)}
    most = max(weights.values(), default=1)
    nodes = {
        party: _Node(
            center[0] + radius * cos(angle),
            center[1] + radius * sin(angle),
            max(_NODE_LEAST, _NODE * sqrt(weights[party] / most)),
        )
        for party, angle in angles.items()
    }
    strongest = max((link.weight for link in links), default=1)
    lines = [_Line.of(nodes[link.party], nodes[link.other], is_directed) for link in links]
    for link, line in reversed([*zip(links, lines, strict=True)]):  # the strongest on top
        width = max(_LINE_LEAST, _LINE * link.weight / strongest)
        shape = add(root, "path", d=line.path, fill="none", stroke_width=width, stroke_opacity=0.45)
        if is_directed:
            shape.set("marker-end", "url(#arrow)")
        tip(shape, link.words)
    room = Room()
    for node in nodes.values():
        room.take(node.x, node.y, 2 * node.radius, 2 * node.radius)
    for link, line in [*zip(links, lines, strict=True)][:_TOLD]:
        others = [point for other in lines if other is not line for point in other.along()]
        places = sorted(map(line.at, _SHARES), key=lambda place: _is_near(place, others))
        room.write(root, f"{link.weight:,}", places, size=11)
    for party, node in nodes.items():
        shape = add(root, "circle", cx=node.x, cy=node.y, r=node.radius, fill="#cfe0f3")
        tip(shape, f"{party}: {weights[party]:,}")
        _name(root, party, angles[party], node)
    return encoded(root)


class _Node(NamedTuple):
    x: float
    y: float
    radius: float


class _Line(NamedTuple):
    """A line from the border of one node to that of another, bent towards ``bend``."""

    start: tuple[float, float]
    bend: tuple[float, float]
    end: tuple[float, float]

    @classmethod
    def of(cls, one: _Node, other: _Node, is_bent: bool) -> _Line:
        across, down = other.x - one.x, other.y - one.y
        bend = _BEND if is_bent else 0.0
        middle = ((one.x + other.x) / 2 + bend * down, (one.y + other.y) / 2 - bend * across)
        return cls(_border(one, middle), middle, _border(other, middle))

    @property
    def path(self) -> str:
        numbers = (*self.start, *self.bend, *self.end)
        return "M {:.1f} {:.1f} Q {:.1f} {:.1f} {:.1f} {:.1f}".format(*numbers)

    def along(self) -> list[tuple[float, float]]:
        """Points all along the line."""
        return [self.at(number / _POINTS) for number in range(_POINTS + 1)]

    def at(self, share: float) -> tuple[float, float]:
        """A point of the line, from 0 at its start to 1 at its end."""
        parts = ((1 - share) ** 2, 2 * share * (1 - share), share**2)
        points = [*zip(parts, (self.start, self.bend, self.end), strict=True)]
        return sum(part * x for part, (x, _) in points), sum(part * y for part, (_, y) in points)


def _is_near(place: tuple[float, float], points: Sequence[tuple[float, float]]) -> bool:
    """Whether a number there could be taken for that of another line."""
    return any(hypot(place[0] - x, place[1] - y) < _CLEAR for x, y in points)


def _border(node: _Node, towards: tuple[float, float]) -> tuple[float, float]:
    across, down = towards[0] - node.x, towards[1] - node.y
    share = node.radius / (hypot(across, down) or 1.0)
    return node.x + share * across, node.y + share * down


def _name(root: etree._Element, party: str, angle: float, node: _Node) -> None:
    """Beside its node, on the side that looks away from the circle."""
    away = node.radius + 6
    x, y = node.x + away * cos(angle), node.y + (away + 6 * abs(sin(angle))) * sin(angle)
    anchor = "middle" if abs(cos(angle)) < _UPRIGHT else "start" if cos(angle) > 0 else "end"
    write_words(root, party, x, y, text_anchor=anchor)
