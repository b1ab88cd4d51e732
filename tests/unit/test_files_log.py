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

from procesmijn.errors import UsageError
from procesmijn.files.columns import Columns, ColumnsError
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.log import Counts, Log, Refusal, read_log, read_steps
from procesmijn.files.rows import FileError
from procesmijn.files.steps import message_of
from procesmijn.persons import Keys, Persons
from schemas.event import Event, Lifecycle, Record
from schemas.registry import decode

HEADER = ("case_id", "activity", "start_time", "end_time", "lifecycle", "department", "user")
DAY = datetime(2026, 3, 2, tzinfo=UTC)
ORDER = "has the day or the month first: say which, with --time-format '%d-%m-%Y %H:%M'"
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


def read(path: Path, **told: str) -> tuple[Log, list[Event]]:
    log = read_log(path, Columns(**told), "hiring")
    return log, list(log.events())


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
    log, events = read(write_csv(tmp_path_factory.mktemp("log") / "log.csv", rows))

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
    _, events = read(write_csv(folder / "log.csv", rows))
    shuffled = rows * 2
    random.Random(seed).shuffle(shuffled)

    _, again = read(write_csv(folder / "again.csv.gz", shuffled, HEADER[::-1]))

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

    log, events = read(tmp_path / "log.parquet")

    assert [(event.objects, event.occurred_us) for event in events] == [
        ((("hiring", "17"),), 1_772_443_800_000_001)
    ]
    assert log.refusals == [Refusal(2, "its 'case_id' (case) is empty")]


def test_rows_that_give_no_event_are_named_one_by_one_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,start_time,end_time,department\n"
        "1,a,,2026-03-02T10:00:00Z,HR\n"
        ",a,,2026-03-02T10:00:00Z,HR\n"
        "2,,,2026-03-02T10:00:00Z,HR\n"
        "3,a,,,HR\n"
        "4,a,,31-13-2026,HR\n"
        "5,a,,2026-03-02T10:00:00,HR\n"
        "6,a,2026-03-02T10:00:01Z,2026-03-02T10:00:00Z,HR\n"
        "7,a\n"
        f"8,{'a' * 201},,2026-03-02T10:00:00Z,HR\n"
        "9,a\x07,,2026-03-02T10:00:00Z,HR\n"
        "10,a,soon,2026-03-02T10:00:00Z,HR\n"
        "11,b,,2026-03-02T10:00:00Z,\n"
        "1\x1f2,b,,2026-03-02T10:00:00Z,\n"
        '"1\n3",b,,2026-03-02T10:00:00Z,\n'
    )

    log, events = read(path)

    assert [event.objects[0][1] for event in events] == ["1", "11"]
    assert [event.sequence for event in events] == [1, 12]
    control = "a control character (such as a tab or a line break), which none may hold"
    form = "should be as 2026-11-20 09:56:24+01:00"
    assert log.refusals == [
        Refusal(2, "its 'case_id' (case) is empty"),
        Refusal(3, "its 'activity' (activity) is empty"),
        Refusal(4, "its 'end_time' (time) is empty"),
        Refusal(5, f"its 'end_time' {ORDER}", "'31-13-2026'"),
        Refusal(6, "its 'end_time' has no zone: say in which it is, with --timezone"),
        Refusal(7, "its 'start_time' lies after its 'end_time'"),
        Refusal(8, "it has 2 cells, and the header has 5"),
        Refusal(9, "its 'activity' has more than 200 characters", "201"),
        Refusal(10, f"its 'activity' has {control}"),
        Refusal(11, f"its 'start_time' {form}", "'soon'"),
        Refusal(13, f"its 'case_id' has {control}"),
        Refusal(14, f"its 'case_id' has {control}"),
    ]
    assert log.counts == Counts(14, 12, 0, 1, 0, 0)


def test_a_label_that_is_wrapped_or_padded_is_the_same_label(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp,department,user\n"
        '1,"check\n  the invoice ",2026-03-02T10:00:00Z,"HR\tservices","Jan\nJansen"\n'
        "1,check the invoice,2026-03-02T10:00:00Z,HR services,Jan Jansen\n"
        '1,check the invoice,2026-03-02T10:00:00Z," \n",\n'
    )

    log, events = read(path)

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

    log, events = read(path, id="event_id")

    assert [event.id for event in events] == ["e1", "e1", "e2"]
    assert log.counts.taken_as_one == 1
    assert log.refusals == [Refusal(4, "its 'event_id' (id) is empty")]


def test_columns_that_mean_nothing_still_tell_rows_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    same = "1,a,2026-03-02T10:00:00Z"
    path.write_text(f"case_id,activity,timestamp,note\n{same},x\n{same},y\n{same},x\n{same},\n")

    log, events = read(path)

    assert len({event.id for event in events}) == 3
    assert log.counts.taken_as_one == 1
    assert log.left_out == ("note",)


def test_what_the_columns_are_taken_to_mean_does_not_make_another_event(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp,note\n1,a,2026-03-02T10:00:00Z,HR\n")

    _, [without] = read(path)
    _, [with_party] = read(path, party="note")

    assert with_party == without._replace(party="HR")


def test_local_times_are_read_in_the_zone_that_is_told_and_doubtful_ones_counted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n"
        "1,a,2026-10-25T02:30:00\n1,b,2026-03-29T02:30:00\n1,c,2026-10-25T02:30:00Z\n"
    )

    log = read_log(path, Columns(), "hiring", "Europe/Amsterdam")
    utc = [datetime.fromtimestamp(event.occurred_us / 1e6, UTC) for event in log.events()]

    assert [f"{at:%m-%d %H:%M}" for at in utc] == ["10-25 00:30", "03-29 01:00", "10-25 02:30"]
    assert (log.counts.local_twice, log.counts.local_never) == (1, 1)


@pytest.mark.parametrize(
    ("start", "end", "is_day_first", "because"),
    [
        ("05-07-2012 9:02", "26-07-2012 11:47", True, "since '26-07-2012 11:47' can be nothing"),
        ("7/5/2012 9:02", "7/26/2012 11:47", False, "since '7/26/2012 11:47' can be nothing"),
        ("05.07.2012 09:02:00", "06.07.2012 11:47:00,5", True, "as is usual with dots"),
    ],
)
def test_all_dates_of_a_file_say_which_number_is_the_day(
    tmp_path: Path, start: str, end: str, is_day_first: bool, because: str
) -> None:
    path = tmp_path / "log.csv"
    first = f"1;a;{start};2012-08-01 12:00\n"
    last = f"1;b;;{end}\n"
    logs = []
    for body in (first + last, last + first):
        path.write_text("case_id;activity;start_time;end_time\n" + body)
        clock = Clock("Europe/Amsterdam")
        log = read_steps(rows_of(path), Columns(), "hiring", clock)
        assert clock.order is not None
        assert (clock.order.is_day_first, because in clock.order.because) == (is_day_first, True)
        logs.append(sorted(log.events(), key=lambda event: event.id))
        assert log.refusals == []
    assert [e._replace(sequence=0) for e in logs[0]] == [e._replace(sequence=0) for e in logs[1]]
    started = {event.started_us for event in logs[0]} - {None}
    assert started == {int(datetime(2012, 7, 5, 7, 2, tzinfo=UTC).timestamp()) * 10**6}

    form = "%d-%m-%Y %H:%M"
    if re.fullmatch(r"\d\d-.*", start):  # how it is read is no part of which event it is
        path.write_text(f"case_id;activity;end_time\n1;a;{end}\n")
        [told] = read_steps(rows_of(path), Columns(), "x", Clock("UTC", form)).events()
        assert [told] == list(read_log(path, Columns(), "x", "UTC").events())


@pytest.mark.parametrize(
    "times",
    [("05-07-2012", "06-07-2012"), ("26/07/2012", "07/26/2012"), ("2012-07-05", "5-7-2012")],
)
def test_dates_that_leave_the_day_open_are_refused_until_it_is_told(
    tmp_path: Path, times: tuple[str, str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,end_time\n" + "".join(f"1,a,{time}\n" for time in times))

    log = read_log(path, Columns(), "hiring", "UTC")

    plain = times.count("2012-07-05")
    assert log.is_empty() == (plain == 0)
    assert len(list(log.events())) == plain, "also after that was asked"
    assert {refusal.why for refusal in log.refusals} == {f"its 'end_time' {ORDER}"}


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

    log, events = read(path)

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
        log, events = read(tmp_path / "log.xes")
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


@pytest.mark.parametrize("name", ["log.csv.gz", "log.xes.gz"])
def test_of_a_file_that_breaks_off_nothing_is_imported(tmp_path: Path, name: str) -> None:
    rows = [f"{number},a,2026-03-02T10:00:00Z\n" for number in range(20_000)]
    csv_text = "case_id,activity,timestamp\n" + "".join(rows)
    xes_text = "<log>" + "<trace><event/></trace>" * 20_000 + "</log>"
    content = gzip.compress((csv_text if "csv" in name else xes_text).encode())
    path = tmp_path / name
    path.write_bytes(content[: len(content) * 3 // 4])

    with pytest.raises(FileError) as caught:
        read(path)

    assert f"cut off or damaged near byte {path.stat().st_size}" in str(caught.value)


def test_broken_xml_says_the_line_and_how_far_it_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<log>\n<trace><event/></trace>\n<trace></event>\n</log>")

    with pytest.raises(FileError, match=r"line 3: .*; it broke after row 1, and nothing"):
        read(path)


def test_what_cannot_be_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp\n")
    with pytest.raises(FileError, match="holds no events"):
        read(path)
    path.write_text("case_id,activity,moment\n1,a,2026-03-02T10:00:00Z\n")
    with pytest.raises(ColumnsError, match=r"--time; the file has case_id, activity, moment"):
        read(path)
    with pytest.raises(UsageError, match="unknown time zone 'Delft'"):
        read_log(path, Columns(time="moment"), "hiring", "Delft")
    for name in ("", "x" * 201, "漢" * 100, "a\nb"):
        with pytest.raises(UsageError, match="too long, or empty, or more"):
            read_log(path, Columns(time="moment"), name)
