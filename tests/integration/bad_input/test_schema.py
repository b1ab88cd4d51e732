"""A database of another version: who reads or works is told what to do, who migrates does it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from procesmijn.batch import Partition
from procesmijn.catalogue import default
from procesmijn.persons import Persons
from procesmijn.store import Store
from procesmijn.store.migrate import (
    SchemaAhead,
    SchemaBehind,
    check_schema,
    migrate,
    migrations,
)

STEPS = len(migrations())


@pytest.fixture(scope="module")
def database_template() -> str:
    """These databases begin empty."""
    return "template1"


@pytest.fixture
def empty(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.mark.parametrize("done", range(STEPS))
def test_an_older_schema_is_told_and_brought_up_to_date(
    empty: Store, done: int, persons: Persons
) -> None:
    with empty.reader() as connection:
        assert len(migrate(connection, migrations()[:done])) == done
        with pytest.raises(SchemaBehind) as refused:
            check_schema(connection)
    with pytest.raises(SchemaBehind):
        empty.take([Partition(uuid4(), 0, "t")], "alone")
    assert str(refused.value) == (
        f"the database is at schema version {done}, and {STEPS} is needed: start procesmijn worker,"
        " which brings it up to date"
    )
    assert [step.number for step in empty.migrate()] == list(range(done + 1, STEPS + 1))
    empty.activate(default().pseudonymous(persons.pseudonym))
    assert empty.active() is not None


def test_a_newer_schema_is_left_alone(empty: Store) -> None:
    empty.migrate()
    with empty.reader() as connection:
        connection.execute("INSERT INTO procesmijn.migration VALUES (99, 'of tomorrow')")
    for use in (empty.migrate, lambda: empty.take([Partition(uuid4(), 0, "t")], "alone")):
        with pytest.raises(SchemaAhead) as refused:
            use()
        assert str(refused.value) == (
            f"the database is at schema version 99, and this procesmijn knows {STEPS}: upgrade it"
        )
