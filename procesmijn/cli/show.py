"""Data for stdout, as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from itertools import islice
from shutil import get_terminal_size
from typing import Any, Final

import orjson

from procesmijn.cli.layout import folded, lay_out
from procesmijn.cli.table import Readable, readable
from procesmijn.wording import reworded, wording

_WIDTH_OF_FILES: Final = 240
"""Columns of a table that goes into a file or a pipe: nothing is cut off there."""
_ROWS_AT_ONCE: Final = 1_000
"""So many are turned into text together."""
_ZONE: Final[ContextVar[tzinfo]] = ContextVar("zone", default=UTC)
"""Where the readers of tables are."""


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
        _write(readable([*rows], columns, _ZONE.get(), wording()))


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


def section(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as one table of several, under its title."""
    _write(readable(rows, columns, _ZONE.get(), wording()), reworded(title, wording()))


def speak_of_zone(zone: tzinfo) -> None:
    """From now on instants in tables are those of the clocks there; else they are UTC."""
    _ZONE.set(zone)


def _write(table: Readable, title: str = "") -> None:
    is_terminal = sys.stdout.isatty()
    width = get_terminal_size().columns if is_terminal else _WIDTH_OF_FILES
    strong = _bold if is_terminal and os.environ.get("TERM") != "dumb" else str
    above = "; ".join(each for each in (title, *table.said) if each)
    lines = folded(above, width) if above else []
    for line in (*lines, *lay_out(table.columns, width, strong)):
        sys.stdout.write(f"{line}\n")


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m"


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
