"""Logs that are not what they were stand still, one partition each; the others go on."""

from __future__ import annotations

import uuid
from contextlib import closing

import pytest
from kafka import (
    KafkaAdminClient,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.errors import LogTruncationError

from consumers import claims, topics
from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from tests.integration.streams.reading import (
    PARTITIONS,
    Open,
    read_records,
    read_until,
    send,
    until,
)
from tests.ledger import Account, Ledger


def test_a_position_below_the_log_pauses_its_partition_until_the_gap_is_accepted(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    admin: KafkaAdminClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(claims, "LOOK_AGAIN_SECONDS", 0.3)
    send(settings, made, range(40))
    first = open_stream(made)
    read_records(first, ledger, 40)
    first.close()
    position = ledger.positions(made)[0]
    for n in range(40, 60):
        publish(settings, made, [Message(b"%d" % n, b"key %d" % n)])
    log_start = position + 5
    admin.delete_records({TopicPartition(made, 0): log_start})

    stream = open_stream(made)
    read_until(stream, ledger, lambda: bool(stream.stalled()))
    assert list(stream.stalled()) == [(made, 0)]
    missing = f"offsets {position} to {log_start - 1} are gone from the log"
    assert stream.stalled()[made, 0] == missing
    told = [it.getMessage() for it in caplog.records if missing in it.getMessage()]
    assert len(told) == 1
    assert "other partitions go on" in told[0]
    send(settings, made, range(60, 100))
    before = ledger.outcomes()
    read_until(stream, ledger, lambda: ledger.outcomes() > before)
    assert ledger.positions(made)[0] == position

    ledger.accept_gap(made, 0, log_start)
    read_until(stream, ledger, lambda: not stream.stalled() and not sum(stream.lags().values()))
    assert ledger.positions(made)[0] > log_start


def test_a_log_that_was_cut_while_it_was_read_is_remembered_though_it_grows(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker says once that it has no such offset; a moment later it has, of other records."""
    monkeypatch.setattr(claims, "LOOK_AGAIN_SECONDS", 0.3)
    send(settings, made, range(40))
    stream = open_stream(made)
    read_records(stream, ledger, 40)
    place = TopicPartition(made, 0)
    end = ledger.positions(made)[0]
    ledger.accept_gap(made, 0, end + 10)  # as if ten more had been read, and the log cut since
    stream._claims.holdings[place].next_offset = end + 10
    stream._client.seek(place, end + 10)
    until(lambda: not stream.poll() and place not in stream._claims.holdings)
    send(settings, made, range(40, 140))
    read_until(stream, ledger, lambda: bool(stream.stalled()))
    stream.close()
    another = open_stream(made)
    read_until(another, ledger, lambda: bool(another.stalled()) and bool(another.lags()))
    assert f"the log had no offset {end + 10}" in another.stalled()[made, 0]
    assert ledger.positions(made)[0] == end + 10


def test_a_truncation_is_remembered_by_whoever_comes_next(
    settings: KafkaSettings, made: str, open_stream: Open, ledger: Ledger
) -> None:
    """Only a cluster of several brokers truncates; so the client is handed what it finds out."""
    send(settings, made, range(40))
    stream = open_stream(made)
    read_records(stream, ledger, 40)
    place = TopicPartition(made, 0)
    since = {place: OffsetAndMetadata(3, "", -1)}
    stream._client._fetcher._cached_log_truncation = LogTruncationError(since)
    read_until(stream, ledger, lambda: bool(stream.stalled()))
    stream.close()
    another = open_stream(made)
    read_until(another, ledger, lambda: bool(another.stalled()))
    assert "from offset 3 on was lost" in another.stalled()[made, 0]


def test_a_batch_that_cannot_be_read_holds_up_its_partition_only(
    kafka_servers: str,
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """kafka-python asks for headers in UTF-8, which neither brokers nor other clients do."""
    monkeypatch.setattr(claims, "LOOK_AGAIN_SECONDS", 0.3)

    class NotText(str):
        __slots__ = ()

        def encode(self, *_: object) -> bytes:
            return b"jan\xff"

    with closing(KafkaProducer(bootstrap_servers=kafka_servers, linger_ms=500)) as producer:
        for value, headers in ((b"0", []), (b"1", [(NotText(), b"x")]), (b"2", [])):
            producer.send(made, value, partition=0, headers=headers)
        producer.flush()
        producer.send(made, b"3", partition=0).get(10)
        producer.send(made, b"4", partition=1).get(10)
    stream = open_stream(made)
    read_until(stream, ledger, lambda: bool(stream.stalled()) and ledger.outcomes() == 2)
    reason = "the records up to offset 2 cannot be read (UnicodeDecodeError)"
    assert stream.stalled() == {(made, 0): reason}
    assert ledger.positions(made) == {0: 1, 1: 1}
    (told,) = {it.getMessage() for it in caplog.records if reason in it.getMessage()}
    assert told.startswith(f"{made}/0 is paused at 1: {reason}")
    assert "jan" not in caplog.text

    ledger.accept_gap(made, 0, 1)  # to look at the same again is no way out, and harms nobody
    read_until(stream, ledger, lambda: not stream.stalled())
    read_until(stream, ledger, lambda: bool(stream.stalled()))
    ledger.accept_gap(made, 0, 3)
    read_until(stream, ledger, lambda: ledger.positions(made)[0] == 4)
    assert not stream.stalled()


def test_a_topic_that_was_made_again_is_another_topic(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    admin: KafkaAdminClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Fetch does not notice: it asks by name, and the new log has these offsets too."""
    send(settings, made, range(20))
    stream = open_stream(made)
    read_records(stream, ledger, 20)
    admin.delete_topics([made])
    until(lambda: made not in admin.list_topics())
    topics.ensure(settings, [made], create=True, partitions=PARTITIONS)
    send(settings, made, range(100, 160))
    read_until(stream, ledger, lambda: ledger.events() == 80, seconds=30)
    by_topic: dict[uuid.UUID, list[Account]] = {}
    for partition, account in ledger.accounts().items():
        by_topic.setdefault(partition.topic_id, []).append(account)
    assert len(by_topic) == 2
    assert all(account.first_offset == 0 for both in by_topic.values() for account in both)


def test_a_topic_made_again_while_it_is_read_is_noticed(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    admin: KafkaAdminClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """So quickly that the group never saw it gone: the id in the metadata tells."""
    send(settings, made, range(20))
    stream = open_stream(made)
    read_records(stream, ledger, 20)
    admin.delete_topics([made])
    while made in admin.list_topics():
        pass
    admin.create_topics({made: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
    send(settings, made, range(100, 200))
    read_until(stream, ledger, lambda: ledger.events() == 120, seconds=30)
    assert len({it.topic_id for it in ledger.accounts()}) == 2
