"""Which of several versions of an event stands: a total order, so arrival never decides.

An event is (source, id). A higher revision replaces a lower one; of two contents with one revision
the larger keyed hash stands; and of two that say the same, the earlier time (which differs only
where it is that of the record), then the lower sequence. Retracting is saying something too.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from procesmijn.batch import Arrival, Origin
from procesmijn.persons import Persons
from schemas.event import Event

EVENT_KEY_BYTES = 16
LAST_SEQUENCE = 2**63 - 1
"""What an event without a sequence counts as: it comes last."""


class Said(NamedTuple):
    """What makes a version, compared in this order; the largest stands."""

    revision: int
    content_mac: bytes
    earliness: tuple[int, int]
    """Minus the time, which differs for events that give none of their own, and minus the sequence.
    The time comes first: of what does not stand only that is kept."""

    @property
    def content(self) -> tuple[int, bytes]:
        """What has to differ for it to be another version: earliness alone does not make one."""
        return self.revision, self.content_mac


class Version(NamedTuple):
    """One version of an event, persons already concealed."""

    key: bytes
    """First 16 bytes of SHA-256 of source and id."""
    content_mac: bytes
    """Of what it says, persons in clear (:meth:`procesmijn.persons.Persons.content_mac`)."""
    event: Event
    origin: Origin | None

    @property
    def said(self) -> Said:
        """What it is compared by, which few versions ever are."""
        return Said(self.event.revision, self.content_mac, earliness(self.event))


def event_key(source: str, id_: str) -> bytes:
    """Key of an event: the same in every database."""
    return sha256(f"{source}\x1f{id_}".encode()).digest()[:EVENT_KEY_BYTES]


def object_key(object_type: str, object_id: str) -> int:
    """Key of an object: first 8 bytes of SHA-256 of its type and id, as a signed number.

    ``mining.object_key`` in SQL gives the same.
    """
    digest = sha256(f"{object_type}\x1f{object_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def sequence_of(event: Event) -> int:
    """Its sequence, or the largest where it has none."""
    return LAST_SEQUENCE if event.sequence is None else event.sequence


def earliness(event: Event) -> tuple[int, int]:
    """What decides between two that say the same: minus the time, and minus the sequence."""
    return -event.occurred_us, -sequence_of(event)


def version_of(arrival: Arrival, persons: Persons) -> Version:
    """Conceal the persons of an arrival, and say which version of which event it is."""
    mac = persons.content_mac(arrival.event)
    event = persons.conceal(arrival.event)
    return Version(event_key(event.source, event.id), mac, event, arrival.origin)
