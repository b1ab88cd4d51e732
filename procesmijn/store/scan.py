"""All that there is, read from the events themselves: to prove the tables, or make them anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import numpy as np
from psycopg.sql import SQL

from procesmijn.core.flow_counts import flow_counts, net
from procesmijn.core.frames import (
    EVENT,
    FLOW,
    MAX_CASES_OF_EVENT,
    Int64s,
    ObjectEvents,
    Rows,
)
from procesmijn.store import layouts
from procesmijn.store.connection import Connection
from procesmijn.store.objects import ENTRIES_OF_CHUNK, EVENTS_AT_ONCE, Locked
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.wire import Column, Layout

OBJECTS_OF_CHUNK: Final = 2_000
TRACES_AT_ONCE: Final = 50_000

_SCANNED: Final = np.dtype([("object", "<i8"), ("object_type", "<i4"), *EVENT.descr])
_LAYOUT: Final = Layout(
    _SCANNED,
    [
        Column("key", "int8", ("object",)),
        Column("object_type", "int4", ("object_type",)),
        Column("event_key", "uuid", ("key_hi", "key_lo")),
        Column("started_at", "timestamptz", ("started_us",)),
        Column("occurred_at", "timestamptz", ("occurred_us",)),
        Column("sequence", "int8", ("sequence",)),
        *(
            Column(name, "int4", (name,))
            for name in ("type", "process", "activity", "party", "team", "performer", "receiver")
        ),
        Column("roles", "int4", ("roles",)),
        Column("deliverable", "int4", ("deliverable",)),
        Column("request", "int8", ("request",)),
        Column("lifecycle", "int2", ("lifecycle",)),
        Column("outcome", "int2", ("outcome",)),
    ],
)


class Snapshot(NamedTuple):
    """Two sessions that see the same moment: one streams, the other looks things up meanwhile."""

    stream: Connection
    lookup: Connection


@contextmanager
def snapshot(stream: Connection, lookup: Connection) -> Iterator[Snapshot]:
    """Let two sessions see one moment, for as long as it takes; neither may write."""
    sql = statements("scan")
    stream.execute(sql["snapshot"])
    row = stream.execute(sql["export"]).fetchone()
    lookup.execute(sql["snapshot"])
    lookup.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(row[0] if row else ""))
    try:
        yield Snapshot(stream, lookup)
    finally:
        for connection in (stream, lookup):
            if not connection.broken:
                connection.rollback()


class Scanned(NamedTuple):
    """Some objects, whole, as their events say; in ascending order of keys."""

    events: ObjectEvents
    until: int
    """No further object has a key up to this one."""


class Some(NamedTuple):
    """Not all objects, but these."""

    keys: Int64s
    retirement: int | None = None
    """The one that all of them left in: then no events are looked at but theirs."""


def scan(connection: Connection, some: Some | None = None) -> Iterator[Scanned]:
    """Every object that a standing event speaks of, in chunks of whole objects; or some of them.

    The last chunk, which may be empty, reaches up to the last key that there can be.
    """
    parameters = {
        "most_cases": MAX_CASES_OF_EVENT,
        "keys": some and some.keys.tolist(),
        "retirement": some and some.retirement,
    }
    left = np.empty(0, dtype=_SCANNED)
    with connection.cursor().copy(statements("scan")["events"], parameters) as copy:
        for rows in _LAYOUT.stream(copy):
            left = np.concatenate([left, rows])
            starts = np.flatnonzero(np.diff(left["object"])) + 1
            while len(starts) > OBJECTS_OF_CHUNK or (len(left) > EVENTS_AT_ONCE and len(starts)):
                whole = min(OBJECTS_OF_CHUNK, int(np.searchsorted(starts, EVENTS_AT_ONCE, "right")))
                end = int(starts[max(whole, 1) - 1])
                yield _scanned(left[:end], int(left["object"][end - 1]))
                left = left[end:]
                starts = starts[max(whole, 1) :] - end
    yield _scanned(left, 2**63 - 1)


def scan_objects(some: Some, connection: Connection) -> ObjectEvents:
    """The events of these objects only, each of them listed though it may have none."""
    keys = some.keys
    chunks = [chunk.events for chunk in scan(connection, some)]
    rows = np.concatenate([chunk.events for chunk in chunks])
    of_rows = np.concatenate([chunk.keys[chunk.owner] for chunk in chunks])
    types = np.zeros(len(keys), dtype=np.int32)
    for chunk in chunks:
        types[np.searchsorted(keys, chunk.keys)] = chunk.types
    return ObjectEvents(keys, types, np.searchsorted(keys, of_rows).astype(np.int32), rows)


def _scanned(rows: Rows, until: int) -> Scanned:
    keys, first, owner = np.unique(rows["object"], return_index=True, return_inverse=True)
    events = np.zeros(len(rows), dtype=EVENT)
    for name in EVENT.names or ():
        if name != "is_void":
            events[name] = rows[name]
    types = rows["object_type"][first]
    return Scanned(ObjectEvents(keys, types, owner.astype(np.int32), events), until)


def keys_between(after: int, until: int, connection: Connection) -> Int64s:
    """Objects that anything is stored of, with keys above ``after`` and up to ``until``."""
    rows = connection.execute(statements("scan")["keys_between"], {"after": after, "until": until})
    return np.array([key for (key,) in rows], dtype=np.int64)


class KnownObjects(NamedTuple):
    """What is stored of some objects: as if locked, and by key their type and id, and the rules
    that their facts were made by."""

    locked: Locked
    names: dict[int, tuple[str, str]]
    rules: dict[int, int]
    retired: frozenset[int]
    """Keys of those that have left."""


def find_objects(keys: Int64s, terms: Terms, connection: Connection) -> KnownObjects:
    """Look objects up without locking them."""
    rows = connection.execute(statements("scan")["objects"], {"keys": keys.tolist()}).fetchall()
    terms.meet({type_ for _, type_, *_ in rows}, connection)
    counts = np.array(
        [(key, type_, entries, events) for key, type_, _, entries, events, *_ in rows],
        dtype=np.int64,
    ).reshape(-1, 4)
    return KnownObjects(
        Locked(
            keys=counts[:, 0],
            types=counts[:, 1].astype(np.int32),
            entries=counts[:, 2].astype(np.int32),
            events=counts[:, 3].astype(np.int32),
        ),
        {key: (terms.names.get(type_, "unknown"), id_) for key, type_, id_, *_ in rows},
        {key: rules_id for key, *_, rules_id, _ in rows},
        frozenset(key for key, *_, retirement in rows if retirement is not None),
    )


def name_objects(keys: Iterable[int], connection: Connection) -> dict[int, tuple[str, str]]:
    """Type and id of objects whose rows are gone, from the events."""
    rows = connection.execute(statements("scan")["object_names"], {"keys": list(keys)})
    return {key: (type_, id_) for key, type_, id_ in rows}


class OddPack(NamedTuple):
    """The packs of one object, where they do not hang together."""

    object: int
    bytes: int
    is_whole: bool
    """Whether its chunks can be read all the same; then it only has another length."""


def odd_packs(keys: Int64s, connection: Connection) -> list[OddPack]:
    """Packs that are not as long, or not cut, as the rows of their objects say."""
    width = EVENT.itemsize
    parameters = {"keys": keys.tolist(), "width": width, "full": width * ENTRIES_OF_CHUNK}
    return [
        OddPack(*row) for row in connection.execute(statements("scan")["odd_packs"], parameters)
    ]


def hold_rebuild(connection: Connection) -> bool:
    """Keep other rebuilds away for as long as the session lasts; false where one is at work."""
    row = connection.execute(statements("scan")["only_rebuild"]).fetchone()
    return row is not None and bool(row[0])


def is_rebuilding(connection: Connection) -> bool:
    """Whether any session holds that; nobody is kept waiting by looking."""
    row = connection.execute(statements("scan")["is_rebuilding"]).fetchone()
    return bool(row and row[0])


def make_objects(terms: Terms, connection: Connection) -> None:
    """Make sure that every name and object that events speak of is there, as they call it."""
    names = {name for (name,) in connection.execute(statements("scan")["names"]) if name}
    terms.resolve(names, connection)
    connection.execute(statements("scan")["forget_objects"])
    connection.execute(statements("scan")["make_objects"], {"most_cases": MAX_CASES_OF_EVENT})


def flow_drift(connection: Connection) -> Rows:
    """What would have to be added to the flow counts for them to say what the traces say, and what
    is sealed of cases that have left.

    Within a transaction whose statements see one moment.
    """
    expected = np.empty(0, dtype=FLOW)
    with connection.cursor("traces") as cursor:
        cursor.execute(statements("scan")["traces"], binary=True)
        while rows := cursor.fetchmany(TRACES_AT_ONCE):
            processes = np.array([process for process, _ in rows], dtype=np.int32)
            counted = flow_counts(processes, [trace for _, trace in rows])
            expected = net(minus=np.empty(0, dtype=FLOW), plus=np.concatenate([expected, counted]))
    expected = np.concatenate([expected, _flows("sealed_flows", connection)])
    return net(minus=_flows("flow_sums", connection), plus=expected)


def _flows(statement: str, connection: Connection) -> Rows:
    with connection.cursor().copy(statements("scan")[statement]) as copy:
        return layouts.FLOWS.decode(b"".join(copy))


def handover_drift(connection: Connection) -> list[tuple[Any, ...]]:
    """What would have to be added to the handover counts: process, day, supplier, customer, basis,
    number, elapsed and working microseconds."""
    return connection.execute(statements("scan")["handover_drift"]).fetchall()


def add_handover_drift(
    drift: Sequence[tuple[Any, ...]], shard: int, connection: Connection
) -> None:
    """Add what the handover counts were found to lack."""
    rows = [(*row[:5], shard, *row[5:]) for row in sorted(drift)]
    connection.cursor().executemany(statements("scan")["add_handover_drift"], rows)
