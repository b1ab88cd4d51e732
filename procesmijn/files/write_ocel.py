"""Writes an event log as OCEL 2.0: events with all that they are about, in SQLite or in JSON."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

import orjson

from procesmijn.files.ocel import OcelEvent
from procesmijn.files.ocel_sqlite import OcelSqlite
from procesmijn.files.writing import (
    ACTIVITY,
    CASE,
    ID,
    LIFECYCLE,
    PARTY,
    PERFORMER,
    START,
    TIME,
    Part,
    Write,
    texts,
)

_ATTRIBUTES: Final = {
    TIME: ("ocel_time", "TIMESTAMP"),
    LIFECYCLE: ("lifecycle", "TEXT"),
    START: ("started_at", "TIMESTAMP"),
    PARTY: ("party", "TEXT"),
    PERFORMER: ("performer", "TEXT"),
}
"""What an event says, and the column that it is in: OCEL has no names for them."""
_PLACES: Final = ", ".join("?" * (1 + len(_ATTRIBUTES)))
_SINCE_EVER: Final = "1970-01-01T00:00:00Z"

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type)
);
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type)
);
CREATE TABLE event_object (
    ocel_event_id TEXT REFERENCES event (ocel_id),
    ocel_object_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
    ocel_source_id TEXT REFERENCES object (ocel_id),
    ocel_target_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);
CREATE TEMP TABLE about (
    event TEXT, type TEXT, id TEXT, PRIMARY KEY (event, type, id)
) WITHOUT ROWID;
CREATE TEMP TABLE thing (id TEXT, type TEXT, ocel_id TEXT, PRIMARY KEY (id, type)) WITHOUT ROWID;
BEGIN;
"""
_OBJECTS: Final = """
INSERT INTO thing SELECT DISTINCT id, type, id FROM about;
UPDATE thing SET ocel_id = type || ':' || id
WHERE NOT is_case(type)
  AND EXISTS (SELECT 1 FROM thing t WHERE t.id = thing.id AND t.type <> thing.type);
INSERT INTO object SELECT ocel_id, type FROM thing;
INSERT INTO event_object
SELECT a.event, t.ocel_id, CASE WHEN is_case(a.type) THEN 'case' ELSE 'about' END
FROM about a JOIN thing t ON t.id = a.id AND t.type = a.type;
"""
"""An id in OCEL is of one object, whatever its type. So where two types share one, the object that
is no case has its type before it; what a case is called never changes."""


@contextmanager
def ocel_sqlite(place: Path, case_type: str) -> Iterator[Write]:
    """Write the relational form: an event once, however many of its cases are in the log."""
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.create_function("is_case", 1, lambda each: each == case_type, deterministic=True)
        database.executescript(_TABLES)
        tables: dict[str, str] = {}

        def write(part: Part) -> None:
            _add(part, case_type, tables, database)

        yield write
        database.executescript(_OBJECTS)
        _add_object_types(database)


def _add(part: Part, case_type: str, tables: dict[str, str], database: sqlite3.Connection) -> None:
    """Add some cases; ``tables`` has the end of the name of the table of each activity so far."""
    columns = [texts(part.events[name]) for name in (ID, CASE, ACTIVITY, *_ATTRIBUTES)]
    rows: list[tuple[Any, ...]] = list(zip(*columns, strict=True))
    of_activity: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for event_id, _, activity, *attributes in rows:
        of_activity[activity].append((event_id, *attributes))
    for activity in [each for each in of_activity if each not in tables]:
        tables[activity] = name = _table_name(activity, tables.values())
        declared = ", ".join(f"{column} {kind}" for column, kind in _ATTRIBUTES.values())
        database.execute(
            f"CREATE TABLE event_{name}"
            f" (ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), {declared})"
        )
        database.execute("INSERT INTO event_map_type VALUES (?, ?)", (activity, name))
    add = database.executemany
    add("INSERT OR IGNORE INTO event VALUES (?, ?)", ((row[0], row[2]) for row in rows))
    for activity, events in of_activity.items():
        table = tables[activity]  # letters and digits
        add(f"INSERT OR IGNORE INTO event_{table} VALUES ({_PLACES})", events)  # noqa: S608 - ours
    cases = ((event_id, case_type, case) for event_id, case, *_ in rows)
    add("INSERT OR IGNORE INTO about VALUES (?, ?, ?)", chain(cases, part.others))


def _add_object_types(database: sqlite3.Connection) -> None:
    types = database.execute("SELECT DISTINCT ocel_type FROM object ORDER BY 1").fetchall()
    names: list[str] = []
    for (object_type,) in types:
        name = _table_name(object_type, names)
        names.append(name)
        database.execute("INSERT INTO object_map_type VALUES (?, ?)", (object_type, name))
        database.execute(
            f"CREATE TABLE object_{name} (ocel_id TEXT REFERENCES object (ocel_id),"
            " ocel_time TIMESTAMP, ocel_changed_field TEXT)"
        )
        database.execute(
            f"INSERT INTO object_{name}"  # noqa: S608 - letters and digits
            " SELECT ocel_id, ?, NULL FROM object WHERE ocel_type = ?",
            (_SINCE_EVER, object_type),
        )


def _table_name(name: str, taken: Collection[str]) -> str:
    """Letters and digits of a name, and none that is taken, in whatever capitals."""
    plain = "".join(re.findall("[A-Za-z0-9]+", name.title()))
    used = {each.casefold() for each in (*taken, "object", "")}
    candidates = chain([plain], (f"{plain}{number}" for number in count(2)))
    return next(each for each in candidates if each.casefold() not in used)


@contextmanager
def ocel_json(file: BinaryIO, case_type: str) -> Iterator[Write]:
    """Write JSON, an event at a time: from the relational form, which is made first."""
    with TemporaryDirectory(prefix="procesmijn-") as folder:
        place = Path(folder) / "log.sqlite"
        with ocel_sqlite(place, case_type) as write:
            yield write
        _write_json(OcelSqlite(place), file)


def _write_json(ocel: OcelSqlite, file: BinaryIO) -> None:
    def write(head: bytes, values: Iterable[Mapping[str, object]]) -> None:
        file.write(head)
        file.writelines(
            (b",\n" if number else b"\n") + orjson.dumps(value)
            for number, value in enumerate(values)
        )

    write(
        b'{"eventTypes": [',
        (
            {
                "name": name,
                "attributes": [{"name": each, "type": kind} for each, kind in declared.items()],
            }
            for name, declared in ocel.event_types.items()
        ),
    )
    write(b'],\n"objectTypes": [', ({"name": name, "attributes": []} for name in ocel.object_types))
    write(
        b'],\n"objects": [',
        ({"id": id_, "type": object_type, "attributes": []} for object_type, id_ in ocel.objects()),
    )
    write(b'],\n"events": [', (_event(each) for each in ocel if isinstance(each, OcelEvent)))
    file.write(b"]}\n")


def _event(event: OcelEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "type": event.type,
        "time": event.time,
        "attributes": [{"name": name, "value": value} for name, value in event.attributes.items()],
        "relationships": [
            {"objectId": each.id, "qualifier": each.qualifier} for each in event.objects
        ],
    }
