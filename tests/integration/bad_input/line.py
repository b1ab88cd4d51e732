"""One topic, one database, and a worker between the two, put together as the command line does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from prometheus_client import CollectorRegistry

from consumers.applying import Within
from consumers.connection import KafkaSettings
from consumers.contracts import Apply
from consumers.health import Pulse
from consumers.logs import log_ends
from consumers.metrics import Metrics
from consumers.stream import Reading, Stream
from consumers.worker import Worker
from procesmijn.apply import Applier
from procesmijn.in_force import load_rules
from procesmijn.persons import Persons
from procesmijn.store import Store, dead_letters
from procesmijn.store.dead_letters import DeadLetterFilter, Refused
from procesmijn.verify import Finding, verify
from schemas.event import Record
from schemas.registry import decode

LARGEST_BYTES = 32 << 20
"""What a topic and a producer of these tests let through."""


class Sent(NamedTuple):
    """A record to send, as any producer may make it."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int | None = None


class Account(NamedTuple):
    """What the ledger says of a topic, summed up."""

    stored: int
    duplicate: int
    dead: int
    skipped: int


def make_topic(servers: str, topic: str, settings: Mapping[str, object]) -> None:
    """Make a topic of one partition, so that what is sent comes in this order."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    configs = {name.replace("_", "."): str(value) for name, value in settings.items()}
    admin.create_topics({topic: {"num_partitions": 1, "configs": configs}}, wait_for_metadata=True)
    admin.close()


class Line:
    """What is sent at one end comes out at the other, unless a worker is stopped by it."""

    def __init__(self, servers: str, topic: str, database_url: str, persons: Persons) -> None:
        self.kafka = KafkaSettings(servers)
        self.topic = topic
        self.persons = persons
        self.store = Store(database_url)
        self.applier = Applier(self.store, persons)
        self.pulse = Pulse(allowed_seconds=300.0)
        self._group = uuid4().hex
        self._producer = KafkaProducer(
            **self.kafka.options(),
            acks="all",
            enable_idempotence=True,
            max_request_size=LARGEST_BYTES,
            linger_ms=5,
            metrics_enabled=False,
        )

    def close(self) -> None:
        """Let go of both ends."""
        self._producer.close(timeout=1.0)
        self.store.close()

    # -- one end ----------------------------------------------------------------------------------

    def send(self, *records: Sent) -> None:
        """Publish, and wait until all are acknowledged."""
        self.send_all(records)

    def send_all(self, records: Iterable[Sent]) -> None:
        """The same for many."""
        on_their_way = [
            self._producer.send(
                self.topic,
                record.value,
                record.key,
                list(record.headers),
                timestamp_ms=record.timestamp_ms,
            )
            for record in records
        ]
        self._producer.flush(timeout=60.0)
        for acknowledged in on_their_way:
            acknowledged.get(timeout=60.0)

    # -- in between -------------------------------------------------------------------------------

    def worker(self, apply: Apply | None = None, batch_records: int = 10_000) -> Worker:
        """A member of the group; the store is used by one at a time."""
        reading = Reading((self.topic,), self._group, batch_records, session_seconds=6.0)
        return Worker(
            Stream(self.kafka, reading, "alone"),
            decode,
            Within(apply or self.applier.apply),
            self.store,
            Metrics(CollectorRegistry()),
            self.pulse,
        )

    @contextmanager
    def working(self, worker: Worker | None = None) -> Iterator[Future[None]]:
        """Within the block a worker works; what it raises is raised here."""
        worker = worker or self.worker()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(worker.run)
            try:
                yield running
            finally:
                worker.stop()
            running.result(20)

    def read_on(self, running: Future[None], seconds: float = 60.0) -> None:
        """Wait until all that was sent is behind the position, or the worker has ended."""
        ends = log_ends(self.kafka, [self.topic])
        until(
            lambda: running.done() or self._positions() == [it.next_offset for it in ends.values()],
            seconds,
        )
        if running.done():
            running.result()

    def read(self, seconds: float = 60.0) -> None:
        """Read all that was sent, with a worker that stops then."""
        with self.working() as running:
            self.read_on(running, seconds)

    def _positions(self) -> list[int]:
        rows = self.ask("SELECT next_offset FROM stream.position WHERE topic = %s", self.topic)
        return [offset or 0 for (offset,) in rows]

    # -- the other end ----------------------------------------------------------------------------

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Look into the database, past the code that is tested."""
        with psycopg.connect(self.store.url) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def dead_letter(self, offset: int) -> Refused:
        """The one dead letter of an offset."""
        with self.store.reader() as connection:
            (letter,) = dead_letters.find(DeadLetterFilter(offset=offset), connection)
        return letter

    def record(self, letter: Refused) -> Record:
        """What was in a dead letter."""
        with self.store.reader() as connection:
            return dead_letters.open_letters([letter], self.persons, connection)[letter]

    def account(self) -> Account:
        """Sum the ledger up, after checking that each offset from the first on is in it once."""
        rows = self.ask(
            "SELECT first_offset, l.next_offset, stored, duplicate, dead, skipped, no_record"
            " FROM stream.ledger l JOIN stream.position USING (topic_id, partition)"
            " WHERE topic = %s ORDER BY first_offset",
            self.topic,
        )
        (end,) = log_ends(self.kafka, [self.topic]).values()
        assert [first for first, *_ in rows] == [0, *(upto for _, upto, *_ in rows[:-1])]
        assert rows[-1][1] == end.next_offset
        assert [row[6] for row in rows] == [0] * len(rows), "every offset holds a record"
        return Account(*(sum(row[at] for row in rows) for at in range(2, 6)))

    def findings(self) -> list[Finding]:
        """What ``verify`` finds."""
        with self.store.snapshot() as moment:
            progress = verify(load_rules(self.store), self.store.terms, moment)
            return [finding for part in progress for finding in part.findings]


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
