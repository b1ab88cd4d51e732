"""What producer teams use before they send anything: the contract, its examples, a trial."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.examples import example_event
from schemas.publish import ASYNCAPI, PUBLISHED
from schemas.registry import MODELS
from tests.commands import Procesmijn


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Procesmijn:
    """Commands on a machine where nothing runs and nothing is kept."""
    return Procesmijn(tmp_path_factory.mktemp("nothing") / "home")


def test_the_contract_is_shown_as_it_is_published(anywhere: Procesmijn) -> None:
    types = anywhere("schemas", "list", "--format", "json").json
    assert [each["type"] for each in types] == list(MODELS)
    shown = anywhere("schemas", "show", "rating.given").json
    assert shown == json.loads((PUBLISHED / "rating.given.json").read_text("utf-8"))
    assert anywhere("schemas", "asyncapi").out == ASYNCAPI.read_text("utf-8")
    outcome = anywhere("schemas", "example", "ratings.given")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith("did you mean 'rating.given'?\n")


def test_an_example_would_be_accepted_and_is_another_event_each_time(anywhere: Procesmijn) -> None:
    one, other = (anywhere("schemas", "example", "step", "--line").out for _ in range(2))
    assert json.loads(one)["id"] != json.loads(other)["id"]
    rows = anywhere(
        *("check-message", "-", "--lines", "--format", "json"), given=f"{one}\n{other}"
    ).json
    assert [(row["message"], row["outcome"]) for row in rows] == [(1, "accepted"), (2, "accepted")]
    assert rows[0]["said"] == (
        "stored, and in no case: the catalogue has no process 'purchase-to-pay'"
    )


def test_a_message_that_would_be_refused_is_told_why(anywhere: Procesmijn, tmp_path: Path) -> None:
    file = tmp_path / "messages"
    person = "jan.jansen@example.org"
    right = example_event("contract.issued")
    right["data"]["party"] = "personnel"
    wrong = right | {"type": "contract.isued"}
    file.write_text(f"{json.dumps(right)}\n\n{json.dumps(wrong)}\n{person}\n")
    outcome = anywhere("check-message", file, "--lines", "--format", "json")
    assert outcome.code == 1
    assert not {person, right["data"]["employee"]} & set(outcome.out.split('"'))
    assert "persons are masked" in outcome.err
    told = [
        (row["message"], row["outcome"], row["reason"], row["process"], row["case"], row["party"])
        for row in json.loads(outcome.out)
    ]
    assert told == [
        (1, "accepted", None, "onboarding", "a person", "personnel"),
        (1, "accepted", None, "recruitment", "V-2026-0042", "personnel"),
        (2, "dead letter", "unknown-type", None, None, None),
        (3, "dead letter", "not-json", None, None, None),
    ]
    assert "does not know the party 'personnel'" in json.loads(outcome.out)[0]["said"]
    assert "contract.issued" in json.loads(outcome.out)[2]["said"]


def test_headers_make_a_message_of_binary_mode(anywhere: Procesmijn, tmp_path: Path) -> None:
    event = example_event("ticket.closed")
    catalogue = tmp_path / "ours.yaml"
    catalogue.write_text(
        "processes: {help: {case: ticket, activities: {Done: {events: ticket.closed}}}}\n"
    )
    attributes = [f"--header=ce_{name}={event[name]}" for name in event if name != "data"]
    rows = anywhere(
        *("check-message", "-", *attributes, f"--catalogue={catalogue}", "--format=json"),
        given=json.dumps(event["data"] | {"solution": "restarted", "party": None}),
    ).json
    assert [(row["process"], row["case"], row["activity"], row["party"]) for row in rows] == [
        ("help", "INC-0010023", "Done", None)
    ]
    assert rows[0]["said"] == (
        "1 undeclared member left out; neither it nor the catalogue says which party did it"
    )
    tombstone = anywhere("check-message", "-", "--format", "csv", given="")
    assert tombstone.code == 0
    assert "1,skipped,tombstone," in tombstone.out
    outcome = anywhere("check-message", "-", "--header", "ce_type", given="")
    assert outcome.code == 2
    assert "write it as ce_type=contract.issued" in outcome.err
