"""Grounds to try histories on, and the keys of all of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from consumers import topics
from consumers.connection import KafkaSettings
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from tests.integration.exactness.accounts import WATCH
from tests.integration.exactness.fleet import Fleet
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE
from tests.integration.exactness.telling import Teller

MakeGround = Callable[[int], Ground]


KEYS = Keys(bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96)))
"""The same in every session: which of two contents stands depends on them."""

PARTITIONS = 4


@pytest.fixture(scope="session")
def persons() -> Persons:
    """One set of keys: databases are compared by pseudonyms and by hashes of content."""
    return Persons(KEYS)


@pytest.fixture(scope="session")
def database_template(servers: Embedded, persons: Persons) -> str:
    """A migrated database with the catalogue of these tests in force."""
    name = f"exact_{uuid.uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    store = Store(urlsplit(servers.database_url)._replace(path=f"/{name}").geturl())
    store.migrate()
    store.activate(CATALOGUE.pseudonymous(persons.pseudonym))
    store.close()
    return name


@pytest.fixture(scope="module")
def make_ground(
    servers: Embedded, database_template: str, persons: Persons
) -> Iterator[MakeGround]:
    """Makes grounds with a number of workers; they last for a module."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with (
        psycopg.connect(servers.database_url, autocommit=True) as admin,
        ExitStack() as stack,
    ):

        def make(workers: int) -> Ground:
            name = f"ground_{uuid.uuid4().hex}"
            database = sql.Identifier(name)
            admin.execute(create.format(database, sql.Identifier(database_template)))
            stack.callback(admin.execute, drop.format(database))
            url = urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
            ground = Ground(url, persons, workers)
            stack.callback(ground.close)
            return ground

        yield make


@pytest.fixture(scope="module")
def plain(make_ground: MakeGround) -> Ground:
    """Where each history is told once, in order."""
    return make_ground(1)


@pytest.fixture
def watched(make_ground: MakeGround) -> Ground:
    """A new database in which every move of a position is taken down."""
    ground = make_ground(1)
    ground.observer.execute(WATCH)
    return ground


@pytest.fixture
def teller(kafka_servers: str, topic: str) -> Iterator[Teller]:
    """Tells a story to a topic of its own."""
    topics.ensure(KafkaSettings(kafka_servers), [topic], create=True, partitions=PARTITIONS)
    teller = Teller(kafka_servers, topic, seed=2026)
    yield teller
    teller.close()


@pytest.fixture
def fleet(kafka_servers: str, topic: str, watched: Ground, tmp_path: Path) -> Iterator[Fleet]:
    """Workers that read that topic into that database."""
    with Fleet(kafka_servers, topic, watched.url, KEYS.text(), tmp_path) as fleet:
        yield fleet
