"""A row of ``stream.event`` in bytes, as COPY takes it, without an object for each value."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import orjson

from procesmijn.batch import Origin
from procesmijn.core.frames import NO_INSTANT
from procesmijn.store.wire import NULL, PG_EPOCH_US, field, fields, name_field
from procesmijn.versions import LAST_SEQUENCE, Version, sequence_of
from schemas.event import Event, Lifecycle

_COLUMNS: Final = 22
_FIXED: Final = struct.Struct(">h i16s iq i16s i? ih iq iq iq")
"""The count of columns, then those that are always there and always as wide, each behind its width.
An instant is microseconds since 2000 on the wire."""
_PLACE: Final = struct.Struct(">i16s ii iq")
_NOWHERE: Final = NULL * 3
_JSONB_VERSION: Final = b"\x01"


Words: TypeAlias = tuple[str, str | None, str | None, str | None, str | None, str | None]
"""Type, process, activity, party, team and receiver: what an event says in words of which there are
few, so that most batches have some hundreds of such combinations."""


def write_words(words: Words) -> bytes:
    """Their fields, which follow on each other in the statement ``insert``."""
    return b"".join(map(name_field, words))


def write_row(version: Version, words: bytes) -> bytes:
    """The row, in the order of columns of the statement ``insert``; ``words`` are what
    :func:`write_words` makes of those of the event."""
    event = version.event
    started_us = NO_INSTANT if event.started_us is None else event.started_us - PG_EPOCH_US
    fixed = _FIXED.pack(  # to group each with its width would take three times as long
        _COLUMNS, 16, version.key, 8, event.revision, 16, version.content_mac,
        1, event.is_retracted, 2, event.lifecycle, 8, started_us,
        8, event.occurred_us - PG_EPOCH_US, 8, sequence_of(event),
    )  # fmt: skip
    return b"".join(
        (
            fixed,
            _place(version.origin) if version.origin else _NOWHERE,
            name_field(event.source),
            field(event.id.encode()),
            name_field(event.performer),
            words,
            field(_JSONB_VERSION + orjson.dumps(event.objects)),
            field(_JSONB_VERSION + orjson.dumps(event.data)) if event.data else NULL,
        )
    )


def read_row(row: bytes) -> Version:
    """The version that :func:`write_row` was given; where it came from is left out."""
    key, revision, mac, is_retracted, lifecycle, started, occurred, sequence = _FIXED.unpack_from(
        row
    )[2::2]
    _, _, _, *texts, objects, data = fields(row, _FIXED.size)
    source, id_, performer, type_, process, activity, party, team, receiver = (
        None if text is None else text.decode() for text in texts
    )
    started_us = None if started == NO_INSTANT else started + PG_EPOCH_US
    occurred_us = occurred + PG_EPOCH_US
    head = (
        source,
        id_,
        revision,
        is_retracted,
        type_,
        lifecycle,
        started_us,
        occurred_us,
        sequence,
    )
    names = (process, activity, party, team, performer, receiver)
    return Version(key, mac, event_of((*head, *names, _json(objects), _json(data))), None)


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


def _json(value: bytes | None) -> Any:
    return None if value is None else orjson.loads(value.removeprefix(_JSONB_VERSION))


def _place(origin: Origin) -> bytes:
    topic_id, number, _ = origin.partition
    return _PLACE.pack(16, topic_id.bytes, 4, number, 8, origin.offset)
