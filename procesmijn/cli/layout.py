"""A table that can be read at any width: text folds between words, nothing else breaks, and where
columns do not fit beside each other every row becomes a block of lines. Nothing is left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len, chop_cells

Emphasis: TypeAlias = Callable[[str], str]
"""What makes a heading stand out, where it is shown."""

_GAP: Final = "  "
"""Between two columns."""
_INDENT: Final = "  "
"""Before what a cell goes on with, so that it looks like no row of its own."""
_READABLE: Final = 12
"""Text in a narrower column than this is a tower of words."""


class Column(NamedTuple):
    """A column as people read it."""

    heading: str
    cells: Sequence[str]
    is_number: bool = False
    """Numbers stand at the right of their column."""
    is_text: bool = False
    """Text may fold between its words; whatever else is there is one piece."""

    @property
    def body_width(self) -> int:
        """So wide that no cell has to fold, but the heading may."""
        return max(_widest(self.heading.split()), _widest(self.cells))

    @property
    def full_width(self) -> int:
        """So wide that nothing has to fold."""
        return max(cell_len(self.heading), _widest(self.cells))

    @property
    def least_width(self) -> int:
        """In a narrower one words or numbers would be broken."""
        if not self.is_text:
            return self.body_width
        first = _widest(cell.partition(" ")[0] for cell in self.cells)
        later = _widest({word for cell in self.cells for word in cell.split()[1:]})
        longest = max(_widest(self.heading.split()), first, later and len(_INDENT) + later)
        return max(longest, min(_READABLE, self.body_width))


def lay_out(columns: Sequence[Column], width: int, strong: Emphasis) -> Iterator[str]:
    """The lines of a table, none wider than ``width`` where one word and its heading fit in that.

    Columns stand beside each other where they can, and where that is not taller than blocks are:
    first headings fold, then text.
    """
    widths = _widths(columns, width)
    rows = list(zip(*(column.cells for column in columns), strict=True))
    if widths is None or _height(rows, widths) > _height_of_blocks(rows, columns, width):
        return _blocks(rows, columns, width, strong)
    return _table(rows, columns, widths, strong)


def folded(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of text, broken between words; a word that is longer than a line breaks at its end.

    ``indent`` stands before every line but the first.
    """
    if cell_len(text) <= width:
        return [text]
    lines, line, begin = [], "", ""
    for word in text.split():
        longer = f"{line} {word}" if line != begin else line + word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line != begin:
            lines.append(line)
            begin = indent
        *full, rest = chop_cells(word, width - len(begin))
        for part in full:
            lines.append(begin + part)
            begin = indent
        line = begin + rest
    return [*lines, line]


def _widths(columns: Sequence[Column], width: int) -> list[int] | None:
    """What each column gets; None where they cannot stand beside each other."""
    room = width - len(_GAP) * (len(columns) - 1)
    least, body, full = (
        [getattr(column, name) for column in columns]
        for name in ("least_width", "body_width", "full_width")
    )
    for low, high in ((body, full), (least, body)):
        if sum(low) <= room:
            return _shared_out(room, low, high)
    return None


def _shared_out(room: int, low: Sequence[int], high: Sequence[int]) -> list[int]:
    """Widths between two bounds that come to no more than ``room``: all that is not at a bound is
    as wide as the next."""

    def up_to(most: int) -> list[int]:
        return [max(a, min(most, b)) for a, b in zip(low, high, strict=True)]

    mosts = range(max(high, default=0) + 1)
    return up_to(bisect_right(mosts, room, key=lambda most: sum(up_to(most))) - 1)


def _table(
    rows: Iterable[Sequence[str]],
    columns: Sequence[Column],
    widths: Sequence[int],
    strong: Emphasis,
) -> Iterator[str]:
    is_number = [column.is_number for column in columns]
    headings = [folded(it.heading, width) for it, width in zip(columns, widths, strict=True)]
    tallest = max(map(len, headings), default=0)
    on_the_ground = [[""] * (tallest - len(lines)) + lines for lines in headings]
    yield from map(strong, _lines(on_the_ground, widths, is_number))
    for row in rows:
        cells = (folded(cell, width, _INDENT) for cell, width in zip(row, widths, strict=True))
        yield from _lines(cells, widths, is_number)


def _lines(
    cells: Iterable[Sequence[str]], widths: Sequence[int], is_number: Sequence[bool]
) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        yield _GAP.join(map(_padded, line, widths, is_number)).rstrip()


def _padded(text: str, width: int, is_number: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if is_number else text + space


def _blocks(
    rows: Sequence[Sequence[str]], columns: Sequence[Column], width: int, strong: Emphasis
) -> Iterator[str]:
    """Every row a block: a line for each column, and a blank one between blocks."""
    margin, room = _of_blocks(columns, width)
    headings = [column.heading for column in columns]
    if not rows:
        yield from map(strong, folded(", ".join(headings), width))
    for number, row in enumerate(rows):
        if number:
            yield ""
        for heading, cell in zip(headings, row, strict=True):
            first, *rest = folded(cell, room)
            space = " " * (margin - cell_len(heading))
            yield f"{strong(heading)}{space}{first}".rstrip()
            yield from (" " * margin + line for line in rest)


def _of_blocks(columns: Sequence[Column], width: int) -> tuple[int, int]:
    """How wide the headings of blocks are, with the gap, and how wide what stands beside them."""
    margin = _widest(column.heading for column in columns) + len(_GAP)
    return margin, max(width - margin, _READABLE)


def _height(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> int:
    """About how many lines rows come to beside each other."""
    return sum(max(map(_lines_of, row, widths)) for row in rows)


def _height_of_blocks(rows: Iterable[Sequence[str]], columns: Sequence[Column], width: int) -> int:
    """About how many lines they come to as blocks."""
    _, room = _of_blocks(columns, width)
    return sum(1 + sum(_lines_of(cell, room) for cell in row) for row in rows)


def _lines_of(text: str, width: int) -> int:
    return max(1, -(-len(text) // width))


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
