"""Data for stdout, as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import orjson

_WIDTH_OF_FILES: Final = 240
"""Columns of a table that goes into a file or a pipe: nothing is cut off there."""


class Format(StrEnum):
    """How data are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: Format) -> None:
    """Write rows; ``columns`` are their names, also where there is no row."""
    if form is Format.JSON:
        write_json(rows)
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    else:
        _table(rows, columns)


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


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - programs that read CSV or JSON need it not
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        is_number = any(
            isinstance(row[column], int | float | Decimal) and not isinstance(row[column], bool)
            for row in rows
        )
        table.add_column(
            _heading(column),
            justify="right" if is_number else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_words(column, row[column]) for column in columns))
    is_terminal = sys.stdout.isatty()
    console = Console(width=None if is_terminal else _WIDTH_OF_FILES, markup=False, highlight=False)
    console.print(table)


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
