"""An account of every offset, kept apart from the store: what the tests hold a worker against.

It claims positions and applies batches as the store does, in SQLite, so that several processes can
share one, and a worker that is killed half-way leaves either all of a batch or nothing. It knows
nothing of cases: it only takes down, for each offset, what became of it, and refuses to take one
down twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from procesmijn.batch import Applied, Batch, Decided, Held, Partition, Span
from procesmijn.errors import PositionLost, StoreUnavailable

SCHEMA = """
CREATE TABLE IF NOT EXISTS position (
    topic_id TEXT, number INTEGER, topic TEXT, next_offset INTEGER, epoch INTEGER, owner TEXT,
    stalled TEXT, resume_offset INTEGER,
    PRIMARY KEY (topic_id, number));
CREATE TABLE IF NOT EXISTS pause (
    topic TEXT, number INTEGER, paused_by TEXT, because TEXT);
CREATE TABLE IF NOT EXISTS span (
    topic_id TEXT, number INTEGER, first_offset INTEGER, next_offset INTEGER,
    records INTEGER, skipped INTEGER, epoch INTEGER,
    PRIMARY KEY (topic_id, number, first_offset));
CREATE TABLE IF NOT EXISTS record (
    topic_id TEXT, number INTEGER, "offset" INTEGER, outcome TEXT,
    PRIMARY KEY (topic_id, number, "offset"));
CREATE TABLE IF NOT EXISTS event (source TEXT, id TEXT, PRIMARY KEY (source, id));
"""


class Account(NamedTuple):
    """One partition, summed up."""

    first_offset: int
    next_offset: int
    events: int
    dead_letters: int
    skipped: int


class Ledger:
    """Positions and outcomes, shared by all who open the same file."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = sqlite3.connect(
            path or ":memory:", timeout=30.0, isolation_level=None, check_same_thread=False
        )
        self._lock = threading.Lock()  # threads of one process share the connection
        self._database.executescript(SCHEMA)
        self.is_away = False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self.is_away:
                raise StoreUnavailable("the ledger was put away")
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nobody writes meanwhile: a process that is frozen now holds no lock that others need."""
        with self._transaction():
            yield

    # -- what a worker asks of a store --------------------------------------------------------

    def take(self, partitions: Sequence[Partition], owner: str) -> Mapping[Partition, Held]:
        """Claim partitions under a new epoch."""
        held = {}
        with self._transaction() as database:
            for partition in partitions:
                epoch, next_offset, stalled = database.execute(
                    "INSERT INTO position VALUES (?, ?, ?, NULL, 1, ?, NULL, NULL) "
                    "ON CONFLICT DO UPDATE SET epoch = epoch + 1, owner = excluded.owner "
                    "RETURNING epoch, next_offset, stalled",
                    (str(partition.topic_id), partition.number, partition.topic, owner),
                ).fetchone()
                held[partition] = Held(epoch, next_offset, stalled, _is_paused(partition, database))
        return held

    def look(self, partitions: Sequence[Partition]) -> Mapping[Partition, Decided]:
        """What others have decided."""
        with self._transaction() as database:
            return {
                partition: Decided(epoch, _is_paused(partition, database))
                for partition in partitions
                for (epoch,) in database.execute(
                    "SELECT epoch FROM position WHERE (topic_id, number) = (?, ?)",
                    _key(partition),
                )
            }

    def pause(self, topic: str, number: int | None, by: str, because: str) -> None:
        """Let nobody read."""
        with self._transaction() as database:
            database.execute("INSERT INTO pause VALUES (?, ?, ?, ?)", (topic, number, by, because))

    def stall(self, partition: Partition, offset: int, reason: str, resume_offset: int) -> None:
        """Let a partition stand still."""
        with self._transaction() as database:
            database.execute(
                "UPDATE position SET stalled = ?, resume_offset = ?, next_offset = ? "
                "WHERE (topic_id, number) = (?, ?) AND stalled IS NULL "
                "AND coalesce(next_offset, ?) = ?",
                (reason, resume_offset, offset, *_key(partition), offset, offset),
            )

    def unpause(self) -> None:
        """Let everything be read on."""
        with self._transaction() as database:
            database.execute("DELETE FROM pause")

    def apply(self, batch: Batch) -> Applied:
        """Take down what became of every offset of a batch, or nothing."""
        with self._transaction() as database:
            for span in batch.spans:
                self._advance(database, span)
            database.executemany(
                "INSERT INTO record VALUES (?, ?, ?, ?)",
                [
                    *(
                        (*_key(arrival.origin.partition), arrival.origin.offset, "event")
                        for arrival in batch.arrivals
                        if arrival.origin is not None
                    ),
                    *(
                        (*_key(letter.origin.partition), letter.origin.offset, letter.reason)
                        for letter in batch.dead_letters
                    ),
                ],
            )
            stored = database.executemany(
                "INSERT INTO event VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(arrival.event.source, arrival.event.id) for arrival in batch.arrivals],
            ).rowcount
        stored = max(stored, 0)  # sqlite3 says -1 of an empty list
        return Applied(
            stored=stored,
            duplicates=len(batch.arrivals) - stored,
            dead_letters=len(batch.dead_letters),
            skipped=sum(span.skipped for span in batch.spans),
        )

    def _advance(self, database: sqlite3.Connection, span: Span) -> None:
        key = _key(span.partition)
        row = database.execute(
            "SELECT epoch, next_offset FROM position WHERE (topic_id, number) = (?, ?)", key
        ).fetchone()
        if row is None or row[0] != span.epoch:
            raise PositionLost(f"{span.partition.topic}/{span.partition.number} has another owner")
        if row[1] not in (None, span.first_offset):
            raise PositionLost(f"{span.partition.topic}/{span.partition.number} moved to {row[1]}")
        database.execute(
            "UPDATE position SET next_offset = ? WHERE (topic_id, number) = (?, ?)",
            (span.next_offset, *key),
        )
        database.execute(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, span.first_offset, span.next_offset, span.records, span.skipped, span.epoch),
        )

    # -- what an operator does ----------------------------------------------------------------

    def accept_gap(self, topic: str, number: int, next_offset: int) -> None:
        """Let reading go on elsewhere."""
        with self._transaction() as database:
            database.execute(
                "UPDATE position SET next_offset = ?, stalled = NULL "
                "WHERE (topic, number) = (?, ?)",
                (next_offset, topic, number),
            )

    # -- what a test asks ---------------------------------------------------------------------

    def accounts(self) -> dict[Partition, Account]:
        """Sum up every partition, after checking that each offset is accounted for once.

        Raises:
            AssertionError: offsets were left out, or records are missing or too many.
        """
        with self._lock:
            spans = self._database.execute(
                "SELECT topic_id, number, topic, first_offset, span.next_offset, records, skipped "
                "FROM span JOIN position USING (topic_id, number) "
                "ORDER BY topic_id, number, first_offset"
            ).fetchall()
            outcomes = self._database.execute(
                "SELECT topic_id, number, sum(outcome = 'event'), sum(outcome <> 'event'), "
                'min("offset"), max("offset") FROM record GROUP BY topic_id, number'
            ).fetchall()
        accounts: dict[Partition, Account] = {}
        records_of: dict[tuple[UUID, int], int] = {}
        for topic_id, number, topic, first_offset, next_offset, records, skipped in spans:
            partition = Partition(UUID(topic_id), number, topic)
            before = accounts.get(partition, Account(first_offset, first_offset, 0, 0, 0))
            assert first_offset == before.next_offset, f"{before.next_offset} was left out"
            accounts[partition] = before._replace(
                next_offset=next_offset, skipped=before.skipped + skipped
            )
            records_of[partition[:2]] = records_of.get(partition[:2], 0) + records
        for topic_id, number, events, dead_letters, lowest, highest in outcomes:
            partition = next(it for it in accounts if it[:2] == (UUID(topic_id), number))
            account = accounts[partition]._replace(events=events, dead_letters=dead_letters)
            assert account.first_offset <= lowest <= highest < account.next_offset
            accounts[partition] = account
        for partition, account in accounts.items():
            counted = account.events + account.dead_letters + account.skipped
            assert counted == records_of[partition[:2]], partition
        return accounts

    def positions(self, topic: str) -> dict[int, int]:
        """Next offset by partition of a topic, of its newest incarnation."""
        with self._lock:
            return dict(
                self._database.execute(
                    "SELECT number, next_offset FROM position WHERE topic = ? "
                    "AND next_offset IS NOT NULL ORDER BY rowid",
                    (topic,),
                )
            )

    def owners(self, topic: str) -> dict[int, str]:
        """Who claimed which partition last."""
        with self._lock:
            return dict(
                self._database.execute(
                    "SELECT number, owner FROM position WHERE topic = ?", (topic,)
                )
            )

    def events(self) -> int:
        """How many different events came in."""
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM event").fetchone()[0])

    def outcomes(self) -> int:
        """How many records became an event or a dead letter."""
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM record").fetchone()[0])


def _is_paused(partition: Partition, database: sqlite3.Connection) -> bool:
    row = database.execute(
        "SELECT count(*) FROM pause WHERE topic = ? AND coalesce(number = ?, 1)",
        (partition.topic, partition.number),
    ).fetchone()
    return bool(row[0])


def _key(partition: Partition) -> tuple[str, int]:
    return str(partition.topic_id), partition.number
