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
    standing = {(topic_id, number): (epoch, offset) for topic_id, number, epoch, offset in rows}
    for span in spans:
        topic_id, number, topic = span.partition
        epoch, next_offset = standing.get((topic_id, number), (None, None))
        if epoch != span.epoch:
            raise PositionLost(f"partition {number} of {topic} was claimed by another worker")
        if next_offset is not None and next_offset != span.first_offset:
            raise PositionLost(
                f"partition {number} of {topic} stands at {next_offset}, and the batch begins at"
                f" {span.first_offset}"
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
    """Go on at ``next_offset`` although offsets before it were never read, and write that down.

    Raises :class:`PositionLost` where the partition stands there already, or further.
    """
    with connection.transaction():
        rows = connection.execute(
            statements("positions")["lock"],
            {"topic_ids": [partition.topic_id], "partitions": [partition.number]},
        ).fetchall()
        standing = rows[0][3] if rows else None
        if standing is None or standing >= next_offset:
            raise PositionLost(
                f"partition {partition.number} of {partition.topic} stands at {standing}: there is"
                f" no gap before {next_offset}"
            )
        entry = {**_place(partition), "first_offset": standing, "next_offset": next_offset}
        connection.execute(statements("positions")["accept_gap"], entry)
        connection.execute(statements("positions")["advance"], entry)


def _place(partition: Partition) -> dict[str, Any]:
    return {
        "topic_id": partition.topic_id,
        "partition": partition.number,
        "topic": partition.topic,
    }
