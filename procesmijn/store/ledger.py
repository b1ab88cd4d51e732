"""What became of every offset, and whether that adds up.

The ledger of a partition is a chain: each row begins where the one before it ends, and the last one
ends at the position. A row is what batches did to the offsets in it, or the decision of an operator
to go on elsewhere. Where nobody decided, the offsets of the rows follow on each other; where the
position was sent back, offsets are in as many rows as they were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import NamedTuple

from procesmijn.batch import Partition
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Entry(NamedTuple):
    """One row: ``[first_offset, next_offset)``, or from the one to the other by a decision."""

    entry: int
    first_offset: int
    next_offset: int
    stored: int
    duplicate: int
    dead: int
    skipped: int
    no_record: int
    decision: str | None
    """``gap`` or ``rewind``."""
    decided_by: str | None
    decided_at: datetime | None
    letters: int
    """Dead letters that there are in these offsets."""

    @property
    def counted(self) -> int:
        """How many offsets it says what became of."""
        return self.stored + self.duplicate + self.dead + self.skipped + self.no_record

    def overlaps(self, other: Entry) -> bool:
        """Whether batches have read an offset in both."""
        return (
            self.decision is other.decision is None
            and self.first_offset < other.next_offset
            and other.first_offset < self.next_offset
        )


class Letters(NamedTuple):
    """What became of refused records."""

    redriven: int = 0
    discarded: int = 0
    waiting: int = 0


class Account(NamedTuple):
    """One partition, summed up."""

    partition: Partition
    position: int | None
    """Where it stands; None where nothing was read, or nobody knows."""
    entries: tuple[Entry, ...]
    letters: Letters
    findings: tuple[str, ...]
    """Why it does not add up; none where it does."""

    @property
    def gap(self) -> int:
        """Offsets that were never read, by decision."""
        return sum(max(it.next_offset - it.first_offset, 0) for it in self._decisions())

    @property
    def read_again(self) -> int:
        """Offsets that were read once more, by decision."""
        return sum(max(it.first_offset - it.next_offset, 0) for it in self._decisions())

    def _decisions(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.decision is not None)


def accounts(topic: str | None, connection: Connection) -> list[Account]:
    """Every partition that was ever claimed, or those of one topic, by topic and number."""
    sql = statements("ledger")
    with connection.transaction():
        connection.execute(sql["one_moment"])
        letters = {
            (topic_id, number): Letters(*counts)
            for topic_id, number, *counts in connection.execute(sql["letters"], {"topic": topic})
        }
        rows = connection.execute(sql["entries"], {"topic": topic}).fetchall()
    found = []
    for (topic_id, number, topic_name, position), group in groupby(rows, key=lambda row: row[:4]):
        entries = tuple(Entry(*row[4:]) for row in group if row[4] is not None)
        found.append(
            Account(
                Partition(topic_id, number, topic_name or ""),
                position,
                entries,
                letters.get((topic_id, number), Letters()),
                tuple(findings(entries, position)),
            )
        )
    return found


def read_of(topic: str, connection: Connection) -> tuple[int, int]:
    """How many offsets of a topic were ever read, and how many of them brought something new."""
    row = connection.execute(statements("ledger")["read_of"], {"topic": topic}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def findings(entries: Sequence[Entry], position: int | None) -> Iterator[str]:
    """Say where the ledger of a partition does not add up."""
    for entry in entries:
        offsets = entry.next_offset - entry.first_offset
        span = f"offsets {entry.first_offset} to {entry.next_offset - 1}"
        if entry.decision is None and entry.counted != offsets:
            yield f"{span} are {offsets}, and {entry.counted} are accounted for"
        is_read_once = not any(entry.overlaps(other) for other in entries if other is not entry)
        if entry.dead > entry.letters or (is_read_once and entry.dead != entry.letters):
            yield f"{span} have {entry.dead} refused records, and {entry.letters} are kept"
    for before, after in pairwise(entries):
        if after.first_offset != before.next_offset:
            yield (
                f"a row begins at {after.first_offset}, and the one before it ends at"
                f" {before.next_offset}"
            )
    if entries and entries[-1].next_offset != position:
        yield f"the last row ends at {entries[-1].next_offset}, and the position is {position}"
