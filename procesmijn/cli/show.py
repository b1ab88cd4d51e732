"""Data for stdout, as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson

from procesmijn.cli.tell import many, note

_WIDTH_OF_FILES: Final = 240
"""Columns of a table that goes into a file or a pipe: nothing is cut off there."""
_ROWS_AT_ONCE: Final = 1_000
"""So many are turned into text together."""
_GAP: Final = 2
"""Columns between two columns."""
_LONGEST_WORD: Final = 16
"""Names with longer words than this are broken in them, where that makes a table fit."""


class Format(StrEnum):
    """How data are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def show(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    form: Format,
    *,
    narrow: Sequence[str] = (),
) -> None:
    """Write rows; ``columns`` are their names, also where there is no row.

    CSV and JSON are written as the rows come; a table has to have them all. ``narrow`` are the
    columns that a terminal shows which has no room for all.
    """
    if form is Format.JSON:
        for part in json_parts(rows):
            sys.stdout.write(part.decode())
    elif form is Format.CSV:
        for part in csv_parts(rows, columns):
            sys.stdout.write(part.decode())
    else:
        _table([*rows], columns, narrow or columns)


def write_json(value: Any) -> None:
    """Write a value as JSON."""
    sys.stdout.write(as_json(value).decode())


def as_json(value: Any) -> bytes:
    """Plain numbers, instants in ISO 8601 with Z; UTF-8."""
    return orjson.dumps(
        value,
        default=_plain,
        option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE,
    )


def csv_parts(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
    """Rows as CSV, UTF-8, some at a time."""
    each = iter(rows)
    part: Iterable[Sequence[Any]] = [columns]
    while part:
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows(part)
        yield text.getvalue().encode()
        part = [[_cell(row[column]) for column in columns] for row in islice(each, _ROWS_AT_ONCE)]


def json_parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """What :func:`as_json` makes of a list of rows, some rows at a time."""
    each = iter(rows)
    opening = b"["
    while part := [*islice(each, _ROWS_AT_ONCE)]:
        yield opening + as_json(part)[1:-3]  # without its brackets
        opening = b","
    yield b"[]\n" if opening == b"[" else b"\n]\n"


def duration(seconds: float, *, is_working: bool = False) -> str:
    """Time for people: the two largest units; working time in hours, since a working day has not
    24 of them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = (0, hours) if is_working else divmod(hours, 24)
    for large, unit, small, next_unit in (
        (days, "d", hours, "h"),
        (hours, "h", minutes, "m"),
        (minutes, "m", rest, "s"),
    ):
        if large:
            return f"{large}{unit} {small:02}{next_unit}"
    return f"{rest}s"


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], narrow: Sequence[str]
) -> None:
    from rich.console import Console  # noqa: PLC0415 - programs that read CSV or JSON need it not
    from rich.table import Table  # noqa: PLC0415

    is_terminal = sys.stdout.isatty()
    console = Console(width=None if is_terminal else _WIDTH_OF_FILES, markup=False, highlight=False)
    parts = [_Column.of(column, rows) for column in columns]
    if is_terminal and _total(part.least_width for part in parts) > console.width:
        parts = [part for part in parts if part.name in narrow]
        if len(parts) < len(columns):
            more = many(len(columns) - len(parts), "more column")
            note(f"a wider terminal, or --format csv, shows {more}")
    is_tight = _total(part.width for part in parts) > console.width
    table = Table(box=None, pad_edge=False, header_style="bold")
    for part in parts:
        table.add_column(
            part.heading,
            justify="right" if part.is_number else "left",
            overflow="fold",
            width=part.least_width if is_tight and not part.is_text else None,
        )
    for cells in zip(*(part.cells for part in parts), strict=True):
        table.add_row(*cells)
    console.print(table)


class _Column(NamedTuple):
    """A column as people read it."""

    name: str
    heading: str
    cells: list[str]
    is_number: bool
    is_text: bool
    width: int
    least_width: int
    """Below it numbers, instants or words would be broken."""

    @classmethod
    def of(cls, name: str, rows: Sequence[Mapping[str, Any]]) -> _Column:
        values = [row[name] for row in rows]
        heading, cells = _heading(name), [_words(name, value) for value in values]
        is_text = any(isinstance(value, str) for value in values)
        is_number = any(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            for value in values
        )
        widest = max(map(len, cells), default=0)
        longest_word = max((len(word) for cell in cells for word in cell.split()), default=0)
        least = min(longest_word, _LONGEST_WORD) if is_text else widest
        return cls(
            name,
            heading,
            cells,
            is_number,
            is_text,
            width=max(widest, len(heading)),
            least_width=max(least, *map(len, heading.split())),
        )


def _total(widths: Iterable[int]) -> int:
    return sum(width + _GAP for width in widths) - _GAP


def _heading(column: str) -> str:
    return column.replace("_seconds", "").removeprefix("seconds_").replace("_", " ")


def _words(column: str, value: Any) -> str:
    if isinstance(value, int | float | Decimal) and "seconds" in column:
        return duration(float(value), is_working="working" in column)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " > ".join(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    return "" if value is None else str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return orjson.dumps(value).decode()
    return float(value) if isinstance(value, Decimal) else value


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
