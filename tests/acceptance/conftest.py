"""The command line as its users run it: a process of its own, real servers, a home that goes away.

One ``procesmijn up`` with two workers serves the session; tests keep out of each other's way by the
names of their processes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest

from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from tests.commands import Procesmijn, running, until
from tests.event_logs import make_log, write_csv

TOPIC: Final = "procesmijn.events"
PERSON: Final = "Jan de Vries"
"""In records that were refused, and in nothing that is shown of them."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def procesmijn() -> Iterator[Procesmijn]:
    """Commands in a home in which everything runs, with two workers."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        commands = Procesmijn(Path(name) / "home")
        with running(commands, "up", "--workers", "2", until="Ctrl-C stops"):
            yield commands


@pytest.fixture(scope="session")
def database_url(procesmijn: Procesmijn) -> str:
    """Where its PostgreSQL is."""
    connection = find(procesmijn.home)
    assert connection is not None
    assert connection.database_url is not None
    return connection.database_url


@pytest.fixture(scope="session")
def kafka_servers(procesmijn: Procesmijn) -> str:
    """Where its Kafka is."""
    connection = find(procesmijn.home)
    assert connection is not None
    assert connection.kafka_servers is not None
    return connection.kafka_servers


@pytest.fixture(scope="session")
def quiet() -> Iterator[Procesmijn]:
    """A home in which no worker runs."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        commands = Procesmijn(Path(name) / "home")
        with running(commands, "up", "--workers", "0", until="Ctrl-C stops"):
            yield commands


@pytest.fixture(scope="session")
def requests(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A process that cases were imported of."""
    file = write_csv(tmp_path_factory.mktemp("logs") / "log.csv", make_log(cases=40, seed=7))
    outcome = procesmijn("import", file, "--process", "operated", "--to-store")
    assert outcome.code == 0, outcome.err
    return "operated"


@pytest.fixture(scope="session")
def refused(procesmijn: Procesmijn, kafka_servers: str) -> list[dict[str, object]]:
    """Two records that break the contract, once they are refused."""
    unknown = {
        "specversion": "1.0",
        "type": "contract.isued",
        "source": "hr",
        "id": "1",
        "time": "2026-03-02T09:00:00Z",
        "data": {"employee": PERSON, "salary": 4321},
    }
    headers = (("content-type", b"application/cloudevents+json"),)
    messages = [Message(orjson.dumps(unknown), b"jan", headers), Message(b"{" + PERSON.encode())]
    publish(KafkaSettings(kafka_servers), TOPIC, messages)
    return until(procesmijn, "dead-letters", "list", "--topic", TOPIC, count=2)
