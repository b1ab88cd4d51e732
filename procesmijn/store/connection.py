"""How procesmijn talks to PostgreSQL: session settings, and driver errors in words of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo

from procesmijn.errors import ProcesmijnError, StoreUnavailable, UsageError
from procesmijn.store.statements import statements

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

OLDEST_SERVER: Final = 180_000
"""RETURNING old and new came with PostgreSQL 18; the roll-ups live on it."""

_APPLICATION: Final = "procesmijn"

_WORKER_SETTINGS: Final = {
    # A frozen worker must not hold up the others: the server ends what stands still.
    "idle_in_transaction_session_timeout": "60s",
    "transaction_timeout": "10min",
    "lock_timeout": "60s",
    # A batch looks rows up by key. Beside a table that is still small the planner would rather read
    # all of it, in every batch.
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
}
READER_SETTINGS: Final[Mapping[str, str]] = {
    "jit": "off",
    # Who opens a cursor reads all of it: the planner would prepare for the first tenth.
    "cursor_tuple_fraction": "1",
    # A question is planned for what it asks: a plan for any period or variant takes a hundred times
    # as long as planning does.
    "plan_cache_mode": "force_custom_plan",
}
_EVERY_SETTING: Final[dict[str, str]] = {"TimeZone": "UTC", "client_encoding": "UTF8"}

_LINK: Final = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class ServerTooOld(ProcesmijnError):
    """The server is older than PostgreSQL 18: upgrade it, or name another one in
    PROCESMIJN_DATABASE_URL."""


class BadAddress(UsageError):
    """What is set as the address of the database is none: it should be like
    ``postgresql://user:password@host:5432/database``."""


class Retry(Exception):
    """Another worker was in the way; nothing was written, and the same batch may be tried again."""


def connect(url: str, *, worker: bool = False) -> Connection:
    """Open a connection, with the settings of a worker or of a reader.

    Raises :class:`StoreUnavailable` where there is no answer or no admission,
    :class:`ServerTooOld` and :class:`BadAddress`.
    """
    with translated():
        connection = psycopg.connect(address_of(url), autocommit=True)
    try:
        settle(connection, _WORKER_SETTINGS if worker else READER_SETTINGS)
    except BaseException:
        connection.close()
        raise
    return connection


def address_of(url: str) -> str:
    """What libpq is told of a database; raises :class:`BadAddress`."""
    try:
        return make_conninfo(url, application_name=_APPLICATION, **_LINK)
    except psycopg.ProgrammingError:  # whose words may quote the password
        raise BadAddress(
            "the address of the database cannot be read: set PROCESMIJN_DATABASE_URL to something"
            " like postgresql://user:password@host:5432/database, with the special characters of"
            " the password percent-encoded"
        ) from None


def settle(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set a new session up; raises :class:`ServerTooOld`."""
    if connection.info.server_version < OLDEST_SERVER:
        version = connection.info.server_version // 10_000
        raise ServerTooOld(
            f"the server is PostgreSQL {version}, and 18 or later is needed: upgrade it, or name"
            " another one in PROCESMIJN_DATABASE_URL"
        )
    # Only now: an older server would refuse the very connection over a setting that it lacks.
    every = {**_EVERY_SETTING, **settings}
    with translated():
        connection.execute(
            statements("session")["settings"],
            {"names": list(every), "settings": list(every.values())},
        )


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the driver that somebody can do something about, as errors of ours.

    What is left is a mistake in this program, and is not caught.
    """
    try:
        yield
    except (pg.DeadlockDetected, pg.SerializationFailure, pg.UniqueViolation) as error:
        raise Retry(_line(error)) from error
    except (pg.LockNotAvailable, pg.TransactionTimeout) as error:
        raise StoreUnavailable(
            f"PostgreSQL waits too long for another session ({_line(error)}); if it stays so, look"
            " in pg_stat_activity for one that is idle in transaction"
        ) from error
    except pg.IdleInTransactionSessionTimeout as error:
        raise StoreUnavailable(
            f"PostgreSQL ended a session that stood still ({_line(error)}): was this process"
            " frozen? Work goes on in a new session"
        ) from error
    except pg.DiskFull as error:
        raise StoreUnavailable(
            f"the disk of PostgreSQL is full ({_line(error)}): make room; work goes on by itself"
        ) from error
    except (pg.InternalError_, pg.DataCorrupted, pg.IndexCorrupted) as error:
        # A quota, a file system that takes no larger file: PostgreSQL has no code for these.
        raise StoreUnavailable(
            f"PostgreSQL failed inside ({_line(error)}): look in its log; work goes on by itself"
            " once it is mended"
        ) from error
    except pg.ReadOnlySqlTransaction as error:
        raise StoreUnavailable(
            "PostgreSQL is read-only, a standby perhaps: name the primary in"
            " PROCESMIJN_DATABASE_URL"
        ) from error
    except psycopg.OperationalError as error:
        # libpq has no codes for a connection that failed: only the words of the server tell a
        # wrong password from a server that is away, and those come in its language.
        raise StoreUnavailable(
            f"PostgreSQL cannot be used ({_line(error)}): check that it runs, and the address, user"
            " and password in PROCESMIJN_DATABASE_URL"
        ) from error


def _line(error: psycopg.Error) -> str:
    """All of it in one line; what libpq says of every attempt to connect is said once."""
    lines = (line.removeprefix("connection failed: ").strip() for line in str(error).splitlines())
    return " ".join(dict.fromkeys(line for line in lines if line))
