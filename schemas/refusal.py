"""What producers are told: a notice of each record that was refused, without what it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

REFUSED_TOPIC: Final = "procesmijn.refused"
"""Where notices go unless the settings name another topic."""


class RecordRefused(BaseModel):
    """A worker emits it, as a structured CloudEvent, when a record breaks the contract."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    event_type: ClassVar[str] = "procesmijn.record.refused"
    source: ClassVar[str] = "/procesmijn"
    example: ClassVar[Mapping[str, object]] = {
        "topic": "procesmijn.events",
        "partition": 3,
        "offset": 1207,
        "key_hash": None,
        "event_id": "e_91ab5c0e6f0d4b5c8a7e2f3d4c5b6a79",
        "reason": "unknown-type",
        "message": "the event type is not known; the nearest one is contract.issued",
    }

    topic: str
    """The topic in which the record is."""
    partition: int
    """The partition in which the record is."""
    offset: int
    """Where in the partition the record is."""
    key_hash: str | None
    """The key of the record as a keyed hash: the same for the same key."""
    event_id: str | None
    """Source and id as a keyed hash, where they can be read: the id under which the event is stored
    once it is accepted."""
    reason: str
    """Why it was refused, as a code."""
    message: str
    """What would be right; it repeats no value of the record."""
