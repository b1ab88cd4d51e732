"""A process tree as a picture that any browser shows: the drawing of the BPMN file, as SVG."""

from __future__ import annotations

import textwrap
from typing import Final

from lxml import etree

from procesmijn.flows.canvas import add, canvas, write_words
from procesmijn.flows.diagram import CHARACTER, Flow, Kind, Shape, draw
from procesmijn.flows.tree import Tree
from procesmijn.flows.xml import encoded, readable

_LINE_HEIGHT: Final = 15.0
_LINES: Final = 5
"""So many lines of text fit in a task."""
_MARK: Final = 9.0
"""Half the size of the cross or plus in a gateway."""


def write(tree: Tree, name: str) -> bytes:
    """The picture of a process called ``name``, as UTF-8."""
    diagram = draw(tree)
    root = canvas(name, diagram.width, diagram.height)
    for flow in diagram.flows:
        _arrow(root, flow)
    for shape in diagram.shapes:
        _shape(root, shape)
    return encoded(root)


def _arrow(root: etree._Element, flow: Flow) -> None:
    points = " ".join(f"{x:g},{y:g}" for x, y in flow.points)
    add(root, "polyline", points=points, fill="none", marker_end="url(#arrow)")


def _shape(root: etree._Element, shape: Shape) -> None:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    match shape.kind:
        case Kind.START | Kind.END:
            thick = 1.5 if shape.kind is Kind.START else 4
            add(root, "circle", cx=x, cy=y, r=shape.width / 2, stroke_width=thick)
        case Kind.TASK:
            _task(root, shape, x, y)
        case Kind.EXCLUSIVE | Kind.PARALLEL:
            half = shape.width / 2
            add(
                root,
                "path",
                d=f"M {x - half:g} {y:g} l {half:g} {-half:g} {half:g} {half:g} "
                f"{-half:g} {half:g} z",
            )
            m = _MARK
            cross = (
                f"M {x - m:g} {y - m:g} l {2 * m:g} {2 * m:g} m 0 {-2 * m:g} l {-2 * m:g} {2 * m:g}"
                if shape.kind is Kind.EXCLUSIVE
                else f"M {x - m:g} {y:g} h {2 * m:g} M {x:g} {y - m:g} v {2 * m:g}"
            )
            add(root, "path", d=cross, stroke_width=3)


def _task(root: etree._Element, shape: Shape, x: float, y: float) -> None:
    add(
        root,
        "rect",
        x=shape.x,
        y=shape.y,
        width=shape.width,
        height=shape.height,
        rx=8,
    )
    fit = int((shape.width - 10) / CHARACTER)
    lines = textwrap.wrap(readable(shape.name), fit, max_lines=_LINES, placeholder="...")
    top = y - (len(lines) - 1) * _LINE_HEIGHT / 2
    label = write_words(root, "", x, y)
    for number, line in enumerate(lines):
        add(label, "tspan", x=x, y=top + number * _LINE_HEIGHT).text = line
