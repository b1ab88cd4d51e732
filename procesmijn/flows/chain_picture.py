"""The chain of a process as a picture: a belt from link to link, and beside each what it takes.

Down the left runs the belt, in the order in which cases pass the links; it ends in a full circle
where the customer is an end customer. To the right a bar says which share of the cycle time waits
there; its full part lies within the working hours of whoever is waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from lxml import etree

from procesmijn.flows.canvas import add, canvas, tip, write_words
from procesmijn.flows.xml import encoded

_ROW: Final = 46.0
_MARGIN: Final = 30.0
_BELT: Final = 40.0
"""How far from the left the belt runs."""
_TITLE: Final = 62.0
_BAR: Final = 330.0
"""Where bars begin."""
_BAR_WIDTH: Final = 420.0
"""Of the largest share."""
_BAR_HEIGHT: Final = 14.0
_WIDTH: Final = 900.0
_CIRCLE: Final = 7.0
_WAITING: Final = "#e69f00"
_OUTSIDE: Final = "#f6ddb0"
_OTHER: Final = "#cfe0f3"


class Stretch(NamedTuple):
    """A part of the cycle time."""

    title: str
    share: float
    """Of the cycle time, 0 to 1."""
    working: float
    """Of that, the part within working hours, 0 to 1."""
    figures: str
    """What is to be said of it."""
    is_link: bool
    is_end: bool
    """Whether it is a link to an end customer."""


def write(stretches: Sequence[Stretch], name: str) -> bytes:
    """The picture of the chain of ``name``, SVG as UTF-8; links in order, then what is no link."""
    root = canvas(name, _WIDTH, 2 * _MARGIN + len(stretches) * _ROW)
    largest = max((each.share for each in stretches), default=0.0) or 1.0
    middles = [_MARGIN + (number + 0.5) * _ROW for number in range(len(stretches))]
    links = [y for each, y in zip(stretches, middles, strict=True) if each.is_link]
    for above, below in pairwise(links):
        line = f"M {_BELT:g} {above + _CIRCLE:g} V {below - _CIRCLE:g}"
        add(root, "path", d=line, marker_end="url(#arrow)")
    for each, y in zip(stretches, middles, strict=True):
        _row(root, each, y, _BAR_WIDTH * each.share / largest)
    return encoded(root)


def _row(root: etree._Element, stretch: Stretch, y: float, width: float) -> None:
    if stretch.is_link:
        colour = "black" if stretch.is_end else "white"
        circle = add(root, "circle", cx=_BELT, cy=y, r=_CIRCLE, fill=colour)
        tip(circle, f"{stretch.title}: {stretch.figures}")
    write_words(root, stretch.title, _TITLE, y, text_anchor="start")
    top = y - _BAR_HEIGHT
    full, pale = (_WAITING, _OUTSIDE) if stretch.is_link else (_OTHER, _OTHER)
    add(root, "rect", x=_BAR, y=top, width=width, height=_BAR_HEIGHT, fill=pale, stroke="none")
    within = width * stretch.working
    add(root, "rect", x=_BAR, y=top, width=within, height=_BAR_HEIGHT, fill=full, stroke="none")
    write_words(root, stretch.figures, _BAR, y + 10, text_anchor="start", font_size=11)
