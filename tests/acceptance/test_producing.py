"""What producer teams use: the contract, its examples, a trial, and the page that says how."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from schemas.event import DEFAULT_TOPIC, Event, Record
from schemas.examples import WHEN, example_event
from schemas.instants import to_us
from schemas.publish import ASYNCAPI, PUBLISHED
from schemas.registry import MODELS, decode
from tests.commands import Procesmijn

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text("utf-8")
BROKER = "localhost:9092"
"""Where the page has its broker."""
KCAT = """#!{python}
# What the page uses of kcat, by its manual: a message for each line of stdin.
import argparse, sys
from kafka import KafkaProducer
options = argparse.ArgumentParser()
options.add_argument("-P", action="store_true", required=True)
options.add_argument("-H", action="append")
for flag in ("-b", "-t", "-k"):
    options.add_argument(flag, required=True)
said = options.parse_args()
producer = KafkaProducer(bootstrap_servers=said.b)
for line in sys.stdin.buffer.read().splitlines():
    headers = [(name, value.encode()) for name, _, value in (h.partition("=") for h in said.H)]
    producer.send(said.t, line, said.k.encode(), headers).get(timeout=30)
producer.close()
"""
STORED_WITHIN_SECONDS = 30.0


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
    rows = anywhere(*("check-message", "-", "--lines", "--format", "json"), given=one + other).json
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
        (3, "dead letter", "unknown-type", None, None, None),
        (4, "dead letter", "not-json", None, None, None),
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


def blocks(heading: str, language: str) -> list[str]:
    """The blocks of code below a heading of the page."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(rf"^```{language}\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(
    procesmijn: Procesmijn, kafka_servers: str, tmp_path: Path
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs what the page has in its console, where ``procesmijn`` and ``kcat`` are at hand."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, text in (
        ("kcat", KCAT.replace("{python}", sys.executable)),
        ("procesmijn", f'#!/bin/sh\nexec {sys.executable} -P -m procesmijn.cli "$@"\n'),
    ):
        (bin_ / name).write_text(text)
        (bin_ / name).chmod(0o755)
    environment = procesmijn.environment()
    environment["PATH"] = os.pathsep.join((str(bin_), environment["PATH"]))

    def run(console: str) -> subprocess.CompletedProcess[str]:
        commands = re.sub(r"^\$ ", "", console, flags=re.MULTILINE).replace(BROKER, kafka_servers)
        return subprocess.run(
            ["/bin/sh", "-e", "-c", commands],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )

    return run


def cases_become(database_url: str, wanted: dict[str, int]) -> bool:
    """Whether onboarding comes to have these cases, with so many events each, and no others."""
    until = time.monotonic() + STORED_WITHIN_SECONDS
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            found = connection.execute(
                "SELECT case_key, events FROM bi.fct_case WHERE process = 'onboarding'"
            ).fetchall()
            if dict(found) == wanted or time.monotonic() > until:
                return dict(found) == wanted
            time.sleep(0.1)


def cases_of(employees: list[str], procesmijn: Procesmijn) -> list[str]:
    """The cases that employees are, as a trial tells them by the catalogue in use."""
    event = example_event("employee.started")
    lines = [json.dumps(event | {"data": {"employee": employee}}) for employee in employees]
    rows = procesmijn(
        *("check-message", "-", "--lines", "--in-use", "--format", "json"), given="\n".join(lines)
    ).json
    assert {(row["process"], row["party"]) for row in rows} == {("onboarding", "employee")}
    return [row["case"] for row in rows]


def test_the_page_for_producers_tells_the_truth_from_the_first_event_to_its_retraction(
    shell: Callable[[str], subprocess.CompletedProcess[str]],
    procesmijn: Procesmijn,
    database_url: str,
    kafka_servers: str,
) -> None:
    employees = ["E0001234", "E0001240", "E0001241"]
    one, issued, right = cases_of(employees, procesmijn)
    tries, structured, binary, seen = blocks("A first event", "console")
    assert "accepted" in shell(tries).stdout
    shell(structured)
    shell(binary)
    assert cases_become(database_url, {one: 2})
    assert one in shell(seen).stdout

    program: dict[str, object] = {}
    (first,) = blocks("A first event", "python")
    again, corrected, retracted = blocks("Again, corrected, taken back", "python")
    exec(first.replace(BROKER, kafka_servers), program)  # noqa: S102 - it is our own page
    assert cases_become(database_url, {one: 2, issued: 1})
    exec(again, program)  # noqa: S102
    exec(corrected, program)  # noqa: S102
    assert cases_become(database_url, {one: 2, right: 1})
    exec(retracted, program)  # noqa: S102
    assert cases_become(database_url, {one: 2})
    program["producer"].close()  # type: ignore[attr-defined]  # a KafkaProducer, by the page


def test_the_message_on_the_page_is_one_event_in_both_modes() -> None:
    whole, data = (json.loads(text) for text in blocks("What a message looks like", "json"))
    structured_headers, binary_headers = (
        dict(line.split(": ", 1) for line in text.splitlines())
        for text in blocks("What a message looks like", "text")
    )
    record = Record(DEFAULT_TOPIC, 0, 0, to_us(WHEN), None, None)
    events = [
        decode(
            record._replace(
                value=json.dumps(body).encode(),
                headers=tuple((name, value.encode()) for name, value in headers.items()),
            )
        )
        for headers, body in ((structured_headers, whole), (binary_headers, data))
    ]
    assert isinstance(events[0], Event)
    assert events[0] == events[1]
    (program,) = blocks("What a message looks like", "python")
    said: dict[str, object] = {}
    exec(program, said)  # noqa: S102
    assert b"contract.issued" in said["value"]  # type: ignore[operator]  # bytes, by the page
