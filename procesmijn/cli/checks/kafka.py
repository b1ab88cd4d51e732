"""Checks of the brokers, of the topics that are read, and of how far they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from consumers.condition import Cluster, Topic
from consumers.logs import LogEnds
from consumers.obstacles import outside_of_log
from procesmijn.batch import Partition
from procesmijn.cli.checks.check import Check, Verdict, failure, some, warning, well
from procesmijn.cli.checks.surroundings import Disk, Limits, of_clock, of_disk
from procesmijn.cli.tell import many
from procesmijn.store.streams import Pause, Standing
from schemas.envelope import MAX_VALUE_BYTES

STILL: Final = timedelta(minutes=1)


class Brokers(NamedTuple):
    """The machines of a cluster, and how far off they may be."""

    cluster: Cluster
    limits: Limits


class Reading(NamedTuple):
    """How far the topics are read, by what Kafka and the database say."""

    cluster: Cluster
    standing: Mapping[Partition, Standing]
    """How far partitions were applied; those never claimed are absent."""
    pauses: Sequence[Pause]
    """What operators let nobody read."""
    now: datetime
    """By the clock of the database, as the standings are."""


def of_brokers(seen: Brokers) -> Verdict:
    """They answer; that they do not was found before."""
    return well(f"{many(seen.cluster.brokers, 'broker')} at {seen.cluster.servers}")


def of_brokers_clock(seen: Brokers) -> Verdict:
    """Their clock agrees with ours."""
    if seen.cluster.now is None:
        return well("may not be asked (that takes DESCRIBE on the cluster)")
    return of_clock(seen.cluster.now, seen.cluster.read_at, "broker", seen.limits)


def of_disks(seen: Brokers) -> Verdict:
    """The fullest of their disks has room."""
    disks = [
        Disk(f"broker {it.broker}, {it.folder}", it.total_bytes, it.free_bytes)
        for it in seen.cluster.disks
    ]
    if not disks:
        return well("may not be asked (that takes DESCRIBE on the cluster)")
    return of_disk(min(disks, key=lambda disk: disk.free_bytes / disk.total_bytes), seen.limits)


def of_topics(seen: Cluster) -> Verdict:
    """Every topic of the catalogue is there."""
    missing = [name for name in seen.wanted if name not in seen.topics]
    if missing:
        return failure(
            f"there is no topic {some(missing)}: create it, or start a worker that may"
            " (PROCESMIJN_CREATE_TOPICS)"
        )
    return well(
        some([f"{it.name}: {many(it.partitions, 'partition')}" for it in _topics(seen)])
        or "the catalogue names none"
    )


def of_topic_rights(seen: Cluster) -> Verdict:
    """They may be read."""
    closed = [topic.name for topic in _topics(seen) if "READ" not in topic.rights]
    if closed:
        return failure(
            f"this user may not read {some(closed)}: add an ACL that allows Read and Describe"
            f" (kafka-acls --add --operation Read --topic {closed[0]})"
        )
    return well("may be read")


def of_refused_topic(seen: Cluster) -> Verdict:
    """Producers can be told of what was refused."""
    if seen.refused is None:
        return well("not there yet: a worker makes it, or says that it may not")
    if "WRITE" not in seen.refused.rights:
        return failure(
            f"this user may not write to {seen.refused.name}, so producers are not told of refused"
            f" records: add an ACL (kafka-acls --add --operation Write --topic {seen.refused.name})"
        )
    return well(f"producers are told in {seen.refused.name}")


def of_partitions(seen: Cluster) -> Verdict:
    """Every worker has something to read: it gets one partition, or the same one of each topic."""
    workers = seen.members
    widest = max((topic.partitions for topic in _topics(seen)), default=0)
    if workers > widest:
        return warning(
            f"{many(workers, 'worker')} share {many(widest, 'partition')}, so {workers - widest} of"
            " them stand idle: stop those, or give the topic more (kafka-topics --alter"
            " --partitions)"
        )
    return well(f"{many(widest, 'partition')} for {many(workers, 'worker')}")


def of_replicas(seen: Cluster) -> Verdict:
    """A broker may be lost."""
    single = [topic.name for topic in _topics(seen) if topic.replicas == 1]
    if single and seen.brokers > 1:
        return warning(
            f"{some(single)} has one copy on a cluster of {seen.brokers} brokers, and is lost"
            " with one of them: raise the replication factor (kafka-reassign-partitions), and the"
            " brokers' default.replication.factor"
        )
    return well(
        "one broker, one copy" if seen.brokers == 1 else "every topic is on several brokers"
    )


def of_copies_in_step(seen: Cluster) -> Verdict:
    """Enough copies are up to date for producers to be heard."""
    short = [
        f"{topic.name} ({topic.in_sync} of {least})"
        for topic in _topics(seen)
        if topic.in_sync < (least := int(topic.settings.get("min.insync.replicas", 1)))
    ]
    if short:
        return failure(
            f"producers are refused, since too few copies are up to date: {some(short)}; start the"
            " brokers that are missing, or lower min.insync.replicas"
        )
    return well("enough copies are up to date")


def of_compaction(seen: Cluster) -> Verdict:
    """No record makes way for a later one of its key."""
    compacted = _where(seen, "cleanup.policy", lambda policy: "compact" in policy)
    if compacted:
        return failure(
            f"{some(compacted)} is compacted, which leaves one event of each case: set"
            " cleanup.policy=delete"
        )
    return well("no topic is compacted")


def of_message_size(seen: Cluster) -> Verdict:
    """What the contract lets through, Kafka lets through."""
    small = _where(seen, "max.message.bytes", lambda most: int(most) < MAX_VALUE_BYTES)
    if small:
        return warning(
            f"{some(small)} takes smaller records than the contract does, and producers of larger"
            f" ones are refused: set max.message.bytes={MAX_VALUE_BYTES + (64 << 10)}"
        )
    return well("every record that the contract allows")


def of_record_times(seen: Cluster) -> Verdict:
    """Records are dated by the broker."""
    theirs = _where(seen, "message.timestamp.type", lambda kind: kind != "LogAppendTime")
    if theirs:
        return warning(
            f"{some(theirs)} is dated by its producers, whose clocks then decide how long records"
            " stay, and which times are implausible: set message.timestamp.type=LogAppendTime"
        )
    return well("records are dated by the broker")


def of_retention(seen: Reading) -> Verdict:
    """What is not read yet stays until it is."""
    going = [
        f"{place.topic}/{place.number}"
        for place, old_below in seen.cluster.old_below.items()
        if _at(seen, place) < min(old_below, seen.cluster.ends[place].next_offset)
    ]
    if going:
        return failure(
            f"unread records have lived through half of their retention: {some(going)}; raise"
            " retention.ms now, then look why they are not read (lag)"
        )
    return well("nothing that is unread is about to go")


def of_stalled(seen: Reading) -> Verdict:
    """No partition waits for a person."""
    still = [
        f"{place.topic}/{place.number} stands still at {_at(seen, place)}: {reason}; decide with"
        f" procesmijn streams accept-gap {place.topic} {place.number}"
        for place, log in seen.cluster.ends.items()
        if (reason := _why_stalled(log, seen.standing.get(place), seen.now)) is not None
    ]
    return failure("; ".join(still)) if still else well("no partition stands still")


def of_paused(seen: Reading) -> Verdict:
    """Nobody has forgotten what was paused."""
    if seen.pauses:
        paused = some(
            [
                f"{it.topic}{'' if it.number is None else f'/{it.number}'} by {it.paused_by} since"
                f" {it.paused_at:%Y-%m-%d} ({it.because or 'no reason given'})"
                for it in seen.pauses
            ]
        )
        return warning(f"paused: {paused}; procesmijn streams resume TOPIC when it may go on")
    return well("nothing is paused")


def of_lag(seen: Reading) -> Verdict:
    """Every partition is read to its end, or read on."""
    waiting: list[str] = []
    for place, log in seen.cluster.ends.items():
        standing = seen.standing.get(place)
        behind = log.next_offset - _at(seen, place)
        is_read_on = standing is not None and seen.now - standing.updated_at <= STILL
        if (
            behind > 0
            and not is_read_on
            and not _is_paused(place, seen.pauses)
            and _why_stalled(log, standing, seen.now) is None
        ):
            waiting.append(f"{place.topic}/{place.number} ({behind:,})")
    if waiting:
        return failure(
            f"offsets that nobody has read on from for a minute: {some(waiting)}; start procesmijn"
            " worker, or look at its log"
        )
    return well("every partition is read to its end, or read on")


def _why_stalled(log: LogEnds, standing: Standing | None, now: datetime) -> str | None:
    if standing is None or standing.stalled is not None or standing.next_offset is None:
        return standing.stalled if standing else None
    at = standing.next_offset
    found = outside_of_log(at, log.first_offset, log.next_offset)
    # A position that moves may be ahead of the end, which was looked up before it.
    is_certain = at < log.first_offset or now - standing.updated_at > STILL
    return found.reason if found is not None and is_certain else None


def _is_paused(place: Partition, pauses: Sequence[Pause]) -> bool:
    return any(it.topic == place.topic and it.number in {None, place.number} for it in pauses)


def _at(seen: Reading, place: Partition) -> int:
    """The offset to go on from."""
    standing = seen.standing.get(place)
    if standing is None or standing.next_offset is None:
        return seen.cluster.ends[place].first_offset
    return standing.next_offset


def _topics(seen: Cluster) -> list[Topic]:
    return [seen.topics[name] for name in seen.wanted if name in seen.topics]


def _where(seen: Cluster, setting: str, is_wrong: Callable[[str], bool]) -> list[str]:
    """Topics of which a setting is wrong; one that we may not read is not known to be."""
    return [
        topic.name
        for topic in _topics(seen)
        if setting in topic.settings and is_wrong(topic.settings[setting])
    ]


BROKERS: Final = (
    Check("broker", of_brokers),
    Check("broker-clock", of_brokers_clock),
    Check("broker-disk", of_disks),
)
CLUSTER: Final = (
    Check("topic", of_topics),
    Check("topic-rights", of_topic_rights),
    Check("refused-topic", of_refused_topic),
    Check("partitions", of_partitions),
    Check("replicas", of_replicas),
    Check("in-sync", of_copies_in_step),
    Check("compaction", of_compaction),
    Check("message-size", of_message_size),
    Check("record-times", of_record_times),
)
READING: Final = (
    Check("retention", of_retention),
    Check("stalled", of_stalled),
    Check("paused", of_paused),
    Check("lag", of_lag),
)
