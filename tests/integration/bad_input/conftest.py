"""A migrated database and a topic for each test, and the way of a record between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from procesmijn.embedded import Embedded
from procesmijn.persons import Persons
from tests.integration.bad_input.line import Line, make_topic
from tests.integration.store.conftest import applier, database_template, keys, persons, store

__all__ = ["applier", "database_template", "keys", "persons", "store"]

MakeLine = Callable[..., Line]


@pytest.fixture(scope="module")
def make_line(servers: Embedded, database_template: str, persons: Persons) -> Iterator[MakeLine]:
    """Makes lines, each with a topic and, unless it is to be ``beside`` another, a database of its
    own; they last for a module."""
    with ExitStack() as stack:

        def make(beside: Line | None = None, **settings_of_topic: object) -> Line:
            url = (
                beside.store.url
                if beside
                else stack.enter_context(_database(servers, database_template))
            )
            topic = f"bad-input-{uuid4().hex}"
            make_topic(servers.kafka_servers, topic, settings_of_topic)
            line = Line(servers.kafka_servers, topic, url, persons)
            stack.callback(line.close)
            return line

        yield make


@contextmanager
def _database(servers: Embedded, template: str) -> Iterator[str]:
    database = sql.Identifier(f"bad_input_{uuid4().hex}")
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(create.format(database, sql.Identifier(template)))
        yield (
            urlsplit(servers.database_url)._replace(path=f"/{database.as_string()[1:-1]}").geturl()
        )
        admin.execute(drop.format(database))
