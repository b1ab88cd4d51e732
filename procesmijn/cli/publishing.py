"""The way of a file through Kafka: publish, then wait until a worker has stored all of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Final, NamedTuple

from consumers.logs import LogEnds, log_ends
from consumers.publish import Message, key_of, publish
from procesmijn.batch import Partition
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.model import DEFAULT_STREAM
from procesmijn.cli.members import Members, members
from procesmijn.cli.options import known
from procesmijn.cli.service import Service
from procesmijn.cli.tell import Report, many, note, progress
from procesmijn.cli.worker import make_topics
from procesmijn.errors import ProcesmijnError
from procesmijn.files.log import Log
from procesmijn.files.steps import message_of
from procesmijn.settings import Settings
from procesmijn.store import ledger, streams
from procesmijn.store.connection import Connection

LOOK_SECONDS: Final = 0.2
STILL_SECONDS: Final = 10.0
"""After so long without a move we say that no worker seems to run."""


class StreamPaused(ProcesmijnError):
    """What was published is not read on, by decision of an operator, or over too many refusals:
    mend the cause the message names, and resume the stream. Nothing has to be published again."""


def chosen_topic(topic: str | None, catalogue: Catalogue) -> str:
    """The topic to publish to: one that is read. Raises :class:`UsageError` for another."""
    read = [stream.topic for stream in catalogue.streams]
    if topic is None:
        return DEFAULT_STREAM.topic if DEFAULT_STREAM.topic in read else read[0]
    known(topic, read, "stream")
    return topic


class Published(NamedTuple):
    """What came of a log."""

    refused: int
    new: int | None
    """Of its events; None where others sent something meanwhile."""


def through_kafka(log: Log, topic: str, parts: Service, settings: Settings) -> Published:
    """Publish a log, wait until it is stored, and say what came of it there.

    Where the servers are this command's own, so is a worker.
    """
    make_topics(parts, settings, [topic])
    own_worker = members(settings, 1) if parts.parts.is_ours else nullcontext()
    with own_worker as group:
        before = log_ends(parts.kafka, [topic])
        with parts.store.reader() as connection:
            read_before, new_before = ledger.read_of(topic, connection)
        with progress("published", log.rows) as report:
            publish(parts.kafka, topic, _messages(log), report)
        after = log_ends(parts.kafka, [topic])
        spans = {
            partition: LogEnds(before[partition].next_offset, ends.next_offset)
            for partition, ends in after.items()
            if ends.next_offset > before[partition].next_offset
        }
        with parts.store.reader() as connection:
            total = sum(span.next_offset - span.first_offset for span in spans.values())
            with progress("stored", total) as report:
                _wait(spans, group, report, connection)
            read, new = ledger.read_of(topic, connection)
            is_alone = read - read_before == total == len(log.tally.ids)
            return Published(
                _tell_refused(spans, connection), new - new_before if is_alone else None
            )


def _messages(log: Log) -> Iterator[Message]:
    for event in log.events():
        headers, value = message_of(event)
        yield Message(value, key_of(event.objects), headers)


def _wait(
    spans: Mapping[Partition, LogEnds],
    group: Members | None,
    report: Report,
    connection: Connection,
) -> None:
    """Until the stored position of every partition is past what was published."""
    topic_ids = {partition.topic_id for partition in spans}
    furthest, moved_at = -1, time.monotonic()
    while True:
        standing = streams.positions(topic_ids, connection)
        done, left = 0, []
        for partition, span in spans.items():
            held = standing.get(partition)
            at = None if held is None else held.next_offset
            reached = min(max(at or 0, span.first_offset), span.next_offset)
            done += reached - span.first_offset
            if reached < span.next_offset:
                left.append(partition)
        report(done)
        if not left:
            return
        _insist_on_reading(left, connection)
        if done > furthest:
            furthest, moved_at = done, time.monotonic()
        elif time.monotonic() - moved_at > STILL_SECONDS:
            note(
                "everything is published, and nothing of it is being stored: no worker seems to"
                " run; start 'procesmijn worker', or look with 'procesmijn doctor' (Ctrl-C stops"
                " the waiting only)"
            )
            moved_at = time.monotonic()
        if group is not None:
            group.check()
        time.sleep(LOOK_SECONDS)


def _insist_on_reading(partitions: list[Partition], connection: Connection) -> None:
    for pause in streams.pauses(connection):
        if any(it.topic == pause.topic and pause.number in {None, it.number} for it in partitions):
            raise StreamPaused(
                f"all of it is published, and {pause.topic} is paused before all of it is stored"
                f" ({pause.because or f'by {pause.paused_by}'}); 'procesmijn streams resume"
                f" {pause.topic}' lets it be read on"
            )


def _tell_refused(spans: Mapping[Partition, LogEnds], connection: Connection) -> int:
    """Name what was refused of the records between; others' records among them are named too."""
    count = 0
    for partition, span in spans.items():
        for refused in streams.refused(partition, *span, connection):
            count += refused.records
            note(
                f"{many(refused.records, 'event')} refused in {partition.topic}/{partition.number}"
                f" ({refused.reason}): {refused.message}"
            )
    return count
