"""Sessions that read, shared by the requests of a page: the one home of the pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Self

import psycopg
from psycopg_pool import ConnectionPool

from procesmijn.store.connection import (
    READER_SETTINGS,
    Connection,
    address_of,
    settle,
    translated,
)
from procesmijn.store.statements import statements

_SETTINGS: Final = {
    **READER_SETTINGS,
    # Whatever a page asks for, it writes nothing but who looked, and nobody waits for ever.
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
_PATIENCE_SECONDS: Final = 5.0


class Readers:
    """Some sessions, opened when they are first needed, and again after they were lost."""

    def __init__(self, url: str, *, at_most: int = 4) -> None:
        self._pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]] = ConnectionPool(
            address_of(url),
            kwargs={"autocommit": True},
            min_size=0,
            max_size=at_most,
            timeout=_PATIENCE_SECONDS,
            configure=lambda connection: settle(connection, _SETTINGS),
            check=ConnectionPool.check_connection,
            open=False,
        )

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A session that writes one thing down, as a transaction: that somebody looks.

        Raises :class:`procesmijn.errors.StoreUnavailable` where no session can be had.
        """
        with translated(), self._pool.connection() as connection, connection.transaction():
            connection.execute(statements("readers")["may_write"])
            yield connection

    @contextmanager
    def moment(self, as_of: datetime | None = None) -> Iterator[Connection]:
        """A session that sees one state of the database, and speaks of one moment.

        Everything that is read in the block agrees with everything else. ``as_of`` is the moment;
        None is the present of the database, which need not be now
        (:mod:`procesmijn.store.present`).

        Raises :class:`procesmijn.errors.StoreUnavailable` where no session can be had.
        """
        sql = statements("readers")
        with translated(), self._pool.connection() as connection, connection.transaction():
            connection.execute(sql["one_moment"])
            said = "" if as_of is None else as_of.isoformat()
            connection.execute(sql["speak_of"], {"moment": said})
            yield connection
