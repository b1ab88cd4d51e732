"""Reads tables, CSV and Parquet: each line or record is a row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from procesmijn.core.frames import Int64s
from procesmijn.files.rows import FileError, Row, Unreadable, unpacked

_DELIMITERS: Final = ",;\t|"
_CHUNK_BYTES: Final = 1 << 20
_BATCH_ROWS: Final = 10_000


class CsvRows:
    """The lines of a CSV file below its header, as text: nothing is taken for a number.

    The delimiter is the one that gives the header most columns. The encoding is the first of UTF-8,
    Windows-1252 and Latin-1 in which the whole file can be read (UTF-16 where it says so).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with unpacked(path) as file:
            self.encoding = _encoding(file)
        with unpacked(path) as file, io.TextIOWrapper(file, self.encoding, newline="") as text:
            head = text.readline()
        self._delimiter = max(_DELIMITERS, key=lambda each: len(_cells(head, each)))
        for header in self._read():
            self.names = _unique(header, path)
            break
        else:
            raise FileError(f"{path.name} is empty")

    def _read(self) -> Iterator[list[str]]:
        with (
            unpacked(self._path) as file,
            io.TextIOWrapper(file, self.encoding, newline="") as text,
        ):
            lines = csv.reader(text, delimiter=self._delimiter, strict=True)
            try:
                yield from lines
            except csv.Error as error:
                raise FileError(f"{self._path.name}: line {lines.line_num}: {error}") from error

    def __iter__(self) -> Iterator[Row | Unreadable]:
        """Read it; empty lines are no rows."""
        names, width = self.names, len(self.names)
        lines = self._read()
        next(lines)
        for cells in lines:
            if len(cells) == width:
                yield {name: cell for name, cell in zip(names, cells, strict=True) if cell}
            elif cells:
                yield Unreadable(f"it has {len(cells)} cells, and the header has {width}")


def _encoding(file: BinaryIO) -> str:
    head = file.read(2)
    if head in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _unique(header: Sequence[str], path: Path) -> tuple[str, ...]:
    """Give the column names; an index that was exported without a name gets its place as name."""
    names = tuple(name.strip() or f"column {place}" for place, name in enumerate(header, 1))
    for name in names:
        if names.count(name) > 1:
            raise FileError(f"{path.name} has two columns {name!r}: give one of them another name")
    return names


class ParquetRows:
    """The records of a Parquet file, as the texts that a CSV file would have.

    A whole number in a floating column (what pandas makes of whole numbers beside missing ones) is
    written without a fraction; an instant with its offset; what is nested as JSON.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.names = _unique(pq.ParquetFile(path).schema_arrow.names, path)
        except (pa.ArrowException, OSError) as error:
            raise FileError(f"{path.name}: not whole Parquet: {_first_line(error)}") from error

    def __iter__(self) -> Iterator[Row]:
        """Read it."""
        for batch in self.batches():
            columns = [texts_of(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield {name: cell for name, cell in zip(self.names, cells, strict=True) if cell}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read it some thousand records at a time, as columns under :attr:`names`."""
        try:
            for batch in pq.ParquetFile(self.path).iter_batches(_BATCH_ROWS):
                yield batch.rename_columns(self.names)
        except (pa.ArrowException, OSError) as error:
            raise FileError(f"{self.path.name}: damaged Parquet: {_first_line(error)}") from error


def distinct(column: Any) -> tuple[Any, Int64s]:
    """Different values of a column, none among them where it lacks any, and the place among them of
    each of its values. Of instants and fractions, which are seldom equal, each is taken for
    another."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    if pa.types.is_nested(kind) or pa.types.is_timestamp(kind) or pa.types.is_floating(kind):
        return column, np.arange(len(column))
    encoded = column.dictionary_encode(null_encoding="encode")
    return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def texts_of(column: Any) -> list[str | None]:
    """The values of a column as the texts that a CSV file would have; None is empty."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return texts_of(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        # Nanoseconds are cut to microseconds, as in text; only a column with a zone ends on Z.
        column = column.cast(pa.timestamp("us", "UTC" if kind.tz else None), safe=False)
    elif pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column.cast(pa.float64()))
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if value is None else _json(value) for value in column.to_pylist()]
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts


def _json(value: object) -> str:
    return orjson.dumps(value, default=repr, option=orjson.OPT_SORT_KEYS).decode()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
