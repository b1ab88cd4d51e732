"""The schema goes forward, once, whoever brings it there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from procesmijn.embedded import Embedded
from procesmijn.store.connection import connect
from procesmijn.store.migrate import (
    Migration,
    SchemaAhead,
    SchemaBehind,
    SchemaDenied,
    check_schema,
    migrate,
    migrations,
)


@pytest.fixture
def empty(servers: Embedded) -> Iterator[str]:
    """A database without any tables."""
    name = sql.Identifier(f"empty_{uuid4().hex}")
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield urlsplit(servers.database_url)._replace(path=f"/{name.as_string()[1:-1]}").geturl()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.number for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_four_at_once_apply_each_step_once(empty: str) -> None:
    def one(_: int) -> list[Migration]:
        with connect(empty) as connection:
            return migrate(connection)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, range(4)))
    assert sorted(len(steps) for steps in done) == [0, 0, 0, len(migrations())]
    with connect(empty) as connection:
        check_schema(connection)
        assert migrate(connection) == []


def test_a_step_that_fails_leaves_nothing_behind(empty: str) -> None:
    good = Migration(1, "good", "CREATE TABLE good (n int4)")
    bad = Migration(2, "bad", "CREATE TABLE half (n int4); SELECT 1 / 0")
    with connect(empty) as connection:
        with pytest.raises(pg.DivisionByZero):
            migrate(connection, [good, bad])
        assert connection.execute("SELECT to_regclass('good'), to_regclass('half')").fetchone() == (
            "good",
            None,
        )
        mended = bad._replace(sql="CREATE TABLE half (n int4)")
        assert migrate(connection, [good, mended]) == [mended]


def test_older_and_newer_tables_are_told_apart(empty: str) -> None:
    with connect(empty) as connection:
        migrate(connection, migrations()[:2])
        with pytest.raises(SchemaBehind, match="at schema version 2, and"):
            check_schema(connection)
        migrate(connection)
        connection.execute("INSERT INTO procesmijn.migration VALUES (99, 'from the future')")
        with pytest.raises(SchemaAhead, match="at schema version 99"):
            check_schema(connection)


def test_a_role_that_may_not_create_is_told_what_to_grant(empty: str) -> None:
    with connect(empty) as connection:
        connection.execute("CREATE ROLE nobody_special")
        connection.execute("SET ROLE nobody_special")
        with pytest.raises(SchemaDenied, match="GRANT CREATE ON DATABASE"):
            migrate(connection)
        connection.execute("RESET ROLE")
        connection.execute("DROP ROLE nobody_special")


def test_a_role_that_may_not_create_roles_goes_on_where_they_are_and_else_is_told(
    empty: str,
) -> None:
    """On a managed server often nobody may create roles but its administrator."""
    with connect(empty) as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE ROLE nobody_special")
        database = sql.Identifier(urlsplit(empty).path[1:])
        grant = sql.SQL("GRANT CREATE ON DATABASE {} TO nobody_special").format(database)
        connection.execute(grant)
        there = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'bi\\_%'")
        for (role,) in there.fetchall():
            connection.execute(f"ALTER ROLE {role} RENAME TO {role}_elsewhere".encode())
        connection.execute("SET ROLE nobody_special")
        with pytest.raises(SchemaDenied, match="ALTER ROLE nobody_special CREATEROLE, or create"):
            migrate(connection)
        connection.execute("RESET ROLE")
        connection.execute("CREATE ROLE bi_reader")
        connection.execute("CREATE ROLE bi_analyst")
        connection.execute("SET ROLE nobody_special")
        assert migrate(connection)[-1:] == list(migrations()[-1:])
