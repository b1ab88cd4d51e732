"""What operators do with streams: pause, resume, read again, and write off what is gone."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from consumers.claims import HEED_SECONDS
from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from tests.acceptance.conftest import TOPIC
from tests.commands import Procesmijn, one_line, until
from tests.event_logs import write_csv


def test_an_import_does_not_wait_for_a_stream_that_is_paused(
    requests: str, procesmijn: Procesmijn, tmp_path: Path
) -> None:
    row = {"case": "late", "activity": "a", "time": "2026-01-01T00:00:00Z"}
    file = write_csv(tmp_path / "log.csv", [row])
    assert procesmijn("streams", "pause", TOPIC, "--because", "audit").code == 0
    try:
        time.sleep(1.5 * HEED_SECONDS)  # workers look now and then
        outcome = procesmijn("import", file, "--process", requests)
    finally:
        assert procesmijn("streams", "resume", TOPIC).code == 0
    one_line(outcome, f"{TOPIC} is paused before all of it is stored (audit)")
    again = procesmijn("import", file, "--process", requests)
    assert again.code == 0, again.err


def test_a_stream_is_paused_resumed_and_rewound(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    place = refused[0]
    partition, at = str(place["partition"]), int(str(place["offset"])) + 1
    paused = procesmijn("streams", "pause", TOPIC, partition, "--because", "audit", "--by", "ann")
    assert paused.code == 0, paused.err
    rows = procesmijn("streams", "list", "--format", "json").json
    [row] = [row for row in rows if row["topic"] == TOPIC and row["state"] == "paused"]
    assert (str(row["partition"]), row["because"]) == (partition, "ann: audit")
    assert procesmijn("streams", "resume", TOPIC, partition).err == (
        f"{TOPIC}/{partition} is read on\n"
    )
    one_line(procesmijn("streams", "rewind", TOPIC, partition), "say where to", code=2)
    later = procesmijn("streams", "rewind", TOPIC, "--to-time", "2999-01-01T00:00Z")
    one_line(later, "that is still to come", code=2)

    back = procesmijn("streams", "rewind", TOPIC, partition, "--to-offset", "0", "--by", "ann")
    assert f"{TOPIC}/{partition} goes back from " in back.err
    everything = procesmijn("streams", "rewind", TOPIC, "--to-time", "2020-01-01T00:00Z")
    assert everything.code == 0, everything.err
    for _ in range(40):
        rows = procesmijn("streams", "list", "--format", "json").json
        if not any(row["behind"] for row in rows):
            break
    entries = procesmijn("ledger", "--entries", "--format", "json").json
    decisions = [(row["decision"], row["decided_by"]) for row in entries if row["decision"]]
    assert ("rewind", "ann") in decisions
    assert sum(row["duplicate"] + row["dead"] for row in entries) >= at
    ledger = procesmijn("ledger")
    assert (ledger.code, "every offset is accounted for" in ledger.err) == (0, True)
    assert procesmijn("verify").code == 0


def test_records_that_are_gone_are_written_off_by_hand(quiet: Procesmijn) -> None:
    connection = find(quiet.home)
    assert connection is not None
    servers = connection.kafka_servers
    assert servers is not None
    kafka = KafkaSettings(servers)
    letters = ("dead-letters", "list", "--limit", "5000")
    before = len(quiet(*letters, "--format", "json").json)
    with quiet.start("worker") as worker:  # so that the partition has a position
        publish(kafka, TOPIC, [Message(b"refused", b"k")])
        letter = until(quiet, *letters, count=before + 1)[-1]
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    partition, lost_from = int(str(letter["partition"])), int(str(letter["offset"])) + 1
    publish(kafka, TOPIC, [Message(b"lost", b"k")])
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.delete_records({TopicPartition(TOPIC, partition): lost_from + 1})
    admin.close()

    with quiet.start("worker") as worker:  # it finds the gap, and leaves it to us
        advice = f"procesmijn streams accept-gap {TOPIC} {partition}"
        for _ in range(20):
            if advice in quiet("doctor").out:
                break
        outcome = quiet("streams", "accept-gap", TOPIC, str(partition))
        assert outcome.err == (
            f"{TOPIC}/{partition} goes on at {lost_from + 1}; 1 offset written off\n"
        )
        assert advice not in quiet("doctor").out
        worker.send_signal(signal.SIGTERM)
        log = worker.communicate()[1]
    assert f"{TOPIC}/{partition}" in log
    one_line(quiet("streams", "accept-gap", TOPIC, str(partition)), "there is no gap")
    one_line(quiet("streams", "accept-gap", TOPIC, "99"), "has no partition 99", code=2)
    one_line(quiet("streams", "accept-gap", "nothing", "0"), "there is no stream 'nothing'", code=2)
