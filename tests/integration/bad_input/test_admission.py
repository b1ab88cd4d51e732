"""A PostgreSQL that will not have us, or that we cannot use: one line says which and what to do."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from procesmijn.batch import Partition
from procesmijn.embedded import Embedded
from procesmijn.errors import ProcesmijnError, StoreUnavailable
from procesmijn.store import Store
from procesmijn.store.connection import BadAddress, ServerTooOld
from procesmijn.store.migrate import SchemaDenied
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account, until
from tests.integration.bad_input.messages import opened, requested
from tests.integration.bad_input.older import older

SECRET = "s3cret"

USES: dict[str, Callable[[Store], object]] = {
    "a worker": lambda store: store.take([Partition(uuid4(), 0, "t")], "alone"),
    "a reader": lambda store: store.reader().__enter__(),
    "a migration": lambda store: store.migrate(),
}


@pytest.fixture(params=USES)
def use(request: pytest.FixtureRequest) -> Callable[[Store], object]:
    return USES[request.param]


def refused(url: str, use: Callable[[Store], object], kind: type[ProcesmijnError]) -> str:
    """What is said, in one line and without the password."""
    with pytest.raises(kind) as caught:
        use(Store(url))
    line = str(caught.value)
    assert line.isprintable()
    assert SECRET not in line
    return line


def test_an_older_postgresql(database_url: str, use: Callable[[Store], object]) -> None:
    with older(database_url) as url:
        assert refused(url, use, ServerTooOld) == (
            "the server is PostgreSQL 15, and 18 or later is needed: upgrade it, or name another"
            " one in PROCESMIJN_DATABASE_URL"
        )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"password": SECRET}, "password authentication failed"),
        ({"user": "nobody-of-this-name"}, "password authentication failed"),
        ({"path": "/no-such-database"}, 'database "no-such-database" does not exist'),
        ({"host": "no-such-host.invalid"}, "no-such-host.invalid"),
        ({"port": "1"}, "Connection refused"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else "",
)
def test_a_wrong_part_of_the_address(
    database_url: str, use: Callable[[Store], object], part: dict[str, str], words: str
) -> None:
    line = refused(_changed(database_url, **part), use, StoreUnavailable)
    assert words in line
    assert line.endswith(
        "check that it runs, and the address, user and password in PROCESMIJN_DATABASE_URL"
    )


def test_no_address_at_all(use: Callable[[Store], object]) -> None:
    url = f"postgresql://procesmijn:{SECRET}%@localhost/procesmijn"
    assert "postgresql://user:password@host:5432/database" in refused(url, use, BadAddress)


def test_a_role_that_may_not_make_tables(servers: Embedded, database_url: str) -> None:
    empty, role = f"empty_{uuid4().hex}", f"role_{uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {empty}".encode())
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'".encode())
    url = _changed(database_url, user=role, password=SECRET, path=f"/{empty}")
    assert "GRANT CREATE ON DATABASE" in refused(url, USES["a migration"], SchemaDenied)


def test_a_password_that_is_changed_under_a_worker(make_line: MakeLine, servers: Embedded) -> None:
    """It waits, and goes on once it is let in again."""
    line, role = make_line(), f"role_{uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:

        def demand(password: str) -> None:
            admin.execute(f"ALTER ROLE {role} PASSWORD '{password}'".encode())
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (role,)
            )

        admin.execute(f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{SECRET}'".encode())
        line.store.url = _changed(line.store.url, user=role, password=SECRET)
        line.send(requested("V-1"))
        with line.working() as running:
            line.read_on(running)
            demand("another")
            line.send(opened("V-1"))
            until(lambda: "password authentication failed" in (line.pulse.trouble or ""))
            demand(SECRET)
            line.read_on(running)
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_a_primary_that_becomes_read_only(make_line: MakeLine) -> None:
    """As a standby is, or a server that somebody works on: waited out likewise."""
    line = make_line()
    name = urlsplit(line.store.url).path[1:]
    with psycopg.connect(line.store.url, autocommit=True) as admin:

        def set_read_only(word: str) -> None:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(
                f"ALTER DATABASE {name} SET default_transaction_read_only = {word}".encode()
            )
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )

        line.send(requested("V-1"))
        with line.working() as running:
            line.read_on(running)
            set_read_only("on")
            line.send(opened("V-1"))
            until(lambda: (line.pulse.trouble or "").startswith("PostgreSQL is read-only"))
            set_read_only("off")
            line.read_on(running)
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def _changed(url: str, **parts: str) -> str:
    address = urlsplit(url)
    user = parts.get("user", address.username)
    password = parts.get("password", address.password)
    host, port = parts.get("host", address.hostname), parts.get("port", address.port)
    return address._replace(
        netloc=f"{user}:{password}@{host}:{port}", path=parts.get("path", address.path)
    ).geturl()
