"""Refused records, kept whole and encrypted, until they are redriven and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from procesmijn.batch import DeadLetter, Partition, Span
from procesmijn.errors import TooManyRefused
from procesmijn.persons import Persons
from procesmijn.refusals import notice
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from schemas.event import Record, Rejection

WINDOW_OFFSETS: Final = 1_000
"""Over so many offsets of a partition is counted how many records were refused."""

LETTERS_AT_ONCE: Final = 1_000
"""So many are read, redriven or discarded together."""


class State(StrEnum):
    """What dead letters may be asked for."""

    WAITING = "waiting"
    DISCARDED = "discarded"
    """Somebody gave up on them, and nobody has redriven them since."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters are meant; what is None does not matter."""

    topic: str | None = None
    reason: str | None = None
    partition: int | None = None
    offset: int | None = None
    limit: int | None = None
    state: State = State.WAITING


class Refused(NamedTuple):
    """One dead letter as it is kept, without what was in it."""

    partition: Partition
    offset: int
    reason: str
    message: str
    recorded_at: datetime
    refused_at: datetime
    redriven_at: datetime | None
    discarded_at: datetime | None
    discarded_by: str | None
    discarded_because: str | None
    sealed_bytes: int


class Group(NamedTuple):
    """Dead letters that wait, of one topic and for one reason."""

    topic: str
    reason: str
    records: int
    first_refused_at: datetime
    last_refused_at: datetime


class Sighting(NamedTuple):
    """That a dead letter was shown in clear."""

    seen_at: datetime
    seen_by: str
    topic: str | None
    """None where the letter is gone."""
    partition: int
    offset: int
    recorded_at: datetime
    reason: str | None


class Acceptance(NamedTuple):
    """That somebody let most of what a partition brings be refused."""

    accepted_at: datetime
    accepted_by: str
    because: str
    topic: str
    partition: int
    accepted_until: int
    """Before this offset; what comes later is counted anew."""


def refuse(letters: Iterable[DeadLetter], persons: Persons, connection: Connection) -> None:
    """Keep the records of a batch that broke the contract, and tell of each through the outbox."""
    rows = [
        {
            "topic_id": letter.origin.partition.topic_id,
            "partition": letter.origin.partition.number,
            "offset": letter.origin.offset,
            "topic": letter.origin.partition.topic,
            "reason": letter.reason,
            "message": letter.message,
            "timestamp_us": letter.timestamp_us,
            "payload": _seal(letter, persons),
            "notice": orjson.dumps(notice(letter, persons)).decode(),
        }
        for letter in letters
    ]
    connection.cursor().executemany(statements("dead_letters")["refuse"], rows)


def find(wanted: DeadLetterFilter, connection: Connection) -> list[Refused]:
    """The dead letters that are meant, oldest first."""
    rows = connection.execute(statements("dead_letters")["dead_letters"], _asked(wanted))
    return [_refused(row) for row in rows]


def each(wanted: DeadLetterFilter, connection: Connection) -> Iterator[Refused]:
    """The same, some at a time: those that are meant now, whatever becomes of them meanwhile."""
    with connection.cursor("dead_letters", withhold=True) as cursor:
        cursor.itersize = LETTERS_AT_ONCE
        cursor.execute(statements("dead_letters")["dead_letters"], _asked(wanted))
        yield from map(_refused, cursor)


def count(wanted: DeadLetterFilter, connection: Connection) -> int:
    """How many are meant, whatever their limit."""
    query = statements("dead_letters")["count_dead_letters"]
    ((found,),) = connection.execute(query, _asked(wanted)).fetchall()
    return int(found)


def groups(connection: Connection) -> list[Group]:
    """Those that wait, by topic and reason, most first."""
    return [
        Group(*row) for row in connection.execute(statements("dead_letters")["dead_letter_groups"])
    ]


def refused_since(since: datetime, connection: Connection) -> dict[str, int]:
    """How many records of each topic were refused since then, whatever became of them."""
    query = statements("dead_letters")["refused_since"]
    return dict(connection.execute(query, {"since": since}).fetchall())


def in_chunks(letters: Iterable[Refused], most_bytes: float = inf) -> Iterator[list[Refused]]:
    """As many at a time as can be opened together, at most :data:`LETTERS_AT_ONCE`; one that is
    larger comes alone."""
    chunk: list[Refused] = []
    size = 0
    for letter in letters:
        if chunk and (size + letter.sealed_bytes > most_bytes or len(chunk) == LETTERS_AT_ONCE):
            yield chunk
            chunk, size = [], 0
        chunk.append(letter)
        size += letter.sealed_bytes
    if chunk:
        yield chunk


def open_letters(
    letters: Sequence[Refused], persons: Persons, connection: Connection
) -> dict[Refused, Record]:
    """The records as they came; persons in them are in clear."""
    rows = connection.execute(statements("dead_letters")["sealed"], _places(letters))
    sealed = {tuple(place): payload for *place, payload in rows}
    return {letter: _open(letter, sealed[_key(letter)], persons) for letter in letters}


def lock(letters: Sequence[Refused], connection: Connection) -> list[Refused]:
    """Those that nobody has redriven since they were found, and that nobody else will now."""
    rows = connection.execute(statements("dead_letters")["lock_dead_letters"], _places(letters))
    held = set(rows)
    return [letter for letter in letters if _key(letter) in held]


def mark_redriven(letter: Refused, connection: Connection) -> None:
    """Say that it is an event now."""
    connection.execute(statements("dead_letters")["redriven"], _place(letter))


def refuse_again(letter: Refused, rejection: Rejection, connection: Connection) -> None:
    """Say why it still breaks the contract."""
    connection.execute(
        statements("dead_letters")["refused_again"],
        {
            **_place(letter),
            "reason": rejection.reason,
            "message": rejection.message,
        },
    )


def discard(letters: Sequence[Refused], by: str, because: str, connection: Connection) -> int:
    """Give up on those that still wait, and say how many. They are kept, and can be redriven."""
    return connection.execute(
        statements("dead_letters")["discard"], _places(letters) | {"by": by, "because": because}
    ).rowcount


def note_sightings(letters: Sequence[Refused], by: str, connection: Connection) -> None:
    """Write down that somebody is about to see what was in some dead letters."""
    connection.execute(statements("dead_letters")["note_sightings"], _places(letters) | {"by": by})


def sightings(wanted: DeadLetterFilter, connection: Connection) -> list[Sighting]:
    """Who saw which dead letters in clear, latest first; by place, whatever their reason."""
    rows = connection.execute(
        statements("dead_letters")["sightings"],
        {
            "topic": wanted.topic,
            "partition": wanted.partition,
            "offset": wanted.offset,
            "limit": wanted.limit,
        },
    )
    return [Sighting(*row) for row in rows]


def insist_on_few(spans: Iterable[Span], percent: int, connection: Connection) -> None:
    """Raise :class:`TooManyRefused` where more than a share of :data:`WINDOW_OFFSETS` of a
    partition are dead letters, those of this transaction among them.

    From what is stored, so that neither a restart nor another worker begins to count anew.
    """
    most = WINDOW_OFFSETS * percent // 100
    for partition, _, first_offset, next_offset, *_ in spans:
        row = connection.execute(
            statements("dead_letters")["flood"],
            {
                "topic_id": partition.topic_id,
                "partition": partition.number,
                "first_offset": first_offset,
                "next_offset": next_offset,
                "most": most,
                "window": WINDOW_OFFSETS,
            },
        ).fetchone()
        if row is not None:
            topic, number = partition.topic, partition.number
            raise TooManyRefused(
                f"more than {percent} % of {WINDOW_OFFSETS:,} records of {topic}/{number} up to"
                f" offset {row[0]} break the contract, mostly by {row[1]}: the batch is not taken"
                " in, and the partition is paused. Where it is ours to mend, mend it and run"
                f" procesmijn streams resume {topic} {number}; else let them be refused, with"
                f" procesmijn dead-letters accept {topic} {number} --because ...",
                topic,
                number,
            )


def accept_flood(
    partition: Partition, until: int, by: str, because: str, connection: Connection
) -> None:
    """Let any number of records before an offset be refused, and write down who decided that."""
    topic_id, number, topic = partition
    place = {"topic_id": topic_id, "partition": number, "topic": topic}
    decision = {"until": until, "by": by, "because": because}
    connection.execute(statements("dead_letters")["accept_flood"], place | decision)


def acceptances(wanted: DeadLetterFilter, connection: Connection) -> list[Acceptance]:
    """Such decisions over a topic or partition, latest first."""
    rows = connection.execute(
        statements("dead_letters")["acceptances"],
        {"topic": wanted.topic, "partition": wanted.partition, "limit": wanted.limit},
    )
    return [Acceptance(*row) for row in rows]


def _seal(letter: DeadLetter, persons: Persons) -> bytes:
    body = {
        "timestamp_us": letter.timestamp_us,
        "key": _to_hex(letter.key),
        "value": _to_hex(letter.value),
        "headers": [(name, _to_hex(value)) for name, value in letter.headers],
    }
    place = letter.origin
    return persons.encrypt(orjson.dumps(body), _context(place.partition, place.offset))


def _open(letter: Refused, sealed: bytes, persons: Persons) -> Record:
    body = orjson.loads(persons.decrypt(sealed, _context(letter.partition, letter.offset)))
    return Record(
        topic=letter.partition.topic,
        partition=letter.partition.number,
        offset=letter.offset,
        timestamp_us=body["timestamp_us"],
        key=_from_hex(body["key"]),
        value=_from_hex(body["value"]),
        headers=tuple((name, _from_hex(value)) for name, value in body["headers"]),
    )


def _context(partition: Partition, offset: int) -> bytes:
    """A payload opens only at the place where it was sealed."""
    return f"{partition.topic_id}/{partition.number}/{offset}".encode()


def _asked(wanted: DeadLetterFilter) -> dict[str, Any]:
    return {field.name: getattr(wanted, field.name) for field in fields(wanted)}


def _refused(row: tuple[Any, ...]) -> Refused:
    topic_id, number, topic, *rest = row
    return Refused(Partition(topic_id, number, topic), *rest)


def _key(letter: Refused) -> tuple[UUID, int, int, datetime]:
    """What tells it from all others: where a log was cut and written anew, one offset had two."""
    topic_id, number, _ = letter.partition
    return topic_id, number, letter.offset, letter.recorded_at


def _place(letter: Refused) -> dict[str, Any]:
    return dict(zip(("topic_id", "partition", "offset", "recorded_at"), _key(letter), strict=True))


def _places(letters: Sequence[Refused]) -> dict[str, list[Any]]:
    keys = [_key(letter) for letter in letters]
    return {
        "topic_ids": [topic_id for topic_id, _, _, _ in keys],
        "partitions": [number for _, number, _, _ in keys],
        "offsets": [offset for _, _, offset, _ in keys],
        "recorded_ats": [recorded_at for _, _, _, recorded_at in keys],
    }


def _to_hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _from_hex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
