"""What is told of a refused record to whoever produced it: where it was and what was wrong with it.

Nothing of the record itself is told. Its key and its id may be made of a person, so they are keyed
hashes: the same for the same, and the id as ``stream.event`` has it once the event is accepted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from procesmijn.batch import DeadLetter
from procesmijn.persons import Persons
from schemas.envelope import SPECVERSION, identity_of
from schemas.event import Record
from schemas.refusal import RecordRefused


def notice(letter: DeadLetter, persons: Persons) -> dict[str, Any]:
    """The CloudEvent that tells of a refusal; its id is the place of the record and its time."""
    (topic_id, number, topic), offset = letter.origin
    record = Record(
        topic, number, offset, letter.timestamp_us, letter.key, letter.value, letter.headers
    )
    identity = identity_of(record)
    told = RecordRefused(
        topic=topic,
        partition=number,
        offset=offset,
        key_hash=None if letter.key is None else persons.key_hash(letter.key),
        event_id=None if identity is None else persons.event_id(*identity),
        reason=letter.reason,
        message=letter.message,
    )
    return {
        "specversion": SPECVERSION,
        "type": told.event_type,
        "source": told.source,
        "id": f"{topic_id}/{number}/{offset}/{letter.timestamp_us}",
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": told.model_dump(),
    }
