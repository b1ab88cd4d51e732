"""What reading hands on, so that those who judge records need not know Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from procesmijn.batch import Partition
from schemas.event import Record


class Chunk(NamedTuple):
    """The records of one partition that one poll brought, and all offsets that they stand for."""

    partition: Partition
    epoch: int
    first_offset: int
    next_offset: int
    """Beyond the last record: transactions and compaction leave offsets without one."""
    records: Sequence[Record]
