"""Tables as CSV, for spreadsheets: what is in a cell is data there, never a formula."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Final, NamedTuple

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Records(NamedTuple):
    """Rows under the names of their fields, which are there without any row, too."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def as_csv(records: Records) -> str:
    """A header and a line each; instants in UTC."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(records.columns)
    writer.writerows(map(_cell, row) for row in records.rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
