"""From events that changed to the entries that are appended to the packs of their objects."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from procesmijn.core.frames import (
    EVENT,
    MAX_CASES_OF_EVENT,
    NO_INSTANT,
    Int32s,
    Int64s,
    Rows,
)
from procesmijn.store.events import Change, Objects
from procesmijn.store.terms import Terms
from procesmijn.versions import Version, object_key, sequence_of
from schemas.event import Event

_HALVES: Final = struct.Struct(">QQ")


@dataclass(frozen=True, slots=True)
class Appended:
    """New entries of some objects, and what they do to the objects' counts.

    ``keys`` ascending, ``types`` and ``ids`` describe the objects; ``added`` is how many entries
    each gets, ``net`` how many more events of it stand. ``rows`` are :data:`EVENT` entries, by
    object, ``owner[i]`` the index of the object of ``rows[i]``.
    """

    keys: Int64s
    types: tuple[str, ...]
    ids: tuple[str, ...]
    added: Int32s
    net: Int32s
    owner: Int32s
    rows: Rows


def mined_objects(objects: Objects, *, is_retracted: bool) -> Objects:
    """The objects whose packs an event is in: none when retracted, or when it has too many."""
    return () if is_retracted or len(objects) > MAX_CASES_OF_EVENT else objects


def append(changes: Iterable[Change], terms: Terms) -> Appended:
    """The entries of a batch: one for each event and object; a void one where an object lost it."""
    entries: list[tuple[int, str, str, int, tuple[int, ...]]] = []
    for change in changes:
        event = change.version.event
        now = mined_objects(event.objects, is_retracted=event.is_retracted)
        before = mined_objects(change.objects_before or (), is_retracted=change.was_retracted)
        row = entry(change.version, terms)
        for object_type, object_id in now:
            net = 0 if (object_type, object_id) in before else 1
            key = object_key(object_type, object_id)
            entries.append((key, object_type, object_id, net, row))
        for object_type, object_id in before:
            if (object_type, object_id) not in now:
                key = object_key(object_type, object_id)
                entries.append((key, object_type, object_id, -1, (*row[:-1], 1)))
    entries.sort(key=lambda item: item[0])
    keys, first, owner, added = np.unique(
        np.array([item[0] for item in entries], dtype=np.int64),
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    nets = np.bincount(owner, [item[3] for item in entries], minlength=len(keys))
    return Appended(
        keys=keys,
        types=tuple(entries[at][1] for at in first),
        ids=tuple(entries[at][2] for at in first),
        added=added.astype(np.int32),
        net=nets.astype(np.int32),
        owner=owner.astype(np.int32),
        rows=np.array([item[4] for item in entries], dtype=EVENT),
    )


def entry(version: Version, terms: Terms) -> tuple[int, ...]:
    """The fields of :data:`EVENT`; the names in it were resolved before."""
    event, code = version.event, terms.code
    return (
        *_HALVES.unpack(version.key),
        NO_INSTANT if event.started_us is None else event.started_us,
        event.occurred_us,
        sequence_of(event),
        code(event.type),
        code(event.process),
        code(event.activity),
        code(event.party),
        code(event.team),
        code(event.performer),
        code(event.receiver),
        int(event.lifecycle),
        0,
    )


def names_in(event: Event) -> Iterator[str]:
    """The names of an event that packs hold as codes, those of its objects' types among them."""
    yield event.type
    for name in (
        event.process,
        event.activity,
        event.party,
        event.team,
        event.performer,
        event.receiver,
    ):
        if name is not None:
            yield name
    for object_type, _ in event.objects:
        yield object_type
