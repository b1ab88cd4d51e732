"""Each kind of wrong set-up of PostgreSQL is found, on a real server that is broken that way."""

from __future__ import annotations

from contextlib import ExitStack, closing
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from procesmijn.cli.checks.check import Level
from procesmijn.embedded.database import Database
from procesmijn.embedded.home import Home
from tests.integration.bad_input.older import older
from tests.integration.doctor.conftest import Doctor, told


def test_an_installation_in_order_has_no_finding_but_the_topic(
    doctor: Doctor, home: object
) -> None:
    found = doctor()
    assert {name for name, it in found.items() if it.level is not Level.OK} <= {"topic"}
    assert len(found) > 35


def elsewhere(url: str, **parts: str) -> str:
    """The same address with another user, password, port or database."""
    address = urlsplit(url)
    user = parts.get("user", address.username)
    password = parts.get("password", address.password)
    place = f"{user}:{password}@127.0.0.1:{parts.get('port', address.port)}"
    path = f"/{parts['name']}" if "name" in parts else address.path
    return address._replace(netloc=place, path=path).geturl()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"port": "1"}, "Connection refused"),
        ({"password": "wr0ng"}, "password authentication failed"),
        ({"name": "nowhere"}, 'database "nowhere" does not exist'),
    ],
)
def test_a_database_that_cannot_be_used(
    parts: dict[str, str], words: str, doctor: Doctor, database_url: str
) -> None:
    found = doctor(database_url=elsewhere(database_url, **parts))
    told(found, "database", words)
    assert "wr0ng" not in found["database"].said
    assert found["broker"].level is Level.OK, "the rest is looked at all the same"


def test_a_server_that_is_too_old(doctor: Doctor, database_url: str) -> None:
    with older(database_url) as url:
        told(doctor(database_url=url), "database", "PostgreSQL 15, and 18 or later is needed")


@pytest.mark.parametrize(
    ("setting", "check", "level"),
    [
        ("default_transaction_read_only=on", "primary", Level.FAILURE),
        ("synchronous_commit=off", "commits", Level.WARNING),
    ],
)
def test_a_setting_of_the_database(
    setting: str, check: str, level: Level, doctor: Doctor, sql: psycopg.Connection
) -> None:
    name, value = setting.split("=")
    sql.execute(
        SQL("ALTER DATABASE {} SET {} = {}").format(
            Identifier(sql.info.dbname),
            Identifier(name),
            SQL(value),
        )
    )
    told(doctor(), check, f"RESET {name}" if check == "commits" else "read-only", level)


@pytest.mark.parametrize(
    ("setting", "check"),
    [("fsync", "durability"), ("full_page_writes", "durability"), ("autovacuum", "vacuum")],
)
def test_a_setting_of_the_server(
    setting: str, check: str, doctor: Doctor, sql: psycopg.Connection
) -> None:
    try:
        sql.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
        sql.execute("SELECT pg_reload_conf()")
        while sql.execute(SQL("SHOW {}").format(Identifier(setting))).fetchone() != ("off",):
            pass  # the server reads it a moment later
        told(doctor(), check, f"{setting} ")
    finally:
        sql.execute(SQL("ALTER SYSTEM RESET {}").format(Identifier(setting)))
        sql.execute("SELECT pg_reload_conf()")


def test_a_database_that_not_every_name_fits_in(
    doctor: Doctor, database_url: str, sql: psycopg.Connection
) -> None:
    name = f"latin_{uuid4().hex}"
    sql.execute(
        SQL(
            "CREATE DATABASE {} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
            " TEMPLATE template0"
        ).format(Identifier(name))
    )
    found = doctor(database_url=elsewhere(database_url, name=name))
    sql.execute(SQL("DROP DATABASE {}").format(Identifier(name)))
    told(found, "encoding", "LATIN1")
    told(found, "schema", "schema version 0")


def test_rules_of_sorting_that_changed_below_the_indexes(
    doctor: Doctor, sql: psycopg.Connection
) -> None:
    sql.execute("UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database()")
    told(doctor(), "collation", "REFRESH COLLATION VERSION")


def test_connections_that_are_nearly_used_up(
    doctor: Doctor, database_url: str, sql: psycopg.Connection
) -> None:
    limit = SQL("ALTER DATABASE {} CONNECTION LIMIT 6").format(Identifier(sql.info.dbname))
    sql.execute(limit)
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(closing(psycopg.connect(database_url)))
        told(doctor(), "connections", "of the 6 that the database allows", Level.WARNING)


def test_a_role_without_a_right_that_it_needs(
    doctor: Doctor, database_url: str, sql: psycopg.Connection
) -> None:
    role = Identifier(f"role_{uuid4().hex}")
    sql.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(role))
    try:
        url = elsewhere(database_url, user=role.as_string()[1:-1], password="x")
        told(doctor(database_url=url), "rights", "USAGE ON SCHEMA stream")
        for schema in ("stream", "mining", "bi", "procesmijn"):
            named = {"schema": Identifier(schema), "role": role}
            sql.execute(SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**named))
            sql.execute(
                SQL(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}"
                    " TO {role}"
                ).format(**named)
            )
            sql.execute(
                SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}").format(**named)
            )
        found = doctor(database_url=url)
        assert found["rights"].level is Level.OK, found["rights"]
        assert found["database-disk"].said.startswith("cannot be seen")
        sql.execute(SQL("REVOKE INSERT ON stream.event FROM {}").format(role))
        told(doctor(database_url=url), "rights", "INSERT ON stream.event")
    finally:
        sql.execute(SQL("DROP OWNED BY {}").format(role))
        sql.execute(SQL("DROP ROLE {}").format(role))


def test_a_transaction_of_another_session_that_is_open_for_long(
    doctor: Doctor, database_url: str
) -> None:
    with psycopg.connect(database_url) as idle:
        idle.execute("SELECT 1")
        assert doctor()["transactions"].level is Level.OK
        found = doctor(doctor_transaction_seconds=0)
    told(found, "transactions", "s, and keeps VACUUM", Level.WARNING)


def test_clocks_and_disks_that_are_off_by_more_than_is_let(doctor: Doctor) -> None:
    """By how much ours are: no clock is another one, and no disk is empty."""
    off = doctor(doctor_clock_seconds=0, doctor_disk_percent=100)
    told(off, "database-clock", "s apart from ours: let both follow NTP")
    told(off, "broker-clock", "s apart from ours: let both follow NTP")
    full = doctor(doctor_disk_percent=501)
    for disk in ("home-disk", "database-disk", "broker-disk"):
        assert off[disk].level is not Level.OK
        told(full, disk, "before work stands still")


def test_a_standby(doctor: Doctor, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("standby") / "home")
    home.hold()
    standby = Standby(home.folder, *home.ports("postgres"))
    standby.start()
    try:
        found = doctor(database_url=standby.url)
    finally:
        standby.close()
        home.release()
    told(found, "primary", "a standby, which cannot be written to: name the primary")


class Standby(Database):
    """A server that recovers, and goes on waiting for what its primary sends."""

    def prepare(self) -> None:
        """Let it find that it is one."""
        super().prepare()
        (self.data / "standby.signal").touch()
