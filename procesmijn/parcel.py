"""What is ready for the store of some batches: the persons concealed, everything in bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from procesmijn.batch import Batch, DeadLetter, Span
from procesmijn.persons import Persons
from procesmijn.store.packed import Packed, Packer
from procesmijn.versions import version_of


class Parcel(NamedTuple):
    """Everything that one transaction applies, ready for it."""

    spans: tuple[Span, ...]
    versions: Packed
    dead_letters: tuple[DeadLetter, ...]


class Packing:
    """Puts batches that follow on each other into one parcel."""

    def __init__(self, persons: Persons) -> None:
        self._persons = persons
        self._packer = Packer()
        self._rest = Batch()

    def add(self, batch: Batch) -> None:
        """Put one more in."""
        self._packer.add(version_of(arrival, self._persons) for arrival in batch.arrivals)
        self._rest = self._rest.with_next(replace(batch, arrivals=()))

    def parcel(self) -> Parcel:
        """All of them."""
        return Parcel(self._rest.spans, self._packer.packed(), self._rest.dead_letters)


def packed(batch: Batch, persons: Persons) -> Parcel:
    """One batch by itself."""
    packing = Packing(persons)
    packing.add(batch)
    return packing.parcel()
