"""Words in a picture that stand where there is room for them: none over others, or over a node."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from lxml import etree

from procesmijn.flows.canvas import HALO, write_words

_LETTER: Final = 0.62
"""Width of a digit or letter, of its size, about."""
_LINE: Final = 1.3
"""Height of a line, of the size of its letters."""


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Room:
    """What of a picture is taken."""

    def __init__(self) -> None:
        self._taken: list[_Box] = []

    def take(self, x: float, y: float, width: float, height: float) -> None:
        """Keep words off what stands around a point."""
        self._taken.append(_around(x, y, width, height))

    def write(
        self, root: etree._Element, words: str, places: Iterable[tuple[float, float]], size: float
    ) -> None:
        """Words around the first of these places that is free; where none is, there are none, and
        the tip of what they are about tells them."""
        for x, y in places:
            box = _around(x, y, _LETTER * size * len(words), _LINE * size)
            if not any(box.meets(other) for other in self._taken):
                self._taken.append(box)
                write_words(root, words, x, y, font_size=size, **HALO)
                return


def _around(x: float, y: float, width: float, height: float) -> _Box:
    return _Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
