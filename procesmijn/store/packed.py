"""The versions of a batch as bytes and arrays, as the database wants them: no object for each.

What needs no database is done here. What comes of it costs another process no more than a copy, so
that the next batch can be packed beside the writing of this one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from procesmijn.batch import Partition
from procesmijn.core.frames import (
    EVENT,
    FOLLOWED,
    MAX_CASES_OF_EVENT,
    NO_INSTANT,
    NO_OUTCOME,
    NO_REQUEST,
    NO_TERM,
    NOT_FOLLOWED,
    ROLE_SEPARATOR,
    Int64s,
    Rows,
)
from procesmijn.store.event_rows import Words, read_row, write_row, write_words
from procesmijn.versions import Version, object_key, sequence_of
from schemas.event import Event

Objects = tuple[tuple[str, str], ...]

TERMS: Final = (
    *("type", "process", "activity", "deliverable"),
    *("party", "team", "performer", "receiver", "roles"),
)
"""The fields of :data:`EVENT` that are names."""

_ENTRY: Final = struct.Struct("<16sqqq20xi12xqBBx")
"""An :data:`EVENT` that stands, without the names that a whole column of is written at once."""
_HALVES: Final = "key_hi", "key_lo"
_FEW: Final = (
    *("type", "process", "activity", "party", "team", "receiver"),
    *("deliverable", "roles"),
)
"""The names of which there are few: all but that of the performer."""
_REQUEST: Final = "request"
_OUTCOMES: Final = {"followed": FOLLOWED, "not-followed": NOT_FOLLOWED}


class Packed(NamedTuple):
    """Versions of events, numbered in the order in which they came."""

    rows: bytes
    """Their rows in ``stream.event``, one after the other."""
    ends: Int64s
    """Where each row ends."""
    entries: Rows
    """An :data:`EVENT` for each version; a name in it is its place in ``names``."""
    names: tuple[str | None, ...]
    """The first is none, as :data:`NO_TERM` is."""
    partitions: tuple[Partition | None, ...]
    """Where they came from."""
    partition: Int64s
    """Of each version the place in ``partitions``."""
    objects: Objects
    """What they are about, each object once."""
    version: Int64s
    """Ascending, for each version and object ..."""
    object: Int64s
    """... that is about it: the place in ``objects``. Of an event that no pack holds there is none
    (:func:`mined_objects`)."""

    def all_names(self) -> set[str]:
        """The names that packs hold as codes, those of the types of objects among them."""
        types = {object_type for object_type, _ in self.objects}
        return types.union(filter(None, self.names))

    def rows_of(self, versions: Iterable[int]) -> Iterator[memoryview]:
        """The rows of some versions."""
        rows, ends = memoryview(self.rows), [*self.ends.tolist(), 0]  # before the first is the last
        return (rows[ends[version - 1] : ends[version]] for version in versions)

    def read(self, version: int) -> Version:
        """A version as it was; where it came from is left out."""
        begin = self.ends[version - 1] if version else 0
        return read_row(self.rows[begin : self.ends[version]])

    def objects_of(self, version: int) -> list[int]:
        """The places in ``objects`` of what a version is about."""
        first, end = np.searchsorted(self.version, (version, version + 1))
        found: list[int] = self.object[first:end].tolist()
        return found


class _Numbers(dict[Any, int]):
    """A number for each that is asked for, in the order in which they are met."""

    def __missing__(self, key: object) -> int:
        number = self[key] = len(self)
        return number


class Packer:
    """Takes versions one by one, and gives them all together."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []
        self._entries: list[bytes] = []
        self._names = _Numbers({None: NO_TERM})
        self._few = _Numbers()
        self._written: list[bytes] = []
        self._said: list[int] = []
        self._partitions = _Numbers()
        self._partition: list[int] = []
        self._objects = _Numbers()
        self._version: list[int] = []
        self._object: list[int] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, versions: Iterable[Version]) -> None:
        """Take some more, in the order in which they came."""
        number_of = self._objects.__getitem__
        at, here = None, self._partitions[None]
        for number, version in enumerate(versions, len(self._rows)):
            event, origin = version.event, version.origin
            partition = origin.partition if origin else None
            if partition is not at:
                at, here = partition, self._partitions[partition]
            self._partition.append(here)
            few = self._few[_few_of(event)]
            if few == len(self._written):
                self._written.append(write_words(_few_of(event)[:-2]))
            self._said.append(few)
            self._rows.append(write_row(version, self._written[few]))
            self._entries.append(self._entry(version))
            for each in mined_objects(event.objects, is_retracted=event.is_retracted):
                self._version.append(number)
                self._object.append(number_of(each))

    def packed(self) -> Packed:
        """All that it took."""
        return Packed(
            rows=b"".join(self._rows),
            ends=np.cumsum([*map(len, self._rows)], dtype=np.int64),
            entries=self._all_entries(),
            names=tuple(self._names),  # those of the entries among them
            partitions=tuple(self._partitions),
            partition=np.array(self._partition, dtype=np.int64),
            objects=tuple(self._objects),
            version=np.array(self._version, dtype=np.int64),
            object=np.array(self._object, dtype=np.int64),
        )

    def _entry(self, version: Version) -> bytes:
        event = version.event
        return _ENTRY.pack(
            version.key,
            NO_INSTANT if event.started_us is None else event.started_us,
            event.occurred_us,
            sequence_of(event),
            self._names[event.performer],
            _request_of(event),
            event.lifecycle,
            _OUTCOMES.get(event.data.get("outcome", ""), NO_OUTCOME),
        )

    def _all_entries(self) -> Rows:
        """With what is the same for many of them, a column at a time."""
        entries = np.frombuffer(bytearray().join(self._entries), dtype=EVENT)
        for half in _HALVES:
            entries[half] = entries[half].byteswap()
        numbers = [[self._names[name] for name in names] for names in self._few]
        codes = np.array(numbers, dtype=np.int32).reshape(-1, len(_FEW))
        for column, name in enumerate(_FEW):
            entries[name] = codes[self._said, column]
        return entries


def _few_of(event: Event) -> tuple[*Words, str | None, str | None]:
    """The names of :data:`_FEW`."""
    return (
        event.type,
        event.process,
        event.activity,
        event.party,
        event.team,
        event.receiver,
        event.data.get("deliverable"),
        _roles_of(event),
    )


def _roles_of(event: Event) -> str | None:
    """The roles that took part, as one name."""
    roles = event.data.get("roles")
    return ROLE_SEPARATOR.join(sorted({*roles})) if roles else None


def _request_of(event: Event) -> int:
    """Key of the request that it is about; of several the first, in order of their ids."""
    for each in event.objects:
        if each[0] == _REQUEST:
            return object_key(*each)
    return NO_REQUEST


def pack(versions: Iterable[Version]) -> Packed:
    """Pack all of them at once."""
    packer = Packer()
    packer.add(versions)
    return packer.packed()


NOTHING: Final = pack(())
"""No version at all."""


def event_keys(entries: Rows) -> npt.NDArray[np.void]:
    """The keys of :data:`EVENT` entries, 16 bytes each."""
    keys = np.empty(len(entries), dtype=[("high", ">u8"), ("low", ">u8")])
    keys["high"], keys["low"] = entries["key_hi"], entries["key_lo"]
    return keys.view("V16")


def mined_objects(objects: Objects, *, is_retracted: bool) -> Objects:
    """The objects whose packs an event is in: none when retracted, or when it has too many."""
    return () if is_retracted or len(objects) > MAX_CASES_OF_EVENT else objects
