"""A migrated database for each test, copied from one template, with keys and an applier."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from procesmijn.apply import Applier
from procesmijn.catalogue import default
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The keys of the session."""
    return Keys.generate()


@pytest.fixture(scope="session")
def persons(keys: Keys) -> Persons:
    """What they make of persons."""
    return Persons(keys)


@pytest.fixture(scope="session")
def database_template(servers: Embedded, persons: Persons) -> str:
    """A database with all tables and the default catalogue in force."""
    name = f"template_{uuid.uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    store = Store(urlsplit(servers.database_url)._replace(path=f"/{name}").geturl())
    store.migrate()
    store.activate(default().pseudonymous(persons.pseudonym))
    store.close()
    return name


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store of the test's own."""
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def applier(store: Store, persons: Persons) -> Applier:
    """Applies batches to it."""
    return Applier(store, persons)
