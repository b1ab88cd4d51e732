"""What one transaction takes in: some spans of partitions, and what was said in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from schemas.event import Event


class Partition(NamedTuple):
    """One partition of one topic; the id tells a topic from its re-created namesake."""

    topic_id: UUID
    number: int
    topic: str


class Held(NamedTuple):
    """What a worker holds of a partition that it has claimed.

    Every claim raises the epoch, so that a worker which was paused through a rebalance is refused
    when it comes back with the old one.
    """

    epoch: int
    next_offset: int | None
    """The offset to go on from; None where nothing was ever read: from the beginning of the log."""
    stalled: str | None = None
    """Why nothing may be read until an operator has decided; None where all is well."""
    is_paused: bool = False
    """Whether an operator wants nothing of it to be read for the time being."""


class Decided(NamedTuple):
    """What others have decided over a partition since it was claimed."""

    epoch: int
    """Another one than that of the claim: it has to be claimed anew."""
    is_paused: bool


class Span(NamedTuple):
    """The offsets of one partition that a batch accounts for: ``[first_offset, next_offset)``."""

    partition: Partition
    epoch: int
    first_offset: int
    next_offset: int
    """``consumer.position()`` after the records: control records and compaction leave gaps."""
    records: int
    """How many records there were in it; the other offsets hold none."""
    skipped: int = 0
    """Records among them that say nothing by design (tombstones)."""

    def with_next(self, span: Span) -> Span:
        """This one and the one that follows on it."""
        return self._replace(
            next_offset=span.next_offset,
            records=self.records + span.records,
            skipped=self.skipped + span.skipped,
        )


class Origin(NamedTuple):
    """Where an event came from."""

    partition: Partition
    offset: int


class Arrival(NamedTuple):
    """An event that kept the contract, with its place; a file that goes straight to the store has
    none."""

    event: Event
    origin: Origin | None = None


class DeadLetter(NamedTuple):
    """A record that broke the contract, whole, so that it can be redriven."""

    origin: Origin
    timestamp_us: int
    reason: str
    message: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Outgoing(NamedTuple):
    """A message that waits to be sent."""

    entry: int
    channel: str
    """What kind of message it is: ``refused`` or ``alert``."""
    key: str
    event: Mapping[str, Any]
    """A CloudEvent, the same each time that it is sent."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one transaction applies."""

    spans: tuple[Span, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()

    def with_next(self, batch: Batch) -> Batch:
        """This one and one that was read after it."""
        spans = {span.partition: span for span in self.spans}
        for span in batch.spans:
            before = spans.get(span.partition)
            spans[span.partition] = before.with_next(span) if before else span
        return Batch(
            tuple(spans.values()),
            self.arrivals + batch.arrivals,
            self.dead_letters + batch.dead_letters,
        )


class Step(NamedTuple):
    """A part of the way of a batch, in nanoseconds of the clock on the wall."""

    name: str
    began_ns: int
    ended_ns: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended_ns - self.began_ns) / 1e9


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a batch."""

    stored: int = 0
    """Events that were new, or a version of one that was."""
    duplicates: int = 0
    dead_letters: int = 0
    skipped: int = 0
    cases: int = 0
    """Cases that changed."""
    retries: int = 0
    """How often it was begun anew: another session was in the way, or had changed the rules."""
    late: int = 0
    """Events that concern cases which have left: stored, and in no case."""
    steps: tuple[Step, ...] = ()
    """What was done, in order; one step may come several times."""
    committed_us: int = 0
    """When it was in, by the clock of whoever applied it."""

    @property
    def seconds(self) -> float:
        """How long it took, from the first step to the last."""
        return (self.steps[-1].ended_ns - self.steps[0].began_ns) / 1e9 if self.steps else 0.0
