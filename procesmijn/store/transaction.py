"""One transaction, in the steps of a batch: the only way in which any of a batch is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from procesmijn.batch import DeadLetter, Partition, Span
from procesmijn.core.difference import Changes
from procesmijn.core.frames import Facts, Int64s, ObjectEvents, Rows
from procesmijn.persons import Persons
from procesmijn.store import (
    dead_letters,
    events,
    facts,
    kept,
    objects,
    positions,
    retiring,
    scan,
)
from procesmijn.store.catalogues import RulesChanged, share_active
from procesmijn.store.connection import Connection
from procesmijn.store.dead_letters import Refused
from procesmijn.store.entries import Appended
from procesmijn.store.events import Inserted
from procesmijn.store.facts import Retraced
from procesmijn.store.objects import Locked
from procesmijn.store.packed import Packed
from procesmijn.store.retirements import Leaving
from procesmijn.store.retiring import Chunk
from procesmijn.store.scan import Some
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.versions import Version
from schemas.event import Rejection


class Transaction:
    """The steps of :func:`procesmijn.apply.apply`, each in the one order of locks for everybody:
    the queue, positions, rules, events, objects, facts, roll-ups; within each by key."""

    def __init__(self, connection: Connection, terms: Terms, shard: int) -> None:
        self._connection = connection
        self._shard = shard
        self.terms = terms
        self.late: set[bytes] = set()
        """Events of this transaction that concern what has left: stored, and not mined for it."""

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
        inserted = events.insert(packed, self._connection)
        self._note_late([(key, retirement, 0) for key, retirement in inserted.late])
        return inserted

    def lock(self, appended: Appended, rules_of: Mapping[str, int]) -> Locked:
        """Lock the objects that entries are appended to, and make those that are new.

        Those that have left are not given: a case that is partly gone is not mined.
        """
        locked, gone = objects.lock_appended(appended, rules_of, self.terms, self._connection)
        if gone:
            self._note_late([(name, gone[key], key) for name, key in appended.events_of(gone)])
            locked = locked.only(~np.isin(locked.keys, list(gone)))
        return locked

    def _note_late(self, late: Sequence[tuple[bytes, int, int]]) -> None:
        retiring.note_late(late, self._connection)
        self.late.update(name for name, _, _ in late)

    def lock_again(self, keys: Int64s, rules_of: Mapping[str, int]) -> Locked:
        """Lock objects that are to be mined anew by the rules in force."""
        return objects.lock_again(keys, rules_of, self.terms, self._connection)

    def read_events(self, locked: Locked) -> ObjectEvents:
        """All events of the objects, those of this batch among them."""
        return objects.read_events(locked, self.terms, self._connection)

    def append(self, locked: Locked, appended: Appended) -> None:
        """Add the entries of this batch to the packs of the locked objects."""
        if len(locked.keys) != len(appended.keys):
            appended = appended.only(np.isin(appended.keys, locked.keys))
        objects.append_packs(locked, appended, self._connection)

    def replace_packs(self, keys: Int64s, locked: Locked, events: ObjectEvents) -> None:
        """Make the packs anew from the events that stand; those of no object go."""
        objects.replace_packs(keys, locked, events, self.terms, self._connection)

    def scan(self, some: Some) -> ObjectEvents:
        """The events of some objects, read from ``stream.event`` and not from the packs."""
        return scan.scan_objects(some, self._connection)

    def read_facts(
        self,
        keys: Int64s,
        *,
        promised: Int64s | None = None,
        ruled: Int64s | None = None,
        in_full: bool = False,
    ) -> Facts:
        """What is stored of the objects; no others than ``promised`` have deliveries, and no others
        than ``ruled`` deviations."""
        return facts.read_facts(
            keys, self._connection, promised=promised, ruled=ruled, in_full=in_full
        )

    def write(self, changes: Changes) -> list[Retraced]:
        """Write what differs."""
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

    def lock_leaving(
        self,
        leaving: Leaving,
        retirement: int,
        rules_of: Mapping[str, int],
        *,
        are_companions: bool,
    ) -> tuple[int, Chunk]:
        """Lock what may leave, and give what of it still may, and how many files there are."""
        files = retiring.hold(retirement, self._connection)
        return files, retiring.lock(
            leaving,
            retirement,
            rules_of,
            self.terms,
            self._connection,
            are_companions=are_companions,
        )

    def retire(self, chunk: Chunk, retirement: int) -> None:
        """Let it leave; its figures stay."""
        retiring.retire(chunk, retirement, self._shard, self._connection)

    def begin_return(self, retirement: int) -> None:
        """Write down that a retirement is being taken back."""
        retiring.begin_return(retirement, self._connection)

    def give_back(self, versions: Sequence[Version], packed: Packed, retirement: int) -> Inserted:
        """Make events again of what left; the objects that they are about are still away."""
        retiring.forget_keys(versions, retirement, self._connection)
        retiring.remember_returned(versions, retirement, self._connection)
        return events.insert(packed, self._connection)

    def unseal(self, retirement: int) -> None:
        """Take its sealed figures away, and let its objects be mined again."""
        retiring.unseal(retirement, self._shard, self._connection)

    def forget_retirement(self, retirement: int) -> bool:
        """As if it had never been; false where an object of it is still to be mined."""
        return retiring.forget(retirement, self._connection)

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
        became = [
            positions.Became(
                span,
                stored=inserted.stored.get(span.partition, 0),
                duplicate=inserted.duplicates.get(span.partition, 0),
                dead=dead.get(span.partition, 0),
            )
            for span in spans
        ]
        if became:
            positions.advance(became, self._connection)
