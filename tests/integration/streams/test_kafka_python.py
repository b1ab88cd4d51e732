"""Each hazard of the client that we know of: what it does, and that ours does not suffer."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import closing

import crc32c
import kafka.record.util
import pytest
from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    TopicPartition,
)
from kafka.errors import KafkaError

from consumers import claims, topics
from consumers import stream as stream_module
from consumers.chunk import Chunk
from consumers.connection import KafkaSettings
from consumers.errors import StreamFailed, TopicMissing
from consumers.logs import log_ends
from consumers.publish import Message, publish
from tests.integration.streams.reading import (
    Open,
    read_until,
    send,
    settle,
    until,
)
from tests.ledger import Ledger


def plain_consumer(kafka_servers: str) -> KafkaConsumer:
    """A member of a new group, as kafka-python has it without what ours adds."""
    return KafkaConsumer(
        bootstrap_servers=kafka_servers,
        group_id=uuid.uuid4().hex,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )


def test_what_was_unpacked_when_a_partition_was_paused_is_read_when_it_is_resumed(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """kafka-python forgets it as long as other partitions bring something."""
    monkeypatch.setattr(claims, "HEED_SECONDS", 0.0)
    send(settings, made, range(600))
    stream = open_stream(made)
    [first] = read_until(stream, ledger, lambda: ledger.outcomes() > 0)
    here = first.partition.number
    ends = {it.number: log.next_offset for it, log in log_ends(settings, [made]).items()}
    ledger.pause(made, here, "ann", "")
    read_until(
        stream, ledger, lambda: ledger.positions(made).get(1 - here) == ends[1 - here], seconds=10
    )
    assert stream.stalled() == {(made, here): claims.PAUSED}
    assert ledger.positions(made)[here] < ends[here]
    ledger.unpause()
    read_until(stream, ledger, lambda: ledger.outcomes() == 600)
    assert stream.stalled() == {}


def test_checksums_are_computed_in_c() -> None:
    """In Python they take several times as long as all the rest of a poll."""
    assert kafka.record.util._crc32c is crc32c.crc32c


def test_listeners_run_on_the_io_thread_and_may_not_ask_the_broker(
    kafka_servers: str, made: str
) -> None:
    """Hence ours record and pause, and the main thread claims."""
    seen: list[object] = []

    class Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
        def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
            seen.append(threading.current_thread())
            try:
                consumer.beginning_offsets(list(assigned))
            except RuntimeError as error:
                seen.append(error)

        def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
            pass

    with closing(plain_consumer(kafka_servers)) as consumer:
        consumer.subscribe(topics=[made], listener=Listener())
        until(lambda: consumer.poll(250) or consumer.assignment())
    assert seen[0] is not threading.current_thread()
    assert "Cannot block" in str(seen[1])


def test_an_exception_in_a_listener_stops_the_stream(
    kafka_servers: str,
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client tells it once, and would read on at the next poll; ours never gets there."""

    class Failing(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
        def on_partitions_assigned(self, _: Iterable[TopicPartition]) -> None:
            raise LookupError("a listener failed")

        def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
            pass

    send(settings, made, range(10))
    with closing(plain_consumer(kafka_servers)) as consumer:
        consumer.subscribe(topics=[made], listener=Failing())
        failures: list[KafkaError] = []

        def poll_on() -> object:
            try:
                return consumer.poll(250)
            except KafkaError as error:
                failures.append(error)
                return None

        until(poll_on)  # records come, as if nothing had happened
        assert "rebalance callback" in str(failures[0])

    def fail(*_: object) -> None:
        raise LookupError("a listener failed")

    monkeypatch.setattr(claims.Assignments, "on_partitions_assigned", fail)
    stream = open_stream(made)
    with pytest.raises(StreamFailed, match="start the worker again"):
        until(stream.poll)


def test_the_client_would_create_topics_so_they_are_looked_up_first(
    kafka_servers: str, settings: KafkaSettings, topic: str, admin: KafkaAdminClient
) -> None:
    with closing(
        KafkaConsumer(bootstrap_servers=kafka_servers, allow_auto_create_topics=False)
    ) as consumer:
        assert consumer._cluster.metadata_request().allow_auto_topic_creation is True
    with pytest.raises(TopicMissing, match=topic):
        topics.ensure(settings, [topic], create=False)
    assert topic not in admin.list_topics()
    assert topics.ensure(settings, [topic], create=True) == [topic]
    assert topics.ensure(settings, [topic], create=False) == []
    (made,) = admin.describe_topics([topic])
    assert len(made["partitions"]) == topics.DEFAULT_PARTITIONS


def test_polls_that_may_not_wait_never_join_and_ours_does(
    kafka_servers: str, made: str, open_stream: Open
) -> None:
    with closing(plain_consumer(kafka_servers)) as consumer:
        consumer.subscribe(topics=[made])
        ends_at = time.monotonic() + 2
        while time.monotonic() < ends_at:
            consumer.poll(0)
            time.sleep(0.1)
        assert not consumer.assignment()
    settle(open_stream(made))


def test_a_join_that_outlasts_its_poll_is_not_forgotten(
    made: str, open_stream: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first join often comes before the topic's metadata, and is asked for again by it; the
    client forgets that one when a poll ends half-way. With polls this short about every fourth
    member would be left out of its group for good."""
    monkeypatch.setattr(stream_module, "POLL_SECONDS", 0.005)
    for _ in range(15):
        stream = open_stream(made)
        settle(stream)
        assert stream.is_member
        stream.close()


def test_records_are_raw_bytes(settings: KafkaSettings, made: str, open_stream: Open) -> None:
    value = b"\xff\x00 not text"
    publish(settings, made, [Message(value, b"\xfe", (("ce_id", b"\xfd"),))])
    ledger = Ledger()
    stream = open_stream(made)
    chunks: list[Chunk] = []
    while not chunks:
        stream.claim(ledger)
        chunks = stream.poll()
    (record,) = chunks[0].records
    assert (record.value, record.key, record.headers) == (value, b"\xfe", (("ce_id", b"\xfd"),))
    assert abs(record.timestamp_us / 1e6 - time.time()) < 60
