"""What analysts ask of a process: against a model, between parties, case by case, over time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pandas as pd
import pm4py
import pytest
import yaml
from lxml import etree

from procesmijn.flows import pnml
from procesmijn.flows.tree import Activity, Block, Operator
from tests import pm4py_oracle
from tests.commands import Procesmijn
from tests.event_logs import write_csv

PROCESS = "granting"
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEKS, CHANGED_IN = 24, 12
PARTIES = {
    "Ask": "Manager",
    "Check budget": "Finance",
    "Check rules": "Legal",
    "Check again": "Audit",
    "Grant": "HR",
}


def rows() -> list[dict[str, str]]:
    """Requests over half a year; from the twelfth week on nearly half of them are checked again."""
    rng = random.Random(5)
    found: list[dict[str, str]] = []
    for number in range(WEEKS * 25):
        week = number // 25
        checks = ["Check budget", "Check rules"]
        rng.shuffle(checks)
        again = ["Check again"] * (rng.random() < (0.5 if week >= CHANGED_IN else 0.05))
        at = MONDAY + timedelta(weeks=week, minutes=rng.randrange(5 * 24 * 60))
        for activity in ["Ask", *checks, *again, "Grant"]:
            at += timedelta(minutes=rng.randint(10, 900))
            instant = at.isoformat().replace("+00:00", "Z")
            found.append(
                {
                    "case": f"R{number:04}",
                    "activity": activity,
                    "time": instant,
                    "party": PARTIES[activity],
                }
            )
    return found


@pytest.fixture(scope="module")
def requests(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> Procesmijn:
    """Commands, where the requests are in."""
    file = write_csv(tmp_path_factory.mktemp("logs") / "requests.csv", rows())
    outcome = procesmijn("import", file, "--process", PROCESS, "--to-store")
    assert outcome.code == 0, outcome.err
    return procesmijn


def test_a_process_keeps_to_its_own_model_and_leaves_a_narrower_one(
    requests: Procesmijn, tmp_path: Path
) -> None:
    cases = Counter(row["case"] for row in rows())
    again = sum(steps == 5 for steps in cases.values())
    own, usual = tmp_path / "own.bpmn", tmp_path / "usual.pnml"
    requests("flow", PROCESS, "--as", "bpmn", "--out", own)
    checks = Block(Operator.PARALLEL, (Activity("Check budget"), Activity("Check rules")))
    tree = Block(Operator.SEQUENCE, (Activity("Ask"), checks, Activity("Grant")))
    usual.write_bytes(pnml.write(tree, "usual"))

    held = requests(
        "conformance", PROCESS, "--model", own, "--min-fitness", "1", "--format", "json"
    )
    assert held.json == {
        "fitness": 1.0,
        "cases": 600,
        "fitting_cases": 600,
        "never": [],
        "deviations": [],
    }
    told = requests(
        "conformance", PROCESS, "--model", usual, "--min-fitness", "0.99", "--format", "json"
    )
    assert told.code == 1
    assert told.err.endswith("is below 0.99\n")
    assert orjson.loads(told.out)["deviations"] == [
        {
            "deviation": "unknown",
            "activities": "Check again",
            "cases": again,
            "share": pytest.approx(again / 600),
        }
    ]
    listed = requests("conformance", PROCESS, "--model", usual, "--as", "cases", "--format", "json")
    keys = [case["case_key"] for case in listed.json["deviating_cases"]]
    assert len(keys) == again
    moves = requests(
        "conformance", PROCESS, "--model", usual, "--case", keys[0], "--format", "json"
    )
    assert [move["activity"] for move in moves.json["moves"] if move["where"] == "case only"] == [
        "Check again"
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--model", "none.bpmn"], 2, "none.bpmn cannot be read"),
        (["--model", __file__], 1, "the model is no XML"),
    ],
)
def test_a_model_that_is_none_is_one_line(
    requests: Procesmijn, arguments: list[str], code: int, words: str
) -> None:
    outcome = requests("conformance", PROCESS, *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_pairs_are_suggested_as_the_catalogue_takes_them(
    requests: Procesmijn, tmp_path: Path
) -> None:
    suggested = requests("catalogue", "suggest", PROCESS)
    assert suggested.code == 0, suggested.err
    fragment = yaml.safe_load(suggested.out)["processes"]
    assert fragment == {
        PROCESS: {
            "activities": {"Check budget": None, "Check rules": None},
            "concurrent": [["Check budget", "Check rules"]],
        }
    }
    (pair,) = requests("catalogue", "suggest", PROCESS, "--format", "json").json
    assert pair["forth"] + pair["back"] == pair["cases"] == 600
    assert f"# for: {pair['forth']} times in this order, {pair['back']} in the other" in (
        suggested.out
    )
    assert (pair["loops"], pair["apart"], pair["is_suggested"]) == (0, 0, True)

    ours = yaml.safe_load(requests("catalogue", "show").out)
    ours["processes"][PROCESS] |= fragment[PROCESS]
    pasted = tmp_path / "ours.yaml"
    pasted.write_text(yaml.safe_dump(ours))
    checked = requests("catalogue", "check", pasted)
    assert checked.code == 0, checked.err
    assert f"{PROCESS}: concurrent pair" in checked.out


def test_which_parties_depend_on_each_other(requests: Procesmijn, tmp_path: Path) -> None:
    drawn = tmp_path / "handovers.svg"
    handed = requests(
        "flow", PROCESS, "--as", "handover-network", "--format", "json", "--out", drawn
    ).json
    assert {f"{pair['supplier']} to {pair['customer']}" for pair in handed} == {
        words.partition(":")[0] for words in tips(drawn) if " to " in words
    }
    assert sum(pair["share"] for pair in handed) == pytest.approx(1.0)
    assert {pair["customer_role"] for pair in handed} == {"internal"}
    assert sum(pair["handovers"] for pair in handed) == len(rows()) - 600
    frame = pd.DataFrame(rows()).rename(columns={"time": "timestamp"}).assign(order=0)
    in_order = frame.assign(timestamp=pd.to_datetime(frame["timestamp"]))
    theirs = pm4py.discover_handover_of_work_network(
        pm4py_oracle.prepared(in_order).assign(
            **{"org:resource": lambda each: each["concept:name"].map(PARTIES)}
        )
    )
    # Without anything side by side, and with another party for each activity, both mean the same.
    assert {(pair["supplier"], pair["customer"]): pair["share"] for pair in handed} == (
        pytest.approx(theirs.connections)
    )

    drawn = tmp_path / "together.svg"
    together = requests(
        "flow", PROCESS, "--as", "working-together", "--format", "json", "--out", drawn
    ).json
    assert "Finance and Legal: 600 cases, 100.0%" in tips(drawn)
    of = {(pair["party"], pair["other"]): pair["cases"] for pair in together}
    assert of["Finance", "Legal"] == of["HR", "Manager"] == 600
    assert of["Audit", "HR"] < 600
    narrowed = requests(
        "flow", PROCESS, "--as", "working-together", "--with", "Check again", "--format", "json"
    )
    assert {pair["cases"] for pair in narrowed.json} == {of["Audit", "HR"]}


def test_every_case_in_time(requests: Procesmijn, tmp_path: Path) -> None:
    drawn = tmp_path / "chart.svg"
    charted = requests("flow", PROCESS, "--as", "dotted-chart", "--format", "json", "--out", drawn)
    assert {*tips(drawn)} == {*PARTIES}
    assert "reading 600 cases, one by one" in charted.err
    assert [(dot["case_key"], dot["activity"], dot["completed_at"]) for dot in charted.json] == [
        (row["case"], row["activity"], row["time"]) for row in _by_start()
    ]
    drawn = tmp_path / "SPECTRUM.SVG"
    spectrum = requests(
        "flow", PROCESS, "--as", "performance-spectrum", "--format", "json", "--out", drawn
    ).json
    [((most, _), count)] = Counter(
        (each["from_activity"], each["to_activity"]) for each in spectrum
    ).most_common(1)
    assert f"{most}  ({count} times)" in drawn.read_text()
    assert "600 cases that started from 2026-01-05 to 2026-06-" in drawn.read_text()
    assert len(spectrum) == len(rows()) - 600
    grants = [each for each in spectrum if each["to_activity"] == "Grant"]
    assert Counter(each["quartile"] for each in grants).keys() == {1, 2, 3, 4}


def test_a_change_is_found_on_its_day_and_said_what_it_is(requests: Procesmijn) -> None:
    drift = requests("flow", PROCESS, "--as", "drift", "--format", "json")
    first = str(date(2026, 1, 5) + timedelta(weeks=CHANGED_IN))
    assert {row["changed_on"] for row in drift.json} == {first}
    assert drift.json[0]["p_value"] <= 0.01
    assert "Check again" in {drift.json[0]["from"], drift.json[0]["to"]}
    assert drift.json[0]["cases_before"] == 300
    assert drift.err.startswith("1 change in 23 weeks (575 cases) in which cases had time to end")
    before = requests("flow", PROCESS, "--as", "drift", "--to", first, "--format", "csv")
    assert before.out.count("\n") == 1
    little = requests("flow", PROCESS, "--as", "drift", "--to", "2026-01-12", "--format", "csv")
    assert little.err.startswith(
        "these cases are too few to tell a change: all 25 started in the week of 2026-01-05."
    )


def tips(picture: Path) -> list[str]:
    """What the shapes of a picture stand for."""
    return [str(title.text) for title in etree.parse(picture).getroot().iterfind("{*}*/{*}title")]


def _by_start() -> list[dict[str, str]]:
    """Rows case by case, in the order in which these started."""
    found = rows()
    starts: dict[str, str] = {}
    for row in found:
        starts.setdefault(row["case"], row["time"])
    return sorted(found, key=lambda row: (starts[row["case"]], row["case"]))
