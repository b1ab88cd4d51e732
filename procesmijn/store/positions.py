"""How far each partition has been applied, who holds it, and what became of every offset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from procesmijn.batch import Held, Partition, Span
from procesmijn.errors import PositionLost
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


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


def advance(span: Span, *, stored: int, duplicate: int, dead: int, connection: Connection) -> None:
    """Step 6 of a batch: set the next offset, and enter in the ledger what became of each."""
    sql = statements("positions")
    entry = {
        **_place(span.partition),
        "first_offset": span.first_offset,
        "next_offset": span.next_offset,
        "stored": stored,
        "duplicate": duplicate,
        "dead": dead,
        "skipped": span.skipped,
        "no_record": span.next_offset - span.first_offset - span.records,
    }
    connection.execute(sql["advance"], entry)
    if not connection.execute(sql["extend_ledger"], entry).rowcount:
        connection.execute(sql["open_ledger"], entry)


def accept_gap(partition: Partition, next_offset: int, connection: Connection) -> None:
    """Go on at ``next_offset`` by decision of an operator, and write that down.

    The offsets before it were never read and are lost; or, where the partition stands still over a
    log that was cut, it lies further back, and what is there now is read: the one case in which a
    position goes back. What is known of it changes nothing.

    Raises :class:`PositionLost` where there is nothing to decide.
    """
    name = f"partition {partition.number} of {partition.topic}"
    with connection.transaction():
        row = connection.execute(
            statements("positions")["lock"],
            {"topic_ids": [partition.topic_id], "partitions": [partition.number]},
        ).fetchone()
        standing, stalled = row[3:] if row else (None, None)
        if standing is None:
            raise PositionLost(f"{name} was never read: there is no gap")
        if standing >= next_offset and stalled is None:
            raise PositionLost(f"{name} stands at {standing}: there is no gap before {next_offset}")
        entry = {**_place(partition), "first_offset": standing, "next_offset": next_offset}
        if standing != next_offset:
            connection.execute(statements("positions")["accept_gap"], entry)
        connection.execute(statements("positions")["resume"], entry)


def _place(partition: Partition) -> dict[str, Any]:
    return {
        "topic_id": partition.topic_id,
        "partition": partition.number,
        "topic": partition.topic,
    }
