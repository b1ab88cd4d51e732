"""The records of the partitions that are ours, in order, each offset once: positions, pauses,
listeners.

Where reading goes on is what the store says, never what Kafka remembers: a partition that the group
assigns stays paused until it is claimed in the store under a new epoch, and is read from the offset
that the claim gives. Kafka's own commit is only reported, for tools that show lag.

The group is eager, with the range assignor and dynamic members. Eager, because kafka-python fetches
nothing while a rebalance runs, so that cooperative rebalancing would cost a second round and gain
nothing. Range, because partition *n* of every topic goes to the same worker: a case whose events
come over several topics is then touched by one worker. Dynamic, because a static member does not
leave the group when it stops, and its partitions would stand still for a session time-out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    RetriableError,
)
from kafka.structs import MemberState

from consumers.chunk import Chunk
from consumers.connection import KafkaSettings, reaching
from consumers.contracts import Positions
from consumers.errors import StreamFailed
from consumers.topics import DEFAULT_TOPIC
from procesmijn.batch import Partition, Span
from schemas.envelope import NO_TIMESTAMP
from schemas.event import Record

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.25
"""How long one poll waits. Above zero: a poll that may not wait never joins a group. Short: after
the group has assigned partitions a poll waits its time out, and only then can they be claimed."""
HEARTBEAT_SECONDS: Final = 1.0
"""How soon a member learns that the group is rebalancing, at the latest."""
METADATA_SECONDS: Final = 5.0
"""How soon a topic that was deleted and made again is noticed."""
LOOK_AGAIN_SECONDS: Final = 10.0
"""How often a partition that stands still over a gap is looked at again."""
REPORT_SECONDS: Final = 1.0
FETCH_BYTES: Final = 16 * 1024 * 1024
PARTITION_FETCH_BYTES: Final = 4 * 1024 * 1024
"""A worker with one partition gets a full batch at once (the default of 1 MiB is 2,600 records of
400 bytes), and one with many holds no more than a few batches in memory."""
CLOSE_SECONDS: Final = 1.5
LAST_TIMESTAMP_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, which is as far as instants go in Python."""
NO_TOPIC: Final = UUID(int=0)
"""What a broker says of a topic that does not exist."""
_TRUNCATED: Final = "the end of the log was lost, and may have been written anew since"

Place: TypeAlias = TopicPartition
"""kafka-python's name of a partition: topic and number, whichever topic has that name now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read, and how patient the group is with its members."""

    topics: tuple[str, ...] = (DEFAULT_TOPIC,)
    group: str = "procesmijn"
    batch_records: int = 10_000
    """At most this many records at once; what is there is taken without waiting for more."""
    session_seconds: float = 15.0
    """A worker that dies is missed after this long. Brokers allow 6 s to 30 min by default."""
    batch_seconds: float = 300.0
    """A worker that works longer than this on one batch loses its partitions; it is also how long
    the group waits for one that is busy when another joins."""


@dataclass(slots=True)
class _Holding:
    """A partition that is claimed and read."""

    partition: Partition
    epoch: int
    next_offset: int


class _Stall(NamedTuple):
    """A partition that stands still because its log lacks what the store asks for."""

    offset: int
    reason: str
    look_at: float  # time.monotonic()


class Stream:
    """One member of the consumer group.

    Raises:
        KafkaUnavailable: from the constructor, when no broker answers.
    """

    def __init__(self, kafka: KafkaSettings, reading: Reading, owner: str) -> None:
        self._kafka = kafka
        self._reading = reading
        self._owner = owner
        self._holdings: dict[Place, _Holding] = {}
        self._unclaimed: set[Place] = set()
        self._stalls: dict[Place, _Stall] = {}
        self._unreported: dict[Place, OffsetAndMetadata] = {}
        self._report_at = 0.0
        self._open()

    def _open(self) -> None:
        reading = self._reading
        with reaching(self._kafka):
            self._consumer = KafkaConsumer(
                **self._kafka.options(),
                group_id=reading.group,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="none",
                partition_assignment_strategy=(RangePartitionAssignor,),
                max_poll_records=reading.batch_records,
                max_poll_interval_ms=round(reading.batch_seconds * 1000),
                session_timeout_ms=round(reading.session_seconds * 1000),
                heartbeat_interval_ms=round(HEARTBEAT_SECONDS * 1000),
                metadata_max_age_ms=round(METADATA_SECONDS * 1000),
                fetch_max_bytes=FETCH_BYTES,
                max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
                metrics_enabled=False,
            )
        self._assignments = _Assignments(self._consumer)
        self._consumer.subscribe(topics=list(reading.topics), listener=self._assignments)

    # -- reading ------------------------------------------------------------------------------

    def poll(self) -> list[Chunk]:
        """What is there to read in the claimed partitions, waiting for it a moment.

        Raises:
            StreamFailed: going on could lose records; the worker has to stop.
        """
        fetched = self._fetch(POLL_SECONDS)
        if self._is_a_topic_made_again():
            self._start_over()
            return []
        return list(self._chunks(fetched))

    def idle(self, seconds: float) -> None:
        """Stay a member of the group for a while without reading on."""
        self._consumer.pause(*self._consumer.assignment())
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._fetch(left)
        self._consumer.resume(*self._holdings)

    def _fetch(self, seconds: float) -> Mapping[Place, Sequence[Any]]:
        if not self.is_member:
            # The client forgets a join that new metadata asked for when it outlasts one poll: it
            # would neither join nor say so, until its session has expired and ever after.
            self._consumer._coordinator.request_rejoin()
        try:
            fetched: Mapping[Place, Sequence[Any]] = self._consumer.poll(round(seconds * 1000))
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            self._doubt(error)
            fetched = self._rewind()
        except RetriableError as error:
            log.warning("reading from Kafka is tried again: %s", error)
            fetched = self._rewind()
        except KafkaError as error:
            raise StreamFailed(
                f"reading from Kafka failed: {error}; start the worker again"
            ) from error
        self._follow_assignments()
        return fetched

    def _rewind(self) -> Mapping[Place, Sequence[Any]]:
        """Back to what was handed on: a poll that failed may have let go of records."""
        for place, holding in self._holdings.items():
            self._consumer.seek(place, holding.next_offset)
        return {}

    def _chunks(self, fetched: Mapping[Place, Sequence[Any]]) -> Iterable[Chunk]:
        for place, holding in list(self._holdings.items()):
            first_offset, next_offset = holding.next_offset, self._position(place)
            if next_offset == first_offset:
                continue
            fetched_here = fetched.get(place, ())
            if fetched_here and not (
                first_offset <= fetched_here[0].offset <= fetched_here[-1].offset < next_offset
            ):
                raise StreamFailed(
                    f"{_name(place)} gave offsets {fetched_here[0].offset} to "
                    f"{fetched_here[-1].offset} outside of {first_offset} to {next_offset - 1}"
                )
            holding.next_offset = next_offset
            records = [
                Record(
                    record.topic,
                    record.partition,
                    record.offset,
                    _timestamp_us(record.timestamp),
                    record.key,
                    record.value,
                    tuple(record.headers),
                )
                for record in fetched_here
            ]
            yield Chunk(holding.partition, holding.epoch, first_offset, next_offset, records)

    def _position(self, place: Place) -> int:
        """Where reading stands. Given no time to wait the client asks no broker, which may fail."""
        while True:
            try:
                return int(self._consumer.position(place, timeout_ms=0))
            except LogTruncationError as error:  # told once; the position itself is there
                self._doubt(error)

    # -- what the group gives and takes -------------------------------------------------------

    def _follow_assignments(self) -> None:
        given, taken = self._assignments.drain()
        for place in taken | given:
            self._holdings.pop(place, None)
            self._stalls.pop(place, None)
            self._unreported.pop(place, None)
        self._unclaimed = (self._unclaimed - taken) | given
        if taken or given:
            log.info("the group assigned %s", _names(self._consumer.assignment()))

    def claim(self, positions: Positions) -> None:
        """Claim in the store what is assigned and not claimed yet, and read on from there.

        Raises:
            StoreUnavailable: nothing has changed; to be tried again.
        """
        now = time.monotonic()
        due = {place for place, stall in self._stalls.items() if stall.look_at <= now}
        partitions = self._named(self._unclaimed | due)
        if not partitions:
            return
        try:
            starts = self._consumer.beginning_offsets(list(partitions))
            ends = self._consumer.end_offsets(list(partitions))
        except RetriableError as error:
            log.warning("the ends of %s are not known yet: %s", _names(partitions), error)
            return
        taken = positions.take(sorted(partitions.values()), self._owner)
        for place, partition in partitions.items():
            held = taken[partition]
            offset = starts[place] if held.next_offset is None else held.next_offset
            reason = self._obstacle(place, offset, starts[place], ends[place])
            self._unclaimed.discard(place)
            if reason is not None:
                self._stall(place, offset, reason)
                continue
            if self._stalls.pop(place, None) is not None:
                log.warning("%s is read on from %d", _name(place), offset)
            self._consumer.seek(place, offset)
            self._consumer.resume(place)
            self._holdings[place] = _Holding(partition, held.epoch, offset)

    def release(self) -> None:
        """Forget every claim: what is still assigned is claimed again and read from there."""
        self._consumer.pause(*self._holdings)
        self._unclaimed |= self._holdings.keys()
        self._holdings.clear()

    def _named(self, places: Iterable[Place]) -> dict[Place, Partition]:
        """Partitions by the topic's id; those whose topic is not there just now are left out."""
        ids = {place: self._topic_id(place.topic) for place in places}
        return {
            place: Partition(topic_id, place.partition, place.topic)
            for place, topic_id in ids.items()
            if topic_id is not None
        }

    def _topic_id(self, topic: str) -> UUID | None:
        # The consumer has no public way to its metadata, and another client would see another age.
        topic_id: UUID | None = self._consumer._cluster.topic_id(topic)
        return None if topic_id == NO_TOPIC else topic_id

    # -- what can be wrong with a log ---------------------------------------------------------

    def _is_a_topic_made_again(self) -> bool:
        held = {holding.partition.topic: holding.partition for holding in self._holdings.values()}
        return any(
            self._topic_id(topic) not in (None, partition.topic_id)
            for topic, partition in held.items()
        )

    def _start_over(self) -> None:
        """Join anew with an empty client: nothing that was fetched from a deleted topic may pass
        for a record of its namesake."""
        log.warning("a topic was deleted and made again: it is read as another, from its beginning")
        self._shut()
        self._holdings.clear()
        self._unclaimed.clear()
        self._stalls.clear()
        self._unreported.clear()
        self._open()

    def _obstacle(self, place: Place, offset: int, log_start: int, log_end: int) -> str | None:
        """Why a partition cannot be read on from an offset, or None if it can."""
        if offset < log_start:
            return f"offsets {offset} to {log_start - 1} are gone from the log"
        if offset > log_end:
            return f"the log ends at {log_end}, before the stored position {offset}"
        stall = self._stalls.get(place)
        if stall is not None and stall.offset == offset and stall.reason == _TRUNCATED:
            return _TRUNCATED  # its ends look right again; what was lost in between does not return
        return None

    def _doubt(self, error: OffsetOutOfRangeError | LogTruncationError) -> None:
        """Stop reading the partitions that an error is about, until a claim has looked at them."""
        is_truncated = isinstance(error, LogTruncationError)
        for place in error.divergent_offsets if is_truncated else error.args[0]:
            holding = self._holdings.pop(place, None)
            if holding is None:
                continue
            self._consumer.pause(place)
            if is_truncated:
                self._stall(place, holding.next_offset, _TRUNCATED)
            else:
                self._unclaimed.add(place)

    def _stall(self, place: Place, offset: int, reason: str) -> None:
        before = self._stalls.get(place)
        if before is None or (before.offset, before.reason) != (offset, reason):
            log.error(
                "%s is paused at %d: %s; it stays so until an operator accepts the gap, the other "
                "partitions go on",
                _name(place),
                offset,
                reason,
            )
        self._stalls[place] = _Stall(offset, reason, time.monotonic() + LOOK_AGAIN_SECONDS)

    # -- what others may know -----------------------------------------------------------------

    @property
    def is_member(self) -> bool:
        """Whether the group has settled with this member in it."""
        return bool(self._consumer.group_metadata().state == MemberState.STABLE)

    @property
    def is_reached(self) -> bool:
        """Whether the broker that looks after the group is connected; a member stays one without,
        and reads nothing."""
        # Only the heartbeats notice, and the consumer has no public way to what they found.
        return self._consumer._coordinator.coordinator_id is not None

    def lags(self) -> dict[Partition, int]:
        """Offsets between what was handed on and the end of the log, by partition."""
        return {
            holding.partition: max(0, (self._consumer.highwater(place) or 0) - holding.next_offset)
            for place, holding in self._holdings.items()
        }

    def stalled(self) -> dict[tuple[str, int], str]:
        """Why a partition stands still, by topic and number."""
        return {(place.topic, place.partition): it.reason for place, it in self._stalls.items()}

    def report(self, spans: Iterable[Span]) -> None:
        """Tell Kafka how far the store is, for tools that show lag; nothing reads it back."""
        for span in spans:
            place = TopicPartition(span.partition.topic, span.partition.number)
            self._unreported[place] = OffsetAndMetadata(span.next_offset, "", -1)
        if time.monotonic() >= self._report_at:
            self._report_at = time.monotonic() + REPORT_SECONDS
            self._consumer.commit_async(self._unreported, callback=_note_report)
            self._unreported = {}

    def close(self) -> None:
        """Leave the group, so that the others need not wait for a time-out."""
        if self._unreported:
            try:
                self._consumer.commit(self._unreported, timeout_ms=round(CLOSE_SECONDS * 1000))
            except KafkaError as error:
                _note_report(self._unreported, error)
            self._unreported = {}
        self._shut()

    def _shut(self) -> None:
        try:
            self._consumer.close(autocommit=False, timeout_ms=round(CLOSE_SECONDS * 1000))
        except KafkaError as error:
            log.warning("the group was not left cleanly: %s", error)


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """What the group gave and took since last asked.

    It runs on the I/O thread, inside of a poll of the main one; so it records and pauses, and the
    main thread claims. An exception in it is logged by kafka-python, which would read on.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._given: set[Place] = set()
        self._taken: set[Place] = set()

    def on_partitions_assigned(self, assigned: Iterable[Place]) -> None:
        for place in assigned:
            self._consumer.pause(place)
            # With any position the poll in progress does not ask Kafka for a committed one, nor
            # fail because there is none; the claim seeks to the right one before it resumes.
            self._consumer.seek(place, 0)
            self._given.add(place)

    def on_partitions_revoked(self, revoked: Iterable[Place]) -> None:
        self._given.difference_update(revoked)
        self._taken.update(revoked)

    def drain(self) -> tuple[set[Place], set[Place]]:
        """(given, taken); one that was taken and given back is in both."""
        drained = self._given, self._taken
        self._given, self._taken = set(), set()
        return drained


def _note_report(offsets: Mapping[Place, OffsetAndMetadata], outcome: object) -> None:
    if isinstance(outcome, Exception):
        log.info("Kafka was not told the positions of %s: %s", _names(offsets), outcome)


def _timestamp_us(timestamp_ms: int) -> int:
    """Within what an instant can be: producers that date in micro- or nanoseconds are common, and
    many brokers let that pass."""
    return 1000 * min(max(timestamp_ms, NO_TIMESTAMP), LAST_TIMESTAMP_MS)


def _name(place: Place) -> str:
    return f"{place.topic}/{place.partition}"


def _names(places: Iterable[Place]) -> str:
    return ", ".join(_name(place) for place in sorted(places)) or "nothing"
