"""Refused records, kept whole and encrypted until they are redriven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from procesmijn.batch import DeadLetter, Partition
from procesmijn.persons import Persons
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from schemas.event import Record, Rejection


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters are meant; what is None does not matter."""

    topic: str | None = None
    reason: str | None = None
    partition: int | None = None
    offset: int | None = None
    limit: int = 1_000
    all: bool = False
    """Those that were redriven too."""


class Refused(NamedTuple):
    """One dead letter as it is kept."""

    partition: Partition
    offset: int
    reason: str
    message: str
    recorded_at: datetime
    refused_at: datetime
    redriven_at: datetime | None
    sealed: bytes

    def open(self, persons: Persons) -> Record:
        """The record as it came; persons in it are in clear."""
        body = orjson.loads(persons.decrypt(self.sealed, _context(self.partition, self.offset)))
        return Record(
            topic=self.partition.topic,
            partition=self.partition.number,
            offset=self.offset,
            timestamp_us=body["timestamp_us"],
            key=_from_hex(body["key"]),
            value=_from_hex(body["value"]),
            headers=tuple((name, _from_hex(value)) for name, value in body["headers"]),
        )


def refuse(letters: Iterable[DeadLetter], persons: Persons, connection: Connection) -> None:
    """Keep the records of a batch that broke the contract."""
    rows = [
        {
            **_place(letter.origin.partition, letter.origin.offset),
            "topic": letter.origin.partition.topic,
            "reason": letter.reason,
            "message": letter.message,
            "timestamp_us": letter.timestamp_us,
            "payload": _seal(letter, persons),
        }
        for letter in letters
    ]
    connection.cursor().executemany(statements("events")["refuse"], rows)


def find(wanted: DeadLetterFilter, connection: Connection) -> list[Refused]:
    """The dead letters that are meant, oldest first."""
    parameters = {
        "topic": wanted.topic,
        "reason": wanted.reason,
        "partition": wanted.partition,
        "offset": wanted.offset,
        "limit": wanted.limit,
        "all": wanted.all,
    }
    rows = connection.execute(statements("events")["dead_letters"], parameters)
    return [
        Refused(Partition(topic_id, number, topic), *rest)
        for topic_id, number, topic, *rest in rows
    ]


def lock(letters: Sequence[Refused], connection: Connection) -> list[Refused]:
    """Those that nobody has redriven since they were found, and that nobody else will now."""
    rows = connection.execute(
        statements("events")["lock_dead_letters"],
        {
            "topic_ids": [letter.partition.topic_id for letter in letters],
            "partitions": [letter.partition.number for letter in letters],
            "offsets": [letter.offset for letter in letters],
        },
    ).fetchall()
    held = set(rows)
    return [
        letter
        for letter in letters
        if (letter.partition.topic_id, letter.partition.number, letter.offset) in held
    ]


def mark_redriven(letter: Refused, connection: Connection) -> None:
    """Say that it is an event now."""
    connection.execute(statements("events")["redriven"], _place(letter.partition, letter.offset))


def refuse_again(letter: Refused, rejection: Rejection, connection: Connection) -> None:
    """Say why it still breaks the contract."""
    connection.execute(
        statements("events")["refused_again"],
        {
            **_place(letter.partition, letter.offset),
            "reason": rejection.reason,
            "message": rejection.message,
        },
    )


def _seal(letter: DeadLetter, persons: Persons) -> bytes:
    body = {
        "timestamp_us": letter.timestamp_us,
        "key": _to_hex(letter.key),
        "value": _to_hex(letter.value),
        "headers": [(name, _to_hex(value)) for name, value in letter.headers],
    }
    place = letter.origin
    return persons.encrypt(orjson.dumps(body), _context(place.partition, place.offset))


def _context(partition: Partition, offset: int) -> bytes:
    """A payload opens only at the place where it was sealed."""
    return f"{partition.topic_id}/{partition.number}/{offset}".encode()


def _place(partition: Partition, offset: int) -> dict[str, UUID | int | Any]:
    return {"topic_id": partition.topic_id, "partition": partition.number, "offset": offset}


def _to_hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _from_hex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
