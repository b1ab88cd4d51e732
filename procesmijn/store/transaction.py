"""One transaction, in the steps of a batch: the only way in which any of a batch is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from procesmijn.batch import DeadLetter, Partition, Span
from procesmijn.core.difference import Changes
from procesmijn.core.frames import Facts, Int64s, ObjectEvents, Rows
from procesmijn.persons import Persons
from procesmijn.store import dead_letters, events, facts, kept, objects, positions, scan
from procesmijn.store.catalogues import RulesChanged, share_active
from procesmijn.store.connection import Connection
from procesmijn.store.dead_letters import Refused
from procesmijn.store.entries import Appended
from procesmijn.store.events import Inserted
from procesmijn.store.facts import Retraced
from procesmijn.store.objects import Locked
from procesmijn.store.packed import Packed
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from schemas.event import Rejection


class Transaction:
    """The steps of :func:`procesmijn.apply.apply`, each in the one order of locks for everybody:
    the queue, positions, rules, events, objects, facts, roll-ups; within each by key."""

    def __init__(self, connection: Connection, terms: Terms, shard: int) -> None:
        self._connection = connection
        self._shard = shard
        self._has_written = False
        self.terms = terms

    def queue(self) -> None:
        """Wait until no other batch that had to begin anew is at work: among themselves they would
        be in each other's way again, and all but one of them each time."""
        self._connection.execute(statements("session")["queue"])

    def claim(self, spans: Sequence[Span]) -> None:
        """Lock the positions of a batch; :class:`PositionLost` where they are not ours and next."""
        positions.claim(spans, self._connection)

    def share_rules(self, catalogue_id: int, activated_at: datetime, terms: Terms) -> None:
        """Keep the active catalogue as it is until the end.

        Raises :class:`RulesChanged` where it is another one than ``catalogue_id``, or was compiled
        with the ``terms`` of another session.
        """
        if terms is not self.terms:
            raise RulesChanged("the session was opened anew")
        share_active(catalogue_id, activated_at, self._connection)

    def insert(self, packed: Packed) -> Inserted:
        """Store what is new or supersedes."""
        return events.insert(packed, self._connection)

    def lock(self, appended: Appended, rules_of: Mapping[str, int]) -> Locked:
        """Lock the objects that entries are appended to, and make those that are new."""
        return objects.lock_appended(appended, rules_of, self.terms, self._connection)

    def lock_again(self, keys: Int64s, rules_of: Mapping[str, int]) -> Locked:
        """Lock objects that are to be mined anew by the rules in force."""
        return objects.lock_again(keys, rules_of, self.terms, self._connection)

    def read_events(self, locked: Locked) -> ObjectEvents:
        """All events of the objects, those of this batch among them."""
        return objects.read_events(locked, self.terms, self._connection)

    def append(self, locked: Locked, appended: Appended) -> None:
        """Add the entries of this batch to the packs."""
        objects.append_packs(locked, appended, self._connection)

    def replace_packs(self, keys: Int64s, locked: Locked, events: ObjectEvents) -> None:
        """Make the packs anew from the events that stand; those of no object go."""
        objects.replace_packs(keys, locked, events, self.terms, self._connection)

    def scan(self, keys: Int64s) -> ObjectEvents:
        """The events of some objects, read from ``stream.event`` and not from the packs."""
        return scan.scan_objects(keys, self._connection)

    def read_facts(
        self, keys: Int64s, *, promised: Int64s | None = None, with_traces: bool = False
    ) -> Facts:
        """What is stored of the objects; no others than ``promised`` have deliveries."""
        return facts.read_facts(keys, self._connection, promised=promised, with_traces=with_traces)

    def write(self, changes: Changes) -> list[Retraced]:
        """Write what differs."""
        if self._has_written:
            facts.forget_incoming(self._connection)
        self._has_written = True
        return facts.write_facts(changes, self._shard, self._connection)

    def roll_up(self, written: Sequence[Retraced]) -> None:
        """Add what the traces written have changed to the flow counts by day."""
        facts.roll_up(written, self._shard, self._connection)

    def add_drift(self, flows: Rows, handovers: Sequence[tuple[Any, ...]]) -> None:
        """Add to the counts by day what they were found to lack."""
        facts.add_flows(flows, self._shard, self._connection)
        scan.add_handover_drift(handovers, self._shard, self._connection)

    def touch(self, months: Collection[kept.Span]) -> None:
        """Let nobody believe what was kept of some months."""
        kept.mend(months, self._shard, self._connection)

    def refuse(self, letters: Iterable[DeadLetter], persons: Persons) -> None:
        """Keep the records that broke the contract."""
        dead_letters.refuse(letters, persons, self._connection)

    def insist_on_few_refused(self, spans: Iterable[Span], percent: int) -> None:
        """Raise :class:`TooManyRefused` where most of what a partition brings is refused."""
        dead_letters.insist_on_few(spans, percent, self._connection)

    def lock_dead_letters(self, letters: Sequence[Refused]) -> list[Refused]:
        """Those of some dead letters that are still to be redriven, by nobody else meanwhile."""
        return dead_letters.lock(letters, self._connection)

    def mark_redriven(self, letter: Refused) -> None:
        """Say that it is an event now."""
        dead_letters.mark_redriven(letter, self._connection)

    def refuse_again(self, letter: Refused, rejection: Rejection) -> None:
        """Say why it still breaks the contract."""
        dead_letters.refuse_again(letter, rejection, self._connection)

    def advance(
        self, spans: Sequence[Span], inserted: Inserted, dead: Mapping[Partition, int]
    ) -> None:
        """Set the next offsets, and enter in the ledger what became of each offset."""
        for span in sorted(spans):
            positions.advance(
                span,
                stored=inserted.stored.get(span.partition, 0),
                duplicate=inserted.duplicates.get(span.partition, 0),
                dead=dead.get(span.partition, 0),
                connection=self._connection,
            )
