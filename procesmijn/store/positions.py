"""How far each partition has been applied, who holds it, and what became of every offset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from procesmijn.batch import Decided, Held, Partition, Span
from procesmijn.errors import PositionLost
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements

_ENTRY: Final = (
    *("topic_id", "partition", "first_offset", "next_offset"),
    *("stored", "duplicate", "dead", "skipped", "no_record"),
)
"""Columns of the ledger."""


def take(
    partitions: Sequence[Partition], owner: str, connection: Connection
) -> dict[Partition, Held]:
    """Claim partitions; whoever held one before is refused from now on."""
    sql = statements("positions")["take"]
    held: dict[Partition, Held] = {}
    with connection.transaction():
        for partition in sorted(partitions):
            row = connection.execute(sql, _place(partition) | {"owner": owner}).fetchone()
            if row is not None:
                held[partition] = Held(*row)
    return held


def claim(spans: Sequence[Span], connection: Connection) -> None:
    """Step 1 of a batch: lock its positions, and make sure that they are this worker's and next.

    Raises :class:`PositionLost` where another worker has claimed a partition since, or where the
    batch does not begin where the last one ended.
    """
    rows = connection.execute(
        statements("positions")["lock"],
        {
            "topic_ids": [span.partition.topic_id for span in spans],
            "partitions": [span.partition.number for span in spans],
        },
    ).fetchall()
    standing = {(topic_id, number): rest for topic_id, number, *rest in rows}
    for span in spans:
        topic_id, number, topic = span.partition
        epoch, next_offset, stalled = standing.get((topic_id, number), (None, None, None))
        if epoch != span.epoch:
            raise PositionLost(f"partition {number} of {topic} was claimed by another worker")
        if next_offset is not None and next_offset != span.first_offset:
            raise PositionLost(
                f"partition {number} of {topic} stands at {next_offset}, and the batch begins at"
                f" {span.first_offset}"
            )
        if stalled is not None:
            raise PositionLost(f"partition {number} of {topic} stands still: {stalled}")


def stall(
    partition: Partition, offset: int, reason: str, resume_offset: int, connection: Connection
) -> None:
    """Let nobody read on from ``offset`` until an operator has decided, who is told the reason and
    where to go on. Changes nothing where the partition stands elsewhere, or stands still already.
    """
    connection.execute(
        statements("positions")["stall"],
        {
            **_place(partition),
            "offset": offset,
            "reason": reason,
            "resume_offset": resume_offset,
        },
    )


class Became(NamedTuple):
    """What became of the offsets of a span; the rest of them held no record."""

    span: Span
    stored: int
    duplicate: int
    dead: int


def advance(became: Sequence[Became], connection: Connection) -> None:
    """Step 6 of a batch: set the next offsets, and enter in the ledger what became of each.

    All partitions in one statement each time: of a small batch every statement is a good part."""
    sql = statements("positions")
    entries = [
        (
            *span.partition[:2],
            *(span.first_offset, span.next_offset, stored, duplicate, dead, span.skipped),
            span.next_offset - span.first_offset - span.records,
        )
        for span, stored, duplicate, dead in sorted(became)
    ]
    columns = dict(zip(_ENTRY, map(list, zip(*entries, strict=True)), strict=True))
    connection.execute(sql["advance"], columns)
    extended = set(connection.execute(sql["extend_ledger"], columns).fetchall())
    for entry in entries:
        if entry[:2] not in extended:
            connection.execute(sql["open_ledger"], dict(zip(_ENTRY, entry, strict=True)))


def look(partitions: Sequence[Partition], connection: Connection) -> dict[Partition, Decided]:
    """What others have decided over partitions that are held."""
    rows = connection.execute(
        statements("positions")["look"],
        {
            "topic_ids": [partition.topic_id for partition in partitions],
            "partitions": [partition.number for partition in partitions],
        },
    )
    decided = {(topic_id, number): Decided(*rest) for topic_id, number, *rest in rows}
    return {place: decided[place[:2]] for place in partitions if place[:2] in decided}


def pause(topic: str, number: int | None, *, by: str, because: str, connection: Connection) -> None:
    """Let nobody read a partition, or with None all of a topic, for the time being."""
    connection.execute(
        statements("positions")["pause"],
        {"topic": topic, "partition": number, "by": by, "because": because},
    )


def unpause(topic: str, number: int | None, connection: Connection) -> int:
    """Let what was paused be read on, and give how many pauses that ends."""
    return connection.execute(
        statements("positions")["unpause"], {"topic": topic, "partition": number}
    ).rowcount


def accept_gap(partition: Partition, next_offset: int, by: str, connection: Connection) -> None:
    """Go on at ``next_offset`` by decision of an operator, and write that down.

    The offsets before it were never read and are lost; or, where the partition stands still over a
    log that was cut, it lies further back, and what is there now is read: as with a rewind, a
    position goes back. What is known of it changes nothing.

    Raises :class:`PositionLost` where there is nothing to decide.
    """
    with connection.transaction():
        standing, stalled = _standing(partition, connection)
        name = _name(partition)
        if standing is None:
            raise PositionLost(f"{name} was never read: there is no gap")
        if standing >= next_offset and stalled is None:
            raise PositionLost(f"{name} stands at {standing}: there is no gap before {next_offset}")
        if standing != next_offset:
            _decide("gap", partition, standing, next_offset, by, connection)
        connection.execute(
            statements("positions")["resume"],
            {**_place(partition), "next_offset": next_offset},
        )


def rewind(partition: Partition, next_offset: int, by: str, connection: Connection) -> int:
    """Read a partition again from ``next_offset`` on, and write that down; gives where it stood.

    Whoever has claimed it loses the claim: what it has in hand is refused, and it reads on from
    where it is sent. What is known of what is read again changes nothing.

    Raises :class:`PositionLost` where that is not back, or the partition stands still.
    """
    with connection.transaction():
        standing, stalled = _standing(partition, connection)
        name = _name(partition)
        if standing is None or standing <= next_offset:
            raise PositionLost(f"{name} stands at {standing or 0}: {next_offset} is not before it")
        if stalled:
            raise PositionLost(
                f"{name} stands still ({stalled}): decide that first, with procesmijn streams"
                " accept-gap"
            )
        _decide("rewind", partition, standing, next_offset, by, connection)
        connection.execute(
            statements("positions")["rewind"],
            {**_place(partition), "next_offset": next_offset},
        )
    return int(standing)


def _standing(partition: Partition, connection: Connection) -> tuple[int | None, str | None]:
    """Where a partition stands, and why it stands still if it does; locked."""
    row = connection.execute(
        statements("positions")["lock"],
        {"topic_ids": [partition.topic_id], "partitions": [partition.number]},
    ).fetchone()
    return (row[3], row[4]) if row else (None, None)


def _decide(
    decision: str,
    partition: Partition,
    first_offset: int,
    next_offset: int,
    by: str,
    connection: Connection,
) -> None:
    connection.execute(
        statements("positions")["decide"],
        {
            **_place(partition),
            "first_offset": first_offset,
            "next_offset": next_offset,
            "decision": decision,
            "by": by,
        },
    )


def _name(partition: Partition) -> str:
    return f"partition {partition.number} of {partition.topic}"


def _place(partition: Partition) -> dict[str, Any]:
    return {
        "topic_id": partition.topic_id,
        "partition": partition.number,
        "topic": partition.topic,
    }
