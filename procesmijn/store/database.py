"""A database of procesmijn: a session that writes, and sessions that read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Final

from procesmijn.batch import Decided, Held, Partition
from procesmijn.catalogue import Catalogue
from procesmijn.core.compile import open_hours
from procesmijn.core.frames import Int64s
from procesmijn.core.worktime import Calendar
from procesmijn.errors import ProcesmijnError
from procesmijn.persons import Persons
from procesmijn.store import catalogues, dead_letters, positions
from procesmijn.store.catalogues import Active
from procesmijn.store.connection import Connection, connect, translated
from procesmijn.store.dead_letters import DeadLetterFilter, Refused
from procesmijn.store.migrate import Migration, check_schema, migrate
from procesmijn.store.scan import Snapshot, snapshot
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.transaction import Transaction
from schemas.event import Record

_UNTIMED: Final = nullcontext()


class TooManyWorkers(ProcesmijnError):
    """All 256 slots of this database are taken by workers: stop some of them."""


class Store:
    """One writing session, opened when it is first needed and again after it was lost.

    Not for several threads at once; each worker has its own.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.terms = Terms()
        self._connection: Connection | None = None
        self._shard = 0

    def close(self) -> None:
        """Give the session back; what was not committed is rolled back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def migrate(self) -> list[Migration]:
        """Bring the tables up to date, and say by which steps."""
        with self.reader() as connection:
            return migrate(connection)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A session of its own for reading, one that may take its time."""
        connection = connect(self.url)
        try:
            with translated():
                yield connection
        finally:
            connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Two sessions for reading that see one moment."""
        with self.reader() as stream, self.reader() as lookup, snapshot(stream, lookup) as moment:
            yield moment

    @contextmanager
    def transaction(
        self, commit: AbstractContextManager[object] = _UNTIMED
    ) -> Iterator[Transaction]:
        """All of it is committed at the end, or none of it when anything is raised.

        ``commit`` is entered around the commit alone.
        """
        connection = self._open()
        with translated(), ExitStack() as transaction:
            transaction.enter_context(connection.transaction())
            yield Transaction(connection, self.terms, self._shard)
            with commit:
                transaction.close()

    def resolve(self, names: Collection[str]) -> None:
        """Make sure that names have codes; before the transaction that needs them."""
        connection = self._open()
        with translated():
            self.terms.resolve(names, connection)

    def take(self, partitions: Sequence[Partition], owner: str) -> dict[Partition, Held]:
        """Claim partitions; whoever held one before is refused from now on."""
        connection = self._open()
        with translated():
            return positions.take(partitions, owner, connection)

    def stall(self, partition: Partition, offset: int, reason: str, resume_offset: int) -> None:
        """Let nobody read on from an offset until an operator has decided."""
        connection = self._open()
        with translated():
            positions.stall(partition, offset, reason, resume_offset, connection)

    def look(self, partitions: Sequence[Partition]) -> dict[Partition, Decided]:
        """What others have decided over partitions that are held."""
        connection = self._open()
        with translated():
            return positions.look(partitions, connection)

    def pause(self, topic: str, number: int | None, by: str, because: str) -> None:
        """Let nobody read a partition, or with None all of a topic, for the time being."""
        connection = self._open()
        with translated():
            positions.pause(topic, number, by=by, because=because, connection=connection)

    def unpause(self, topic: str, number: int | None) -> int:
        """Let what was paused be read on, and give how many pauses that ends."""
        connection = self._open()
        with translated():
            return positions.unpause(topic, number, connection)

    def accept_gap(self, partition: Partition, next_offset: int, by: str) -> None:
        """Go on at an offset by decision of an operator, and write that down."""
        connection = self._open()
        with translated():
            positions.accept_gap(partition, next_offset, by, connection)

    def rewind(self, partition: Partition, next_offset: int, by: str) -> int:
        """Read a partition again from an offset on, and give where it stood."""
        connection = self._open()
        with translated():
            return positions.rewind(partition, next_offset, by, connection)

    def accept_refusals(self, partition: Partition, until: int, by: str, because: str) -> None:
        """Let any number of records before an offset be refused, by decision of an operator."""
        connection = self._open()
        with translated():
            dead_letters.accept_flood(partition, until, by, because, connection)

    def active(self) -> Active | None:
        """The catalogue in force; None in a new database."""
        connection = self._open()
        with translated():
            active = catalogues.active(connection)
            if active is not None:
                self.terms.load(connection)
            return active

    def activate(self, catalogue: Catalogue) -> int:
        """Put a catalogue without persons in force, and give its id."""
        connection = self._open()
        calendars: Mapping[str, Calendar] = {
            name: open_hours(catalogue, name) for name in catalogue.calendars
        }
        with translated():
            return catalogues.activate(catalogue, calendars, self.terms, connection)

    def stale_objects(self, after: int, limit: int) -> Int64s:
        """Keys of objects that other rules mined than those in force."""
        connection = self._open()
        with translated():
            return catalogues.stale_objects(after, limit, connection)

    def count_stale(self) -> int:
        """How many objects other rules mined than those in force."""
        connection = self._open()
        with translated():
            return catalogues.count_stale(connection)

    def dead_letters(self, wanted: DeadLetterFilter) -> Iterator[Refused]:
        """Refused records, oldest first, without what was in them; read as they are taken."""
        connection = self._open()
        with translated():
            yield from dead_letters.each(wanted, connection)

    def discard_dead_letters(
        self, wanted: DeadLetterFilter, by: str, because: str
    ) -> Iterator[int]:
        """Give up on them, some at a time, and say of each time how many still waited."""
        for letters in dead_letters.in_chunks(self.dead_letters(wanted)):
            with translated():
                yield dead_letters.discard(letters, by, because, self._open())

    def open_dead_letters(
        self, letters: Sequence[Refused], persons: Persons
    ) -> dict[Refused, Record]:
        """What was in some refused records; persons are in clear."""
        connection = self._open()
        with translated():
            return dead_letters.open_letters(letters, persons, connection)

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed or self._connection.broken:
            connection = connect(self.url, worker=True)
            try:
                self._shard = _prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self.terms = Terms()
        return self._connection


def _prepare(connection: Connection) -> int:
    """Make a session ready to write, and give its slot among the workers of this database."""
    with translated():
        check_schema(connection)
        row = connection.execute(statements("session")["take_shard"]).fetchone()
    if row is None:
        raise TooManyWorkers(
            "all 256 slots of this database are taken by workers: stop some of them"
        )
    return int(row[0])
