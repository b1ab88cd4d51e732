"""Makes everything anew from the stored events, in place, in chunks, beside live traffic.

A batch may have added to an object since its events were read. The number of entries in its packs
tells: where that moved on, the object is put off, and read again under its lock at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from procesmijn.apply import OBJECTS_AT_ONCE, Applier
from procesmijn.core.frames import Int64s, ObjectEvents
from procesmijn.errors import ProcesmijnError
from procesmijn.store import Store, scan
from procesmijn.store.scan import Snapshot


class RebuildRunning(ProcesmijnError):
    """Another rebuild is at work on this database: wait until it is done."""


def rebuild(store: Store, applier: Applier) -> Iterator[int]:
    """Make the packs, the facts and the counts say what the events say.

    Yields after each chunk how many objects it had. It may be stopped at any time and started
    again: facts that are right already are not written a second time.

    Raises :class:`RebuildRunning`.
    """
    with store.reader() as connection:
        if not scan.hold_rebuild(connection):
            raise RebuildRunning("another rebuild is at work on this database: wait until it ends")
        scan.make_objects(store.terms, connection)
        put_off: list[Int64s] = []
        with store.snapshot() as moment:
            for events in _parts(moment):
                before = scan.find_objects(events.keys, store.terms, moment.lookup).locked
                put_off.append(applier.pack_again(before, events))
                yield len(events.keys)
        for late in put_off:
            if len(late):
                applier.pack_under_lock(late)
                yield len(late)
        with store.snapshot() as moment:
            flows, handovers = scan.flow_drift(moment.lookup), scan.handover_drift(moment.lookup)
        with store.transaction() as tx:
            tx.add_drift(flows, handovers)


def _parts(moment: Snapshot) -> Iterator[ObjectEvents]:
    """Every object that anything is stored of, with its events, some at a time."""
    after = -(2**63)
    for chunk in scan.scan(moment.stream):
        events = chunk.events
        stored = scan.keys_between(after, chunk.until, moment.lookup)
        keys = np.union1d(stored, events.keys)
        for part in np.array_split(keys, -(-len(keys) // OBJECTS_AT_ONCE) or 1):
            yield events.of(part)
        after = chunk.until
