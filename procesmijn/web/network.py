"""The network of pairs, laid out on a circle: the same figures as the matrix, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin, sqrt
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.web.directory import Tag

WIDTH: Final = 560.0
"""With room for names on both sides."""
HEIGHT: Final = 384.0
_NODE: Final = 9.0
_BEND: Final = 0.16
_NAMED: Final = 3


class Link(NamedTuple):
    """What is drawn of a pair, and what is said of it."""

    supplier: str
    customer: str
    cases: int
    days: float
    step: int
    """Class of the colour scale, from 1."""
    value: Markup
    title: Markup
    url: str
    is_selected: bool


class Edge(NamedTuple):
    """A bent arrow."""

    path: str
    width: float
    link: Link
    label: tuple[float, float] | None


class Node(NamedTuple):
    """A party on the circle."""

    tag: Tag
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


class Network(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def network(parties: Sequence[Tag], links: Sequence[Link]) -> Network:
    """Parties in their order from the top, clockwise; an edge bends clockwise, too."""
    radius, middle_x, middle_y = HEIGHT / 2 - 44, WIDTH / 2, HEIGHT / 2
    nodes = {}
    for number, tag in enumerate(parties):
        angle = 2 * pi * number / len(parties) - pi / 2
        across, down = cos(angle), sin(angle)
        x, y = middle_x + radius * across, middle_y + radius * down
        anchor = "middle" if abs(across) < 0.2 else "start" if across > 0 else "end"
        nodes[tag.name] = Node(
            tag,
            round(x, 1),
            round(y, 1),
            round(x + 15 * across, 1),
            round(y + 18 * down + 4, 1),
            anchor,
        )
    most = max((link.cases for link in links), default=1)
    named = {
        (link.supplier, link.customer)
        for link in sorted(links, key=lambda link: -link.days)[:_NAMED]
    }
    edges = tuple(
        _edge(
            nodes[link.supplier],
            nodes[link.customer],
            1 + 7 * sqrt(link.cases / most),
            link,
            is_named=(link.supplier, link.customer) in named,
        )
        for link in sorted(links, key=lambda link: link.step)
    )
    return Network(WIDTH, HEIGHT, tuple(nodes.values()), edges)


def _edge(tail: Node, head: Node, width: float, link: Link, *, is_named: bool) -> Edge:
    across, down = head.x - tail.x, head.y - tail.y
    length = hypot(across, down)
    ux, uy = across / length, down / length
    # To the left of the way there, as seen on the screen: so both ways between two parties show.
    bend_x = (tail.x + head.x) / 2 + uy * length * _BEND
    bend_y = (tail.y + head.y) / 2 - ux * length * _BEND
    start_x, start_y = tail.x + ux * _NODE, tail.y + uy * _NODE
    to_x, to_y = head.x - bend_x, head.y - bend_y
    reach = hypot(to_x, to_y)
    gap = _NODE + 4 + width
    end_x, end_y = head.x - to_x / reach * gap, head.y - to_y / reach * gap
    path = f"M{start_x:.1f} {start_y:.1f}Q{bend_x:.1f} {bend_y:.1f} {end_x:.1f} {end_y:.1f}"
    middle = (
        round((start_x + 2 * bend_x + end_x) / 4, 1),
        round((start_y + 2 * bend_y + end_y) / 4 + 4, 1),
    )
    return Edge(path, round(width, 2), link, middle if is_named else None)
