"""Tells what kind of file an event log is, by its first bytes rather than by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from procesmijn.files.ocel import Ocel, OcelRows
from procesmijn.files.ocel_json import OcelJson
from procesmijn.files.ocel_sqlite import OcelSqlite
from procesmijn.files.rows import FileError, Rows, unpacked
from procesmijn.files.tables import CsvRows, ParquetRows
from procesmijn.files.xes import XesRows

_HEAD_BYTES: Final = 4096
_FOREIGN: Final = {
    b"PK\x03\x04": "a workbook or an archive: save the sheet as CSV, or unpack it first",
    b"[": "a list in JSON: events in JSON go to a topic, not through a file",
}
_OCEL: Final[dict[bytes, Callable[[Path], Ocel]]] = {
    b"{": OcelJson,
    b"SQLite format 3": OcelSqlite,
}


def rows_of(path: Path) -> Rows:
    """Open an event log, whatever its format.

    Raises :class:`~procesmijn.files.rows.FileError` for what is no XES, CSV, Parquet or OCEL.
    """
    if not path.is_file():
        raise FileError(f"{path} is {'no file' if path.exists() else 'not there'}")
    with unpacked(path) as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PAR1"):
        return ParquetRows(path)
    for magic, opened in _OCEL.items():
        if head.lstrip().startswith(magic):
            return OcelRows(opened(path))
    for magic, what in _FOREIGN.items():
        if head.lstrip().startswith(magic):
            raise FileError(f"{path.name} is {what}")
    # A byte order mark, or the zero bytes of UTF-16, may stand around the first character.
    if head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return XesRows(path)
    if ".xes" in path.suffixes:
        raise FileError(f"{path.name} is not XES: it does not begin with '<'")
    if b"\x00" in head.partition(b"\n")[0] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError(f"{path.name} is neither XES nor CSV nor Parquet nor OCEL")
    return CsvRows(path)
