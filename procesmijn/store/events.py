"""Events into ``stream.event``: which are new, which replace, which are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import orjson

from procesmijn.batch import Partition
from procesmijn.core.frames import NO_INSTANT
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from procesmijn.store.wire import Array, array
from procesmijn.versions import LAST_SEQUENCE, Said, Version, sequence_of
from schemas.event import Event, Lifecycle

Objects = tuple[tuple[str, str], ...]


class Change(NamedTuple):
    """An event that stands differently than before this batch."""

    version: Version
    objects_before: Objects | None
    """What the version was about that stood until now; None where the event is new."""
    was_retracted: bool


@dataclass(slots=True)
class Inserted:
    """What came of the versions of a batch."""

    changes: list[Change] = field(default_factory=list)
    stored: dict[Partition | None, int] = field(default_factory=lambda: defaultdict(int))
    duplicates: dict[Partition | None, int] = field(default_factory=lambda: defaultdict(int))


class _Standing(NamedTuple):
    said: Said
    objects: Objects
    is_retracted: bool


def insert(versions: Sequence[Version], connection: Connection) -> Inserted:
    """Step 2 of a batch: store what is new or supersedes, and say what changed.

    Every version that was ever seen ends up in ``stream.event`` or in ``stream.superseded``, so the
    outcome is the same whichever came first.
    """
    inserted = Inserted()
    by_key: dict[bytes, list[Version]] = defaultdict(list)
    for version in versions:
        by_key[version.key].append(version)
    known = _standing(by_key, connection)
    contested = {key for key, rivals in by_key.items() if key in known or len(rivals) > 1}
    met_before = _superseded(contested, connection) if contested else {}
    standing: list[Version] = []
    for key in sorted(by_key):
        rivals = by_key[key]
        before = known.get(key)
        winner = rivals[0] if len(rivals) == 1 else max(rivals, key=lambda version: version.said)
        if key in contested:
            _count(rivals, before, met_before.get(key, set()), inserted)
            _keep_losers(rivals, winner, before, connection)
            if before is not None:
                if winner.said <= before.said:
                    continue
                _set_aside(winner, before, connection)
        else:
            inserted.stored[_partition(winner)] += 1
        standing.append(winner)
        inserted.changes.append(
            Change(
                winner,
                before.objects if before else None,
                before.is_retracted if before else False,
            )
        )
    _copy(standing, connection)
    return inserted


def _standing(keys: Iterable[bytes], connection: Connection) -> Mapping[bytes, _Standing]:
    rows = connection.execute(statements("events")["standing"], {"keys": _uuids(keys)}).fetchall()
    return {
        key.bytes: _Standing(
            Said(revision, bytes(mac), (-occurred_us, -sequence)),
            tuple((type_, id_) for type_, id_ in objects),
            is_retracted,
        )
        for key, revision, mac, sequence, occurred_us, objects, is_retracted in rows
    }


def _superseded(
    keys: Iterable[bytes], connection: Connection
) -> dict[bytes, set[tuple[int, bytes]]]:
    rows = connection.execute(statements("events")["superseded"], {"keys": _uuids(keys)}).fetchall()
    contents: dict[bytes, set[tuple[int, bytes]]] = defaultdict(set)
    for key, revision, mac in rows:
        contents[key.bytes].add((revision, bytes(mac)))
    return contents


def _count(
    rivals: Sequence[Version],
    before: _Standing | None,
    seen: set[tuple[int, bytes]],
    inserted: Inserted,
) -> None:
    """A version counts as stored the first time that its content is met, else as a duplicate."""
    met = seen | ({before.said.content} if before else set())
    for version in rivals:
        content = version.said.content
        counted = inserted.duplicates if content in met else inserted.stored
        counted[_partition(version)] += 1
        met.add(content)


def _keep_losers(
    rivals: Sequence[Version], winner: Version, before: _Standing | None, connection: Connection
) -> None:
    stands = winner.said if before is None else max(winner.said, before.said)
    for version in rivals:
        if version.said.content != stands.content:
            _keep_beside(version.key, version.said, version.event, connection)


def _set_aside(winner: Version, before: _Standing, connection: Connection) -> None:
    """Make room for the winner; what stood is kept where it says something else."""
    key = UUID(bytes=winner.key)
    row = connection.execute(statements("events")["take_out"], {"key": key}).fetchone()
    if row is not None and winner.said.content != before.said.content:
        _keep_beside(winner.key, before.said, event_of(row), connection)


def _keep_beside(key: bytes, said: Said, event: Event, connection: Connection) -> None:
    body = event._asdict()
    for member in _NOT_OF_THE_CONTENT:
        del body[member]
    connection.execute(
        statements("events")["keep_beside"],
        {
            "key": UUID(bytes=key),
            "revision": said.revision,
            "content_mac": said.content_mac,
            "event": orjson.dumps(body).decode(),
        },
    )


_NOT_OF_THE_CONTENT: Final = ("sequence", "extras", "persons", "is_time_of_record")
"""What is no part of a content: left out, so that no arrival of it shows."""


def event_of(row: Sequence[Any]) -> Event:
    """The event of a row of ``stream.event``, in the columns of ``take_out`` and ``scan``."""
    (source, id_, revision, is_retracted, type_, lifecycle, started, occurred, sequence) = row[:9]
    (process, activity, party, team, performer, receiver, objects, data) = row[9:17]
    return Event(
        source=source,
        id=id_,
        type=type_,
        occurred_us=occurred,
        objects=tuple((object_type, object_id) for object_type, object_id in objects),
        started_us=started,
        sequence=None if sequence == LAST_SEQUENCE else sequence,
        revision=revision,
        is_retracted=is_retracted,
        lifecycle=Lifecycle(lifecycle),
        process=process,
        activity=activity,
        party=party,
        team=team,
        performer=performer,
        receiver=receiver,
        data=data or {},
    )


def _copy(versions: Sequence[Version], connection: Connection) -> None:
    if not versions:
        return
    with connection.cursor().copy(statements("events")["insert"]) as copy:
        copy.set_types(_WIRE_TYPES)
        for version in versions:
            copy.write_row(_row(version))


_PG_EPOCH_US: Final = 946_684_800_000_000

_WIRE_TYPES: Final = (
    *("bytea", "text", "text", "int8", "bytea", "bool", "text", "int2"),
    *("int8", "int8", "int8"),
    *("text", "text", "text", "text", "text", "text"),
    *("bytea", "bytea", "bytea", "int4", "int8"),
)
"""The types that psycopg is to write. On the wire a uuid is 16 bytes, an instant microseconds since
2000 as int8, and jsonb a version byte and text: written as such they need no object each."""


def _row(version: Version) -> tuple[Any, ...]:
    event, origin = version.event, version.origin
    place: tuple[bytes | None, int | None, int | None] = (
        (origin.partition.topic_id.bytes, origin.partition.number, origin.offset)
        if origin
        else (None, None, None)
    )
    return (
        version.key,
        event.source,
        event.id,
        event.revision,
        version.said.content_mac,
        event.is_retracted,
        event.type,
        int(event.lifecycle),
        NO_INSTANT if event.started_us is None else event.started_us - _PG_EPOCH_US,
        event.occurred_us - _PG_EPOCH_US,
        sequence_of(event),
        event.process,
        event.activity,
        event.party,
        event.team,
        event.performer,
        event.receiver,
        _jsonb(event.objects),
        _jsonb(event.data) if event.data else None,
        *place,
    )


def _jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)


def _uuids(keys: Iterable[bytes]) -> Array:
    return array("uuid", np.frombuffer(b"".join(keys), dtype="V16"))


def _partition(version: Version) -> Partition | None:
    return version.origin.partition if version.origin else None
