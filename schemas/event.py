"""What goes in and what comes out of the contract: a record, an event, or a rejection.

A record is what a broker or a file hands over; an event is what was said in it, in one shape for
every event type, so that whatever comes after need not know event types at all.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

DEFAULT_TOPIC: Final = "procesmijn.events"
"""Where events go unless a catalogue names others."""


class Lifecycle(IntEnum):
    """Where in an activity an event lies (XES standard lifecycle, IEEE 1849-2016).

    ``OTHER`` is every transition that is neither start nor complete: an instant.
    """

    COMPLETE = 0
    START = 1
    OTHER = 2


class Record(NamedTuple):
    """One record of a topic, as bytes: nothing is decoded yet."""

    topic: str
    partition: int
    offset: int
    timestamp_us: int
    """The record's own timestamp, microseconds since 1970 UTC: times are held against it."""
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Event(NamedTuple):
    """A fact that keeps the contract, in the one shape that the rest of the service reads.

    Persons are still in clear here: ``performer``, the ids in ``objects`` whose type is a person
    (:data:`schemas.objects.PERSON_TYPES`), and the members of ``data`` whose names are in
    ``persons``. :mod:`procesmijn.persons` replaces them before anything is stored.
    """

    source: str
    id: str
    type: str
    occurred_us: int
    """When it was completed (or started, for ``Lifecycle.START``), microseconds since 1970 UTC."""
    objects: tuple[tuple[str, str], ...]
    """(object type, object id), sorted, each once: what it is about, hence its possible cases."""
    started_us: int | None = None
    """When the work began, where the producer says so in this very event."""
    sequence: int | None = None
    """The producer's order among its own events; a file's row number."""
    revision: int = 0
    is_retracted: bool = False
    lifecycle: Lifecycle = Lifecycle.COMPLETE
    process: str | None = None
    """Only a generic step names its process; for other types the catalogue knows."""
    activity: str | None = None
    """Only a generic step names its activity; for other types the catalogue knows."""
    party: str | None = None
    team: str | None = None
    performer: str | None = None
    receiver: str | None = None
    """The party that is to act next, where one is named (assigned, transferred, requested)."""
    data: dict[str, Any] = {}  # noqa: RUF012 - shared and empty; events are never changed
    """What the event type adds: JSON values, declared fields only."""
    persons: tuple[str, ...] = ()
    """The members of ``data`` that name a person: a text, or a list of texts."""
    extras: int = 0
    """How many undeclared fields were left out."""
    is_time_of_record: bool = False
    """It gives no time of its own: ``occurred_us`` is when the record was made, so that a second
    delivery says the same at another time. The earliest stands."""


class Rejection(NamedTuple):
    """A record that breaks the contract: it becomes a dead letter, never a lost one."""

    reason: str
    """One of a closed set of short codes, for counting: ``not-json``, ``unknown-type``, ..."""
    message: str
    """One line for the producer: what is wrong and what would be right. Never holds a value that
    could name a person."""


class Skip(NamedTuple):
    """A record that says nothing by design, such as a tombstone: counted, no dead letter."""

    reason: str
