"""The schema of the database: numbered steps that only go forward."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import LiteralString, NamedTuple

from psycopg import errors as pg

from procesmijn.errors import ProcesmijnError
from procesmijn.store.connection import Connection, translated
from procesmijn.store.statements import statements


class SchemaBehind(ProcesmijnError):
    """The tables are of an older version: start ``procesmijn worker``, which brings them up to
    date."""


class SchemaAhead(ProcesmijnError):
    """The tables were made by a newer version of procesmijn: upgrade this one."""


class SchemaDenied(ProcesmijnError):
    """The role may not create schemas, or roles: grant it CREATE on the database, or CREATEROLE."""


class Migration(NamedTuple):
    """One step: its number, its name, its SQL."""

    number: int
    name: str
    sql: LiteralString


def migrations() -> tuple[Migration, ...]:
    """All steps, in order."""
    folder = files("procesmijn.store") / "sql" / "migrations"
    steps = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        number, _, name = path.name.removesuffix(".sql").partition("_")
        sql = path.read_text(encoding="utf-8")
        steps.append(Migration(int(number), name, sql))
    return tuple(steps)


def migrate(connection: Connection, steps: Sequence[Migration] | None = None) -> list[Migration]:
    """Bring the tables up to date, and say by which steps.

    One process at a time does so, each step is a transaction, and a step that is in is never run
    again. Raises :class:`SchemaAhead` and :class:`SchemaDenied`.
    """
    sql = statements("migrate")
    done: list[Migration] = []
    steps = migrations() if steps is None else steps
    with translated():
        connection.execute(sql["lock"])
        try:
            connection.execute(sql["begin"])
            current = _current(connection, steps)
            for step in steps[current:]:
                with connection.transaction():
                    connection.execute(step.sql)
                    connection.execute(sql["note"], {"number": step.number, "name": step.name})
                done.append(step)
        except pg.InsufficientPrivilege as error:
            hint = error.diag.message_hint or "GRANT CREATE ON DATABASE ... TO it"
            raise SchemaDenied(
                f"the role may not create the tables: {hint}, or let another role run procesmijn"
                " worker once"
            ) from error
        finally:
            if not connection.broken:
                connection.execute(sql["unlock"])
    return done


def check_schema(connection: Connection) -> None:
    """Raise :class:`SchemaBehind` or :class:`SchemaAhead` where another version is there."""
    steps = migrations()
    with translated():
        current = _current(connection, steps)
    if current < len(steps):
        raise SchemaBehind(
            f"the database is at schema version {current}, and {len(steps)} is needed: start"
            " procesmijn worker, which brings it up to date"
        )


def _current(connection: Connection, steps: Sequence[Migration]) -> int:
    try:
        row = connection.execute(statements("migrate")["current"]).fetchone()
    except pg.UndefinedTable:
        return 0
    current: int = row[0] if row else 0
    if current > len(steps):
        raise SchemaAhead(
            f"the database is at schema version {current}, and this procesmijn knows {len(steps)}:"
            " upgrade it"
        )
    return current
