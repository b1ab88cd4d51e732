"""What is applied together: the records of some polls that followed on each other."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from consumers.chunk import Chunk
from procesmijn.batch import Batch, Step


@dataclass(slots=True)
class Lot:
    """What has to be known of them once they are applied; the events themselves are packed."""

    batch: Batch = field(default_factory=Batch)
    """Spans and dead letters."""
    timestamps_us: list[int] = field(default_factory=list)
    """Of the records."""
    undeclared: int = 0
    """Fields that were left out."""
    parents: dict[str, object] = field(default_factory=dict)
    """The traces that the records came out of."""
    steps: list[Step] = field(default_factory=list)
    """What was done, up to handing it over."""

    def add(self, chunks: Sequence[Chunk], batch: Batch) -> None:
        """Note what one more poll brought, and what it said."""
        self.batch = self.batch.with_next(replace(batch, arrivals=()))
        self.timestamps_us += [record.timestamp_us for chunk in chunks for record in chunk.records]
        self.undeclared += sum(arrival.event.extras for arrival in batch.arrivals)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A part of the way of these records."""
        began_ns = time.time_ns()
        yield
        self.steps.append(Step(name, began_ns, time.time_ns()))

    @property
    def records(self) -> int:
        """How many there are."""
        return sum(span.records for span in self.batch.spans)

    @property
    def refused(self) -> Counter[str]:
        """How many were refused, by reason."""
        return Counter(letter.reason for letter in self.batch.dead_letters)

    def __bool__(self) -> bool:
        return bool(self.batch.spans)
