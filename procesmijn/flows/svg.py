"""A process tree as a picture that any browser shows: the drawing of the BPMN file, as SVG."""

from __future__ import annotations

import textwrap
from typing import Final

from lxml import etree

from procesmijn.flows.diagram import CHARACTER, Diagram, Flow, Kind, Shape, draw
from procesmijn.flows.tree import Tree
from procesmijn.flows.xml import document, encoded, readable

SVG: Final = "http://www.w3.org/2000/svg"
_LINE_HEIGHT: Final = 15.0
_LINES: Final = 5
"""So many lines of text fit in a task."""
_MARK: Final = 9.0
"""Half the size of the cross or plus in a gateway."""


def write(tree: Tree, name: str) -> bytes:
    """The picture of a process called ``name``, as UTF-8."""
    diagram = draw(tree)
    root = _canvas(diagram, name)
    for flow in diagram.flows:
        _arrow(root, flow)
    for shape in diagram.shapes:
        _shape(root, shape)
    return encoded(root)


def _canvas(diagram: Diagram, name: str) -> etree._Element:
    root = document(
        SVG,
        "svg",
        {
            "viewBox": f"0 0 {diagram.width:g} {diagram.height:g}",
            "width": f"{diagram.width:g}",
            "height": f"{diagram.height:g}",
            "font-family": "sans-serif",
            "font-size": "12",
            "fill": "white",
            "stroke": "black",
            "stroke-width": "1.5",
            "role": "img",
        },
    )
    _add(root, "title").text = readable(name)
    marker = _add(
        _add(root, "defs"),
        "marker",
        id="arrow",
        viewBox="0 0 10 10",
        refX="10",
        refY="5",
        markerWidth="8",
        markerHeight="8",
        orient="auto",
    )
    _add(marker, "path", d="M 0 1 L 10 5 L 0 9 z", fill="black", stroke="none")
    return root


def _arrow(root: etree._Element, flow: Flow) -> None:
    points = " ".join(f"{x:g},{y:g}" for x, y in flow.points)
    line = _add(root, "polyline", points=points, fill="none")
    line.set("marker-end", "url(#arrow)")


def _shape(root: etree._Element, shape: Shape) -> None:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    match shape.kind:
        case Kind.START | Kind.END:
            circle = _add(root, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{shape.width / 2:g}")
            circle.set("stroke-width", "1.5" if shape.kind is Kind.START else "4")
        case Kind.TASK:
            _task(root, shape, x, y)
        case Kind.EXCLUSIVE | Kind.PARALLEL:
            half = shape.width / 2
            _add(
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
            _add(root, "path", d=cross).set("stroke-width", "3")


def _task(root: etree._Element, shape: Shape, x: float, y: float) -> None:
    _add(
        root,
        "rect",
        x=f"{shape.x:g}",
        y=f"{shape.y:g}",
        width=f"{shape.width:g}",
        height=f"{shape.height:g}",
        rx="8",
    )
    fit = int((shape.width - 10) / CHARACTER)
    lines = textwrap.wrap(readable(shape.name), fit, max_lines=_LINES, placeholder="...")
    top = y - (len(lines) - 1) * _LINE_HEIGHT / 2
    label = _add(root, "text", fill="black", stroke="none")
    label.set("text-anchor", "middle")
    label.set("dominant-baseline", "central")
    for number, line in enumerate(lines):
        _add(label, "tspan", x=f"{x:g}", y=f"{top + number * _LINE_HEIGHT:g}").text = line


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SVG}}}{tag}", attributes)
