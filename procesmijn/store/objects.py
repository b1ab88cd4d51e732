"""Objects, their locks and their packs: the events of a case in one read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from procesmijn.core.frames import (
    EVENT,
    MAX_EVENTS_OF_CASE,
    Bools,
    Int32s,
    Int64s,
    ObjectEvents,
    Rows,
)
from procesmijn.core.order import is_first
from procesmijn.errors import ProcesmijnError
from procesmijn.store.connection import Connection
from procesmijn.store.entries import Appended
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.wire import array, array_of_bytes, copied

EVENTS_AT_ONCE: Final = 40_000
"""Events that are mined together; a batch that touches more is mined in parts."""
ENTRIES_OF_CHUNK: Final = 23
"""23 entries of 87 bytes stay below the size at which PostgreSQL moves a value out of its row."""

_CHUNK: Final = struct.Struct(">h iq ii i")
"""A row of packs as COPY wants it, but for the events: columns, and each behind its width."""


class KeyCollision(ProcesmijnError):
    """Two objects have the same key of 64 bits; rename one of them in its source system."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Objects whose rows this transaction holds: ``keys`` ascending, ``types`` as terms.

    ``entries`` is the number of entries in their packs, ``events`` the number that stands.
    """

    keys: Int64s
    types: Int32s
    entries: Int32s
    events: Int32s

    @property
    def mined(self) -> Int64s:
        """Keys of those that have no more events than a case may have."""
        return self.keys[self.events <= MAX_EVENTS_OF_CASE]

    def only(self, kept: Bools) -> Locked:
        """Some of them."""
        return Locked(self.keys[kept], self.types[kept], self.entries[kept], self.events[kept])

    def parts(self) -> Iterator[Locked]:
        """The same, some at a time: as many as have so many events that memory stays bounded."""
        ends = np.cumsum(np.minimum(self.events, MAX_EVENTS_OF_CASE), dtype=np.int64)
        part = ends // EVENTS_AT_ONCE
        for number in np.unique(part):
            yield self.only(part == number)

    def unmoved_since(self, before: Locked) -> Bools:
        """Which of them have had no entry added since they were looked at."""
        return np.isin(_versions(self), _versions(before))


def _versions(locked: Locked) -> Rows:
    pairs = np.empty(len(locked.keys), dtype=[("key", "<i8"), ("entries", "<i4")])
    pairs["key"], pairs["entries"] = locked.keys, locked.entries
    return pairs


def lock_appended(
    appended: Appended, rules_of: Mapping[str, int], terms: Terms, connection: Connection
) -> tuple[Locked, dict[int, int]]:
    """Make or lock the objects of a batch; their counts are with the batch, their packs are not.

    Gives beside them the keys of those that have left, with the retirement that they left in.
    """
    if (is_again := ~is_first(appended.keys)).any():
        raise _collision(appended, is_again)
    types = np.array([terms.code(name) for name in appended.types], dtype=np.int32)
    rules = np.array([rules_of.get(name, 0) for name in appended.types], dtype=np.int32)
    rows = connection.execute(
        statements("cases")["lock_appended"],
        {
            "keys": array("int8", appended.keys),
            "types": array("int4", types),
            "ids": list(appended.ids),
            "entries": array("int4", appended.added),
            "events": array("int4", appended.net),
            "rules": array("int4", rules),
        },
    ).fetchall()
    if len(rows) != len(appended.keys):
        met = [row[0] for row in rows]
        raise _collision(appended, ~np.isin(appended.keys, met))
    rows.sort()
    counts = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
    locked = Locked(
        keys=appended.keys,
        types=types,
        entries=(counts[:, 1] - appended.added).astype(np.int32),
        events=counts[:, 2].astype(np.int32),
    )
    return locked, {key: retirement for key, _, _, retirement in rows if retirement is not None}


def _collision(appended: Appended, is_met: Bools) -> KeyCollision:
    at = int(np.flatnonzero(is_met)[0])
    return KeyCollision(
        f"{appended.types[at]} {appended.ids[at]!r} has the same 64-bit key as another object:"
        " rename one of them in its source system"
    )


def lock_again(
    keys: Int64s, rules_of: Mapping[str, int], terms: Terms, connection: Connection
) -> Locked:
    """Lock objects that are to be mined anew, and mark them as made by the rules in force."""
    rows = connection.execute(statements("cases")["lock_again"], {"keys": keys.tolist()}).fetchall()
    connection.execute(
        statements("cases")["mark_rules"],
        {
            "keys": [key for key, *_ in rows],
            "rules": [rules_of.get(terms.names[type_], 0) for _, type_, *_ in rows],
        },
    )
    table = np.array(
        [(key, type_, entries, events) for key, type_, _, entries, events in rows], dtype=np.int64
    ).reshape(-1, 4)
    return Locked(
        keys=table[:, 0],
        types=table[:, 1].astype(np.int32),
        entries=table[:, 2].astype(np.int32),
        events=table[:, 3].astype(np.int32),
    )


def read_events(locked: Locked, terms: Terms, connection: Connection) -> ObjectEvents:
    """All events of the locked objects, from their packs; one with too many is without any."""
    keys, rows = read_packs(locked.mined, connection)
    terms.meet(_named(rows), connection)
    owner = np.searchsorted(locked.keys, keys).astype(np.int32)
    return ObjectEvents(keys=locked.keys, types=locked.types, owner=owner, events=rows)


def _named(rows: Rows) -> set[int]:
    """Codes whose names the core asks for: what traces are hashed of, and who took part."""
    return {*np.unique(rows["activity"]).tolist(), *np.unique(rows["roles"]).tolist()}


def read_packs(keys: Int64s, connection: Connection) -> tuple[Int64s, Rows]:
    packs = (
        connection.cursor(binary=True)
        .execute(statements("cases")["packs"], {"keys": array("int8", keys)})
        .fetchall()
    )
    rows = np.frombuffer(b"".join([events for _, events in packs]), dtype=EVENT)
    lengths = [len(events) // EVENT.itemsize for _, events in packs]
    return np.repeat(np.array([key for key, _ in packs], dtype=np.int64), lengths), rows


def append_packs(locked: Locked, appended: Appended, connection: Connection) -> None:
    """Add the entries of a batch to the packs, chunk by chunk."""
    added = appended.added.tolist()
    _send_packs(locked.keys.tolist(), locked.entries.tolist(), added, appended.rows, connection)


def replace_packs(
    keys: Int64s, locked: Locked, events: ObjectEvents, terms: Terms, connection: Connection
) -> None:
    """Make the packs of locked objects anew, from the events that stand.

    Those of ``keys`` that are not among the locked have no object any more, so their packs go.
    """
    terms.meet(_named(events.events), connection)
    connection.execute(statements("cases")["drop_packs"], {"keys": keys.tolist()})
    of_object = np.bincount(events.owner, minlength=len(locked.keys))
    counts, held = of_object.tolist(), locked.keys.tolist()
    _send_packs(held, [0] * len(held), counts, events.events, connection)
    connection.execute(
        statements("cases")["recount"], {"keys": held, "entries": counts, "events": counts}
    )


def _send_packs(
    keys: Sequence[int],
    filled: Sequence[int],
    added: Sequence[int],
    rows: Rows,
    connection: Connection,
) -> None:
    new: list[bytes] = []
    begun: list[tuple[int, int, bytes]] = []
    for key, chunk, is_new, events in _chunks(keys, filled, added, rows):
        if is_new:
            new.append(_CHUNK.pack(3, 8, key, 4, chunk, len(events)) + events)
        else:
            begun.append((key, chunk, events))
    if new:
        with connection.cursor().copy(statements("cases")["new_packs"]) as copy:
            copy.write(copied(new))
    if begun:
        owners, chunks, parts = zip(*begun, strict=True)
        more = {
            "keys": array("int8", np.array(owners, dtype=np.int64)),
            "chunks": array("int4", np.array(chunks, dtype=np.int32)),
            "events": array_of_bytes(parts),
        }
        connection.execute(statements("cases")["append"], more)


def _chunks(
    keys: Sequence[int], filled: Sequence[int], added: Sequence[int], rows: Rows
) -> Iterator[tuple[int, int, bool, bytes]]:
    """The entries of each object, cut where its chunks end: its key, the chunk, whether that is a
    new one, and the bytes."""
    body, width = rows.tobytes(), EVENT.itemsize
    at = 0
    for key, before, more in zip(keys, filled, added, strict=True):
        position, end = before, before + more
        while position < end:
            chunk, used = divmod(position, ENTRIES_OF_CHUNK)
            taken = min(ENTRIES_OF_CHUNK - used, end - position)
            yield key, chunk, not used, body[at * width : (at + taken) * width]
            position += taken
            at += taken
