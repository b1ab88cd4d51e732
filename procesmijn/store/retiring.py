"""The steps in which objects leave the tables and come back, each within a transaction.

In the one order of locks for everybody: rules, retirement, events, objects, facts, roll-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from procesmijn.core.flow_counts import flow_counts
from procesmijn.core.frames import MAX_CASES_OF_EVENT, Int64s
from procesmijn.store import layouts
from procesmijn.store.connection import Connection
from procesmijn.store.history import read_versions
from procesmijn.store.retirements import Leaving
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.wire import array
from procesmijn.versions import Version, object_key, sequence_of


class Chunk(NamedTuple):
    """What leaves in one transaction."""

    keys: Int64s
    """Objects, ascending."""
    versions: list[Version]
    """All versions of the events that are about nothing but objects that have left or leave now."""
    leans_on: frozenset[int]
    """Other retirements about whose objects these events are."""
    remaining: list[tuple[int, bytes]]
    """Events of these objects that stay, since they are about others too: object and event."""


def hold(retirement: int, connection: Connection) -> int:
    """Keep a retirement as it is, and give how many files it has."""
    asked = {"retirement": retirement}
    row = connection.execute(statements("retirements")["hold"], asked).fetchone()
    assert row is not None  # noqa: S101 - only one command at a time works on retirements
    return int(row[0])


def lock(
    wanted: Leaving,
    retirement: int,
    rules_of: Mapping[str, int],
    terms: Terms,
    connection: Connection,
    *,
    are_companions: bool,
) -> Chunk:
    """Lock what may leave, and see what of it still may.

    What moved on since it was looked at stays. Companions stay where one of their events is about
    no object that has left.
    """
    sql = statements("retirements")
    names = sorted({name for names in wanted.events for name in names})
    about = {
        key.bytes: [object_key(type_, id_) for type_, id_ in objects]
        for key, objects in connection.execute(sql["lock_events"], {"keys": _uuids(names)})
    }
    rows = connection.execute(sql["lock_objects"], {"keys": array("int8", wanted.keys)}).fetchall()
    terms.meet({type_ for *_, type_ in rows}, connection)
    entries = {
        key: count
        for key, count, rules_id, type_ in rows
        if rules_id == rules_of.get(terms.names[type_], 0)
    }
    others = {key for keys in about.values() for key in keys}
    gone: dict[int, int] = dict(
        connection.execute(sql["retired_of"], {"keys": sorted(others)}).fetchall()
    )
    going = {
        key: events
        for key, count, events in zip(
            wanted.keys.tolist(), wanted.entries.tolist(), wanted.events, strict=True
        )
        if entries.get(key) == count
        and all(name in about for name in events)
        and (not are_companions or all(gone.keys() & about[name] for name in events))
    }
    left = going.keys() | gone.keys()
    leaving = {name for names in going.values() for name in names if left >= set(about[name])}
    return Chunk(
        np.array(sorted(going), dtype=np.int64),
        list(read_versions(connection, _uuids(sorted(leaving)))) if leaving else [],
        frozenset(gone[key] for name in leaving for key in about[name] if key in gone)
        - {retirement},
        [(key, name) for key, names in going.items() for name in names if name not in leaving],
    )


def retire(chunk: Chunk, retirement: int, shard: int, connection: Connection) -> None:
    """Let a locked chunk leave; the counts by day stay as they are, beside what is sealed."""
    sql = statements("retirements")
    this = {"retirement": retirement}
    keys = {"keys": array("int8", chunk.keys)}
    connection.execute(sql["free_plan"])
    if chunk.versions:
        said = _said(chunk.versions)
        connection.execute(sql["forget_events"], {"keys": said["keys"]})
        connection.execute(sql["remember_events"], said | this)
    connection.execute(sql["bury"], keys | this)
    _remember_remaining(chunk.remaining, retirement, connection)
    connection.execute(sql["forget_packs"], keys)
    cursor = connection.cursor(binary=True)
    traces = cursor.execute(sql["forget_cases"], keys | {"shard": shard}).fetchall()
    connection.execute(sql["forget_pendings"], keys)
    connection.execute(sql["forget_repeats"], keys)
    connection.execute(sql["forget_deviations"], keys)
    connection.execute(sql["seal_handovers"], keys | this)
    connection.execute(sql["seal_deliveries"], keys | this)
    connection.execute(sql["forget_removed"], keys)
    processes = np.array([process for process, _ in traces], dtype=np.int32)
    flows = flow_counts(processes, [trace for _, trace in traces])
    connection.execute(sql["seal_flows"], layouts.FLOWS.arrays(flows) | this)
    counted = Counter(processes.tolist())
    connection.execute(
        sql["count_cases"],
        {"processes": list(counted), "cases": list(counted.values())} | this,
    )
    connection.execute(
        sql["enter"],
        {
            "files": int(bool(chunk.versions)),
            "versions": len(chunk.versions),
            "objects": len(chunk.keys),
            "leans_on": sorted(chunk.leans_on),
        }
        | this,
    )


def note_late(late: Iterable[tuple[bytes, int, int]], connection: Connection) -> None:
    """Keep which events came for what has left: event, retirement, and object, or 0 for itself."""
    rows = sorted(set(late))
    if rows:
        connection.execute(
            statements("retirements")["note_late"],
            {
                "keys": _uuids(key for key, _, _ in rows),
                "retirements": [retirement for _, retirement, _ in rows],
                "objects": [key for _, _, key in rows],
            },
        )


def begin_return(retirement: int, connection: Connection) -> None:
    """Write down that it is being taken back."""
    connection.execute(statements("retirements")["return"], {"retirement": retirement})


def forget_keys(versions: Sequence[Version], retirement: int, connection: Connection) -> None:
    """These versions are about to be events again."""
    said = _said(versions)
    connection.execute(
        statements("retirements")["forget_keys"],
        {name: said[name] for name in ("keys", "revisions", "macs")} | {"retirement": retirement},
    )


def remember_returned(versions: Sequence[Version], retirement: int, connection: Connection) -> None:
    """Keep which events are here again, of the objects that are still away."""
    returned = {
        (object_key(type_, id_), version.key)
        for version in versions
        for type_, id_ in version.event.objects
    }
    _remember_remaining(returned, retirement, connection)


def _remember_remaining(
    events: Collection[tuple[int, bytes]], retirement: int, connection: Connection
) -> None:
    connection.execute(
        statements("retirements")["remember_remaining"],
        {
            "objects": [key for key, _ in events],
            "keys": _uuids(name for _, name in events),
            "retirement": retirement,
        },
    )


def count_left(retirement: int, connection: Connection) -> int:
    """How many of its versions have not come back yet."""
    sql = statements("retirements")["left"]
    row = connection.execute(sql, {"retirement": retirement}).fetchone()
    return int(row[0]) if row else 0


def unseal(retirement: int, shard: int, connection: Connection) -> None:
    """Take the sealed figures off the counts by day, and call the objects by their names again."""
    sql = statements("retirements")
    this = {"retirement": retirement}
    connection.execute(sql["unseal_handovers"], this | {"shard": shard})
    connection.execute(sql["unseal_deliveries"], this)
    connection.execute(sql["unseal_flows"], this | {"shard": shard})
    connection.execute(sql["unseal_cases"], this)
    _name_again(retirement, connection)


def _name_again(retirement: int, connection: Connection) -> int:
    asked = {"retirement": retirement, "most_cases": MAX_CASES_OF_EVENT}
    return connection.execute(statements("retirements")["name_again"], asked).rowcount


def objects_of(retirement: int, connection: Connection) -> Int64s:
    """The objects that have their names again, and are to be mined."""
    rows = connection.execute(statements("retirements")["objects_of"], {"retirement": retirement})
    return np.array([key for (key,) in rows], dtype=np.int64)


def forget(retirement: int, connection: Connection) -> bool:
    """As if it had never been; false where something came for one of its objects meanwhile."""
    sql, this = statements("retirements"), {"retirement": retirement}
    connection.execute(sql["lock_left"], this)
    if _name_again(retirement, connection):
        return False
    connection.execute(sql["forget"], this)
    return True


def _said(versions: Sequence[Version]) -> dict[str, object]:
    return {
        "keys": _uuids(version.key for version in versions),
        "revisions": [version.event.revision for version in versions],
        "macs": [version.content_mac for version in versions],
        "occurred": [version.event.occurred_us for version in versions],
        "sequences": [sequence_of(version.event) for version in versions],
    }


def _uuids(keys: Iterable[bytes]) -> list[UUID]:
    return [UUID(bytes=key) for key in keys]
