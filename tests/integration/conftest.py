"""Real Kafka and real PostgreSQL for the tests: one pair per session, in a folder that goes away.

Ports are free ones and the folder is the session's own, so any number of sessions run side by side.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from procesmijn.embedded import Embedded


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for an embedded home of the test's own; its path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as folder:
        yield Path(folder) / "home"


@pytest.fixture(scope="session")
def servers() -> Iterator[Embedded]:
    """Kafka and PostgreSQL of the whole session."""
    with (
        tempfile.TemporaryDirectory(prefix="procesmijn-") as folder,
        Embedded(Path(folder) / "home") as servers,
    ):
        yield servers


@pytest.fixture(scope="session")
def kafka_servers(servers: Embedded) -> str:
    """Where the session's Kafka is (``bootstrap.servers``)."""
    return servers.kafka_servers


@pytest.fixture
def topic() -> str:
    """A name that no topic has yet; the broker creates none by itself."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def database_template() -> str:
    """The database that every test's own is a copy of."""
    return "template1"


@pytest.fixture
def database_url(servers: Embedded, database_template: str) -> Iterator[str]:
    """A database of the test's own, dropped afterwards, whoever is still connected to it."""
    name = f"test_{uuid.uuid4().hex}"
    database = sql.Identifier(name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(create.format(database, sql.Identifier(database_template)))
        yield urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
