"""Every version of every event that was ever seen, read back as it came in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from procesmijn.batch import Origin, Partition
from procesmijn.store.connection import Connection
from procesmijn.store.event_rows import event_of
from procesmijn.store.statements import statements
from procesmijn.versions import Version
from schemas.event import Event, Lifecycle

_VERSIONS_AT_ONCE: Final = 10_000


def measure(connection: Connection) -> tuple[int, datetime]:
    """How many there are, and as of when."""
    [row] = connection.execute(statements("history")["measure"])
    return row


def read_versions(connection: Connection, keys: Sequence[UUID] | None = None) -> Iterator[Version]:
    """Those that stand, then those that they supersede, by key; ``keys`` asks for some events.

    Within a transaction whose statements see one moment, or that has locked them. A version that
    does not stand has no origin any more, and no sequence.
    """
    for row in _rows("standing", keys, connection):
        yield _standing(row)
    for key, content_mac, body in _rows("superseded", keys, connection):
        yield Version(key.bytes, content_mac, _event_beside(body), None)


def _rows(
    statement: str, keys: Sequence[UUID] | None, connection: Connection
) -> Iterator[Sequence[Any]]:
    with connection.cursor(f"history of {statement}") as cursor:
        asked = {"keys": None if keys is None else list(keys)}
        cursor.execute(statements("history")[statement], asked, binary=True)
        while rows := cursor.fetchmany(_VERSIONS_AT_ONCE):
            yield from rows


def _standing(row: Sequence[Any]) -> Version:
    key, content_mac, topic_id, number, offset, *members = row
    event = event_of(members)
    origin = None if topic_id is None else Origin(Partition(topic_id, number, ""), offset)
    return Version(key.bytes, content_mac, event, origin)


def _event_beside(body: dict[str, Any]) -> Event:
    """What :func:`procesmijn.store.events.insert` keeps of a version that does not stand."""
    return Event(
        **body
        | {
            "lifecycle": Lifecycle(body["lifecycle"]),
            "objects": tuple((object_type, id_) for object_type, id_ in body["objects"]),
        }
    )
