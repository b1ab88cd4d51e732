"""Reads OCEL 2.0 in a SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from procesmijn.files.ocel import About, OcelEvent, event_of
from procesmijn.files.rows import FileError, Unreadable

_TABLES: Final = ("event", "object", "event_object", "event_map_type", "object_map_type")
_OWN_COLUMNS: Final = frozenset({"ocel_id", "ocel_time"})
_KINDS: Final = {"INTEGER": "integer", "REAL": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time"}
"""Attribute types by the names that SQLite has for them; any other is a string."""


class OcelSqlite:
    """An OCEL 2.0 in a SQLite database; read in constant memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
            lacks = [name for name in _TABLES if name not in tables]
            if lacks:
                raise FileError(
                    f"{path.name} is a database and no OCEL 2.0 (it has no table {lacks[0]}):"
                    " export the table as CSV or Parquet"
                )
            self._tables = {
                str(name): f"event_{mapped}"
                for name, mapped in database.execute(
                    "SELECT ocel_type, ocel_type_map FROM event_map_type ORDER BY ocel_type"
                )
            }
            met = database.execute("SELECT DISTINCT ocel_type FROM event ORDER BY ocel_type")
            for (name,) in met:
                if self._tables.get(str(name)) not in tables:
                    raise FileError(f"{path.name} has no table of its events of the type {name!r}")
            self.event_types = {
                name: {
                    column: _KINDS.get(kind.upper(), "string")
                    for _, column, kind, *_ in database.execute(
                        f"PRAGMA table_info({_quoted(table)})"
                    )
                    if column not in _OWN_COLUMNS
                }
                for name, table in self._tables.items()
            }
            types = database.execute("SELECT ocel_type FROM object_map_type ORDER BY ocel_type")
            self.object_types = tuple(str(name) for (name,) in types)

    def __iter__(self) -> Iterator[OcelEvent | Unreadable]:
        """Read it. An event about an object that is not there is unreadable."""
        with self._opened() as database:
            events = merge(
                *(self._of_type(name, database) for name in self.event_types), key=itemgetter(0)
            )
            abouts = groupby(_abouts(database), itemgetter(0))
            row, group = next(abouts, (None, iter(())))
            for place, event_id, name, time, attributes in events:
                about: list[About] = []
                if row == place:
                    about = [each for _, each in group]
                    row, group = next(abouts, (None, iter(())))
                yield event_of(event_id, name, time, attributes, about)

    def objects(self) -> Iterator[tuple[str, str]]:
        """Type and id of each object."""
        with self._opened() as database:
            yield from database.execute("SELECT ocel_type, ocel_id FROM object ORDER BY rowid")

    def _of_type(
        self, name: str, database: sqlite3.Connection
    ) -> Iterator[tuple[int, str, str, str | None, dict[str, Any]]]:
        """Row number, id, type, time and attributes of the events of a type, by row number."""
        columns = list(self.event_types[name])
        listed = "".join(f", t.{_quoted(column)}" for column in columns)
        rows = database.execute(
            f"SELECT e.rowid, e.ocel_id, t.ocel_time{listed} FROM event e"  # noqa: S608 - quoted
            f" LEFT JOIN {_quoted(self._tables[name])} t ON t.ocel_id = e.ocel_id"
            " WHERE e.ocel_type = ? ORDER BY e.rowid",
            (name,),
        )
        for place, event_id, time, *values in rows:
            held = {n: v for n, v in zip(columns, values, strict=True) if v is not None}
            yield place, str(event_id), name, None if time is None else str(time), held

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            address = f"{self._path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as database:
                yield database
        except sqlite3.Error as error:
            raise FileError(f"{self._path.name}: not a whole SQLite database ({error})") from error


def _abouts(database: sqlite3.Connection) -> Iterator[tuple[int, About]]:
    rows = database.execute(
        "SELECT e.rowid, o.ocel_type, r.ocel_object_id, r.ocel_qualifier FROM event e"
        " JOIN event_object r ON r.ocel_event_id = e.ocel_id"
        " LEFT JOIN object o ON o.ocel_id = r.ocel_object_id"
        " ORDER BY e.rowid"
    )
    for place, object_type, object_id, qualifier in rows:
        yield place, About(str(object_type or ""), str(object_id), str(qualifier or ""))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
