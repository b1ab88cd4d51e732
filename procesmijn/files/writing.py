"""Event logs as files: what they hold, and how one is written whole or not at all."""

from __future__ import annotations

import gzip
import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from procesmijn.errors import FileNotWritten

CASE: Final = "case:concept:name"
ACTIVITY: Final = "concept:name"
TIME: Final = "time:timestamp"
START: Final = "start_timestamp"
LIFECYCLE: Final = "lifecycle:transition"
PARTY: Final = "org:group"
PERFORMER: Final = "org:resource"
ID: Final = "identity:id"

EVENTS: Final = pa.schema(
    [
        pa.field(CASE, pa.string(), nullable=False),
        pa.field(ACTIVITY, pa.string(), nullable=False),
        pa.field(TIME, pa.timestamp("us", "UTC"), nullable=False),
        pa.field(START, pa.timestamp("us", "UTC")),
        pa.field(LIFECYCLE, pa.string(), nullable=False),
        pa.field(PARTY, pa.string()),
        pa.field(PERFORMER, pa.string()),
        pa.field(ID, pa.string(), nullable=False),
    ]
)
"""One row for each event of each case, in the names of the standard extensions of XES, which tools
for tables know as well. The start is what pm4py calls it: XES has no name for it. The id tells rows
apart that are alike in all else."""


class Part(NamedTuple):
    """Some cases of a log, each whole and its events in order."""

    events: pa.RecordBatch
    """Of the schema :data:`EVENTS`."""
    others: list[tuple[str, str, str]]
    """Event id, object type and object id of all that its events are about beside their cases."""


Write: TypeAlias = Callable[[Part], None]
"""Adds some cases to a file. What comes after the last is added when its context is left."""


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A place beside ``path`` to write to: it takes the name at the end, if nothing was raised.

    Raises :class:`FileNotWritten` where the system says no.
    """
    place = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        yield place
        place.replace(path)
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileNotWritten(f"{path} cannot be written: {why}") from error
    finally:
        place.unlink(missing_ok=True)


@contextmanager
def sink(place: Path, *, packed: bool) -> Iterator[BinaryIO]:
    """A file to write bytes to, through gzip if asked for."""
    with place.open("wb") as raw:
        if not packed:
            yield raw
            return
        # Without a name and a time in it, the same log is the same file.
        with io.BufferedWriter(gzip.GzipFile("", "wb", 6, raw, mtime=0)) as file:
            yield file


def texts(column: pa.Array) -> list[str | None]:
    """A column as texts; instants as ``2026-03-02T09:00:00.000000Z``."""
    if pa.types.is_timestamp(column.type):
        column = pc.replace_substring(column.cast(pa.string()), " ", "T")
    values: list[str | None] = column.to_pylist()
    return values
