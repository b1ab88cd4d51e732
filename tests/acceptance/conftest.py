"""The command line as its users run it: a process of its own, real servers, a home that goes away.

One ``procesmijn up`` with two workers serves the session; tests keep out of each other's way by the
names of their processes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from procesmijn.embedded import find
from tests.commands import Procesmijn, running


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
