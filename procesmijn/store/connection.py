"""How procesmijn talks to PostgreSQL: session settings, and driver errors in words of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo

from procesmijn.errors import ProcesmijnError, StoreUnavailable

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
_READER_SETTINGS: Final = {"jit": "off"}
_EVERY_SETTING: Final = {"TimeZone": "UTC", "client_encoding": "UTF8"}

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


class Retry(Exception):
    """Another worker was in the way; nothing was written, and the same batch may be tried again."""


def connect(url: str, *, worker: bool = False) -> Connection:
    """Open a connection, with the settings of a worker or of a reader.

    Raises :class:`StoreUnavailable` where there is no answer or no admission, and
    :class:`ServerTooOld`.
    """
    settings = _EVERY_SETTING | (_WORKER_SETTINGS if worker else _READER_SETTINGS)
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    with translated():
        connection = psycopg.connect(
            make_conninfo(url, options=options, application_name=_APPLICATION, **_LINK),
            autocommit=True,
        )
    if connection.info.server_version < OLDEST_SERVER:
        version = connection.info.server_version // 10_000
        connection.close()
        raise ServerTooOld(
            f"the server is PostgreSQL {version}, and 18 or later is needed: upgrade it, or name"
            " another one in PROCESMIJN_DATABASE_URL"
        )
    return connection


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
    except pg.DiskFull as error:
        raise StoreUnavailable(
            f"the disk of PostgreSQL is full ({_line(error)}): make room; work goes on by itself"
        ) from error
    except pg.InvalidPassword as error:
        raise StoreUnavailable(
            f"PostgreSQL refuses the password ({_line(error)}): check PROCESMIJN_DATABASE_URL"
        ) from error
    except (pg.InvalidCatalogName, pg.InvalidAuthorizationSpecification) as error:
        raise StoreUnavailable(
            f"PostgreSQL does not let us in ({_line(error)}): check PROCESMIJN_DATABASE_URL"
        ) from error
    except pg.ReadOnlySqlTransaction as error:
        raise StoreUnavailable(
            "PostgreSQL is read-only, a standby perhaps: name the primary in"
            " PROCESMIJN_DATABASE_URL"
        ) from error
    except psycopg.OperationalError as error:
        raise StoreUnavailable(
            f"PostgreSQL does not answer ({_line(error)}): check that it runs, and"
            " PROCESMIJN_DATABASE_URL"
        ) from error


def _line(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
