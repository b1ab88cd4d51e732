"""How a Kafka cluster is set up, for whoever looks whether all is well with it. Nothing is changed:
not even the topic is made in which Kafka keeps groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from kafka import TopicPartition
from kafka.admin import (
    ConfigFilterType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
)
from kafka.protocol.consumer.offsets import IsolationLevel

from consumers.connection import KafkaSettings, reaching
from consumers.logs import LogEnds, clock_of, ends_of
from procesmijn.batch import Partition

SETTINGS: Final = (
    "cleanup.policy",
    "max.message.bytes",
    "message.timestamp.type",
    "min.insync.replicas",
    "retention.ms",
)
HALF: Final = 2
"""Records that have lived through half of their retention are old."""


class Topic(NamedTuple):
    """What was read of a topic."""

    name: str
    partitions: int
    replicas: int
    """Copies of each partition; the least, where partitions differ."""
    in_sync: int
    """Copies that are up to date; the least."""
    rights: frozenset[str]
    """What we may do, in Kafka's words: ``READ``, ``WRITE``, ..."""
    settings: Mapping[str, str]
    """Those of :data:`SETTINGS`; none where we may not read them."""


class LogDirectory(NamedTuple):
    """A disk of a broker."""

    broker: int
    folder: str
    total_bytes: int
    free_bytes: int


class Cluster(NamedTuple):
    """What was read of a cluster."""

    servers: str
    brokers: int
    now: datetime | None
    """None where we may not ask."""
    read_at: datetime
    disks: tuple[LogDirectory, ...]
    """None at all where we may not ask."""
    wanted: tuple[str, ...]
    """Topics that are to be read."""
    topics: Mapping[str, Topic]
    """Those of them that are there."""
    ends: Mapping[Partition, LogEnds]
    old_below: Mapping[Partition, int]
    """By partition the offset below which records have lived through half of their retention."""
    members: int
    """Workers in the consumer group."""
    refused: Topic | None
    """The topic in which producers are told of refused records; None where it is not made yet."""


def read(kafka: KafkaSettings, topics: Iterable[str], group: str, refused_topic: str) -> Cluster:
    """Look at a cluster, and at some topics of it.

    Raises:
        KafkaUnavailable: no broker answers, or it refuses.
    """
    wanted = tuple(dict.fromkeys(topics))
    with reaching(kafka):
        admin = KafkaAdminClient(**kafka.options())
        try:
            now, read_at = clock_of(admin), datetime.now(UTC)
            there = _topics(admin, wanted)
            ends = ends_of(admin, there)
            return Cluster(
                servers=kafka.servers,
                brokers=len(admin.describe_cluster()["brokers"]),
                now=now,
                read_at=read_at,
                disks=tuple(_disks(admin)),
                wanted=wanted,
                topics=there,
                ends=ends,
                old_below=_old_below(admin, there, ends, now or read_at),
                members=_members(admin, group),
                refused=_topics(admin, [refused_topic]).get(refused_topic),
            )
        finally:
            admin.close()


def _topics(admin: KafkaAdminClient, wanted: Iterable[str]) -> dict[str, Topic]:
    names = sorted(set(wanted) & set(admin.list_topics()))
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(resources, config_filter=ConfigFilterType.ALL)
    settings = answer.get("topic", {})
    return {
        topic["name"]: _topic(topic, settings.get(topic["name"], {}))
        for topic in admin.describe_topics(names)
    }


def _topic(described: Mapping[str, Any], settings: Mapping[str, Mapping[str, Any]]) -> Topic:
    partitions = described["partitions"]
    return Topic(
        name=described["name"],
        partitions=len(partitions),
        replicas=min(len(each["replica_nodes"]) for each in partitions),
        in_sync=min(len(each["isr_nodes"]) for each in partitions),
        rights=frozenset(described["authorized_operations"]),
        settings={name: str(settings[name]["value"]) for name in SETTINGS if name in settings},
    )


def _old_below(
    admin: KafkaAdminClient,
    topics: Mapping[str, Topic],
    ends: Mapping[Partition, LogEnds],
    now: datetime,
) -> dict[Partition, int]:
    """Offsets of the first records that are younger than half of the retention of their topic."""
    now_ms = round(now.timestamp() * 1000)
    since_ms = {
        partition: now_ms - retention_ms // HALF
        for partition in ends
        if (retention_ms := int(topics[partition.topic].settings.get("retention.ms", -1))) > 0
    }
    if not since_ms:
        return {}
    answer = admin.list_partition_offsets(
        {TopicPartition(it.topic, it.number): ms for it, ms in since_ms.items()},
        IsolationLevel.READ_COMMITTED,
    )
    young = {it: answer[TopicPartition(it.topic, it.number)].offset for it in since_ms}
    # Where no record is that young, all of them are old.
    return {it: ends[it].next_offset if offset < 0 else offset for it, offset in young.items()}


def _disks(admin: KafkaAdminClient) -> Iterable[LogDirectory]:
    for described in admin.describe_log_dirs():
        for folder in described["log_dirs"]:
            # Brokers before 3.3 do not tell, and say -1.
            if folder["error_code"] == 0 and folder.get("total_bytes", -1) > 0:
                yield LogDirectory(
                    described["broker"],
                    folder["log_dir"],
                    folder["total_bytes"],
                    folder["usable_bytes"],
                )


def _members(admin: KafkaAdminClient, group: str) -> int:
    # To describe a group that nobody joined yet would make the topic in which Kafka keeps groups.
    if group not in {each["group_id"] for each in admin.list_groups()}:
        return 0
    return len(admin.describe_groups([group])[group]["members"])
