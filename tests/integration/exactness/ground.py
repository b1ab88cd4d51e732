"""Databases to try histories on, emptied between them, each with some workers of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, LiteralString

import psycopg

from procesmijn.apply import Applier
from procesmijn.batch import Batch
from procesmijn.catalogue import Catalogue
from procesmijn.in_force import load_rules
from procesmijn.persons import Persons
from procesmijn.rebuild import rebuild
from procesmijn.store import Store
from procesmijn.verify import Finding, verify
from tests.integration.exactness.tables import Tables, read_tables

_WRITTEN: Final[tuple[LiteralString, ...]] = (
    *("stream.position", "stream.ledger", "stream.event", "stream.superseded"),
    *(
        "stream.dead_letter",
        "stream.pause",
        "stream.outbox",
        "stream.retirement",
        "stream.retired_event",
        "stream.late_event",
        "stream.remaining_event",
        "mining.object",
        "mining.pack",
        'mining."case"',
        "mining.handover",
    ),
    *("mining.pending", "mining.delivery", "mining.repeat", "mining.deviation"),
    "mining.removed",
    *("mining.handover_day", "mining.flow_day", "mining.month_version", "mining.kept"),
    *("mining.reported_month", "mining.reported_cell"),
    *("mining.sealed_handover", "mining.sealed_delivery", "mining.sealed_flow"),
    "mining.sealed_case",
)


class Ground:
    """One migrated database. What it once learnt of names and catalogues stays when it is cleared,
    so that no two grounds have the same codes."""

    def __init__(self, url: str, persons: Persons, workers: int = 1) -> None:
        self.url = url
        self.persons = persons
        self.stores = [Store(url) for _ in range(workers)]
        self.appliers = [Applier(store, persons) for store in self.stores]
        self._observer: psycopg.Connection[tuple[Any, ...]] | None = None

    def close(self) -> None:
        """Give all sessions back."""
        for store in self.stores:
            store.close()
        if self._observer is not None:
            self._observer.close()

    @property
    def store(self) -> Store:
        """The first worker's session."""
        return self.stores[0]

    @property
    def applier(self) -> Applier:
        """The first worker."""
        return self.appliers[0]

    @property
    def observer(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A session that no worker knows of, to look around and to meddle."""
        if self._observer is None or self._observer.closed:
            self._observer = psycopg.connect(self.url, autocommit=True)
            self._observer.execute("SET synchronous_commit = off")
        return self._observer

    def clear(self) -> None:
        """As if nothing had ever been read."""
        observer = self.observer
        with observer.transaction():
            for table in _WRITTEN:
                observer.execute(f"DELETE FROM {table}")

    def activate(self, *series: Catalogue, worker: int = 0) -> None:
        """Put one catalogue after the other in force, and each time mine anew what it changes."""
        for catalogue in series:
            self.stores[worker].activate(catalogue.pseudonymous(self.persons.pseudonym))
            for _ in self.appliers[worker].catch_up():
                pass

    def rebuild(self, worker: int = 0) -> None:
        """Make everything anew from the events."""
        for _ in rebuild(self.stores[worker], self.appliers[worker]):
            pass

    def tables(self) -> Tables:
        """All that it says."""
        return read_tables(self.observer)

    def findings(self) -> list[Finding]:
        """All that ``verify`` finds."""
        with self.store.snapshot() as moment:
            rules = load_rules(self.store)
            return [
                finding
                for progress in verify(rules, self.store.terms, moment)
                for finding in progress.findings
            ]

    def deadlocks(self) -> int:
        """How many there have been. Sessions report theirs when they end, so they are ended."""
        for store in self.stores:
            store.close()
        self.observer.execute("SELECT pg_stat_force_next_flush()")
        row = self.observer.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
        assert row is not None
        return int(row[0])

    def assert_sound(self) -> None:
        """``verify`` finds nothing, and nothing waits to be mined anew."""
        assert self.store.count_stale() == 0
        assert self.findings() == []

    def apply_side_by_side(self, work: Sequence[Sequence[Batch]]) -> None:
        """Each worker applies its own batches, all at the same time."""
        side_by_side(
            *(
                partial(_apply_all, applier, batches)
                for applier, batches in zip(self.appliers, work, strict=False)
            )
        )


def _apply_all(applier: Applier, batches: Sequence[Batch]) -> None:
    for batch in batches:
        applier.apply(batch)


def side_by_side(*jobs: Callable[[], object]) -> None:
    """Run jobs in threads, and raise what the first of them raised."""
    errors: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread of the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
