"""A file comes in, by Kafka or straight, and the figures are those that its rows come to."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import Procesmijn
from tests.event_logs import Row, handovers_of, make_log, write_csv

PROCESS = "desk-requests"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_log(cases=300, seed=1)


@pytest.fixture(scope="module")
def imported(
    rows: list[Row], procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory
) -> list[Row]:
    """The rows, once they have gone through Kafka."""
    file = write_csv(tmp_path_factory.mktemp("logs") / "requests.csv", rows)
    outcome = procesmijn("import", file, "--process", PROCESS)
    assert outcome.code == 0, outcome.err
    assert f"process {PROCESS} is new: it was added to the catalogue" in outcome.err
    assert f"{len(rows):,} events of {len(rows):,} rows imported" in outcome.err
    assert outcome.out == ""
    return rows


def figures(procesmijn: Procesmijn, process: str = PROCESS) -> tuple[Any, list[dict[str, Any]]]:
    """Everything that commands say of a process, without when it was written."""
    cases = procesmijn("cases", process, "--format", "json").json
    for case in cases:
        del case["change_id"], case["updated_at"], case["process"]
    return procesmijn("handovers", process, "--format", "json").json, cases


def test_handovers_are_those_of_the_rows(imported: list[Row], procesmijn: Procesmijn) -> None:
    said = procesmijn("handovers", PROCESS, "--format", "json").json
    expected = handovers_of(imported)

    assert [list(row)[:4] for row in said[:1]] == [["supplier", "customer", "handovers", "cases"]]
    assert len(said) == len(expected) == 20
    for ours, theirs in zip(said, expected, strict=True):
        assert ours["pickup_basis"] == "completion"
        assert ours["wait_working_seconds_mean"] <= ours["wait_seconds_mean"]
        for name, value in theirs.items():
            exact = value if isinstance(value, str) else pytest.approx(value, rel=1e-12)
            assert ours[name] == exact, name


def test_the_workers_share_the_partitions(imported: list[Row], database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        owners = connection.execute(
            "SELECT owner, count(*) FROM stream.position GROUP BY owner"
        ).fetchall()
    assert sorted(count for _, count in owners) == [4, 4]


def test_the_same_rows_again_change_nothing(
    imported: list[Row], procesmijn: Procesmijn, tmp_path: Path
) -> None:
    before = figures(procesmijn)
    shuffled = random.Random(2).sample(imported, len(imported))
    file = write_csv(tmp_path / "again.csv", [*shuffled, *imported])

    outcome = procesmijn("import", file, "--process", PROCESS)

    assert outcome.code == 0, outcome.err
    assert f"imported: 0 new, {len(imported):,} known already" in outcome.err
    assert f"{len(imported):,} rows the same as another one: taken as one" in outcome.err
    assert figures(procesmijn) == before


def test_straight_to_the_store_is_the_same(
    imported: list[Row], procesmijn: Procesmijn, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "requests.csv", imported)

    outcome = procesmijn("import", file, "--process", "requests-2", "--to-store")

    assert outcome.code == 0, outcome.err
    assert f"{len(imported):,} rows imported\n" in outcome.err
    again = procesmijn("import", file, "--process", "requests-2", "--to-store")
    assert f"rows imported: 0 new, {len(imported):,} known already\n" in again.err
    assert figures(procesmijn, "requests-2") == figures(procesmijn)


def test_parquet_is_the_same(imported: list[Row], procesmijn: Procesmijn, tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(imported), tmp_path / "requests.parquet")

    outcome = procesmijn(
        "import", tmp_path / "requests.parquet", "--process", "requests-3", "--to-store"
    )

    assert outcome.code == 0, outcome.err
    assert figures(procesmijn, "requests-3") == figures(procesmijn)


def test_rows_that_give_no_event_are_named_and_the_others_come_in(
    procesmijn: Procesmijn, tmp_path: Path
) -> None:
    good = {
        "dossier": "1", "stap": "begin", "gereed": "2026-03-02T09:00:00Z", "van": "HR", "wie": "j",
    }  # fmt: skip
    rows = [
        good,
        good | {"gereed": "02-03-2026"},
        good | {"stap": ""},
        good | {"gereed": "2026-03-02T11:00:00Z", "van": "IT"},
        good | {"gereed": "2026-03-02T12:00:00Z", "van": ""},
    ]
    columns = [
        *("--case", "dossier", "--activity", "stap", "--time", "gereed"),
        *("--party", "van", "--performer", "wie"),
    ]
    file = write_csv(tmp_path / "some.csv", rows)

    outcome = procesmijn("import", file, "--process", "some", *columns)

    assert outcome.code == 1
    assert "3 events of 5 rows imported" in outcome.err
    assert "2 rows refused:" in outcome.err
    assert "  1 row: its 'gereed' has the day or the month first: say which, with" in outcome.err
    assert "(row 2: '02-03-2026')" in outcome.err
    assert "  1 row: its 'stap' (activity) is empty (row 3)" in outcome.err
    assert "1 event without a party" in outcome.err
    said = procesmijn("handovers", "some", "--format", "json")
    assert [(row["supplier"], row["customer"], row["wait_seconds_mean"]) for row in said.json] == [
        ("HR", "IT", 7200.0)
    ]
    assert "1 event without a party: no handover is known of them" in said.err


def test_dates_that_leave_the_day_open_make_no_process_until_it_is_told(
    procesmijn: Procesmijn, tmp_path: Path
) -> None:
    rows = [
        {"case": "1", "activity": f"a{n}", "time": f"0{n}/07/2012 11:47", "party": f"p{n}"}
        for n in (1, 2, 3, 4)
    ]
    file = write_csv(tmp_path / "dates.csv", rows)

    outcome = procesmijn("import", file, "--process", "dates", "--to-store")

    assert outcome.code == 1
    assert outcome.err == (
        "0 events of 4 rows imported\n4 rows refused:\n"
        "  4 rows: its 'time' has the day or the month first: say which, with --time-format"
        " '%d-%m-%Y %H:%M' (row 1: '01/07/2012 11:47', row 2: '02/07/2012 11:47',"
        " row 3: '03/07/2012 11:47', ...)\n"
    )
    assert "there is no process 'dates'" in procesmijn("handovers", "dates").err

    told = procesmijn(
        "import", file, "--process", "dates", "--to-store", "--time-format", "%d/%m/%Y %H:%M"
    )
    assert told.code == 0, told.err
    [first, *_] = procesmijn("handovers", "dates", "--format", "json").json
    assert first["wait_seconds_mean"] == 86_400
    settled = write_csv(tmp_path / "more.csv", [*rows, rows[0] | {"time": "26/07/2012 11:47"}])
    again = procesmijn("import", settled, "--process", "dates", "--to-store")
    assert "dates are read with the day first, since '26/07/2012 11:47' can be" in again.err
    assert again.code == 0, "how it was read is no part of which event it is"
    assert len(procesmijn("cases", "dates", "--format", "json").json) == 1


def test_events_that_kafka_brings_too_early_are_named(
    procesmijn: Procesmijn, tmp_path: Path
) -> None:
    row = {"case": "1", "activity": "planned", "time": "2090-01-01T00:00:00Z"}

    outcome = procesmijn("import", write_csv(tmp_path / "a.csv", [row]), "--process", "planned")

    assert outcome.code == 1
    assert "1 event refused in procesmijn.events/" in outcome.err


def test_rows_that_are_read_otherwise_are_a_conflict_until_a_revision_settles_it(
    procesmijn: Procesmijn, tmp_path: Path
) -> None:
    rows = [
        {"case": "1", "activity": f"a{n}", "time": f"2026-03-02T{n:02}:00:00Z", "desk": f"d{n % 2}"}
        for n in range(20)
    ]
    file = write_csv(tmp_path / "desks.csv", rows)
    right = ("import", file, "--process", "desks", "--party", "desk")

    assert procesmijn("import", file, "--process", "desks", "--to-store").code == 0
    outcome = procesmijn(*right, "--to-store")
    assert outcome.code == 1
    assert "20 events of desks were said in more than one way" in outcome.err
    assert "--revision 1" in outcome.err

    for way in ((), ("--to-store",)):
        outcome = procesmijn(*right, "--revision", "1", *way)
        assert outcome.code == 0, outcome.err
        assert "more than one way" not in outcome.err
        both = procesmijn("handovers", "desks", "--format", "json").json
        assert [pair["handovers"] for pair in both] == [10, 9]


def test_the_zone_of_local_times(procesmijn: Procesmijn, tmp_path: Path) -> None:
    rows = [
        {"case": "1", "activity": "a", "time": "2026-10-25 02:30", "party": "x"},
        {"case": "1", "activity": "b", "time": "2026-10-25 04:00", "party": "y"},
    ]
    file = write_csv(tmp_path / "night.csv", rows)

    for process, zone, seconds in (
        ("night-utc", ["--timezone", "UTC"], 5400.0),
        ("night-tokyo", ["--timezone", "Asia/Tokyo"], 5400.0),
        ("night", [], 9000.0),  # in Amsterdam half past two comes twice: the first is taken
    ):
        outcome = procesmijn("import", file, "--process", process, "--to-store", *zone)
        assert outcome.code == 0, outcome.err
        [row] = procesmijn("handovers", process, "--format", "json").json
        assert row["wait_seconds_mean"] == seconds
    assert "1 time that the clock shows twice that day" in outcome.err
    [case] = procesmijn("cases", "night-tokyo", "--format", "json").json
    assert (case["started_at"], case["started_on"]) == ("2026-10-24T17:30:00Z", "2026-10-25")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing.csv"], 1, "nothing.csv is not there"),
        (["log.csv", "--party", "team"], 2, "no column 'team' (--party); the file has case, step"),
        (["log.csv"], 2, "which column is the activity? Say so with --activity; the file has case"),
        (["log.csv", "--activity", "step", "--timezone", "Europe/Amsterdm"], 2, "time zone"),
        (["log.csv", "--activity", "step", "--topic", "events"], 2, "no stream 'events'"),
        (["log.xes"], 1, "log.xes is not XES"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_one_line(
    arguments: list[str], code: int, words: str, procesmijn: Procesmijn, tmp_path: Path
) -> None:
    row = {"case": "1", "step": "a", "time": "2026-01-01T00:00:00Z"}
    write_csv(tmp_path / "log.csv", [row])
    write_csv(tmp_path / "log.xes", [row])
    name, *flags = arguments

    outcome = procesmijn("import", tmp_path / name, "--process", "never", *flags)

    assert outcome.code == code
    assert words in outcome.err
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1


def test_nothing_comes_of_what_cannot_be_imported(procesmijn: Procesmijn) -> None:
    outcome = procesmijn("import", "nothing.csv", "--process", "never")
    assert outcome.code == 1
    assert "there is no process 'never'" in procesmijn("handovers", "never").err
