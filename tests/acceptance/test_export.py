"""A process goes out as a file in every form, and other tools, and we, read the same in it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pandas as pd
import pytest

from procesmijn.files.exports import Form
from tests.commands import Procesmijn
from tests.event_logs import Row, write_csv
from tests.exports import insist_on_standard

PROCESS: Final = "repairs"
FORMS: Final = {
    "xes": "log.xes",
    "csv": "log.csv",
    "parquet": "log.parquet",
    "ocel2-json": "log.json",
    "ocel2-sqlite": "log.sqlite",
}


pytestmark = pytest.mark.filterwarnings(
    "ignore:Install the optional requirement"  # pm4py can read faster with more installed
)


def make_rows(cases: int, seed: int) -> list[Row]:
    """Cases with starts of their own and in the same row, other lifecycles, steps at one instant,
    rows that are alike in all but their id, and gaps."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for case in range(cases):
        at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC) + timedelta(minutes=chance.randrange(60_000))
        for _ in range(chance.randint(1, 9)):
            at += timedelta(seconds=chance.choice((0, 0, 1, 90, 5_000, 200_000)))
            kind = chance.choice(("start", "complete", "complete", "suspend"))
            begun = at - timedelta(seconds=chance.choice((0, 30, 4_000)))
            rows.append(
                {
                    "nr": str(len(rows)),
                    "case": f"R/{case:04} & <co>",
                    "activity": chance.choice(("look", "mend", "tést", 'say "done"')),
                    "time": at.isoformat(),
                    "start": begun.isoformat() if kind == "complete" and case % 2 else "",
                    "lifecycle": kind,
                    "party": chance.choice(("Desk", "Bench, left", "Stores", "")),
                    "performer": chance.choice(("j.bakker", "a.smit", "")),
                }
            )
    return rows


@pytest.fixture(scope="module")
def rows(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What was brought in, and is to go out again."""
    made = make_rows(cases=150, seed=4)
    file = write_csv(tmp_path_factory.mktemp("logs") / "repairs.csv", made)
    outcome = procesmijn("import", file, "--process", PROCESS, "--id", "nr", "--to-store")
    assert outcome.code == 0, outcome.err
    return made


@pytest.fixture(scope="module")
def files(
    rows: list[Row], procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The process in every form."""
    folder = tmp_path_factory.mktemp("exports")
    files = {form: folder / name for form, name in FORMS.items()}
    cases = len({row["case"] for row in rows})
    for form, file in files.items():
        outcome = procesmijn("export", PROCESS, "--as", form, "--out", file)
        assert outcome.code == 0, outcome.err
        assert outcome.out == ""
        assert outcome.err == f"{len(rows):,} events of {cases} cases written to {file}\n"
    assert sorted(each.name for each in folder.iterdir()) == sorted(FORMS.values())
    return files


def counted(frame: pd.DataFrame) -> tuple[int, int, int]:
    """Events, cases and activities of a log as tools read it."""
    return (
        len(frame),
        frame["case:concept:name"].nunique(),
        frame["concept:name"].nunique(),
    )


def test_pm4py_reads_the_same_counts(rows: list[Row], files: dict[str, Path]) -> None:
    import pm4py

    cases, activities = ({row[name] for row in rows} for name in ("case", "activity"))
    expected = len(rows), len(cases), len(activities)
    logs = {
        "xes": pm4py.read_xes(str(files["xes"]), return_legacy_log_object=False),
        "csv": pd.read_csv(files["csv"]),
        "parquet": pd.read_parquet(files["parquet"]),
    }
    for form, frame in logs.items():
        assert counted(frame) == expected, form
        assert set(frame["case:concept:name"]) == cases
        assert set(frame["concept:name"]) == activities
        assert not set(frame["org:resource"].dropna()) & {"j.bakker", "a.smit"}
        assert frame["org:resource"].nunique() == 2
    for ocel in (
        pm4py.read_ocel2_json(str(files["ocel2-json"])),
        pm4py.read_ocel2_sqlite(str(files["ocel2-sqlite"])),
    ):
        counts = (
            len(ocel.events),
            ocel.objects["ocel:oid"].nunique(),
            ocel.events["ocel:activity"].nunique(),
        )
        assert counts == expected
        assert set(ocel.objects["ocel:oid"]) == cases
        assert set(ocel.objects["ocel:type"]) == {PROCESS}
        assert len(ocel.relations) == len(rows)


def test_r4pm_reads_the_same_counts(rows: list[Row], files: dict[str, Path]) -> None:
    """A reader by others, in Rust, that has its own idea of the standards."""
    from r4pm import df

    cases, activities = ({row[name] for row in rows} for name in ("case", "activity"))
    log, _ = df.import_xes(str(files["xes"]))
    assert counted(log.to_pandas()) == (len(rows), len(cases), len(activities))
    assert set(log["identity:id"]) == set(pd.read_csv(files["csv"])["identity:id"])
    for form in ("ocel2-json", "ocel2-sqlite"):
        ocel = df.import_ocel(str(files[form]))
        assert len(ocel["events"]) == len(ocel["relations"]) == len(rows)
        assert set(ocel["objects"]["ocel:oid"]) == cases
        assert set(ocel["events"]["ocel:activity"]) == activities


@pytest.mark.parametrize("form", [Form.XES, Form.OCEL2_JSON, Form.OCEL2_SQLITE])
def test_the_files_keep_to_their_standards(form: Form, files: dict[str, Path]) -> None:
    insist_on_standard(form, files[form])


def figures(procesmijn: Procesmijn, process: str) -> tuple[Any, list[dict[str, Any]]]:
    """Everything that commands say of a process, without when it was written."""
    cases = procesmijn("cases", process, "--format", "json").json
    for case in cases:
        del case["change_id"], case["updated_at"], case["process"]
    return procesmijn("handovers", process, "--format", "json").json, cases


@pytest.mark.parametrize("form", FORMS)
def test_what_went_out_comes_in_again(
    form: str, files: dict[str, Path], procesmijn: Procesmijn
) -> None:
    process = f"{PROCESS}-{form}"
    way = [] if form == "ocel2-json" else ["--to-store"]  # one of them by Kafka
    outcome = procesmijn("import", files[form], "--process", process, *way)
    assert outcome.code == 0, outcome.err
    assert "the same as another one" not in outcome.err
    expected, cases = figures(procesmijn, PROCESS)
    assert len(expected) > 5
    assert figures(procesmijn, process) == (expected, cases)


def test_some_of_it(files: dict[str, Path], procesmijn: Procesmijn, tmp_path: Path) -> None:
    """Cases by the day of their start, whole; and the process as it was at a moment."""
    everything = pd.read_parquet(files["parquet"])
    day, moment = "2026-02-01", "2026-01-28T12:00:00Z"
    begun = {
        case["case_key"]
        for case in procesmijn(
            "cases", PROCESS, "--to", day, "--with", "mend", "--format", "json"
        ).json
    }
    assert 0 < len(begun) < everything["case:concept:name"].nunique()
    out = tmp_path / "some.csv.gz"

    outcome = procesmijn(
        *("export", PROCESS, "--as", "csv", "--out", out, "--to", day, "--as-of", moment),
        *("--with", "mend"),
    )

    assert outcome.code == 0, outcome.err
    some = pd.read_csv(out)
    is_in = everything["case:concept:name"].isin(begun) & (everything["time:timestamp"] <= moment)
    assert 0 < is_in.sum() < everything["case:concept:name"].isin(begun).sum()
    assert sorted(some["identity:id"]) == sorted(everything[is_in]["identity:id"])
    none = tmp_path / "none.xes"
    outcome = procesmijn("export", PROCESS, "--as", "xes", "--out", none, "--to", "1990-01-01")
    assert outcome.err == f"0 events of 0 cases written to {none}\n"
    insist_on_standard(Form.XES, none)


def test_objects_of_many_types_go_out_with_the_events_and_come_in_again(folder: Path) -> None:
    """Events of the contract, about several objects, persons among them; in a home of its own."""
    procesmijn = Procesmijn(folder / "home")
    events = [
        ("e1", "Vacancy opened", "02T08:00:00Z", "manager", ["V-1"]),
        ("e2", "Vacancy opened", "02T09:00:00Z", "manager", ["V-2"]),
        ("e3", "Interview held", "12T13:00:00Z", "hr", ["V-1", "V-2", "C-9"]),
        ("e4", "Offer made", "13T08:00:00Z", "manager", ["V-2", "C-9"]),
    ]
    document = {
        "eventTypes": [{"name": name} for name in sorted({event[1] for event in events})],
        "objectTypes": [{"name": name} for name in ("vacancy", "candidate")],
        "objects": [
            {"id": id_, "type": type_}
            for id_, type_ in (("V-1", "vacancy"), ("V-2", "vacancy"), ("C-9", "candidate"))
        ],
        "events": [
            {
                "id": id_,
                "type": type_,
                "time": f"2026-03-{time}",
                "attributes": [{"name": "party", "value": party}],
                "relationships": [{"objectId": each} for each in about],
            }
            for id_, type_, time, party, about in events
        ],
    }
    (folder / "in.json").write_bytes(orjson.dumps(document))

    outcome = procesmijn("import", folder / "in.json", "--to-store")

    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith("4 events of 4 rows imported\n")
    for form in ("ocel2-json", "xes"):
        outcome = procesmijn("export", "recruitment", "--as", form, "--out", folder / form)
        assert outcome.code == 0, outcome.err
    assert outcome.err.endswith(f"5 events of 2 cases written to {folder / 'xes'}\n")
    said = orjson.loads((folder / "ocel2-json").read_bytes())
    objects = {each["id"]: each["type"] for each in said["objects"]}
    [person] = [id_ for id_, type_ in objects.items() if type_ == "candidate"]
    assert person.startswith("p_")
    assert objects == {"V-1": "vacancy", "V-2": "vacancy", person: "candidate"}
    assert [
        sorted((each["objectId"], each["qualifier"]) for each in event["relationships"])
        for event in sorted(said["events"], key=lambda event: event["time"])
    ] == [
        [("V-1", "case")],
        [("V-2", "case")],
        [("V-1", "case"), ("V-2", "case"), (person, "about")],
        [("V-2", "case"), (person, "about")],
    ]
    outcome = procesmijn(
        *("import", folder / "ocel2-json", "--process", "filling", "--object-type", "vacancy"),
        "--to-store",
    )
    assert outcome.code == 0, outcome.err
    ours, theirs = (
        procesmijn("handovers", process, "--format", "json").json
        for process in ("recruitment", "filling")
    )
    assert [(row["supplier"], row["customer"], row["handovers"]) for row in ours] == [
        ("manager", "hr", 2),
        ("hr", "manager", 1),
    ]
    assert theirs == ours


def test_what_cannot_be_written_leaves_nothing(procesmijn: Procesmijn, tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "log.xes"
    outcome = procesmijn("export", PROCESS, "--as", "xes", "--out", nowhere)
    assert (outcome.code, outcome.err) == (
        1,
        f"error: {nowhere} cannot be written: No such file or directory\n",
    )
    outcome = procesmijn("export", "repair", "--as", "xes", "--out", tmp_path / "log.xes")
    assert outcome.code == 2
    assert list(tmp_path.iterdir()) == []
