"""Both servers of a home, started side by side."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from procesmijn.embedded.broker import Broker
from procesmijn.embedded.database import Database
from procesmijn.embedded.home import Connection, Home
from procesmijn.embedded.jars import Progress, default_cache, fetch


def _silence(message: str) -> None:
    """Tell nobody."""


class Made(NamedTuple):
    """Which servers have data in a home."""

    kafka: bool
    database: bool


def made_in(home: Path) -> Made:
    """See what a home holds, and make nothing."""
    return Made(*((home / server.name / "data").exists() for server in (Broker, Database)))


class Embedded:
    """Kafka and PostgreSQL in one folder, for the length of a ``with`` block.

    ``home`` keeps their data, logs and ports; ``cache`` the jars of Kafka, for all homes
    (:func:`procesmijn.embedded.jars.default_cache`). ``progress`` hears of the download.

    Raises :class:`~procesmijn.embedded.errors.EmbeddedError` and its kin, with what to do.
    """

    broker: Broker
    database: Database

    def __init__(
        self,
        home: Path,
        *,
        kafka: bool = True,
        database: bool = True,
        cache: Path | None = None,
        progress: Progress = _silence,
    ) -> None:
        self._home = Home(home)
        self._with_kafka = kafka
        self._with_database = database
        self._cache = cache or default_cache()
        self._progress = progress
        self._stack = ExitStack()

    @property
    def kafka_servers(self) -> str:
        """Where Kafka's clients connect (``bootstrap.servers``)."""
        return self.broker.servers

    @property
    def database_url(self) -> str:
        """Where PostgreSQL's clients connect, password included."""
        return self.database.url

    def __enter__(self) -> Self:
        """Start what is wanted, and wait until all of it answers."""
        with ExitStack() as stack:
            self._home.hold()
            stack.callback(self._home.release)
            starting: list[Future[None]] = []
            folder = self._home.folder
            if self._with_database:
                (port,) = self._home.ports("database")
                self.database = Database(folder, port)
                stack.callback(self.database.close)
                starting.append(self.database.start_soon())
            if self._with_kafka:
                jars = fetch(self._cache, self._progress)
                port, controller_port = self._home.ports("kafka", "controller")
                self.broker = Broker(folder, port, controller_port, jars)
                stack.callback(self.broker.close)
                starting.append(self.broker.start_soon())
            for future in starting:
                future.result()
            self._home.publish(
                Connection(
                    kafka_servers=self.kafka_servers if self._with_kafka else None,
                    database_url=self.database_url if self._with_database else None,
                )
            )
            stack.callback(self._home.withdraw)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both, and let go of the home."""
        self._stack.close()
