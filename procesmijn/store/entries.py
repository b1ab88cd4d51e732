"""From events that changed to the entries that are appended to the packs of their objects."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from procesmijn.core.frames import (
    EVENT,
    FOLLOWED,
    MAX_CASES_OF_EVENT,
    NO_INSTANT,
    NO_OUTCOME,
    NO_REQUEST,
    NOT_FOLLOWED,
    Int32s,
    Int64s,
    Rows,
)
from procesmijn.store.events import Change, Objects
from procesmijn.store.terms import Terms
from procesmijn.versions import Version, object_key, sequence_of
from schemas.event import Event

_HALVES: Final = struct.Struct(">QQ")
_ENTRY: Final = struct.Struct("<QQqqqiiiiiiiiqBBB")
"""The fields of :data:`EVENT`; the last one says that the event is void."""
_VOID: Final = b"\x01"
_REQUEST: Final = "request"
_OUTCOMES: Final = {"followed": FOLLOWED, "not-followed": NOT_FOLLOWED}


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
    objects: dict[tuple[str, str], int] = {}  # each once, with its number
    owners: list[int] = []
    nets: list[int] = []
    rows: list[bytes] = []

    def add(each: tuple[str, str], net: int, row: bytes) -> None:
        owners.append(objects.setdefault(each, len(objects)))
        nets.append(net)
        rows.append(row)

    for change in changes:
        event = change.version.event
        now = mined_objects(event.objects, is_retracted=event.is_retracted)
        row = entry(change.version, terms)
        if not change.objects_before:
            for each in now:
                add(each, 1, row)
            continue
        had = frozenset(mined_objects(change.objects_before, is_retracted=change.was_retracted))
        for each in now:
            add(each, 0 if each in had else 1, row)
        for each in had.difference(now):
            add(each, -1, row[: -len(_VOID)] + _VOID)
    keys = np.array([object_key(*each) for each in objects], dtype=np.int64)
    by_key = np.argsort(keys)
    place = np.empty(len(keys), dtype=np.int32)
    place[by_key] = np.arange(len(keys), dtype=np.int32)
    owner = place[owners]
    order = np.argsort(owner, kind="stable")
    met = list(objects)
    sorted_objects = [met[at] for at in by_key.tolist()]
    return Appended(
        keys=keys[by_key],
        types=tuple(object_type for object_type, _ in sorted_objects),
        ids=tuple(object_id for _, object_id in sorted_objects),
        added=np.bincount(owner, minlength=len(keys)).astype(np.int32),
        net=np.bincount(owner, nets, minlength=len(keys)).astype(np.int32),
        owner=owner[order],
        rows=np.frombuffer(b"".join(rows), dtype=EVENT).take(order),
    )


def entry(version: Version, terms: Terms) -> bytes:
    """An :data:`EVENT`; the names in it were resolved before."""
    event, code = version.event, terms.code
    return _ENTRY.pack(
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
        code(event.data.get("deliverable")),
        _request_of(event),
        event.lifecycle,
        _OUTCOMES.get(event.data.get("outcome", ""), NO_OUTCOME),
        0,
    )


def _request_of(event: Event) -> int:
    """Key of the request that it is about; of several the first, in order of their ids."""
    for each in event.objects:
        if each[0] == _REQUEST:
            return object_key(*each)
    return NO_REQUEST


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
        event.data.get("deliverable"),
    ):
        if name is not None:
            yield name
    for object_type, _ in event.objects:
        yield object_type
