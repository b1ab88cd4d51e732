"""Events into ``stream.event``: which are new, which replace, which are known."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as defaulted
from itertools import groupby
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import orjson

from procesmijn.batch import Origin, Partition
from procesmijn.core.frames import NO_INSTANT
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from procesmijn.store.wire import NULL, Array, array, copied, field, name_field
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

    changes: list[Change] = defaulted(default_factory=list)
    stored: dict[Partition | None, int] = defaulted(default_factory=lambda: defaultdict(int))
    duplicates: dict[Partition | None, int] = defaulted(default_factory=lambda: defaultdict(int))


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
    by_key: dict[bytes, Version] = {}
    rivals: dict[bytes, list[Version]] = {}
    for version in versions:
        first = by_key.setdefault(version.key, version)
        if first is not version:
            rivals.setdefault(version.key, [first]).append(version)
    known = _standing(by_key, connection)
    contested = known.keys() | rivals.keys()
    standing = [version for key, version in by_key.items() if key not in contested]
    for partition, run in groupby(map(_partition, standing)):
        inserted.stored[partition] += sum(1 for _ in run)
    inserted.changes.extend(Change(version, None, was_retracted=False) for version in standing)
    met_before = _superseded(contested, connection) if contested else {}
    for key in sorted(contested):
        met, before = rivals.get(key, [by_key[key]]), known.get(key)
        winner = max(met, key=lambda version: version.said)
        _count(met, before, met_before.get(key, set()), inserted)
        _keep_losers(met, winner, before, connection)
        if before is None:
            inserted.changes.append(Change(winner, None, was_retracted=False))
        elif winner.said > before.said:
            _set_aside(winner, before, connection)
            inserted.changes.append(Change(winner, before.objects, before.is_retracted))
        else:
            continue
        standing.append(winner)
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
    """The event of a row of ``stream.event``, in the columns of ``take_out``."""
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
    if versions:
        with connection.cursor().copy(statements("events")["insert"]) as copy:
            copy.write(copied(sorted(map(_row, versions))))  # by key: that is how a row begins


_PG_EPOCH_US: Final = 946_684_800_000_000
_COLUMNS: Final = 22
_FIXED: Final = struct.Struct(">h i16s iq i16s i? ih iq iq iq")
"""The count of columns, then those that are always there and always as wide, each behind its width.
An instant is microseconds since 2000 on the wire."""
_PLACE: Final = struct.Struct(">i16s ii iq")
_NOWHERE: Final = NULL * 3
_JSONB_VERSION: Final = b"\x01"


def _row(version: Version) -> bytes:
    """A row of the COPY, in bytes: psycopg would make an object for each value."""
    event = version.event
    started_us = NO_INSTANT if event.started_us is None else event.started_us - _PG_EPOCH_US
    fixed = _FIXED.pack(
        _COLUMNS,
        *(16, version.key),
        *(8, event.revision),
        *(16, version.said.content_mac),
        *(1, event.is_retracted),
        *(2, event.lifecycle),
        *(8, started_us),
        *(8, event.occurred_us - _PG_EPOCH_US),
        *(8, sequence_of(event)),
    )
    return b"".join(
        (
            fixed,
            _place(version.origin) if version.origin else _NOWHERE,
            name_field(event.source),
            field(event.id.encode()),
            name_field(event.type),
            name_field(event.process),
            name_field(event.activity),
            name_field(event.party),
            name_field(event.team),
            name_field(event.performer),
            name_field(event.receiver),
            field(_JSONB_VERSION + orjson.dumps(event.objects)),
            field(_JSONB_VERSION + orjson.dumps(event.data)) if event.data else NULL,
        )
    )


def _place(origin: Origin) -> bytes:
    topic_id, number, _ = origin.partition
    return _PLACE.pack(16, topic_id.bytes, 4, number, 8, origin.offset)


def _uuids(keys: Iterable[bytes]) -> Array:
    return array("uuid", np.frombuffer(b"".join(keys), dtype="V16"))


def _partition(version: Version) -> Partition | None:
    return version.origin.partition if version.origin else None
