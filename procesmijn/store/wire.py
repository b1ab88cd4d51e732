"""Rows and arrays as PostgreSQL has them on the wire, straight from and to numpy arrays.

A row of fixed-width columns without nulls has a fixed width on the wire as well (PostgreSQL
documentation, COPY, *Binary Format*), so a whole frame is one array with another byte order: no
object per row is made in either direction. That is why the tables of ``mining`` know no null:
``infinity`` and 0 stand for it.

Rows go in by COPY. They come out as records, all in one value: of a COPY the client library makes
an object for each row again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from procesmijn.core.frames import NO_INSTANT, Rows

NULL: Final = struct.pack(">i", -1)
"""A field that says nothing."""

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
_TRAILER: Final = struct.pack(">h", -1)

_WIDTH: Final = struct.Struct(">i")

_STREAM_BYTES: Final = 1 << 22

PG_EPOCH_US: Final = 946_684_800_000_000
"""PostgreSQL counts from 2000-01-01, frames from 1970-01-01."""
_PG_EPOCH_DAYS: Final = 10_957

_WIDTHS: Final = {
    "int8": (">i8",),
    "int4": (">i4",),
    "int2": (">i2",),
    "timestamptz": (">i8",),
    "date": (">i4",),
    "uuid": (">u8", ">u8"),
}

_ARRAY_HEAD: Final = struct.Struct(">iiiii")
"""Dimensions, whether there are nulls, type of the elements, how many, number of the first."""
_ELEMENTS: Final = {
    "int8": (20, ">i8"),
    "int4": (23, ">i4"),
    "int2": (21, ">i2"),
    "date": (1082, ">i4"),
    "timestamptz": (1184, ">i8"),
    "uuid": (2950, "V16"),
}
"""The type's object id, which is the same in every PostgreSQL, and its form."""
_BYTEA: Final = 17


class Column(NamedTuple):
    """A column of a table and the field, or for a uuid the two fields, of a frame."""

    name: str
    kind: str
    fields: tuple[str, ...]


class Layout:
    """How the rows of one frame lie in one table; a ``tail`` is one more column, of bytes."""

    def __init__(self, frame: np.dtype[np.void], columns: Sequence[Column], tail: str = "") -> None:
        self.frame = frame
        self.columns = tuple(columns)
        self.tail = tail
        self._wire = self._row(("count", ">i2"))
        self._record = self._row(("count", ">i4"), ("type", ">i4"))

    def _row(self, count: tuple[str, str], *heads: tuple[str, str]) -> np.dtype[np.void]:
        """A row that begins with its count of columns; ``heads`` stand before each width."""
        parts = [count]
        for at, column in enumerate(self.columns):
            parts += [(f"{name}{at}", form) for name, form in (*heads, ("width", ">i4"))]
            parts += [(f"value{at}_{k}", form) for k, form in enumerate(_WIDTHS[column.kind])]
        return np.dtype(parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the wire."""
        return (*(column.name for column in self.columns), *([self.tail] if self.tail else []))

    def encode(self, rows: Rows, tails: Sequence[bytes] = ()) -> bytes:
        """The body of a binary COPY of ``rows``, with ``tails[i]`` as the last column of row i."""
        wire = np.empty(len(rows), dtype=self._wire)
        wire["count"] = len(self.columns) + bool(self.tail)
        for at, column in enumerate(self.columns):
            widths = _WIDTHS[column.kind]
            wire[f"width{at}"] = sum(int(width[2:]) for width in widths)
            for k, field in enumerate(column.fields):
                wire[f"value{at}_{k}"] = _to_postgres(column.kind, rows[field])
        if not self.tail:
            return _HEADER + wire.tobytes() + _TRAILER
        fixed = memoryview(wire.tobytes())
        width = self._wire.itemsize
        starts = range(0, len(fixed), width)
        pieces: Iterator[Iterable[bytes | memoryview]] = (
            (fixed[start : start + width], _WIDTH.pack(len(tail)), tail)
            for start, tail in zip(starts, tails, strict=True)
        )
        return b"".join(chain([_HEADER], chain.from_iterable(pieces), [_TRAILER]))

    @cached_property
    def unnested(self) -> str:
        """The rows of :meth:`arrays` as a statement has them, under the name ``i``.

        By subscript, which for values of one width is a look-up: ``unnest`` of many arrays makes a
        table of each first, which takes twice as long.
        """
        values = [f"(%({name})s::{kind}[])[at] AS {name}" for name, kind, _ in self.columns]
        if self.tail:
            values.append(self.tail)
            source = f"unnest(%({self.tail})s::bytea[]) WITH ORDINALITY AS of ({self.tail}, at)"
        else:
            name, kind, _ = self.columns[0]
            source = f"generate_subscripts(%({name})s::{kind}[], 1) AS at"
        return f"(SELECT {', '.join(values)} FROM {source}) AS i"  # noqa: S608 - of names of ours

    def arrays(self, rows: Rows, tails: Sequence[bytes] = ()) -> dict[str, Array]:
        """The columns of ``rows`` by their names, as parameters."""
        columns = {
            column.name: array(column.kind, _values(rows, column.fields)) for column in self.columns
        }
        return columns | ({self.tail: array_of_bytes(tails)} if self.tail else {})

    def decode(self, body: bytes) -> Rows:
        """The rows of a binary COPY of exactly these columns (a layout without a tail)."""
        return self._decode(body[len(_HEADER) : -len(_TRAILER)], self._wire)

    def decode_records(self, body: bytes) -> Rows:
        """The rows of one ``record_send`` after the other (a layout without a tail)."""
        return self._decode(body, self._record)

    def _decode(self, body: bytes, row: np.dtype[np.void]) -> Rows:
        if len(body) % row.itemsize:
            raise ValueError(f"a null, or another width, among {', '.join(self.names)}")
        wire = np.frombuffer(body, dtype=row)
        rows = np.empty(len(wire), dtype=self.frame)
        for at, column in enumerate(self.columns):
            for k, field in enumerate(column.fields):
                rows[field] = _from_postgres(column.kind, wire[f"value{at}_{k}"])
        return rows

    def stream(self, blocks: Iterable[bytes | bytearray | memoryview]) -> Iterator[Rows]:
        """The same, a block at a time, for what is too much to be held at once."""
        left, width = bytearray(), self._wire.itemsize
        for at, block in enumerate(blocks):
            left += block if at else memoryview(block)[len(_HEADER) :]
            if len(left) >= _STREAM_BYTES:
                whole = len(left) // width * width
                yield self.decode(_HEADER + bytes(left[:whole]) + _TRAILER)
                del left[:whole]
        yield self.decode(_HEADER + bytes(left).removesuffix(_TRAILER) + _TRAILER)


def copied(rows: Iterable[bytes | memoryview]) -> bytes:
    """The body of a binary COPY of rows that are ready."""
    return b"".join(chain([_HEADER], rows, [_TRAILER]))


def field(value: bytes) -> bytes:
    """A value behind its width."""
    return _WIDTH.pack(len(value)) + value


def fields(row: bytes, at: int) -> list[bytes | None]:
    """The values of a row from the field on that begins at a byte; None where one says nothing."""
    values: list[bytes | None] = []
    while at < len(row):
        (width,) = _WIDTH.unpack_from(row, at)
        at += _WIDTH.size
        values.append(None if width < 0 else row[at : at + width])
        at += max(width, 0)
    return values


@lru_cache(maxsize=1 << 16)
def name_field(name: str | None) -> bytes:
    """The field of a text of which there are few: the same ones come in every batch."""
    return NULL if name is None else field(name.encode())


class Array(NamedTuple):
    """An array as a parameter of a statement, which says by a cast of which type it is."""

    body: bytes


def array(kind: str, values: npt.NDArray[Any]) -> Array:
    """An array of numbers, instants or dates, as a frame has them, or of ``uuid`` (``V16``)."""
    type_id, form = _ELEMENTS[kind]
    wire = np.empty(len(values), dtype=[("width", ">i4"), ("value", form)])
    wire["width"] = wire.dtype["value"].itemsize
    wire["value"] = _to_postgres(kind, values)
    return Array(_ARRAY_HEAD.pack(1, 0, type_id, len(values), 1) + wire.tobytes())


def array_of_bytes(values: Sequence[bytes]) -> Array:
    """An array of ``bytea``."""
    elements = chain.from_iterable((_WIDTH.pack(len(value)), value) for value in values)
    return Array(b"".join([_ARRAY_HEAD.pack(1, 0, _BYTEA, len(values), 1), *elements]))


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.body


psycopg.adapters.register_dumper(Array, _ArrayDumper)


def _values(rows: Rows, fields: Sequence[str]) -> npt.NDArray[Any]:
    """A column, of one field or, for a uuid, of two."""
    if len(fields) == 1:
        values: npt.NDArray[Any] = rows[fields[0]]
        return values
    halves = np.empty(len(rows), dtype=[("high", ">u8"), ("low", ">u8")])
    halves["high"], halves["low"] = rows[fields[0]], rows[fields[1]]
    return halves.view("V16")


def _to_postgres(kind: str, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if kind == "timestamptz":
        return np.where(values == NO_INSTANT, values, values - PG_EPOCH_US)
    if kind == "date":
        return values - _PG_EPOCH_DAYS
    return values


def _from_postgres(kind: str, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if kind == "timestamptz":
        return np.where(values == NO_INSTANT, values, values + PG_EPOCH_US)
    if kind == "date":
        return values + _PG_EPOCH_DAYS
    return values
