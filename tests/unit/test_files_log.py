"""An event log becomes events: each row one, the same whatever the order and the packing."""

from __future__ import annotations

import csv
import gzip
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.files.columns import Columns
from procesmijn.files.log import Counts, Refusal, read_log
from procesmijn.files.steps import message_of
from procesmijn.persons import Keys, Persons
from schemas.event import Event, Lifecycle, Record
from schemas.registry import decode
from tests.event_logs import read_events

HEADER = ("case_id", "activity", "start_time", "end_time", "lifecycle", "department", "user")
DAY = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = st.text("ab é漢'\",;0\n\t\x1f", min_size=1, max_size=5).filter(str.strip)


@st.composite
def log_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows that keep the contract, few enough values for some to be equal."""
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        ended = DAY + timedelta(minutes=draw(st.integers(0, 3)))
        started = draw(st.sampled_from([None, ended, ended - timedelta(microseconds=1)]))
        row = {
            "case_id": draw(st.sampled_from(["007", "7", "x"])),
            "activity": draw(WORDS),
            "start_time": started.isoformat() if started else "",
            "end_time": ended.isoformat(),
            "lifecycle": draw(st.sampled_from(["", "start", "COMPLETE", "Queued"])),
            "department": draw(st.sampled_from(["", "HR", "IT"])),
            "user": draw(st.sampled_from(["", "Jan"])),
        }
        rows.append(row)
    return rows


def write_csv(path: Path, rows: list[dict[str, str]], header: tuple[str, ...] = HEADER) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return path


def expected(row: dict[str, str], number: int, id_: str) -> Event:
    """By hand, from the words of the contract."""

    def us(text: str) -> int:
        since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
        return since // timedelta(microseconds=1)

    lifecycles = {"": 0, "start": 1, "COMPLETE": 0, "Queued": 2}
    return Event(
        source="file:hiring",
        id=id_,
        type="step",
        occurred_us=us(row["end_time"]),
        objects=(("hiring", row["case_id"]),),
        started_us=us(row["start_time"]) if row["start_time"] else None,
        sequence=number,
        lifecycle=Lifecycle(lifecycles[row["lifecycle"]]),
        process="hiring",
        activity=re.sub(r"\s+", " ", row["activity"]).strip(),
        party=row["department"] or None,
        performer=row["user"] or None,
    )


def identities(events: list[Event]) -> dict[str, Event]:
    """What is stored: by id, the lowest row number standing."""
    by_id: dict[str, Event] = {}
    for event in sorted(events, key=lambda each: -(each.sequence or 0)):
        by_id[event.id] = event._replace(sequence=None)
    return by_id


@given(log_rows())
def test_every_row_becomes_the_event_that_it_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    log, events = read_events(write_csv(tmp_path_factory.mktemp("log") / "log.csv", rows))

    assert events == [
        expected(row, number, event.id)
        for number, (row, event) in enumerate(zip(rows, events, strict=True), 1)
    ]
    distinct = {tuple(row.values()) for row in rows}
    assert len({event.id for event in events}) == len(distinct)
    assert log.counts == Counts(
        rows=len(rows),
        refused=0,
        taken_as_one=len(rows) - len(distinct),
        without_party=sum(not row["department"] for row in rows),
        local_twice=0,
        local_never=0,
    )
    assert log.rows == len(rows)


@given(log_rows())
def test_an_event_is_the_same_by_way_of_a_message(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    path = write_csv(tmp_path_factory.mktemp("log") / "log.csv", rows)

    for object_type in (None, "candidate"):
        log = read_log(path, Columns(), "werving & selectie", object_type=object_type)
        for event in log.events():
            headers, value = message_of(event)
            assert decode(Record("t", 0, 0, -1, None, value, headers)) == event


@given(rows=log_rows(), seed=st.integers(0, 999))
def test_order_doubles_packing_and_the_order_of_columns_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    _, events = read_events(write_csv(folder / "log.csv", rows))
    shuffled = rows * 2
    random.Random(seed).shuffle(shuffled)

    _, again = read_events(write_csv(folder / "again.csv.gz", shuffled, HEADER[::-1]))

    assert identities(again) == identities(events)


def test_csv_and_parquet_of_the_same_texts_are_the_same_events(tmp_path: Path) -> None:
    rows = [
        {**dict.fromkeys(HEADER, ""), "case_id": "007", "activity": "a", "end_time": "2026-03-02"}
    ]
    write_csv(tmp_path / "log.csv", rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log.parquet")

    texts = [
        list(read_log(tmp_path / name, Columns(), "hiring", "UTC").events())
        for name in ("log.csv", "log.parquet")
    ]

    assert texts[0] == texts[1]


def test_instants_and_whole_numbers_of_parquet_are_read_exactly(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 2, 9, 30, 0, 1, tzinfo=UTC)
    table = {
        "case_id": pa.array([17.0, float("nan")]),
        "activity": pa.array(["a", "b"]),
        "timestamp": pa.array([moment, moment], pa.timestamp("ns", "Europe/Amsterdam")),
    }
    pq.write_table(pa.table(table), tmp_path / "log.parquet")

    log, events = read_events(tmp_path / "log.parquet")

    assert [(event.objects, event.occurred_us) for event in events] == [
        ((("hiring", "17"),), 1_772_443_800_000_001)
    ]
    assert log.refusals == [Refusal(2, "its 'case_id' (case) is empty")]


def test_a_label_that_is_wrapped_or_padded_is_the_same_label(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp,department,user\n"
        '1,"check\n  the invoice ",2026-03-02T10:00:00Z,"HR\tservices","Jan\nJansen"\n'
        "1,check the invoice,2026-03-02T10:00:00Z,HR services,Jan Jansen\n"
        '1,check the invoice,2026-03-02T10:00:00Z," \n",\n'
    )

    log, events = read_events(path)

    assert {event.activity for event in events} == {"check the invoice"}
    assert [event.party for event in events] == ["HR services", "HR services", None]
    assert [event.performer for event in events] == ["Jan Jansen", "Jan Jansen", None]
    assert log.counts.taken_as_one == 0, "what makes a row another row is its text as it is"


def test_a_column_of_ids_says_which_event_a_row_is(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "event_id,case_id,activity,timestamp\n"
        "e1,1,a,2026-03-02T10:00:00Z\n"
        "e1,1,a,2026-03-02T10:00:00Z\n"
        "e2,1,a,2026-03-02T10:00:00Z\n"
        ",1,a,2026-03-02T10:00:00Z\n"
    )

    log, events = read_events(path, id="event_id")

    assert [event.id for event in events] == ["e1", "e1", "e2"]
    assert log.counts.taken_as_one == 1
    assert log.refusals == [Refusal(4, "its 'event_id' (id) is empty")]


def test_columns_that_mean_nothing_still_tell_rows_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    same = "1,a,2026-03-02T10:00:00Z"
    path.write_text(f"case_id,activity,timestamp,note\n{same},x\n{same},y\n{same},x\n{same},\n")

    log, events = read_events(path)

    assert len({event.id for event in events}) == 3
    assert log.counts.taken_as_one == 1
    assert log.left_out == ("note",)


def test_what_the_columns_are_taken_to_mean_does_not_make_another_event(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp,note\n1,a,2026-03-02T10:00:00Z,HR\n")

    _, [without] = read_events(path)
    _, [with_party] = read_events(path, party="note")

    assert with_party == without._replace(party="HR")


def test_start_and_completion_with_own_lifecycles_and_missing_parties(tmp_path: Path) -> None:
    def event(lifecycle: str, time: str, group: str = "PAYROLL") -> str:
        return f"""<event>
            <string key="concept:name" value="contract checked"/>
            <string key="lifecycle:transition" value="{lifecycle}"/>
            <string key="org:group" value="{group}"/>
            <string key="org:resource" value="Jan"/>
            <date key="time:timestamp" value="{time}"/>
        </event>"""

    path = tmp_path / "log.xes"
    path.write_text(
        "<log><trace><string key='concept:name' value='E1'/>"
        + event("start", "2026-10-25T02:30:00.000+02:00")
        + event("complete", "2026-10-25T02:30:00.000+01:00")
        + event("Awaiting Assignment", "2026-10-25T02:30:00.000+01:00", group="")
        + "</trace></log>"
    )

    log, events = read_events(path)

    assert [each.lifecycle.name for each in events] == ["START", "COMPLETE", "OTHER"]
    assert events[1].occurred_us - events[0].occurred_us == 3_600_000_000
    assert [each.party for each in events] == ["PAYROLL", "PAYROLL", None]
    assert {each.performer for each in events} == {"Jan"}
    assert log.counts.without_party == 1


def test_which_column_is_the_party_does_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    """Only the last event has a group, and it decides for all."""
    first, last = (
        f"<event><string key='concept:name' value='a'/><string key='{attribute}' value='x'/>"
        "<date key='time:timestamp' value='2026-03-02T10:00:00Z'/></event>"
        for attribute in ("org:resource", "org:group")
    )
    trace = "<log><trace><string key='concept:name' value='1'/>{}{}</trace></log>"
    parties = []
    for body in (trace.format(first, last), trace.format(last, first)):
        (tmp_path / "log.xes").write_text(body)
        log, events = read_events(tmp_path / "log.xes")
        assert log.columns.party == "org:group"
        parties.append({event.id: event.party for event in events})

    assert parties[0] == parties[1]


def test_cases_that_are_persons_can_be_concealed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp,user\nJan,a,2026-03-02T10:00:00Z,Piet\n")

    [event] = read_log(path, Columns(), "hiring", object_type="candidate").events()
    concealed = Persons(Keys.generate()).conceal(event)

    assert event.id not in repr(concealed)
    assert "Jan" not in repr(concealed)
    assert "Piet" not in repr(concealed)
