"""Where the logs of partitions begin and end: for whoever waits for what was published, or looks
whether all is well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import ClusterAuthorizationFailedError, IncompatibleBrokerVersion
from kafka.protocol.consumer.offsets import IsolationLevel

from consumers.connection import KafkaSettings, reaching
from procesmijn.batch import Partition


class LogEnds(NamedTuple):
    """The offsets of a log: ``[first_offset, next_offset)``."""

    first_offset: int
    next_offset: int

    def nearest(self, offset: int) -> int:
        """The offset itself, or the end of the log beyond which it lies."""
        return min(max(offset, self.first_offset), self.next_offset)


class LogFlow(NamedTuple):
    """A log, and how much came in lately."""

    ends: LogEnds
    arrived: tuple[int, ...]
    """Records in each stretch of time, oldest first."""


def log_ends(kafka: KafkaSettings, topics: Iterable[str]) -> dict[Partition, LogEnds]:
    """Both ends of every partition of some topics; topics that do not exist are left out.

    What an open transaction holds back is not counted: nobody can read it yet.

    Raises:
        KafkaUnavailable: no broker answers, or it refuses.
    """
    with reaching(kafka):
        admin = KafkaAdminClient(**kafka.options())
        try:
            return ends_of(admin, topics)
        finally:
            admin.close()


def ends_of(admin: KafkaAdminClient, topics: Iterable[str]) -> dict[Partition, LogEnds]:
    """The same, over a connection that is there."""
    wanted = sorted(set(topics) & set(admin.list_topics()))
    partitions = {
        TopicPartition(topic["name"], each["partition_index"]): Partition(
            UUID(str(topic["topic_id"])), each["partition_index"], topic["name"]
        )
        for topic in (admin.describe_topics(wanted) if wanted else ())
        for each in topic["partitions"]
    }
    starts, ends = (
        admin.list_partition_offsets(dict.fromkeys(partitions, spec), IsolationLevel.READ_COMMITTED)
        for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
    )
    return {
        partition: LogEnds(starts[place].offset, ends[place].offset)
        for place, partition in sorted(partitions.items())
    }


def offsets_at(
    kafka: KafkaSettings, partitions: Collection[Partition], moment: datetime
) -> dict[Partition, int]:
    """The first offset of each partition whose record is not older than an instant, by the
    timestamp of the record; partitions without any such record are left out.

    Raises:
        KafkaUnavailable: no broker answers, or it refuses.
    """
    timestamp_ms = max(0, round(moment.timestamp() * 1000))
    places = {TopicPartition(it.topic, it.number): it for it in partitions}
    with reaching(kafka):
        admin = KafkaAdminClient(**kafka.options())
        try:
            found = admin.list_partition_offsets(dict.fromkeys(places, timestamp_ms))
        finally:
            admin.close()
    return {places[place]: at.offset for place, at in found.items() if at.offset >= 0}


def log_flows(
    kafka: KafkaSettings, topics: Iterable[str], moments: Sequence[datetime]
) -> dict[Partition, LogFlow]:
    """Both ends of every partition of some topics, and how many records came from each instant to
    the next, and since the last, by the timestamps of records.

    From Kafka's own index: no record is read. Where compaction or a transaction leaves offsets
    without a record, these count too.

    Raises:
        KafkaUnavailable: no broker answers, or it refuses.
    """
    with reaching(kafka):
        admin = KafkaAdminClient(**kafka.options())
        try:
            ends = ends_of(admin, topics)
            places = {TopicPartition(it.topic, it.number): it for it in ends}
            reached = [
                admin.list_partition_offsets(
                    dict.fromkeys(places, round(moment.timestamp() * 1000))
                )
                for moment in moments
            ]
        finally:
            admin.close()
    flows = {}
    for place, partition in places.items():
        log = ends[partition]
        # After the last record there is none: the end of the log.
        offsets = [at[place].offset for at in reached]
        stops = [log.nearest(it) if it >= 0 else log.next_offset for it in offsets]
        stops.append(log.next_offset)
        arrived = tuple(max(after - before, 0) for before, after in pairwise(stops))
        flows[partition] = LogFlow(log, arrived)
    return flows


def clock_of(admin: KafkaAdminClient) -> datetime | None:
    """What time it is at the brokers: at the one that leads their metadata, which is always caught
    up with itself. None where we may not ask."""
    try:
        quorum = admin.describe_metadata_quorum()
    except (ClusterAuthorizationFailedError, IncompatibleBrokerVersion):
        return None
    [metadata] = quorum["topics"][0]["partitions"]
    [leader] = [
        voter
        for voter in metadata["current_voters"]
        if voter["replica_id"] == metadata["leader_id"]
    ]
    return datetime.fromtimestamp(leader["last_caught_up_timestamp"] / 1000, UTC)
