"""What operators do with refused records: look at them, try them again, give up on them."""

from __future__ import annotations

import signal
import time
from contextlib import closing

import orjson
from kafka import KafkaConsumer, TopicPartition

from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from tests.acceptance.conftest import PERSON, TOPIC
from tests.commands import Procesmijn, one_line, until


def test_refused_records_are_listed(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    by_reason = {str(row["reason"]): row for row in refused}
    assert "contract.issued" in str(by_reason["unknown-type"]["message"])
    [one] = procesmijn("dead-letters", "list", "--reason", "unknown-type", "--format", "json").json
    assert one == by_reason["unknown-type"]
    one_line(procesmijn("dead-letters", "list", "--topic", TOPIC[:-1]), f"'{TOPIC}'?", code=2)
    one_line(procesmijn("dead-letters", "redrive", "--reason", "unknwn-type"), "'unknown-type'?", 2)
    few = procesmijn("dead-letters", "list", "--limit", "1")
    assert "the first 1 of 2: --limit shows more" in few.err
    table = procesmijn("dead-letters", "list").out
    assert "unknown-type" in table
    assert PERSON not in table


def test_what_they_say_of_persons_is_masked(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    place = next(row for row in refused if row["reason"] == "unknown-type")
    flags = ("--partition", str(place["partition"]), "--offset", str(place["offset"]))

    [masked] = procesmijn("dead-letters", "show", *flags).json
    assert masked["record"]["value"]["type"] == "contract.isued"
    assert masked["record"]["value"]["data"] == {
        "employee": f"text of {len(PERSON)} characters",
        "salary": "number",
    }
    assert masked["record"]["key"] == "3 bytes"
    assert PERSON not in procesmijn("dead-letters", "show").out

    [clear] = procesmijn("dead-letters", "show", *flags, "--clear").json
    assert orjson.loads(clear["record"]["value"])["data"]["employee"] == PERSON
    assert clear["record"]["key"] == "jan"
    procesmijn("dead-letters", "show", *flags, "--clear", "--by", "ann")
    seen = procesmijn("dead-letters", "sightings", "--format", "json").json
    assert seen[0]["seen_by"] == "ann"
    assert len(seen) == 2
    assert {(row["partition"], row["offset"]) for row in seen} == {
        (place["partition"], place["offset"])
    }


def test_producers_are_told_what_was_refused(
    refused: list[dict[str, object]], procesmijn: Procesmijn, kafka_servers: str
) -> None:
    """Within a minute, and without what was in it."""
    there = {(row["partition"], row["offset"], row["reason"]) for row in refused}
    told: set[tuple[object, ...]] = set()
    place = TopicPartition("procesmijn.refused", 0)
    with closing(KafkaConsumer(bootstrap_servers=kafka_servers)) as consumer:
        consumer.assign([place])
        consumer.seek(place, 0)
        until_seconds = time.monotonic() + 60
        while not there <= told and time.monotonic() < until_seconds:
            for record in consumer.poll(500).get(place, ()):
                assert PERSON.encode() not in record.value
                data = orjson.loads(record.value)["data"]
                told.add((data["partition"], data["offset"], data["reason"]))
    assert there <= told


def test_what_still_breaks_the_contract_stays_refused(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    outcome = procesmijn("dead-letters", "redrive", "--reason", "unknown-type")
    assert (outcome.code, outcome.err) == (1, "0 records redriven, 1 still refused\n")
    outcome = procesmijn("dead-letters", "redrive", "--reason", "too-deep")
    assert (outcome.code, outcome.err) == (0, "no record that was refused is like that\n")


def test_a_refused_record_is_discarded_and_the_ledger_adds_up(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    not_json = ("--topic", TOPIC, "--reason", "not-json")
    outcome = procesmijn(
        "dead-letters", "discard", *not_json, "--because", "a typing error", "--by", "ann"
    )
    assert (outcome.code, outcome.err) == (0, "1 record discarded\n")
    assert procesmijn("dead-letters", "list", *not_json, "--format", "json").json == []
    state = ("--state", "discarded")
    [gone] = procesmijn("dead-letters", "list", *not_json, *state, "--format", "json").json
    assert (gone["discarded_by"], gone["discarded_because"]) == ("ann", "a typing error")
    assert procesmijn("dead-letters", "redrive", *not_json).err.startswith("no record")
    assert procesmijn("dead-letters", "redrive", *not_json, *state).code == 1  # as wrong as ever

    one_line(procesmijn("ledger", "--topic", TOPIC[:-1]), TOPIC, code=2)
    accounts = procesmijn("ledger", "--topic", TOPIC, "--format", "json").json
    assert {row["partition"] for row in accounts} == set(range(8))
    assert all(row["adds_up"] for row in accounts)
    assert sum(row["discarded"] for row in accounts) == 1


def test_a_worker_that_would_refuse_most_of_a_topic_ends(quiet: Procesmijn) -> None:
    """Nothing is lost, and started again it leaves that partition alone until somebody decides."""
    connection = find(quiet.home)
    assert connection is not None
    assert connection.kafka_servers is not None
    bad = [Message(b"no event", b"one key") for _ in range(1_200)]
    publish(KafkaSettings(connection.kafka_servers), TOPIC, bad)
    before = len(quiet("dead-letters", "list", "--limit", "5000", "--format", "json").json)

    outcome = quiet("worker", log_level="ERROR")
    assert outcome.code == 1
    assert "more than 50 % of 1,000 records" in outcome.err
    [still] = [
        row for row in quiet("streams", "list", "--format", "json").json if row["state"] == "paused"
    ]
    partition = str(still["partition"])
    assert still["behind"] == 1_200
    assert f"procesmijn dead-letters accept {TOPIC} {partition}" in still["because"]

    why = ("--because", "a broken export", "--by", "ann")
    accepted = quiet("dead-letters", "accept", TOPIC, partition, *why)
    assert f"{TOPIC}/{partition} goes on" in accepted.err
    [decision] = quiet("dead-letters", "acceptances", "--format", "json").json
    assert (decision["accepted_by"], decision["because"]) == ("ann", "a broken export")
    assert (str(decision["partition"]), still["end_offset"]) == (
        partition,
        decision["accepted_until"],
    )
    with quiet.start("worker") as worker:
        letters = ("dead-letters", "list", "--limit", "5000")
        until(quiet, *letters, count=before + 1_200)
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    assert quiet("ledger").code == 0
