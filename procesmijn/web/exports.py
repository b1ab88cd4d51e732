"""Tables as files: Parquet, and CSV, in which what is in a cell is data and never a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, Final, NamedTuple

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Records(NamedTuple):
    """Rows under the names of their fields, which are there without any row, too."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


class FileForm(NamedTuple):
    """As what a table leaves the page."""

    suffix: str
    media_type: str
    write: Callable[[Records], bytes]


def as_csv(records: Records) -> str:
    """A header and a line each; instants in UTC."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(records.columns)
    writer.writerows(map(_cell, row) for row in records.rows)
    return text.getvalue()


def as_parquet(records: Records) -> bytes:
    """The same with types: what is a number, a date or an instant there is one here."""
    # 40 MB, for who asks for such a file.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = zip(*records.rows, strict=True) if records.rows else [()] * len(records.columns)
    table = pa.table(
        {
            name: [_typed(value) for value in values]
            for name, values in zip(records.columns, columns, strict=True)
        }
    )
    file = BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _typed(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


FORMS: Final = (
    FileForm("csv", "text/csv; charset=utf-8", lambda records: as_csv(records).encode()),
    FileForm("parquet", "application/vnd.apache.parquet", as_parquet),
)
