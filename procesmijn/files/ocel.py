"""Reads OCEL 2.0, as JSON and as SQLite: events that are about several objects.

Each event is also a row, so that what its columns mean can be found or told as in any table: its
id, activity and time, its attributes, and for each object type the objects of it that it is about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, Protocol

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from procesmijn.files.rows import FileError, Row, Unreadable, unpacked

EVENT_ID: Final = "ocel:eid"
ACTIVITY: Final = "ocel:activity"
TIME: Final = "ocel:timestamp"
OBJECTS: Final = "ocel:type:"
"""What comes before the name of an object type, in the name of the column of its objects."""
SEVERAL: Final = "\x1e"
"""What stands between the objects in a column of them; no id may hold it."""

_TABLES: Final = ("event", "object", "event_object", "event_map_type", "object_map_type")
_OWN_COLUMNS: Final = frozenset({"ocel_id", "ocel_time"})
_KINDS: Final = {"INTEGER": "integer", "REAL": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time"}
"""Attribute types by the names that SQLite has for them; any other is a string."""


class About(NamedTuple):
    """One object of an event."""

    object_type: str
    id: str
    qualifier: str


class OcelEvent(NamedTuple):
    """One event as the file has it."""

    id: str
    type: str
    time: str | None
    attributes: dict[str, Any]
    """Those that it has a value of."""
    objects: list[About]


class Ocel(Protocol):
    """A file that can be read from its beginning, any number of times."""

    event_types: Mapping[str, Mapping[str, str]]
    """The attributes of each event type, by name their type."""
    object_types: tuple[str, ...]

    def __iter__(self) -> Iterator[OcelEvent | Unreadable]:
        """Read the events, in the order of the file."""


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Declared:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    attributes: tuple[_Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class _Relationship:
    id: Annotated[str, Field(alias="objectId")]
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    type: str
    time: str
    attributes: tuple[_Attribute, ...] = ()
    relationships: tuple[_Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class _Object:
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class _Document:
    event_types: Annotated[tuple[_Type, ...], Field(alias="eventTypes")]
    object_types: Annotated[tuple[_Type, ...], Field(alias="objectTypes")]
    events: tuple[_Event, ...]
    objects: tuple[_Object, ...]


_DOCUMENT: Final = TypeAdapter(_Document)


class OcelJson:
    """An OCEL 2.0 in JSON; all of it is in memory."""

    def __init__(self, path: Path) -> None:
        with unpacked(path) as file:
            content = file.read()
        try:
            document = _DOCUMENT.validate_json(content)
        except ValidationError as error:
            [problem, *_] = error.errors(include_url=False, include_input=False)
            place = ".".join(map(str, problem["loc"])) or "the file"
            raise FileError(
                f"{path.name} is JSON and no OCEL 2.0 ({place}: {problem['msg']}): events in the"
                " JSON of a producer go to a topic, not through a file"
            ) from None
        self.event_types = {
            each.name: {declared.name: declared.type for declared in each.attributes}
            for each in document.event_types
        }
        self.object_types = tuple(each.name for each in document.object_types)
        self._types = {each.id: each.type for each in document.objects}
        self._events = document.events

    def __iter__(self) -> Iterator[OcelEvent | Unreadable]:
        """Read it. An event about an object that is not there is unreadable."""
        for event in self._events:
            about = [
                About(self._types.get(each.id, ""), each.id, each.qualifier)
                for each in event.relationships
            ]
            attributes = {each.name: each.value for each in event.attributes}
            yield _event(event.id, event.type, event.time, attributes, about)


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
                yield _event(event_id, name, time, attributes, about)

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


def _event(
    event_id: str, name: str, time: str | None, attributes: dict[str, Any], about: list[About]
) -> OcelEvent | Unreadable:
    for each in about:
        if not each.object_type:
            return Unreadable("it is about an object that the file does not have")
    return OcelEvent(event_id, name, time, attributes, about)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class OcelRows:
    """The events of an OCEL as rows, all their objects with them."""

    def __init__(self, ocel: Ocel) -> None:
        self.ocel = ocel
        attributes = {name for declared in ocel.event_types.values() for name in declared}
        self.names = (
            *(EVENT_ID, ACTIVITY, TIME),
            *sorted(attributes),
            *(OBJECTS + object_type for object_type in ocel.object_types),
        )

    def __iter__(self) -> Iterator[Row | Unreadable]:
        """Read it, row by row."""
        for event in self.ocel:
            yield event if isinstance(event, Unreadable) else row_of(event)


def row_of(event: OcelEvent) -> Row:
    """An event as texts; the objects of a type in one column, each once."""
    row = {name: _text(value) for name, value in event.attributes.items()}
    row |= {EVENT_ID: event.id, ACTIVITY: event.type, TIME: event.time or ""}
    for object_type, of_type in groupby(
        sorted({each[:2] for each in event.objects}), itemgetter(0)
    ):
        row[OBJECTS + object_type] = SEVERAL.join(object_id for _, object_id in of_type)
    return {name: text for name, text in row.items() if text}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=repr).decode()
