"""Data for stdout, as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from itertools import islice
from shutil import get_terminal_size
from typing import Any, Final

import orjson

from procesmijn.cli.layout import Column, lay_out
from procesmijn.settings import wording
from procesmijn.wording import Wording, reworded

_WIDTH_OF_FILES: Final = 240
"""Columns of a table that goes into a file or a pipe: nothing is cut off there."""
_ROWS_AT_ONCE: Final = 1_000
"""So many are turned into text together."""


class Format(StrEnum):
    """How data are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Format) -> None:
    """Write rows; ``columns`` are their names, also where there is no row.

    CSV and JSON are written as the rows come; a table has to have them all.
    """
    if form is Format.JSON:
        for part in json_parts(rows):
            sys.stdout.write(part.decode())
    elif form is Format.CSV:
        for part in csv_parts(rows, columns):
            sys.stdout.write(part.decode())
    else:
        _table([*rows], columns)


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
    if seconds < 0:
        return f"-{duration(-seconds, is_working=is_working)}"
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


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    is_terminal = sys.stdout.isatty()
    width = get_terminal_size().columns if is_terminal else _WIDTH_OF_FILES
    strong = _bold if is_terminal and os.environ.get("TERM") != "dumb" else str
    parties = wording()
    for line in lay_out([_column(name, rows, parties) for name in columns], width, strong):
        sys.stdout.write(f"{line}\n")


def _column(name: str, rows: Sequence[Mapping[str, Any]], parties: Wording) -> Column:
    values = [row[name] for row in rows]
    return Column(
        reworded(_heading(name), parties),
        [_words(name, value) for value in values],
        is_number=any(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            for value in values
        ),
        is_text=any(isinstance(value, str | tuple) for value in values),
    )


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m"


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
        return _printable(" > ".join(value))
    if isinstance(value, float):
        return f"{value:.3g}"
    return "" if value is None else _printable(str(value))


def _printable(text: str) -> str:
    """Without what a terminal would obey: events may say anything."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else " " if each.isspace() else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


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
