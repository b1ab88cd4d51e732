"""The whole way: one worker from a full topic of a real Kafka into a real PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.events import Leg
from benchmarks.machine import cpu_seconds
from benchmarks.worker import Notes
from procesmijn.catalogue import Catalogue, default
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store

LOOK_SECONDS = 0.1
_READ = "SELECT coalesce(sum(next_offset), 0) FROM stream.position WHERE topic = %s"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is measured: servers of its own, in a folder that goes away."""

    servers: Embedded
    folder: Path
    database_url: str

    @property
    def keys(self) -> Path:
        """File of the keys."""
        return self.folder / "keys"

    def prepare(self) -> None:
        """Make keys and tables, and put the default catalogue in force, without agreements."""
        Keys.generate().save(self.keys)
        store = Store(self.database_url)
        store.migrate()
        store.close()
        self._activate(default().model_copy(update={"agreements": {}}))

    def agree(self) -> None:
        """Put the agreements of the default catalogue in force."""
        self._activate(default())

    def _activate(self, catalogue: Catalogue) -> None:
        store = Store(self.database_url)
        store.activate(catalogue.pseudonymous(Persons(Keys.load(self.keys)).pseudonym))
        store.close()


@dataclass(frozen=True, slots=True)
class Run:
    """What reading a leg took."""

    notes: Notes
    database_cpu_seconds: float
    broker_cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Records from first claim to last commit."""
        return self.notes.records / self.notes.wall_seconds

    @property
    def cpu_us_per_record(self) -> float:
        """Processor time of worker, database and broker."""
        cpu = self.notes.cpu_seconds + self.database_cpu_seconds + self.broker_cpu_seconds
        return 1e6 * cpu / self.notes.records


class Ended(Exception):
    """The worker ended before it was told to; the message has the end of its log."""


@contextmanager
def working(place: Place, topic: str, notes: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of a topic while the block runs; afterwards ``notes`` is there."""
    command = [sys.executable, "-m", "benchmarks.worker", place.servers.kafka_servers]
    log = notes.with_suffix(".log")
    with log.open("wb") as stderr:
        worker = subprocess.Popen(
            [*command, place.database_url, place.keys, topic, notes], stderr=stderr
        )
        try:
            yield worker
        finally:
            worker.terminate()
            if worker.wait():
                raise Ended(log.read_text()[-2_000:])


def wait_until_applied(
    place: Place, topic: str, records: int, *workers: subprocess.Popen[bytes]
) -> None:
    """Wait until so many offsets of the topic are behind the stored positions."""
    with psycopg.connect(place.database_url, autocommit=True) as connection:
        while all(worker.poll() is None for worker in workers):
            row = connection.execute(_READ, [topic]).fetchone()
            if row and row[0] >= records:
                return
            time.sleep(LOOK_SECONDS)
    raise Ended("a worker ended before all of its topic was read")


def read_leg(place: Place, topic: str, leg: Leg) -> Run:
    """Read a topic that holds a leg to its end.

    A figure of a wrong result is worth nothing, so what was stored is counted.
    """
    servers, notes = place.servers, place.folder / f"{topic}.json"
    database, broker = cpu_seconds(servers.database.pid), cpu_seconds(servers.broker.pid)
    with working(place, topic, notes) as worker:
        wait_until_applied(place, topic, leg.records, worker)
    run = Run(
        Notes(**json.loads(notes.read_text())),
        cpu_seconds(servers.database.pid) - database,
        cpu_seconds(servers.broker.pid) - broker,
    )
    if (run.notes.records, run.notes.stored) != (leg.records, leg.events):
        raise RuntimeError(f"{run.notes} does not add up to {leg}")
    return run
