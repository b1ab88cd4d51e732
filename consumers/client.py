"""The consumer of kafka-python as it is used here: how it is set up, and what it does not say.

The group is eager, with the range assignor and dynamic members. Eager, because kafka-python fetches
nothing while a rebalance runs, so that cooperative rebalancing would cost a second round and gain
nothing. Range, because partition *n* of every topic goes to the same worker: a case whose events
come over several topics is then touched by one worker. Dynamic, because a static member does not
leave the group when it stops, and its partitions would stand still for a session time-out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import KafkaError
from kafka.structs import MemberState

from consumers.connection import KafkaSettings, reaching
from consumers.unpacking import Unpacking
from schemas.event import DEFAULT_TOPIC

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 1.0
"""How soon a member learns that the group is rebalancing, at the latest."""
METADATA_SECONDS: Final = 5.0
"""How soon a topic that was deleted and made again is noticed."""
FETCH_BYTES: Final = 16 * 1024 * 1024
PARTITION_FETCH_BYTES: Final = 16 * 1024 * 1024
"""A worker with one partition gets a full batch at once (the default of 1 MiB is 2,600 records of
400 bytes), and one with many holds no more than a few batches in memory."""
CLOSE_SECONDS: Final = 1.5
NO_TOPIC: Final = UUID(int=0)
"""What a broker says of a topic that does not exist."""

Place: TypeAlias = TopicPartition
"""kafka-python's name of a partition: topic and number, whichever topic has that name now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read, and how patient the group is with its members."""

    topics: tuple[str, ...] = (DEFAULT_TOPIC,)
    group: str = "procesmijn"
    batch_records: int = 30_000
    """At most this many records at once; what is there is taken without waiting for more."""
    backfill: frozenset[str] = frozenset()
    """Topics among these whose records are of the past: :meth:`consumers.stream.Stream.poll`."""
    backfill_records: int = 5_000
    """At most this many of them in a batch: records of the present wait for no more than these."""
    session_seconds: float = 15.0
    """A worker that dies is missed after this long. Brokers allow 6 s to 30 min by default."""
    batch_seconds: float = 300.0
    """A worker that works longer than this on one batch loses its partitions; it is also how long
    the group waits for one that is busy when another joins."""


class Client(KafkaConsumer):  # type: ignore[misc] # kafka-python has no types
    """A member of the group that remembers nothing and commits nothing by itself.

    What kafka-python keeps private, and we have to know, is looked up here and nowhere else.

    Raises:
        KafkaUnavailable: from the constructor, when no broker answers.
    """

    def __init__(self, kafka: KafkaSettings, reading: Reading) -> None:
        with reaching(kafka):
            super().__init__(
                **kafka.options(),
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
        self._fetcher.PartitionRecords = Unpacking

    @property
    def is_member(self) -> bool:
        """Whether the group has settled with this member in it."""
        return bool(self.group_metadata().state == MemberState.STABLE)

    @property
    def is_reached(self) -> bool:
        """Whether the broker that looks after the group is connected; a member stays one without,
        and reads nothing. Only the heartbeats notice."""
        return self._coordinator.coordinator_id is not None

    def poll(self, timeout_ms: int, max_records: int | None = None) -> Any:
        """The next records. What was unpacked of a partition when it was paused is taken up again
        only while the client holds nothing else that is unpacked; what it has used up it holds on
        to, and a partition that was resumed would wait for ever."""
        if not self._fetcher._next_partition_records:
            self._fetcher._next_partition_records = None
        return super().poll(timeout_ms, max_records)

    def join_again(self) -> None:
        """Ask for membership. The client forgets a join that new metadata asked for when it
        outlasts one poll: it would neither join nor say so, until its session has expired and ever
        after."""
        self._coordinator.request_rejoin()

    def topic_id(self, topic: str) -> UUID | None:
        """Which topic has that name, by the metadata that this client reads by: those of another
        one would be of another age. None where there is none just now."""
        topic_id: UUID | None = self._cluster.topic_id(topic)
        return None if topic_id == NO_TOPIC else topic_id

    def leave(self) -> None:
        """Leave the group, so that the others need not wait for a time-out."""
        try:
            self.close(autocommit=False, timeout_ms=round(CLOSE_SECONDS * 1000))
        except KafkaError as error:
            log.warning("the group was not left cleanly: %s", error)


def name_of(place: Place) -> str:
    """A partition in messages."""
    return f"{place.topic}/{place.partition}"


def names_of(places: Iterable[Place]) -> str:
    """Partitions in messages."""
    return ", ".join(name_of(place) for place in sorted(places)) or "nothing"
