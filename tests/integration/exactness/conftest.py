"""Grounds to try histories on, and the keys of all of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE

MakeGround = Callable[[int], Ground]


@pytest.fixture(scope="session")
def persons() -> Persons:
    """One set of keys, the same in every session: which of two contents stands depends on them."""
    return Persons(Keys(bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))))


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
