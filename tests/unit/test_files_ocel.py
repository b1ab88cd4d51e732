"""OCEL 2.0, in and out: as others write it, as we do, and what is none."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from procesmijn.errors import UsageError
from procesmijn.files.columns import Columns
from procesmijn.files.exports import Form, written
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.log import Log, read_contract, read_steps
from procesmijn.files.ocel import OBJECTS, OcelRows
from procesmijn.files.rows import FileError
from procesmijn.files.steps import message_of
from schemas.event import Event, Record
from schemas.registry import decode
from tests.exports import PARTS

HIRING: Final[dict[str, Any]] = {
    "objectTypes": [
        {"name": name, "attributes": []} for name in ("vacancy", "candidate", "employee")
    ],
    "eventTypes": [
        {"name": name, "attributes": [{"name": "party", "type": "string"}]}
        for name in ("Vacancy opened", "interview.held", "contract_issued")
    ],
    "objects": [
        {"id": "V-1", "type": "vacancy", "attributes": []},
        {"id": "V-2", "type": "vacancy"},
        {"id": "C-9", "type": "candidate"},
        {"id": "E-7", "type": "employee"},
    ],
    "events": [
        {
            "id": "e1",
            "type": "Vacancy opened",
            "time": "2026-11-02T08:00:00Z",
            "attributes": [{"name": "party", "value": "manager"}],
            "relationships": [{"objectId": "V-1", "qualifier": "opens"}],
        },
        {
            "id": "e2",
            "type": "interview.held",
            "time": "2026-11-12T13:00:00.000+01:00",
            "attributes": [
                {"name": "party", "value": "HR"},
                {"name": "started_at", "value": "2026-11-12T11:00:00Z"},
                {"name": "round", "value": 2},
            ],
            "relationships": [
                {"objectId": object_id, "qualifier": "for"} for object_id in ("V-2", "V-1", "C-9")
            ],
        },
        {
            "id": "e3",
            "type": "contract_issued",
            "time": "2026-11-20T08:56:24Z",
            "attributes": [],
            "relationships": [
                {"objectId": "E-7", "qualifier": "for"},
                {"objectId": "C-9", "qualifier": "to"},
                {"objectId": "C-9", "qualifier": "to"},
            ],
        },
    ],
}


SAMPLES: Final = (
    Path(os.environ.get("PROCESMIJN_TEST_MESSAGES", Path(__file__).parents[3] / "shared/messages"))
    / "ocel2"
)


def opened(folder: Path, document: object, name: str = "log.json") -> OcelRows:
    path = folder / name
    path.write_bytes(orjson.dumps(document))
    rows = rows_of(path)
    assert isinstance(rows, OcelRows)
    return rows


def by_message(event: Event) -> Event:
    """What a worker makes of an event that goes by Kafka."""
    headers, value = message_of(event)
    said = decode(Record("t", 0, 0, -1, None, value, headers))
    assert isinstance(said, Event)
    return said


def test_types_of_the_contract_are_taken_as_such(tmp_path: Path) -> None:
    rows = opened(tmp_path, HIRING)

    log = read_contract(rows, Clock("UTC"))
    one, two, three = events = list(log.events())

    assert log.refusals == []
    assert [event.type for event in events] == [
        "vacancy.opened",
        "interview.held",
        "contract.issued",
    ]
    assert one.objects == (("vacancy", "V-1"),)
    assert two.objects == (("candidate", "C-9"), ("vacancy", "V-1"), ("vacancy", "V-2"))
    assert three.objects == (("candidate", "C-9"), ("employee", "E-7"))
    assert (two.party, two.sequence) == ("HR", 2)
    assert two.started_us == two.occurred_us - 3_600_000_000
    assert all(event.process is None and event.activity is None for event in events)
    assert [by_message(event) for event in events] == events
    assert len({event.id for event in events}) == 3
    again = read_contract(
        opened(tmp_path, {**HIRING, "events": HIRING["events"][::-1]}), Clock("UTC")
    )
    assert {event.id for event in again.events()} == {event.id for event in events}


def test_steps_are_of_the_objects_that_are_the_cases(tmp_path: Path) -> None:
    rows = opened(tmp_path, HIRING)

    def of(object_type: str, stored: str) -> Log:
        columns = Columns(case=rows.cases_are(object_type, None))
        return read_steps(rows, columns, "filling", Clock("UTC"), stored)

    log = of("vacancy", "position")
    opening, interview = events = list(log.events())
    assert (opening.activity, opening.party) == ("Vacancy opened", "manager")
    assert interview.objects == (("position", "V-1"), ("position", "V-2"))
    assert log.counts.of_no_case == 1
    assert [by_message(event) for event in events] == events
    assert [event.sequence for event in of("candidate", "candidate").events()] == [2, 3]


def test_what_the_cases_are_is_told_declared_or_the_only_type(tmp_path: Path) -> None:
    rows = opened(tmp_path, HIRING)
    assert rows.cases_are("employee", "vacancy") == OBJECTS + "employee"
    assert rows.cases_are(None, "vacancy") == OBJECTS + "vacancy"
    for told, declared in ((None, None), (None, "order"), ("order", "vacancy")):
        with pytest.raises(UsageError, match="the file has vacancy, candidate, employee"):
            rows.cases_are(told, declared)
    alone = {"objectTypes": [{"name": "thing", "attributes": []}], "eventTypes": []}
    rows = opened(tmp_path, {**alone, "events": [], "objects": []}, "alone.json")
    assert rows.cases_are(None, "order") == OBJECTS + "thing"


def test_the_whole_file_says_whether_the_day_comes_first(tmp_path: Path) -> None:
    local = [
        {**HIRING["events"][0], "time": "02-11-2026 08:00"},
        {**HIRING["events"][1], "time": "12-11-2026 13:00", "attributes": [
            {"name": "started_at", "value": "11-11-2026 12:00"}]},
        {**HIRING["events"][2], "time": "20-11-2026 08:56"},
    ]  # fmt: skip
    log = read_contract(opened(tmp_path, {**HIRING, "events": local}), Clock("UTC"))
    events = list(log.events())
    assert log.refusals == []
    assert [datetime.fromtimestamp(it.occurred_us / 1e6, UTC).date() for it in events] == [
        date(2026, 11, day) for day in (2, 12, 20)
    ]
    assert events[1].started_us == events[1].occurred_us - 25 * 3_600_000_000
    left_open = opened(tmp_path, {**HIRING, "events": local[:2]})
    assert list(read_contract(left_open, Clock("UTC")).events()) == []


def test_an_event_that_breaks_the_contract_is_refused_alone(tmp_path: Path) -> None:
    one, two, three = HIRING["events"]
    broken = {
        **HIRING,
        "events": [
            one,
            {**two, "relationships": [{"objectId": "C-0", "qualifier": ""}]},
            {**three, "relationships": []},
            {**one, "id": "e4", "time": "2026-13-01"},
        ],
    }
    log = read_contract(opened(tmp_path, broken), Clock("UTC"))
    assert len(list(log.events())) == 1
    assert [(refusal.row, refusal.why.split(";")[0]) for refusal in log.refusals] == [
        (2, "it is about an object that the file does not have"),
        (3, "data names no object"),
        (4, "its time should be as 2026-11-20 09:56:24+01:00"),
    ]
    with pytest.raises(UsageError, match="'beer brewed' is no event type of the contract"):
        read_contract(
            opened(tmp_path, {**HIRING, "eventTypes": [{"name": "beer brewed"}]}), Clock("UTC")
        )


def test_a_database_that_pm4py_wrote_is_read_as_the_json(tmp_path: Path) -> None:
    import pm4py

    rows = opened(tmp_path, HIRING)
    database = tmp_path / "log.sqlite"
    pm4py.write_ocel2_sqlite(pm4py.read_ocel2_json(str(tmp_path / "log.json")), str(database))

    theirs = rows_of(database)

    def told(rows: Any, columns: Columns) -> set[tuple[Any, ...]]:
        events = read_steps(rows, columns, "filling", Clock("UTC")).events()
        return {(e.activity, e.occurred_us, e.objects, e.party) for e in events}

    assert isinstance(theirs, OcelRows)
    assert sorted(theirs.ocel.object_types) == sorted(rows.ocel.object_types)
    columns = Columns(case=rows.cases_are("candidate", None))
    assert told(theirs, columns) == told(rows, columns)


def damaged(path: Path) -> None:
    with written(path, Form.OCEL2_SQLITE, "repairs", "case") as write:
        write(PARTS[0])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def without_types(path: Path) -> None:
    with written(path, Form.OCEL2_SQLITE, "repairs", "case") as write:
        write(PARTS[0])
    database = sqlite3.connect(path)
    database.execute("DELETE FROM event_map_type")
    database.commit()
    database.close()


def of_other_tables(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE log (a)")
    database.close()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (damaged, "not a whole SQLite database"),
        (without_types, "has no table of its events of the type"),
        (of_other_tables, "no OCEL 2.0 .it has no table event."),
        (lambda path: path.write_bytes(b'{"ocel:events": {}}'), "no OCEL 2.0 .eventTypes: "),
        (lambda path: path.write_bytes(b'{"eventTypes": ['), "no OCEL 2.0 .the file: Invalid JSON"),
    ],
)
def test_what_is_no_ocel_is_one_clear_line(
    make: Callable[[Path], object], why: str, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    make(path)
    with pytest.raises(FileError, match=why) as caught:
        list(rows_of(path))
    assert "\n" not in str(caught.value)


if SAMPLES.is_dir() or "CI" in os.environ:

    def test_public_samples() -> None:
        rows = rows_of(SAMPLES / "recruitment.json")
        assert isinstance(rows, OcelRows)
        events = list(read_contract(rows, Clock("UTC")).events())
        assert [(event.type, len(event.objects)) for event in events] == [
            ("vacancy.opened", 1),
            ("interview.held", 2),
            ("contract.issued", 3),
        ]
        rows = rows_of(SAMPLES / "duplicate-relationship.json")
        assert isinstance(rows, OcelRows)
        columns = Columns(case=rows.cases_are(None, None))
        [event] = read_steps(rows, columns, "idling", Clock("UTC"), "thing").events()
        assert (event.activity, event.objects) == ("noop", (("thing", "t1"),))
