"""What operators do: look after refused records, catalogues, proofs, and parts that fail."""

from __future__ import annotations

import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import psutil
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from consumers.claims import HEED_SECONDS
from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from procesmijn.persons import Keys
from tests.commands import Outcome, Procesmijn, running
from tests.event_logs import make_log, write_csv

TOPIC = "procesmijn.events"
NAME = "Jan de Vries"


def one_line(outcome: Outcome, words: str, code: int = 1) -> None:
    """It failed, and said so in one line."""
    assert outcome.code == code, outcome.err
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("error: ")


def until(procesmijn: Procesmijn, *arguments: str, count: int) -> list[dict[str, object]]:
    """Ask again until there are as many rows as there should be."""
    for _ in range(40):
        rows: list[dict[str, object]] = procesmijn(*arguments, "--format", "json").json
        if len(rows) >= count:
            return rows
        time.sleep(0.3)
    raise AssertionError(f"{len(rows)} rows, and no more came")


@pytest.fixture(scope="module")
def requests(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A process that cases were imported of."""
    file = write_csv(tmp_path_factory.mktemp("logs") / "log.csv", make_log(cases=40, seed=7))
    outcome = procesmijn("import", file, "--process", "operated", "--to-store")
    assert outcome.code == 0, outcome.err
    return "operated"


@pytest.fixture(scope="module")
def refused(procesmijn: Procesmijn, kafka_servers: str) -> list[dict[str, object]]:
    """Two records that break the contract, once they are refused."""
    unknown = {
        "specversion": "1.0",
        "type": "contract.isued",
        "source": "hr",
        "id": "1",
        "time": "2026-03-02T09:00:00Z",
        "data": {"employee": NAME, "salary": 4321},
    }
    headers = (("content-type", b"application/cloudevents+json"),)
    messages = [Message(orjson.dumps(unknown), b"jan", headers), Message(b"{" + NAME.encode())]
    publish(KafkaSettings(kafka_servers), TOPIC, messages)
    return until(procesmijn, "dead-letters", "list", "--topic", TOPIC, count=2)


def test_refused_records_are_listed(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    by_reason = {str(row["reason"]): row for row in refused}
    assert "contract.issued" in str(by_reason["unknown-type"]["message"])
    [one] = procesmijn("dead-letters", "list", "--reason", "unknown-type", "--format", "json").json
    assert one == by_reason["unknown-type"]
    assert procesmijn("dead-letters", "list", "--topic", "other", "--format", "json").json == []
    table = procesmijn("dead-letters", "list").out
    assert "unknown-type" in table
    assert NAME not in table


def test_what_they_say_of_persons_is_masked(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    place = next(row for row in refused if row["reason"] == "unknown-type")
    flags = ("--partition", str(place["partition"]), "--offset", str(place["offset"]))

    [masked] = procesmijn("dead-letters", "show", *flags).json
    assert masked["record"]["value"]["type"] == "contract.isued"
    assert masked["record"]["value"]["data"] == {
        "employee": f"text of {len(NAME)} characters",
        "salary": "number",
    }
    assert masked["record"]["key"] == "3 bytes"
    assert NAME not in procesmijn("dead-letters", "show").out

    [clear] = procesmijn("dead-letters", "show", *flags, "--clear").json
    assert orjson.loads(clear["record"]["value"])["data"]["employee"] == NAME
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
                assert NAME.encode() not in record.value
                data = orjson.loads(record.value)["data"]
                told.add((data["partition"], data["offset"], data["reason"]))
    assert there <= told


def test_what_still_breaks_the_contract_stays_refused(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    outcome = procesmijn("dead-letters", "redrive", "--reason", "unknown-type")
    assert (outcome.code, outcome.err) == (1, "0 records redriven, 1 still refused\n")
    outcome = procesmijn("dead-letters", "redrive", "--topic", "other")
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

    accounts = procesmijn("ledger", "--topic", TOPIC, "--format", "json").json
    assert {row["partition"] for row in accounts} == set(range(8))
    assert all(row["adds_up"] for row in accounts)
    assert sum(row["discarded"] for row in accounts) == 1


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


def test_a_changed_table_is_found_and_rebuilt(
    requests: str, procesmijn: Procesmijn, database_url: str
) -> None:
    assert "every table says what the events say" in procesmijn("verify").err
    before = procesmijn("handovers", requests, "--format", "json").json
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE mining.handover SET wait_us = wait_us + 1000000 WHERE object_key IN"
            " (SELECT mining.object_key(%s, 'C00007'))",
            [requests],
        )

    found = procesmijn("verify", "--format", "json")
    assert found.code == 1
    changed = [row for row in orjson.loads(found.out) if row["table"] == "handover"]
    assert {(row["case"], row["column"]) for row in changed} == {(f"{requests} C00007", "wait_us")}
    assert "procesmijn rebuild" in found.err

    assert procesmijn("rebuild").code == 0
    assert procesmijn("verify").code == 0
    assert procesmijn("handovers", requests, "--format", "json").json == before


def test_an_archive_makes_a_database_again(
    requests: str, procesmijn: Procesmijn, database_url: str, tmp_path: Path
) -> None:
    archive, catalogue = tmp_path / "archive", tmp_path / "catalogue.yaml"
    taken = procesmijn("archive", "--out", archive)
    assert (taken.code, taken.out) == (0, "")
    assert f" versions of events in {archive}\n" in taken.err
    one_line(procesmijn("archive", "--out", archive), "name a folder that is not")
    catalogue.write_text(procesmijn("catalogue", "show").out)

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE again")
    url = urlsplit(database_url)._replace(path="/again").geturl()
    again = Procesmijn(
        procesmijn.home, {"database_url": url, "keys_file": str(procesmijn.home / "keys")}
    )
    assert again("catalogue", "activate", catalogue).code == 0
    restored = again("rebuild", "--from", archive)
    assert restored.code == 0, restored.err
    assert restored.err.endswith(" of events brought in, 0 known before\n")
    assert again("rebuild", "--from", archive).err.startswith("0 versions of events brought in, ")
    for command in ("handovers", "cases"):
        (then, now) = (
            commands(command, requests, "--format", "json").json for commands in (procesmijn, again)
        )
        for case in (*then, *now):
            case.pop("updated_at", None)
            case.pop("change_id", None)
        assert then == now
    assert again("verify").code == 0
    other = again("rebuild", "--from", archive, keys_file=str(tmp_path / "none"))
    one_line(other, "cannot be read")
    one_line(again("rebuild", "--from", tmp_path), "no whole archive")


def test_a_catalogue_is_checked_activated_and_taken_back(
    requests: str, procesmijn: Procesmijn, tmp_path: Path
) -> None:
    before = procesmijn("handovers", requests, "--format", "json").json
    shown = procesmijn("catalogue", "show").out
    ours = tmp_path / "ours.yaml"
    ours.write_text(
        shown.replace("parties:\n", "parties:\n  Facilities:\n    kind: automatic\n", 1)
    )

    checked = procesmijn("catalogue", "check", ours)
    assert (checked.code, checked.out) == (0, "party Facilities added\n")
    assert f"{ours} is right:" in checked.err
    assert requests in checked.err  # its cases would be computed anew
    assert procesmijn("handovers", requests, "--format", "json").json == before

    activated = procesmijn("catalogue", "activate", ours)
    assert activated.code == 0, activated.err
    parties = {
        row["customer"] for row in procesmijn("handovers", requests, "--format", "json").json
    }
    assert "Facilities" not in parties
    assert procesmijn("verify").code == 0

    (tmp_path / "theirs.yaml").write_text(shown)
    assert procesmijn("catalogue", "activate", tmp_path / "theirs.yaml").code == 0
    assert procesmijn("handovers", requests, "--format", "json").json == before
    assert "nothing changes" in procesmijn("catalogue", "activate").err


def test_every_mistake_in_a_catalogue_is_a_line(procesmijn: Procesmijn, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "parties:\n  hr: {parent: hrm}\ncalendars:\n  desk: {zone: Europe/Amsterdm}\n"
    )
    for command in ("check", "activate"):
        outcome = procesmijn("catalogue", command, broken)
        assert outcome.code == 1
        assert f"{broken}:2: parties.hr.parent:" in outcome.err
        assert f"{broken}:4: calendars.desk" in outcome.err


def test_the_doctor_looks_at_every_part(
    refused: list[dict[str, object]], procesmijn: Procesmijn
) -> None:
    outcome = procesmijn("doctor", "--format", "json", databaseurl="postgresql://x/y")
    assert outcome.code == 1
    checks = orjson.loads(outcome.out)
    said = {check["check"]: check["said"] for check in checks}
    well = {check["check"] for check in checks if check["level"] == "ok"}
    assert well >= {
        *("database", "schema", "keys", "catalogue", "mined", "processes", "broker", "topic"),
        *("database-clock", "broker-clock", "stalled", "lag"),
    }
    assert "PROCESMIJN_DATABASE_URL?" in said["settings"]
    assert "unknown-type (1)" in said["refused"]
    outcome = procesmijn("doctor")
    assert outcome.code == 0, "what is to be looked at is no failure"
    assert "warning  refused " in outcome.out


def test_other_keys_are_refused(procesmijn: Procesmijn, database_url: str) -> None:
    keys = procesmijn("keys").out
    one_line(procesmijn("rebuild", keys=keys), "the database was written with other keys")
    assert Keys.parse(keys).fingerprint in procesmijn("doctor", keys=keys).out


def test_a_database_of_ones_own_needs_keys(folder: Path, database_url: str) -> None:
    alone = Procesmijn(folder / "home", {"database_url": database_url})
    one_line(alone("rebuild"), "PROCESMIJN_KEYS")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "password authentication failed"),
        ({"port": "1"}, "Connection refused"),
        ({"name": "nowhere"}, 'database "nowhere" does not exist'),
    ],
)
def test_a_database_that_is_not_there(
    change: dict[str, str], words: str, database_url: str, folder: Path
) -> None:
    url = urlsplit(database_url)
    user, _, password = url.netloc.partition("@")[0].partition(":")
    netloc = f"{user}:{change.get('password', password)}@127.0.0.1:{change.get('port', url.port)}"
    moved = url._replace(netloc=netloc, path=f"/{change.get('name', url.path[1:])}").geturl()
    keys = " ".join(Keys.generate().text().split())
    away = Procesmijn(folder / "home", {"database_url": moved, "keys": keys})
    for command in (["handovers", "hiring"], ["worker"]):
        outcome = away(*command, kafka_servers="127.0.0.1:1")
        one_line(outcome, words)
        assert password not in outcome.err


def test_a_broker_that_is_not_there(requests: str, procesmijn: Procesmijn, tmp_path: Path) -> None:
    row = {"case": "1", "activity": "a", "time": "2026-01-01T00:00:00Z"}
    file = write_csv(tmp_path / "log.csv", [row])
    away = {"kafka_servers": "127.0.0.1:1", "kafka_connect_seconds": "1"}
    one_line(procesmijn("worker", **away), "no Kafka broker answers at 127.0.0.1:1")
    outcome = procesmijn("import", file, "--process", requests, **away)
    one_line(outcome, "no Kafka broker answers at 127.0.0.1:1")
    doctor = procesmijn("doctor", **away)
    assert doctor.code == 1
    assert "failure  broker " in doctor.out


def test_a_setting_that_cannot_be(procesmijn: Procesmijn) -> None:
    one_line(procesmijn("worker", health_port="http"), "PROCESMIJN_HEALTH_PORT", code=2)


def test_a_setting_that_means_nothing(procesmijn: Procesmijn) -> None:
    outcome = procesmijn("settings", "--format", "csv", databse_url="x")
    assert outcome.code == 0
    assert outcome.err == (
        "no setting, so it is ignored: PROCESMIJN_DATABSE_URL"
        " (did you mean PROCESMIJN_DATABASE_URL?)\n"
    )


def test_a_worker_catches_up_with_what_other_rules_made(
    requests: str, procesmijn: Procesmijn, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE mining.object SET rules_id = 0 WHERE object_id = 'C00003'")
    assert "failure  mined " in procesmijn("doctor").out
    with procesmijn.start("worker") as worker:
        for _ in range(20):
            if "ok       mined " in procesmijn("doctor").out:
                break
        worker.send_signal(signal.SIGTERM)
        log = worker.communicate()[1]
    assert worker.returncode == 0, log
    assert "ok       mined " in procesmijn("doctor").out, log


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Procesmijn]:
    """A home in which no worker runs."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        commands = Procesmijn(Path(name) / "home")
        with running(commands, "up", "--workers", "0", until="Ctrl-C stops"):
            yield commands


def test_without_a_worker_an_import_says_so_and_waits_for_one(
    quiet: Procesmijn, tmp_path: Path
) -> None:
    rows = make_log(cases=30, seed=3)
    file = write_csv(tmp_path / "log.csv", rows)
    with quiet.start("import", file, "--process", "waiting") as waiting:
        assert waiting.stderr is not None
        assert "process waiting is new" in waiting.stderr.readline()
        assert "no worker seems to run" in waiting.stderr.readline()
        one_line(quiet("up"), "is up already")
        with quiet.start("worker") as worker:
            assert f"{len(rows)} events" in waiting.stderr.readline()
            assert waiting.wait() == 0
            worker.send_signal(signal.SIGTERM)
            log = worker.communicate()[1]
            assert worker.returncode == 0, log
    assert re.search(r"batch records=\d+ ", log)
    assert len(quiet("cases", "waiting", "--format", "json").json) == 30


def test_records_that_are_gone_are_written_off_by_hand(quiet: Procesmijn) -> None:
    connection = find(quiet.home)
    assert connection is not None
    servers = connection.kafka_servers
    assert servers is not None
    kafka = KafkaSettings(servers)
    with quiet.start("worker") as worker:  # so that the partition has a position
        publish(kafka, TOPIC, [Message(b"refused", b"k")])
        until(quiet, "dead-letters", "list", count=1)
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    [letter] = quiet("dead-letters", "list", "--format", "json").json
    partition, lost_from = letter["partition"], letter["offset"] + 1
    publish(kafka, TOPIC, [Message(b"lost", b"k")])
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.delete_records({TopicPartition(TOPIC, partition): lost_from + 1})
    admin.close()

    with quiet.start("worker") as worker:  # it finds the gap, and leaves it to us
        advice = f"procesmijn accept-gap {TOPIC} {partition}"
        for _ in range(20):
            if advice in quiet("doctor").out:
                break
        outcome = quiet("accept-gap", TOPIC, str(partition))
        assert outcome.err == (
            f"{TOPIC}/{partition} goes on at {lost_from + 1}; 1 offset written off\n"
        )
        assert advice not in quiet("doctor").out
        worker.send_signal(signal.SIGTERM)
        log = worker.communicate()[1]
    assert f"{TOPIC}/{partition}" in log
    one_line(quiet("accept-gap", TOPIC, str(partition)), "there is no gap")
    one_line(quiet("accept-gap", TOPIC, "99"), "has no partition 99", code=2)
    one_line(quiet("accept-gap", "nothing", "0"), "there is no stream 'nothing'", code=2)


def test_a_worker_that_dies_is_started_anew_unless_it_dies_again_and_again(folder: Path) -> None:
    home = Procesmijn(folder / "home")
    log = home.home / "log" / "worker-1.log"
    with home.start("up") as process:
        assert process.stderr is not None
        up = psutil.Process(process.pid)
        _worker_of(up).kill()
        for _ in range(2):
            line = process.stderr.readline()
            assert "a worker ended by SIGKILL, and is started anew" in line
            assert line.endswith(f"its log is {log}\n")
            worker = _worker_of(up)
            while "/healthz" not in log.read_text():
                assert worker.is_running()
                time.sleep(0.05)
            worker.kill()
        err = process.communicate()[1]
    assert process.returncode == 1
    assert "a worker ended 3 times soon after its start, the last time by SIGKILL" in err
    assert "/healthz" in err, "the end of its log is told"


def _worker_of(up: psutil.Process) -> psutil.Process:
    """Its worker, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in up.children():
            with suppress(psutil.NoSuchProcess):
                if child.cmdline()[-1:] == ["worker"]:
                    return child
        time.sleep(0.05)
    raise AssertionError("no worker")


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

    accepted = quiet("dead-letters", "accept", TOPIC, partition)
    assert f"{TOPIC}/{partition} goes on" in accepted.err
    with quiet.start("worker") as worker:
        letters = ("dead-letters", "list", "--limit", "5000")
        until(quiet, *letters, count=before + 1_200)
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    assert quiet("ledger").code == 0


def test_alone_an_import_brings_its_own_servers_and_worker(folder: Path, tmp_path: Path) -> None:
    home = Procesmijn(folder / "home")
    rows = make_log(cases=30, seed=4)
    outcome = home("import", write_csv(tmp_path / "log.csv", rows), "--process", "alone")
    assert outcome.code == 0, outcome.err
    assert (home.home / "keys").stat().st_mode & 0o777 == 0o600
    assert len(home("cases", "alone", "--format", "json").json) == 30
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]
    assert left == []
