"""What commands say of a process: in every format, of a part of the time, as of a moment."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import etree

from tests.commands import Procesmijn, one_line
from tests.event_logs import write_csv

PROCESS = "contracts"
ROWS = [
    ("1", "write", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "HR"),
    ("1", "sign", "2026-03-02T11:00:00Z", "2026-03-02T11:30:00Z", "Manager"),
    ("1", "file", "", "2026-03-03T11:30:00Z", "HR"),
    ("2", "write", "2026-04-01T08:00:00Z", "2026-04-01T09:00:00Z", "HR"),
    ("2", "sign", "2026-04-01T09:30:00Z", "2026-04-01T10:00:00Z", "Manager"),
    ("2", "file", "", "2026-04-01T10:00:00Z", "HR"),
    ("3", "write", "2026-04-01T08:00:00Z", "2026-04-01T09:00:00Z", "HR"),
]


@pytest.fixture(scope="module")
def contracts(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> Procesmijn:
    """Commands, where the contracts are in."""
    names = ("case", "activity", "start", "time", "party")
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    file = write_csv(tmp_path_factory.mktemp("logs") / "contracts.csv", rows)
    outcome = procesmijn("import", file, "--process", PROCESS, "--to-store")
    assert outcome.code == 0, outcome.err
    return procesmijn


def test_handovers_in_both_clocks(contracts: Procesmijn) -> None:
    to_manager, to_hr = contracts("handovers", PROCESS, "--format", "json").json

    assert to_hr == {
        "supplier": "Manager",
        "customer": "HR",
        "handovers": 2,
        "cases": 2,
        "wait_seconds_mean": 43_200.0,
        "wait_seconds_median": 43_200.0,
        "wait_seconds_p90": 77_760.0,
        # Monday 12:30 to Tuesday 12:30, in the office until five: eight hours.
        "wait_working_seconds_mean": 14_400.0,
        "wait_working_seconds_median": 14_400.0,
        "wait_working_seconds_p90": 25_920.0,
        "pickup_basis": "completion",
        "percentile_basis": "exact",
        "customer_role": "internal",
    }
    assert (to_manager["customer"], to_manager["pickup_basis"]) == ("Manager", "start")


def test_csv_and_a_table_say_the_same(contracts: Procesmijn) -> None:
    as_json = contracts("handovers", PROCESS, "--format", "json").json
    as_csv = list(
        csv.DictReader(io.StringIO(contracts("handovers", PROCESS, "--format", "csv").out))
    )
    assert [list(row) for row in as_csv] == [list(row) for row in as_json]
    assert [float(row["wait_seconds_p90"]) for row in as_csv] == [
        row["wait_seconds_p90"] for row in as_json
    ]
    said, heading, *table = contracts("handovers", PROCESS).out.splitlines()
    assert said == "percentile basis exact; customer role internal"
    assert heading.startswith("supplier  customer  handovers  cases  ")
    assert len(table) == len(as_json) == 2
    assert "12h 00m" in "".join(table)
    assert "\x1b" not in "".join([said, heading, *table])


def test_a_part_of_the_time_is_by_day_of_pick_up(contracts: Procesmijn) -> None:
    def pairs(*flags: str) -> dict[str, int]:
        rows = contracts("handovers", PROCESS, "--format", "json", *flags).json
        return {row["supplier"]: row["handovers"] for row in rows}

    assert pairs("--from", "2026-03-03") == {"HR": 1, "Manager": 2}
    assert pairs("--to", "2026-03-03") == {"HR": 1}
    assert pairs("--from", "2026-03-03", "--to", "2026-04-01") == {"Manager": 1}
    assert pairs("--basis", "start") == {"HR": 2}
    assert pairs("--basis", "completion") == {"Manager": 2}
    assert pairs("--as-of", "2026-03-02T12:00+01:00") == {"HR": 1}


def test_cases_have_every_column_of_the_view(contracts: Procesmijn, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        view = connection.execute("SELECT * FROM bi.fct_case LIMIT 0").description
    assert view is not None
    cases = contracts("cases", PROCESS, "--format", "json").json
    assert [list(case) for case in cases] == [[column.name for column in view]] * 3
    first = cases[0]
    assert first["case_key"] == "1"
    assert first["started_at"] == "2026-03-02T08:00:00Z"
    assert first["cycle_seconds"] == 27.5 * 3600
    assert first["processing_seconds"] == 1.5 * 3600
    assert [case["case_key"] for case in contracts(
        "cases", PROCESS, "--format", "json", "--from", "2026-04-01"
    ).json] == ["2", "3"]  # fmt: skip
    none = contracts("cases", PROCESS, "--format", "csv", "--from", "2030-01-01")
    assert none.out.splitlines() == [",".join(column.name for column in view)]


def edge(before: str, after: str, count: int, *seconds: float) -> dict[str, object]:
    names = ("from", "to", "count", "seconds_mean", "seconds_median", "seconds_p90")
    named = dict(zip(names, (before, after, count, *seconds), strict=True))
    return {**named, "percentile_basis": "exact"}


def test_the_graph_of_a_process(contracts: Procesmijn, tmp_path: Path) -> None:
    drawn = tmp_path / "graph.svg"
    graph = contracts("flow", PROCESS, "--as", "dfg", "--format", "json", "--out", drawn).json
    assert "sign, then file: 2 times, 12h 00m later" in drawn.read_text()
    only_drawn = contracts("flow", PROCESS, "--out", drawn)
    assert (only_drawn.out, only_drawn.err) == ("", f"written to {drawn}\n")
    nowhere = tmp_path / "nowhere" / "models.json"
    one_line(
        contracts("flow", PROCESS, "--as", "models", "--out", nowhere), "cannot be written: No"
    )
    assert graph == {
        "edges": [
            edge("sign", "file", 2, 43_200.0, 43_200.0, 77_760.0),
            edge("write", "sign", 2, 6_300.0, 6_300.0, 8_460.0),
        ],
        "start": {"write": 3},
        "end": {"file": 2, "write": 1},
    }
    table = tmp_path / "graph.csv"
    outcome = contracts("flow", PROCESS, "--as", "dfg", "--format", "csv", "--out", table)
    assert (outcome.code, outcome.out) == (0, "")
    assert table.read_text().splitlines()[:2] == [
        "from,to,count,seconds_mean,seconds_median,seconds_p90,percentile_basis",
        ",write,3,,,,",
    ]


def test_variants_with_their_times(contracts: Procesmijn) -> None:
    variants = contracts("flow", PROCESS, "--as", "variants", "--format", "json").json
    assert variants == [
        {
            "variant": ["write", "sign", "file"],
            "cases": 2,
            "share": pytest.approx(2 / 3),
            "cycle_seconds_median": (27.5 + 2) / 2 * 3600,
            "percentile_basis": "exact",
        },
        {
            "variant": ["write"],
            "cases": 1,
            "share": pytest.approx(1 / 3),
            "cycle_seconds_median": 3600.0,
            "percentile_basis": "exact",
        },
    ]
    part = contracts("flow", PROCESS, "--as", "variants", "--format", "csv", "--to", "2026-04-01")
    assert part.out.splitlines()[1:] == ['"[""write"",""sign"",""file""]",1,1.0,99000.0,exact']
    assert "write > sign > file" in contracts("flow", PROCESS, "--as", "variants").out


def test_cases_are_chosen_by_what_happened_in_them(contracts: Procesmijn, tmp_path: Path) -> None:
    def chosen(*flags: str) -> list[str]:
        rows = contracts("cases", PROCESS, "--format", "json", *flags).json
        return [row["case_key"] for row in rows]

    assert chosen("--with", "sign") == ["1", "2"]
    assert chosen("--with", "write", "--without", "file") == ["3"]
    assert chosen("--variant", '["write"]', "--variant", '["write", "sign"]') == ["3"]
    assert chosen("--party", "HR", "--party", "Manager", "--from", "2026-04-01") == ["2"]
    assert chosen("--attribute", "reason=late") == []
    assert "no event says 'reason'" in contracts("cases", PROCESS, "--attribute", "reason=late").err
    key = contracts("cases", PROCESS, "--format", "json").json[2]["variant_key"]
    assert chosen("--variant", str(key)) == ["3"]
    assert contracts("handovers", PROCESS, "--format", "json", "--without", "sign").json == []
    graph = contracts("flow", PROCESS, "--without", "sign", "--format", "json").json
    assert graph == {"edges": [], "start": {"write": 1}, "end": {"write": 1}}
    tree = tmp_path / "tree"
    contracts("flow", PROCESS, "--as", "tree", "--to", "2026-04-01", "--out", tree)
    assert tree.read_text() == "->( 'write', 'sign', 'file' )\n"


REPEATED = [
    ("1", "write", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "HR"),
    ("1", "check", "2026-03-02T10:00:00Z", "2026-03-02T10:30:00Z", "Legal"),
    ("1", "write", "2026-03-02T11:00:00Z", "2026-03-02T11:20:00Z", "HR"),
    ("1", "check", "", "2026-03-02T12:00:00Z", "Legal"),
    ("2", "write", "2026-03-03T08:00:00Z", "2026-03-03T09:00:00Z", "HR"),
    ("2", "check", "2026-03-03T10:00:00Z", "2026-03-03T10:30:00Z", "Legal"),
]


def test_rework_models_and_dependencies(procesmijn: Procesmijn, tmp_path: Path) -> None:
    names = ("case", "activity", "start", "time", "party")
    file = write_csv(
        tmp_path / "again.csv", [dict(zip(names, row, strict=True)) for row in REPEATED]
    )
    assert procesmijn("import", file, "--process", "again", "--to-store").code == 0

    def told(what: str, *flags: str) -> Any:
        return procesmijn("flow", "again", "--as", what, "--format", "json", *flags).json

    activities = [row for row in told("rework") if row["by"] == "activity"]
    assert activities == [
        {
            "by": "activity",
            "name": "check",
            "cases": 2,
            "cases_repeated": 1,
            "share_repeated": 0.5,
            "repeats": 1,
            "repeats_untimed": 1,
            "rework_seconds": 0.0,
        },
        {
            "by": "activity",
            "name": "write",
            "cases": 2,
            "cases_repeated": 1,
            "share_repeated": 0.5,
            "repeats": 1,
            "repeats_untimed": 0,
            "rework_seconds": 1200.0,
        },
    ]
    parties = {row["name"]: row["repeats"] for row in told("rework") if row["by"] == "party"}
    assert parties == {"HR": 1, "Legal": 1}
    assert [row["cases"] for row in told("rework", "--from", "2026-03-03")] == [1, 1, 1, 1]
    assert told("rework", "--with", "check", "--to", "2026-03-01") == []

    models = procesmijn("flow", "again", "--as", "models", "--format", "json")
    assert [row["noise"] for row in models.json] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    (taken,) = (row for row in models.json if row["is_recommended"])
    assert (taken["fitness"], taken["precision"]) == (1.0, 1.0)
    assert models.err == f"take --noise {taken['noise']}: {taken['reason']}\n"
    certain = ("--dependency", "0.3")
    drawn = tmp_path / "heuristics.svg"
    assert told("heuristics", *certain, "--out", str(drawn))["edges"] == [
        {"from": "write", "to": "check", "count": 3, "dependency": 0.4, "is_loop": False}
    ]
    assert "check depends on write with 0.40: 3 times" in drawn.read_text()
    no_picture = procesmijn("flow", "again", "--as", "rework", "--out", drawn)
    assert (no_picture.code, no_picture.out) == (2, "")
    assert "--as rework has no picture; dfg, heuristics" in no_picture.err
    table = procesmijn("flow", "again", "--as", "heuristics", *certain).out.splitlines()
    assert [line.split()[0] for line in table] == ["from", "write"]


def test_models_go_into_files_and_say_how_well_they_fit(
    contracts: Procesmijn, tmp_path: Path
) -> None:
    for form, root in (("bpmn", "definitions"), ("petri", "pnml")):
        file = tmp_path / form
        outcome = contracts("flow", PROCESS, "--as", form, "--out", file)
        assert (outcome.code, outcome.out) == (0, "")
        assert "fitness 1.000, precision 1.000" in outcome.err
        assert etree.parse(file).getroot().tag.endswith(root)
    outcome = contracts("flow", PROCESS, "--as", "tree", "--by", "graph", "--from", "2026-04-01")
    assert "->" in outcome.out
    assert "fitness" not in outcome.err  # whole cases know no period
    outcome = contracts("flow", PROCESS, "--as", "tree", "--by", "graph", "--no-quality")
    assert (outcome.out.startswith("->"), outcome.err) == (True, "")


def test_a_limit_gives_the_latest_and_says_of_how_many(contracts: Procesmijn) -> None:
    every = contracts("cases", PROCESS, "--format", "json")
    latest = contracts("cases", PROCESS, "--format", "json", "--limit", "1")
    [shown] = latest.json
    assert shown["started_at"] == max(row["started_at"] for row in every.json)
    assert f"the latest 1 of {len(every.json)}: --limit" in latest.err
    assert every.err == ""


def test_a_name_that_nobody_knows_is_told_the_nearest(contracts: Procesmijn) -> None:
    for command in ("handovers", "cases", "flow"):
        outcome = contracts(command, "contract")
        assert outcome == (
            2,
            "",
            "error: there is no process 'contract'; did you mean 'contracts'?\n",
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["handovers"], "Missing argument 'PROCESS'"),
        (["handovers", PROCESS, "--format", "xml"], "'--format': 'xml' is not one of"),
        (["handovers", PROCESS, "--from", "1-3-2026"], "--from '1-3-2026' is no date"),
        (["handovers", PROCESS, "--from", "2026-03-02", "--to", "2026-03-02"], "has to lie after"),
        (["handovers", PROCESS, "--as-of", "2026-03-02"], "has no zone"),
        (["handovers", PROCESS, "--frm", "2026-03-02"], "No such option"),
        (["flow", PROCESS, "--as", "bpmn", "--format", "json"], "--format json is for --as dfg"),
        (
            ["flow", PROCESS, "--with", "sing"],
            "no activity of contracts 'sing'; did you mean 'sign'",
        ),
        (["handovers", PROCESS, "--party", "manger"], "did you mean 'manager'"),
        (["cases", PROCESS, "--variant", "write"], "give a JSON list of activities"),
        (["cases", PROCESS, "--variant", str(2**63)], "or a variant_key of cases"),
        (["cases", PROCESS, "--attribute", "reason"], "write it as reason=withdrawn"),
        (["handover", PROCESS], "Did you mean 'handovers'"),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    arguments: list[str], words: str, contracts: Procesmijn
) -> None:
    outcome = contracts(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_whoever_reads_may_stop_reading(contracts: Procesmijn) -> None:
    with contracts.start("cases", PROCESS, "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_the_trace_of_an_error_is_shown_when_asked_for(procesmijn: Procesmijn) -> None:
    assert "Traceback" in procesmijn("--debug", "handovers", "nothing").err


def test_working_time_needs_nothing_that_runs(folder: Path) -> None:
    alone = Procesmijn(folder / "home")
    friday, tuesday = "2020-10-02T07:00", "2020-10-06T15:00"

    assert alone("working-time", friday, tuesday).out == "79200\n"
    assert alone("working-time", friday, tuesday, "--format", "json").json == {
        "working_seconds": 79_200.0,
        "elapsed_seconds": 374_400.0,
        "is_outside_calendar": False,
    }
    explained = alone("working-time", friday, tuesday, "--explain").out.splitlines()
    assert [line.split()[-2:] for line in explained[:-1]] == [
        ["8h", "00m"],
        ["8h", "00m"],
        ["6h", "00m"],
    ]
    weekend = alone("working-time", "2020-10-03T10:00Z", "2020-10-04T10:00Z", "--format", "json")
    assert weekend.json["is_outside_calendar"] is True
    assert alone("working-time", friday, tuesday, "--calendar", "always").out == "374400\n"
    unknown = alone("working-time", friday, tuesday, "--calendar", "ofice")
    assert (unknown.code, unknown.err) == (
        2,
        "error: there is no calendar 'ofice'; did you mean 'office'?\n",
    )
    assert alone("working-time", tuesday, friday).code == 2
    assert not (folder / "home").exists()


def test_when_something_is_due(folder: Path) -> None:
    alone = Procesmijn(folder / "home")
    friday = "2026-03-06T15:00"
    assert alone("working-time", friday, "--plus", "2 days").out == "2026-03-10T17:00:00+01:00\n"
    hours = alone("working-time", friday, "--plus", "8 hours", "--explain", "--format", "json").json
    assert hours["due_at"] == "2026-03-09T14:00:00Z"
    assert [stretch["seconds"] for stretch in hours["stretches"]] == [7200, 21600]
    assert alone("working-time", friday, "--plus", "before the 20th", "--format", "json").json == {
        "due_at": "2026-03-19T23:00:00Z"
    }
    for wrong in ([friday], [friday, friday, "--plus", "2 days"], [friday, "--plus", "3 weeks"]):
        outcome = alone("working-time", *wrong)
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert "'8 hours', '2 days' or 'before the 20th'" in outcome.err
    never = alone("working-time", "2099-12-31T18:00", "--plus", "1 hour")
    assert (never.code, never.err.count("\n")) == (1, 1)


def test_working_time_by_a_catalogue_of_ones_own(folder: Path) -> None:
    (folder / "ours.yaml").write_text(
        "calendars:\n  night: {zone: Europe/Amsterdam, hours: {saturday-sunday: 0:00-8:00}}\n"
    )
    outcome = Procesmijn(folder / "home")(
        *("working-time", "2026-10-25T00:00", "2026-10-25T12:00"),
        *("--calendar", "night", "--catalogue", folder / "ours.yaml"),
    )
    assert outcome.out == "32400\n"  # the night of nine hours
