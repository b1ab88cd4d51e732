"""Shapes, arrows and words as SVG, which any browser shows: what every picture is drawn with.

Lengths are pixels, x to the right, y down. A shape may have a tip, which a browser shows where the
mouse rests, and which a screen reader tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lxml import etree

from procesmijn.flows.xml import document, readable

SVG: Final = "http://www.w3.org/2000/svg"

HALO: Final[Mapping[str, str | float]] = {
    "stroke": "white",
    "stroke_width": 3,
    "paint_order": "stroke",
}
"""For words that stand on lines."""

_HEAD: Final = 58.0
"""What a caption takes, above what is drawn."""
_HEAD_LEFT: Final = 24.0
_LETTER: Final = 6.6
"""Width of a letter of the words under a title, about."""


class Caption(NamedTuple):
    """What stands above a picture."""

    title: str
    told: str
    """Of what it is: cases, and since when and until when."""


def canvas(name: str | Caption, width: float, height: float) -> etree._Element:
    """An empty picture called ``name``, with the head of its arrows; a caption is written above,
    so that places in the picture are the same with it and without."""
    head = 0.0
    if isinstance(name, Caption):
        head, width = _HEAD, max(width, 2 * _HEAD_LEFT + _LETTER * len(name.told))
    root = document(
        SVG,
        "svg",
        {
            "viewBox": f"0 {-head:g} {width:g} {height + head:g}",
            "width": f"{width:g}",
            "height": f"{height + head:g}",
            "font-family": "sans-serif",
            "font-size": "12",
            "fill": "white",
            "stroke": "black",
            "stroke-width": "1.5",
            "role": "img",
        },
    )
    add(root, "title").text = readable(name.title if isinstance(name, Caption) else name)
    marker = add(
        add(root, "defs"),
        "marker",
        id="arrow",
        viewBox="0 0 10 10",
        refX=10,
        refY=5,
        markerWidth=12,
        markerHeight=12,
        markerUnits="userSpaceOnUse",
        orient="auto",
    )
    add(marker, "path", d="M 0 1 L 10 5 L 0 9 z", fill="black", stroke="none")
    if isinstance(name, Caption):
        for words, size, weight, y in (
            (name.title, 18, "bold", 22.0),
            (name.told, 13, "normal", 44.0),
        ):
            style: Mapping[str, str | float] = {"font_size": size, "font_weight": weight}
            write_words(root, words, _HEAD_LEFT, y - head, text_anchor="start", **style)
    return root


def add(parent: etree._Element, tag: str, **attributes: str | float) -> etree._Element:
    """A shape; ``stroke_width`` is the attribute ``stroke-width``."""
    hyphened = {
        name.replace("_", "-"): value if isinstance(value, str) else f"{value:.6g}"
        for name, value in attributes.items()
    }
    return etree.SubElement(parent, f"{{{SVG}}}{tag}", hyphened)


def write_words(
    parent: etree._Element, words: str, x: float, y: float, **attributes: str | float
) -> etree._Element:
    """Text around a point, in black where nothing else is said."""
    style: dict[str, str | float] = {
        "fill": "black",
        "stroke": "none",
        "text_anchor": "middle",
        "dominant_baseline": "central",
    }
    text = add(parent, "text", x=x, y=y, **style | attributes)
    text.text = readable(words)
    return text


def tip(shape: etree._Element, words: str) -> None:
    """What a shape stands for, in words."""
    title = etree.SubElement(shape, f"{{{SVG}}}title")
    title.text = readable(words)
