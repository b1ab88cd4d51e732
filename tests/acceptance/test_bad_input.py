"""Bad input by the command line: one clear line, on stderr, and everything else goes on."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from schemas.event import DEFAULT_TOPIC
from tests.commands import Outcome, Procesmijn, running
from tests.integration.bad_input.messages import message, opened, requested
from tests.integration.bad_input.older import older

NOWHERE = "127.0.0.1:1"
SECRET = "s3cret"


@pytest.fixture(scope="module")
def own() -> Iterator[Procesmijn]:
    """A home of these tests, since what they leave in it the doctor would tell the others."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        own = Procesmijn(Path(name) / "home")
        with running(own, "up", until="Ctrl-C stops"):
            yield own


@pytest.fixture(scope="module")
def parts(own: Procesmijn) -> dict[str, str]:
    """The same parts, as settings name servers of one's own."""
    connection = find(own.home)
    assert connection is not None
    return {
        "database_url": str(connection.database_url),
        "kafka_servers": str(connection.kafka_servers),
        "kafka_connect_seconds": "1",
        "keys_file": str(own.home / "keys"),
    }


def line_of(outcome: Outcome, code: int = 1) -> str:
    """The one line that a command left, without the password and a trace."""
    assert outcome.code == code
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1
    assert SECRET not in outcome.err
    return outcome.err


def test_a_postgresql_that_is_away(own: Procesmijn, parts: dict[str, str]) -> None:
    url = urlsplit(parts["database_url"])._replace(netloc=f"procesmijn:{SECRET}@{NOWHERE}").geturl()
    for command in (("worker",), ("handovers", "recruitment")):
        assert "Connection refused" in line_of(own(*command, **parts | {"database_url": url}))


def test_a_wrong_password(own: Procesmijn, parts: dict[str, str]) -> None:
    url = urlsplit(parts["database_url"])
    wrong = url._replace(netloc=f"procesmijn:{SECRET}@{url.hostname}:{url.port}").geturl()
    for command in (("worker",), ("verify",)):
        assert "authentication failed" in line_of(own(*command, **parts | {"database_url": wrong}))


def test_an_older_postgresql(own: Procesmijn, parts: dict[str, str]) -> None:
    with older(parts["database_url"]) as url:
        line = line_of(own("worker", **parts | {"database_url": url}))
    assert "the server is PostgreSQL 15, and 18 or later is needed" in line


def test_no_address_at_all(own: Procesmijn, parts: dict[str, str]) -> None:
    url = f"postgresql://procesmijn:{SECRET}%@localhost/procesmijn"
    assert "percent-encoded" in line_of(own("worker", **parts | {"database_url": url}), code=2)


def test_a_worker_cannot_do_without_kafka(own: Procesmijn, parts: dict[str, str]) -> None:
    line = line_of(own("worker", **parts | {"kafka_servers": NOWHERE}))
    assert line.startswith(f"error: no Kafka broker answers at {NOWHERE} ")

    patient = own("worker", **parts | {"kafka_servers": NOWHERE, "kafka_connect_seconds": "4"})
    told, ended = patient.err.splitlines()
    assert re.search(rf"no answer yet from Kafka at {NOWHERE}: trying until \d\d:\d\d:\d\d$", told)
    assert ended.startswith(f"error: no Kafka broker answers at {NOWHERE} ")


def test_a_newer_schema_is_left_alone(own: Procesmijn, parts: dict[str, str]) -> None:
    url = urlsplit(parts["database_url"])._replace(path="/newer").geturl()
    with psycopg.connect(parts["database_url"], autocommit=True) as admin:
        admin.execute("CREATE DATABASE newer")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA procesmijn")
        connection.execute(
            "CREATE TABLE procesmijn.migration (number int4 PRIMARY KEY, name text,"
            " applied_at timestamptz DEFAULT now())"
        )
        connection.execute("INSERT INTO procesmijn.migration VALUES (99, 'of tomorrow')")
    line = line_of(own("worker", **parts | {"database_url": url}))
    assert "the database is at schema version 99" in line


def test_a_broken_catalogue_is_told_line_by_line(own: Procesmijn, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("parties:\n  hr: {kind: internl}\nsmal_group: 5\n")
    outcome = own("catalogue", "activate", file)
    assert outcome.code == 1
    lines = outcome.err.removeprefix("error: ").splitlines()
    assert [line.split(":")[:2] for line in lines] == [[str(file), "2"], [str(file), "3"]]
    assert "internl" not in own("catalogue", "show").out


def test_a_refused_record_is_seen_shown_and_told_by_the_doctor(
    own: Procesmijn, parts: dict[str, str]
) -> None:
    person = "jan.jansen@example.org"
    bad = message("1", type="vacancy.opend", data={"vacancy": "V", "performer": person})
    records = [requested("V-1"), bad, opened("V-1")]
    publish(
        KafkaSettings(parts["kafka_servers"]),
        DEFAULT_TOPIC,
        [Message(record.value or b"", b"V-1") for record in records],
    )
    (letter,) = _soon(own, "dead-letters", "list", "--format", "json")
    assert letter["reason"] == "unknown-type"
    assert letter["message"].endswith("the nearest one is vacancy.opened")
    (row,) = _soon(own, "handovers", "recruitment", "--format", "json")
    assert (row["supplier"], row["customer"], row["handovers"]) == ("manager", "hr", 1)

    assert person not in own("dead-letters", "show").out
    in_clear = own("dead-letters", "show", "--clear")
    assert person in in_clear.out, in_clear.err

    outcome = own("doctor", "--format", "json")
    assert outcome.code == 0
    (finding,) = [each for each in json.loads(outcome.out) if each["level"] != "ok"]
    assert (finding["check"], finding["level"]) == ("refused", "warning")
    assert finding["said"].startswith("unknown-type (1); see procesmijn dead-letters list")

    redriven = own("dead-letters", "redrive")
    assert (redriven.code, redriven.err) == (1, "0 records redriven, 1 still refused\n")
    verified = own("verify")
    assert verified.code == 0, verified.err


def _soon(own: Procesmijn, *arguments: str) -> Any:
    """What a command gives as soon as it is not empty."""
    until = time.monotonic() + 30
    while not (found := own(*arguments).json):
        assert time.monotonic() < until, arguments
    return found
