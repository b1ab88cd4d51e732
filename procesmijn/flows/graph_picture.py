"""Activities and what leads from one to another as a picture: from the start on the left to the end
on the right, each arrow as thick as it is frequent."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from lxml import etree

from procesmijn.flows.canvas import Caption, add, canvas, tip, write_words
from procesmijn.flows.layers import Place, in_layers
from procesmijn.flows.room import Room
from procesmijn.flows.xml import encoded, readable

_WIDTH: Final = 130.0
_HEIGHT: Final = 58.0
_GAP: Final = 90.0
"""Between two layers."""
_THICK: Final = 84.0
"""What a node takes of its layer."""
_THIN: Final = 16.0
"""What an arrow takes that passes one."""
_MARGIN: Final = 30.0
_ROUND: Final = 14.0
"""Radius of the start and the end."""
_ARROW: Final = 7.0
_ARROW_LEAST: Final = 0.75
_ASIDE: Final = 9.0
"""How far over the middle of a node arrows lead back: apart from those that lead on."""
_DIRECT: Final = 2
"""Points of an arrow that passes no layer."""
_SHARES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
"""Where along a short arrow its number may be, best first."""
_LINES: Final = 2
_LETTERS: Final = 18
"""So many letters fit in a line of a node."""
_START: Final = -1
_END: Final = -2


class Arrow(NamedTuple):
    """That something leads from one activity to another."""

    before: str
    after: str
    weight: int
    words: str
    """What the arrow stands for, as a sentence."""
    is_dashed: bool = False


def write(
    counts: Mapping[str, int],
    starts: Mapping[str, int],
    ends: Mapping[str, int],
    arrows: Sequence[Arrow],
    name: str | Caption,
) -> bytes:
    """The picture of a graph called ``name``, SVG as UTF-8; ``counts`` are of its activities, where
    they are known."""
    those = dict.fromkeys(name for each in arrows for name in (each.before, each.after))
    codes = {activity: code for code, activity in enumerate({**counts, **starts, **those, **ends})}
    drawn = {(codes[each.before], codes[each.after]): each for each in arrows}
    for activity, count in starts.items():
        drawn[_START, codes[activity]] = _edge_of(f"{count:,} cases start with", activity, count)
    for activity, count in ends.items():
        drawn[codes[activity], _END] = _edge_of(f"{count:,} cases end with", activity, count)
    weights = {edge: each.weight for edge, each in drawn.items()}
    lonely = {
        (code, code): 0 for code in codes.values()
    }  # an activity that nothing leads to or from
    layers = in_layers(lonely | weights, _THICK, _THIN)
    places = [*layers.nodes.values(), *chain.from_iterable(layers.stops.values())]
    width = max((x for x, _ in map(_point, places)), default=0.0)
    height = max((y for _, y in map(_point, places)), default=0.0)
    root = canvas(name, width + _WIDTH / 2 + _MARGIN, height + _HEIGHT / 2 + _MARGIN)
    most = max(weights.values(), default=1)
    room = Room()
    for x, y in map(_point, layers.nodes.values()):
        room.take(x, y, _WIDTH, _HEIGHT)
    numbers: list[tuple[str, list[tuple[float, float]]]] = []
    for edge, each in sorted(drawn.items(), key=lambda item: item[1].weight):
        way = [layers.nodes[edge[0]], *layers.stops.get(edge, ()), layers.nodes[edge[1]]]
        where = _arrow(root, each, [_point(place) for place in way], edge, most)
        numbers.append((f"{each.weight:,}", where))
    for words, where in reversed(numbers):  # the most frequent choose first
        room.write(root, words, where, size=10)
    for code, place in layers.nodes.items():
        x, y = _point(place)
        if code in {_START, _END}:
            shape = add(
                root, "circle", cx=x, cy=y, r=_ROUND, stroke_width=1.5 if code == _START else 4
            )
            tip(shape, "start" if code == _START else "end")
    for activity, code in codes.items():
        _node(root, activity, counts.get(activity), _point(layers.nodes[code]))
    return encoded(root)


def _edge_of(words: str, activity: str, count: int) -> Arrow:
    return Arrow(activity, activity, count, f"{words} {activity}")


def _point(place: Place) -> tuple[float, float]:
    return _MARGIN + _WIDTH / 2 + place.layer * (_WIDTH + _GAP), _MARGIN + place.y


def _arrow(
    root: etree._Element,
    arrow: Arrow,
    points: Sequence[tuple[float, float]],
    edge: tuple[int, int],
    most: int,
) -> list[tuple[float, float]]:
    """From border to border, level past whatever stands in a layer; where its number may stand."""
    (x, y), (end_x, _) = points[0], points[-1]
    if edge[0] == edge[1]:
        top, half = y - _HEIGHT / 2, _WIDTH / 6
        path = f"M {x + half:.1f} {top:.1f} c 0 -32 {-2 * half:.1f} -32 {-2 * half:.1f} 0"
        places = [(x, top - 24), (x, top - 34), (x - half - 16, top - 16)]
    else:
        is_back = end_x < x
        side = -1 if is_back else 1
        level = [(at, down - _ASIDE if is_back else down) for at, down in points]
        halves = [_half(edge[0]), *[_WIDTH / 2] * (len(points) - 2), _half(edge[1])]
        outs = [(at + side * half, down) for (at, down), half in zip(level, halves, strict=True)]
        ins = [(at - side * half, down) for (at, down), half in zip(level, halves, strict=True)]
        path = f"M {outs[0][0]:.1f} {outs[0][1]:.1f}"
        for number, ((x1, y1), (x2, y2)) in enumerate(zip(outs, ins[1:], strict=False), start=1):
            between = (x1 + x2) / 2
            path += f" C {between:.1f} {y1:.1f} {between:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
            if number < len(points) - 1:
                path += f" H {outs[number][0]:.1f}"
        places = [_on_curve(outs[0], ins[1], share) for share in _SHARES]
        if len(points) > _DIRECT:  # where it runs level nothing crosses it
            level_at = [ins[1][0] + side * _WIDTH * part / 6 for part in range(1, 6)]
            places = [*((at, ins[1][1]) for at in level_at), *places]
    shape = add(
        root,
        "path",
        d=path,
        fill="none",
        marker_end="url(#arrow)",
        stroke_width=max(_ARROW_LEAST, _ARROW * arrow.weight / most),
        stroke_opacity=0.5,
    )
    if arrow.is_dashed:
        shape.set("stroke-dasharray", "6 4")
    tip(shape, arrow.words)
    return places


def _on_curve(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    """A point of the curve between two places that leaves and arrives level."""
    (x1, y1), (x2, y2) = start, end
    across = 1.5 * share * (1 - share) + share**3
    return x1 + (x2 - x1) * across, y1 + (y2 - y1) * (3 * share**2 - 2 * share**3)


def _half(code: int) -> float:
    return _ROUND if code in {_START, _END} else _WIDTH / 2


def _node(root: etree._Element, activity: str, count: int | None, at: tuple[float, float]) -> None:
    x, y = at
    shape = add(
        root,
        "rect",
        x=x - _WIDTH / 2,
        y=y - _HEIGHT / 2,
        width=_WIDTH,
        height=_HEIGHT,
        rx=8,
        fill="#cfe0f3",
    )
    told = [] if count is None else [f"{count:,}"]
    tip(shape, ": ".join([activity, *told]))
    lines = textwrap.wrap(readable(activity), _LETTERS, max_lines=_LINES, placeholder="...")
    lines += told
    top = y - (len(lines) - 1) * 7.5
    for number, line in enumerate(lines):
        write_words(root, line, x, top + number * 15)
