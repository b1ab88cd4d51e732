"""A batch of events becomes one transaction: exactly once in effect.

Everything of a batch is committed together with the offsets that it accounts for, so a record is in
the tables exactly when its offset is behind the position. A crash before the commit costs the work
of the batch, which is read again; a crash after it costs nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from procesmijn.batch import Applied, Arrival, Batch, Origin, Step
from procesmijn.core.difference import difference
from procesmijn.core.frames import Int64s, ObjectEvents
from procesmijn.core.mine import mine
from procesmijn.errors import StoreUnavailable
from procesmijn.in_force import RulesInForce, load_rules
from procesmijn.parcel import Parcel, packed
from procesmijn.persons import Persons
from procesmijn.store import Store
from procesmijn.store.catalogues import RulesChanged
from procesmijn.store.connection import Retry
from procesmijn.store.dead_letters import DeadLetterFilter, Refused, in_chunks
from procesmijn.store.entries import append
from procesmijn.store.objects import Locked
from procesmijn.store.packed import NOTHING, Packed, pack
from procesmijn.store.scan import Some
from procesmijn.store.transaction import Transaction
from procesmijn.versions import Version, version_of
from schemas.event import Event, Record, Rejection, Skip

OBJECTS_AT_ONCE: Final = 500
"""Objects that are mined anew in one transaction, so that live traffic waits little for it."""

REDRIVEN_BYTES: Final = 64 << 20
"""How much of dead letters is redriven in one transaction; one that is larger has its own."""

REFUSED_PERCENT: Final = 50
"""A partition of which more is refused has a producer that is wrong, not a few records."""

_MOST_TRIES: Final = 20

_Result = TypeVar("_Result")


class StillInTheWay(StoreUnavailable):
    """Other sessions were in the way of one batch time after time; look in pg_stat_activity."""


class Applier:
    """Applies batches to one store, one after the other, whatever gets in the way."""

    def __init__(
        self,
        store: Store,
        persons: Persons,
        refused_percent: int = REFUSED_PERCENT,
    ) -> None:
        self._store = store
        self._persons = persons
        self._refused_percent = refused_percent
        self._rules: RulesInForce | None = None

    def apply(self, batch: Batch) -> Applied:
        """Apply a batch in one transaction of its own.

        Raises :class:`procesmijn.errors.PositionLost` where it is not this worker's any more,
        :class:`procesmijn.errors.StoreUnavailable` where it may be tried again later, and
        :class:`procesmijn.errors.TooManyRefused` where most of it breaks the contract. In each case
        nothing was written.
        """
        return self.take_in(packed(batch, self._persons))

    def take_in(self, parcel: Parcel) -> Applied:
        """The same for what is packed already."""
        stopwatch = Stopwatch()

        tries = 0

        def run(rules: RulesInForce, tx: Transaction) -> Applied:
            nonlocal tries
            tries += 1
            applied = apply(parcel, rules, self._persons, tx, stopwatch)
            if parcel.dead_letters:
                tx.insist_on_few_refused(parcel.spans, self._refused_percent)
            return replace(applied, retries=tries - 1)

        applied = self._try(parcel.versions, run, stopwatch)
        return replace(applied, steps=tuple(stopwatch.steps), committed_us=time.time_ns() // 1000)

    def restore(self, versions: list[Version]) -> Applied:
        """Apply versions that were concealed before, of this database or another one with the same
        keys; those that are known change nothing."""
        parcel = Parcel((), pack(versions), ())
        return self._try(
            parcel.versions,
            lambda rules, tx: apply(parcel, rules, self._persons, tx, Stopwatch()),
        )

    def redrive(
        self,
        wanted: DeadLetterFilter,
        decode: Callable[[Record], Event | Rejection | Skip],
        report: Callable[[int], None] = lambda _: None,
    ) -> tuple[int, int]:
        """Decode dead letters again, and apply those that keep the contract now.

        In transactions of :data:`REDRIVEN_BYTES` each, so that large records do not have to fit in
        memory together: a letter is marked exactly when its event is in. Gives how many are events
        now, and how many are still refused; ``report`` is told how many are done so far.
        """
        accepted = refused = 0
        for letters in in_chunks(self._store.dead_letters(wanted), REDRIVEN_BYTES):
            accepted_here, refused_here = self._redrive(letters, decode)
            accepted += accepted_here
            refused += refused_here
            report(accepted + refused)
        return accepted, refused

    def _redrive(
        self, letters: Sequence[Refused], decode: Callable[[Record], Event | Rejection | Skip]
    ) -> tuple[int, int]:
        records = self._store.open_dead_letters(letters, self._persons)
        outcomes = {letter: decode(record) for letter, record in records.items()}
        versions = {
            letter: version_of(
                Arrival(what, Origin(letter.partition, letter.offset)), self._persons
            )
            for letter, what in outcomes.items()
            if isinstance(what, Event)
        }

        def run(rules: RulesInForce, tx: Transaction) -> tuple[int, int]:
            held = tx.lock_dead_letters(letters)
            accepted = pack(versions[letter] for letter in held if letter in versions)
            apply(Parcel((), accepted, ()), rules, self._persons, tx, Stopwatch())
            refused = 0
            for letter in held:
                what = outcomes[letter]
                if isinstance(what, Rejection):
                    tx.refuse_again(letter, what)
                    refused += 1
                else:
                    tx.mark_redriven(letter)
            return len(held) - refused, refused

        return self._try(pack(versions.values()), run)

    def transact(
        self, run: Callable[[RulesInForce, Transaction], _Result], versions: Packed = NOTHING
    ) -> _Result:
        """Do something else in a transaction, again where others were in the way; the names in
        ``versions`` have codes."""
        return self._try(versions, run)

    def mine_again(self, keys: Int64s) -> int:
        """Mine objects anew by the rules in force, and give how many cases changed."""
        return self._try(NOTHING, lambda rules, tx: mine_again(keys, rules, tx))

    def pack_again(self, before: Locked, events: ObjectEvents) -> Int64s:
        """Make packs and facts of some objects anew from events that were read from the events.

        Gives the keys of those that moved on since ``before``, and were left as they are.
        """

        def run(rules: RulesInForce, tx: Transaction) -> Int64s:
            tx.share_rules(rules.catalogue_id, rules.activated_at, rules.terms)
            locked = tx.lock_again(events.keys, rules.rules_of)
            unmoved = locked.unmoved_since(before)
            moved = locked.keys[~unmoved]
            keys = np.setdiff1d(events.keys, moved)
            pack_again(keys, locked.only(unmoved), events.of(keys), rules, tx)
            return moved

        return self._try(NOTHING, run)

    def pack_under_lock(self, some: Some) -> None:
        """The same for objects that do not stand still: they are read when they are locked."""

        def run(rules: RulesInForce, tx: Transaction) -> None:
            tx.share_rules(rules.catalogue_id, rules.activated_at, rules.terms)
            locked = tx.lock_again(some.keys, rules.rules_of)
            pack_again(some.keys, locked, tx.scan(some), rules, tx)

        self._try(NOTHING, run)

    def catch_up(self) -> Iterator[int]:
        """Mine anew, in chunks, whatever other rules made than those in force.

        Yields after each chunk how many objects it had. It may be stopped at any time, and goes on
        where it was: an object that is done carries the rules that made it.
        """
        after = -(2**63)
        while len(keys := self._store.stale_objects(after, OBJECTS_AT_ONCE)):
            self.mine_again(keys)
            after = int(keys[-1])
            yield len(keys)

    def _try(
        self,
        versions: Packed,
        run: Callable[[RulesInForce, Transaction], _Result],
        stopwatch: Stopwatch | None = None,
    ) -> _Result:
        names = versions.all_names()
        stopwatch = stopwatch or Stopwatch()
        was_in_the_way = False
        for _ in range(_MOST_TRIES):
            try:
                if self._rules is None:
                    self._rules = load_rules(self._store)
                self._store.resolve(names)
                with self._store.transaction(stopwatch("commit")) as tx:
                    if was_in_the_way:
                        tx.queue()
                    return run(self._rules, tx)
            except RulesChanged:
                self._rules = None
            except Retry:
                was_in_the_way = True
        raise StillInTheWay(
            f"other sessions were in the way {_MOST_TRIES} times in a row: look in pg_stat_activity"
        )


def apply(
    parcel: Parcel,
    rules: RulesInForce,
    persons: Persons,
    tx: Transaction,
    stopwatch: Stopwatch,
) -> Applied:
    """The way of a batch. A crash after any step but the last costs that the batch is read again:

    1. its positions are locked, and are this worker's and next in line; the rules stay as they are;
    2. events: what is new or supersedes is stored, what is known is counted;
    3. the objects they are about are locked, this batch is appended, and all of it is read;
    4. their cases are mined whole, and what differs from the stored facts is written;
    5. the flow counts follow from the rows written (those of handovers have, in step 4);
    6. positions move on, and the ledger says what became of each offset;
    7. commit: from here on the batch is in, and a crash costs nothing.
    """
    with stopwatch("claim"):
        tx.claim(parcel.spans)  # 1
        tx.share_rules(rules.catalogue_id, rules.activated_at, rules.terms)
    with stopwatch("events"):
        inserted = tx.insert(parcel.versions)  # 2
    with stopwatch("read"):
        appended = append(parcel.versions, inserted, tx.terms)
        locked = tx.lock(appended, rules.rules_of)  # 3
        tx.append(locked, appended)
    cases = settle_all(locked, rules, tx, stopwatch)  # 4, 5
    with stopwatch("advance"):
        tx.refuse(parcel.dead_letters, persons)
        dead = Counter(letter.origin.partition for letter in parcel.dead_letters)
        tx.advance(parcel.spans, inserted, dead)  # 6
    return Applied(
        stored=sum(inserted.stored.values()),
        duplicates=sum(inserted.duplicates.values()),
        dead_letters=len(parcel.dead_letters),
        skipped=sum(span.skipped for span in parcel.spans),
        cases=cases,
        late=len(tx.late),
    )  # 7: the caller's transaction ends


def mine_again(keys: Int64s, rules: RulesInForce, tx: Transaction) -> int:
    """Steps 3 to 5 for objects that no event has touched, by other rules; gives changed cases."""
    tx.share_rules(rules.catalogue_id, rules.activated_at, rules.terms)
    locked = tx.lock_again(keys, rules.rules_of)
    return settle_all(locked, rules, tx, Stopwatch())


def pack_again(
    keys: Int64s, locked: Locked, events: ObjectEvents, rules: RulesInForce, tx: Transaction
) -> None:
    """Make the packs of locked objects anew, and their facts; those of ``keys`` that are not among
    the locked have no object any more, so their facts go."""
    tx.replace_packs(keys, locked, events.of(locked.keys))
    settle(keys, events, rules, tx, Stopwatch(), in_full=True)


def settle_all(locked: Locked, rules: RulesInForce, tx: Transaction, stopwatch: Stopwatch) -> int:
    """Make the stored facts of locked objects what their packs and the rules say.

    However many events they have, so many are in memory at a time as :meth:`Locked.parts` allows.
    """
    changed = 0
    for part in locked.parts():
        with stopwatch("read"):
            events = tx.read_events(part)
        changed += settle(part.keys, events, rules, tx, stopwatch)
    return changed


def settle(
    keys: Int64s,
    events: ObjectEvents,
    rules: RulesInForce,
    tx: Transaction,
    stopwatch: Stopwatch,
    *,
    in_full: bool = False,
) -> int:
    """Make the stored facts of locked objects what their events and the rules say.

    A stored trace or delivery is taken to be what its hash says, unless all is read ``in_full``;
    and only objects of types that agreements are about are taken to have deliveries, and of types
    that rules are about to have deviations, unless it is.
    """
    with stopwatch("mine"):
        mined = mine(events, rules.rules)
    with stopwatch("compare"):
        promised, ruled = (
            None if in_full else keys[np.isin(events.types, types)]
            for types in (rules.promised, rules.ruled)
        )
        stored = tx.read_facts(keys, promised=promised, ruled=ruled, in_full=in_full)
        changes = difference(stored, mined)
    with stopwatch("write"):
        written = tx.write(changes)  # 4
    with stopwatch("roll up"):
        tx.roll_up(written)  # 5
    return len(changes.cases_removed) + len(changes.cases_written)


class Stopwatch:
    """When each step began and ended."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began_ns = time.time_ns()
        yield
        self.steps.append(Step(name, began_ns, time.time_ns()))
