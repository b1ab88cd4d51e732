"""Proof that the tables say what the events say: everything is computed again, and compared.

One snapshot of the database is read, so it may run beside live traffic. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from procesmijn.apply import RulesInForce
from procesmijn.core.frames import (
    CASE_KEY,
    EVENT,
    HANDOVER_KEY,
    NO_INSTANT,
    PENDING_KEY,
    ObjectEvents,
    Rows,
)
from procesmijn.core.mine import mine
from procesmijn.core.standing import standing
from procesmijn.store import facts as stored_facts
from procesmijn.store import objects, scan
from procesmijn.store.connection import Connection
from procesmijn.store.scan import KnownObjects, Scanned, Snapshot
from procesmijn.store.terms import Terms

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = (
    ("case", "cases", CASE_KEY),
    ("handover", "handovers", HANDOVER_KEY),
    ("pending", "pendings", PENDING_KEY),
)
_ENTRY: Final = np.dtype([("object", "<i8"), *EVENT.descr])
_PACK_KEY: Final = ("object", "key_hi", "key_lo")
_INSTANTS: Final = frozenset(
    f"{name}_us"
    for name in ("started", "ended", "closed", "occurred", "delivered", "picked_up", "settled")
)
_DATES: Final = frozenset({"delivered_on", "picked_up_on"})
_TERMS: Final = frozenset(
    {
        *("type", "process", "activity", "party", "team", "performer", "receiver"),
        *("supplier", "customer", "from_activity", "to_activity"),
    }
)


class Finding(NamedTuple):
    """One place where a table says something else than the events do."""

    table: str
    process: str
    case: str
    """Object type and id; or the day and the pair of a roll-up."""
    column: str
    """The column that differs; empty where a row is missing, or should not be there."""
    stored: str
    computed: str

    def __str__(self) -> str:
        """One line for people."""
        column = f" {self.column}" if self.column else ""
        return (
            f"{self.table}: {self.process} {self.case}{column}: stored {self.stored},"
            f" computed {self.computed}"
        )


class Progress(NamedTuple):
    """How far it is: objects done, and what was found in the chunk."""

    objects: int
    findings: tuple[Finding, ...]


def verify(rules: RulesInForce, terms: Terms, moment: Snapshot) -> Iterator[Progress]:
    """Compare everything with what its events and the rules in force come to.

    Objects that other rules mined (``mining.object.rules_id``) differ until they have been mined
    anew, and are reported like any other.
    """
    terms.load(moment.lookup)
    after = -(2**63)
    for chunk in scan.scan(moment.stream):
        yield Progress(
            len(chunk.events.keys), tuple(_compare(chunk, after, rules, terms, moment.lookup))
        )
        after = chunk.until
    yield Progress(0, tuple(_compare_roll_ups(terms, moment.lookup)))


def _compare(
    chunk: Scanned, after: int, rules: RulesInForce, terms: Terms, connection: Connection
) -> Iterator[Finding]:
    """Packs and facts of all objects up to the chunk's last key, also of those without events."""
    found = scan.keys_between(after, chunk.until, connection)
    known = scan.find_objects(np.union1d(found, chunk.events.keys), terms, connection)
    packed = objects.read_events(known.locked, terms, connection)
    stored = stored_facts.read_facts(known.locked.keys, connection)
    computed = mine(chunk.events, rules.rules)
    say = _Speaker(known.names, terms)
    yield from _compare_counts(known, chunk.events, say)
    yield from say.differences("pack", _PACK_KEY, _entries(packed), _entries(chunk.events))
    for table, kind, key in _KINDS:
        yield from say.differences(table, key, getattr(stored, kind), getattr(computed, kind))


def _compare_counts(known: KnownObjects, events: ObjectEvents, say: _Speaker) -> Iterator[Finding]:
    counts = np.bincount(events.owner, minlength=len(events.keys)).tolist()
    computed = dict(zip(events.keys.tolist(), counts, strict=True))
    stored = dict(zip(known.locked.keys.tolist(), known.locked.events.tolist(), strict=True))
    for key in sorted(stored.keys() | computed.keys()):
        there, wanted = stored.get(key, "nothing"), computed.get(key, 0)
        if there != wanted:
            yield Finding("object", "", say.object(key), "events", str(there), str(wanted))


def _entries(events: ObjectEvents) -> Rows:
    """What stands in the packs of mined objects, by object and key."""
    stands = standing(events)
    rows = np.empty(len(stands), dtype=_ENTRY)
    rows["object"] = events.keys[events.owner[stands]]
    for name in EVENT.names or ():
        rows[name] = events.events[name][stands]
    return np.sort(rows, order=_PACK_KEY)


class _Speaker:
    """Says in names and local words where two frames differ."""

    def __init__(self, names: Mapping[int, tuple[str, str]], terms: Terms) -> None:
        self._names = names
        self._terms = terms

    def object(self, key: int) -> str:
        """Type and id of an object; its key where it is not known."""
        return " ".join(self._names.get(key, ("object", str(key))))

    def differences(
        self, table: str, key: Sequence[str], stored: Rows, computed: Rows
    ) -> Iterator[Finding]:
        """Each row that is missing, should not be there, or has another value in a column."""
        if np.array_equal(stored, computed):
            return
        left: dict[tuple[int, ...], Any] = {tuple(row[name] for name in key): row for row in stored}
        right: dict[tuple[int, ...], Any] = {
            tuple(row[name] for name in key): row for row in computed
        }
        for place in sorted(left.keys() | right.keys()):
            ours, theirs = left.get(place), right.get(place)
            row: Any = theirs if ours is None else ours
            process = self._term(int(row["process"]))
            where = self.object(int(row["object"]))
            if ours is None or theirs is None:
                texts = ("nothing", "a row") if ours is None else ("a row", "nothing")
                yield Finding(table, process, where, "", *texts)
                continue
            for column in computed.dtype.names or ():
                if ours[column] != theirs[column]:
                    yield Finding(
                        table,
                        process,
                        where,
                        column.replace("_us", "_at") if column in _INSTANTS else column,
                        self._text(column, int(ours[column])),
                        self._text(column, int(theirs[column])),
                    )

    def _term(self, code: int) -> str:
        return self._terms.names.get(code, "") if code else ""

    def _text(self, column: str, value: int) -> str:
        if column in _INSTANTS:
            return "none" if value == NO_INSTANT else str(_EPOCH + timedelta(microseconds=value))
        if column in _DATES:
            return str(_EPOCH.date() + timedelta(days=value))
        if column in _TERMS:
            return self._term(value) or "none"
        return str(value)


def _compare_roll_ups(terms: Terms, connection: Connection) -> Iterator[Finding]:
    for row in scan.flow_drift(connection):
        day = _EPOCH.date() + timedelta(days=int(row["day"]))
        pair = [terms.names.get(int(row[side]), "-") for side in ("from_activity", "to_activity")]
        yield Finding(
            "flow_day",
            terms.names.get(int(row["process"]), ""),
            f"{day} {' > '.join(pair)}",
            "n",
            "another count",
            f"{int(row['n']):+d} cases, {int(row['wait_us']):+d} us",
        )
    for drift in scan.handover_drift(connection):
        process, picked_up_on, supplier, customer, _, number, wait_us, working_us = drift
        pair = [terms.names.get(party, "") for party in (supplier, customer)]
        yield Finding(
            "handover_day",
            terms.names.get(process, ""),
            f"{picked_up_on} {' > '.join(pair)}",
            "n",
            "another count",
            f"{number:+d} handovers, {wait_us:+d} us, {working_us:+d} us working",
        )
