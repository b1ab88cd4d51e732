"""Servers, keys and settings that are not what they should be: one line says so, and the doctor."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

from procesmijn.persons import Keys
from tests.commands import Procesmijn, one_line
from tests.event_logs import write_csv


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
