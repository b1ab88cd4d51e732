"""Makes everything anew from the stored events, in place, in chunks, beside live traffic.

A batch may have added to an object since its events were read. The number of entries in its packs
tells: where that moved on, the object is put off to another pass, the last of them under locks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from procesmijn.apply import OBJECTS_AT_ONCE, Applier
from procesmijn.core.frames import Int64s, ObjectEvents
from procesmijn.errors import ProcesmijnError
from procesmijn.store import Store, kept, scan
from procesmijn.store.connection import Connection
from procesmijn.store.scan import Snapshot, Some

_PASSES: Final = 4
"""What still moves after so many passes is read under its lock, which live batches wait for."""


class RebuildRunning(ProcesmijnError):
    """Another rebuild, or a retirement, is at work on this database: wait until it is done."""


def rebuild(store: Store, applier: Applier) -> Iterator[int]:
    """Make the packs, the facts and the counts say what the events say.

    Yields after each chunk how many objects it had. It may be stopped at any time and started
    again: facts that are right already are not written a second time.

    Raises :class:`RebuildRunning`.
    """
    with only_rebuild(store) as connection:
        scan.make_objects(store.terms, connection)
        yield from renew(store, applier)
        with store.snapshot() as moment:
            flows, handovers = scan.flow_drift(moment.lookup), scan.handover_drift(moment.lookup)
            months = [
                *kept.drift(moment.lookup),
                *kept.odd_reports(moment.lookup),
                *kept.unversioned(moment.lookup),
            ]
        with store.transaction() as tx:
            tx.add_drift(flows, handovers)
            tx.touch(months)
        if kept.hold(connection):  # else a worker is at it
            for _ in kept.refresh(connection):
                pass


@contextmanager
def only_rebuild(store: Store) -> Iterator[Connection]:
    """A session that keeps others away that move whole objects; raises :class:`RebuildRunning`."""
    with store.reader() as connection:
        if not scan.hold_rebuild(connection):
            raise RebuildRunning(
                "another rebuild, or a retirement, is at work on this database: wait until it ends"
            )
        yield connection


def renew(store: Store, applier: Applier, only: Some | None = None) -> Iterator[int]:
    """Make packs and facts of all objects anew, or of some; yields how many there were so far."""
    retirement = only and only.retirement
    moving = Some(np.empty(0, dtype=np.int64), retirement)
    for _ in range(_PASSES):
        put_off: list[Int64s] = [np.empty(0, dtype=np.int64)]  # a store may have no objects
        with store.snapshot() as moment:
            for events in _parts(moment, only):
                before = scan.find_objects(events.keys, store.terms, moment.lookup).locked
                put_off.append(applier.pack_again(before, events))
                yield len(events.keys) - len(put_off[-1])
        moving = only = Some(np.concatenate(put_off), retirement)
        if not len(moving.keys):
            return
    for part in _split(moving.keys):
        applier.pack_under_lock(Some(part, retirement))
        yield len(part)


def _parts(moment: Snapshot, only: Some | None) -> Iterator[ObjectEvents]:
    """Every object that anything is stored of, or ``only`` those, with their events, in parts."""
    after = -(2**63)
    for chunk in scan.scan(moment.stream, only):
        events = chunk.events
        if only is None:
            wanted = scan.keys_between(after, chunk.until, moment.lookup)
        else:
            wanted = only.keys[(only.keys > after) & (only.keys <= chunk.until)]
        for part in _split(np.union1d(wanted, events.keys)):
            yield events.of(part)
        after = chunk.until


def _split(keys: Int64s) -> Iterator[Int64s]:
    """So many at a time as are locked together."""
    for start in range(0, len(keys), OBJECTS_AT_ONCE):
        yield keys[start : start + OBJECTS_AT_ONCE]
