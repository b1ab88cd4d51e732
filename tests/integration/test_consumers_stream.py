"""Reading from a real broker: positions, gaps, and each hazard of the client that we know of."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import crc32c
import kafka.record.util
import pytest
from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.errors import KafkaConnectionError, KafkaError, LogTruncationError

from consumers import claims, intake, topics
from consumers import stream as stream_module
from consumers.chunk import Chunk
from consumers.connection import KafkaSettings
from consumers.errors import PublishFailed, StreamFailed, TopicMissing
from consumers.logs import log_ends
from consumers.publish import Message, publish
from consumers.stream import Reading, Stream
from procesmijn.errors import PositionLost
from tests.ledger import Account, Ledger
from tests.member import as_event

PARTITIONS = 2
Open = Callable[..., Stream]


@pytest.fixture
def settings(kafka_servers: str) -> KafkaSettings:
    return KafkaSettings(kafka_servers)


@pytest.fixture
def made(settings: KafkaSettings, topic: str) -> str:
    """A topic that exists."""
    topics.ensure(settings, [topic], create=True, partitions=PARTITIONS)
    return topic


@pytest.fixture
def admin(kafka_servers: str) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(bootstrap_servers=kafka_servers)) as client:
        yield client


@pytest.fixture
def open_stream(settings: KafkaSettings) -> Iterator[Open]:
    opened: list[Stream] = []

    def open_stream(topic: str, group: str | None = None) -> Stream:
        reading = Reading((topic,), group or uuid.uuid4().hex, batch_records=100, session_seconds=6)
        opened.append(Stream(settings, reading, f"owner-{len(opened)}"))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def send(settings: KafkaSettings, topic: str, ids: Iterable[int]) -> None:
    publish(settings, topic, (Message(b"%d" % n, b"key %d" % n) for n in ids))


def read_until(
    stream: Stream, ledger: Ledger, is_enough: Callable[[], bool], seconds: float = 20.0
) -> list[Chunk]:
    """Read, and take down what was read, until something holds."""
    read: list[Chunk] = []
    until = time.monotonic() + seconds
    while not is_enough():
        assert time.monotonic() < until, "it takes too long"
        stream.claim(ledger)
        chunks = stream.poll()
        if chunks:
            ledger.apply(intake.decode(chunks, as_event))
        read += chunks
    return read


def read_records(stream: Stream, ledger: Ledger, count: int) -> list[Chunk]:
    """Read until the ledger has that many records."""
    return read_until(stream, ledger, lambda: ledger.outcomes() >= count)


def settle(stream: Stream) -> None:
    """Read until every partition is claimed."""
    read_until(stream, Ledger(), lambda: len(stream.lags()) == PARTITIONS, seconds=5)


def test_everything_is_read_once_and_reading_goes_on_where_the_ledger_is(
    settings: KafkaSettings, made: str, open_stream: Open, ledger: Ledger
) -> None:
    send(settings, made, range(500))
    chunks = read_records(open_stream(made), ledger, 500)
    assert sum(len(it.records) for it in chunks) == 500
    send(settings, made, range(500, 700))
    # Another group, of which Kafka remembers nothing: the ledger alone says where to go on.
    read_records(open_stream(made), ledger, 700)
    accounts = ledger.accounts()
    assert len(accounts) == PARTITIONS
    assert sum(it.events for it in accounts.values()) == 700
    assert {it.first_offset for it in accounts.values()} == {0}
    assert ledger.events() == 700


def test_what_kafka_remembers_is_only_a_report(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    admin: KafkaAdminClient,
) -> None:
    send(settings, made, range(100))
    group = uuid.uuid4().hex
    stream = open_stream(made, group)
    chunks = read_records(stream, ledger, 100)
    stream.report(intake.decode(chunks, as_event).spans)
    stream.close()
    remembered = {
        place.partition: offset.offset
        for place, offset in admin.list_group_offsets([group])[group].items()
    }
    assert remembered == ledger.positions(made)
    empty = Ledger()
    read_records(open_stream(made, group), empty, 100)
    assert empty.accounts() == ledger.accounts()


def test_offsets_without_a_record_are_accounted_for(
    kafka_servers: str, made: str, open_stream: Open, ledger: Ledger
) -> None:
    """Transactions leave markers, and what was aborted, in the log: position() goes beyond both."""
    place = TopicPartition(made, 0)
    with closing(
        KafkaProducer(bootstrap_servers=kafka_servers, transactional_id=uuid.uuid4().hex)
    ) as producer:
        producer.init_transactions()
        for n in range(6):
            producer.begin_transaction()
            for value in range(3):
                producer.send(made, b"%d" % (3 * n + value), partition=0)
            producer.flush()
            if n % 2:
                producer.abort_transaction()
            else:
                producer.commit_transaction()
    stream = open_stream(made)
    read_until(stream, ledger, lambda: ledger.positions(made).get(0) == 24)
    (account,) = ledger.accounts().values()
    assert account == Account(first_offset=0, next_offset=24, events=9, dead_letters=0, skipped=0)
    assert sum(stream.lags().values()) == 0
    assert stream._client.position(place) == 24


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
    _until(lambda: not stream.poll() and place not in stream._claims.holdings)
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
    _until(lambda: made not in admin.list_topics())
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


def test_a_worker_that_lost_its_claim_is_refused_and_reads_again(
    settings: KafkaSettings, made: str, open_stream: Open, ledger: Ledger
) -> None:
    send(settings, made, range(100))
    stream = open_stream(made)
    stream.claim(ledger)
    chunks: list[Chunk] = []
    while not chunks:
        stream.claim(ledger)
        chunks = stream.poll()
    ledger.take([chunk.partition for chunk in chunks], "a thief")
    with pytest.raises(PositionLost):
        ledger.apply(intake.decode(chunks, as_event))
    stream.release()
    read_records(stream, ledger, 100)
    assert sum(it.events for it in ledger.accounts().values()) == 100


def test_a_poll_that_fails_half_way_loses_nothing(
    settings: KafkaSettings,
    made: str,
    open_stream: Open,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client moves its positions, then asks for more: if that fails, it lets go of records."""
    send(settings, made, range(300))
    stream = open_stream(made)
    fetcher = stream._client._fetcher
    fetch_records = fetcher.fetch_records
    lost: list[int] = []

    def let_go(*arguments: Any, **named: Any) -> Any:
        records, idle = fetch_records(*arguments, **named)
        if records and len(lost) < 3:
            lost.append(sum(map(len, records.values())))
            raise KafkaConnectionError("cut off")
        return records, idle

    monkeypatch.setattr(fetcher, "fetch_records", let_go)
    read_records(stream, ledger, 300)
    assert sum(lost) > 0
    assert sum(it.events for it in ledger.accounts().values()) == 300


@pytest.mark.parametrize("is_marked", [True, False])
def test_the_present_does_not_wait_for_a_backlog_that_is_marked(
    settings: KafkaSettings, made: str, ledger: Ledger, *, is_marked: bool
) -> None:
    """However much of that the client holds already; without the mark all of it goes first."""
    past = f"{made}-past"
    topics.ensure(settings, [past], create=True, partitions=PARTITIONS)
    send(settings, past, range(4_000))
    reading = Reading(
        (made, past),
        uuid.uuid4().hex,
        batch_records=500,
        backfill=frozenset({past} if is_marked else ()),
        backfill_records=100,
    )
    with closing(Stream(settings, reading, "alone")) as stream:
        read_until(stream, ledger, lambda: ledger.outcomes() >= 500)
        send(settings, made, [1])
        time.sleep(1)  # the client fetches by itself
        chunks = stream.poll()
        read = {chunk.partition.topic: len(chunk.records) for chunk in chunks}
        assert (read.get(made) == 1) is is_marked
        assert read[past] <= 500
        ledger.apply(intake.decode(chunks, as_event))
        read_records(stream, ledger, 4_001)
    assert sum(it.events for it in ledger.accounts().values()) == 4_001


# -- hazards of kafka-python --------------------------------------------------------------------


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

    with closing(
        KafkaConsumer(
            bootstrap_servers=kafka_servers,
            group_id=uuid.uuid4().hex,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
    ) as consumer:
        consumer.subscribe(topics=[made], listener=Listener())
        _until(lambda: consumer.poll(250) or consumer.assignment())
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
    with closing(
        KafkaConsumer(
            bootstrap_servers=kafka_servers,
            group_id=uuid.uuid4().hex,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
    ) as consumer:
        consumer.subscribe(topics=[made], listener=Failing())
        failures: list[KafkaError] = []

        def poll_on() -> object:
            try:
                return consumer.poll(250)
            except KafkaError as error:
                failures.append(error)
                return None

        _until(poll_on)  # records come, as if nothing had happened
        assert "rebalance callback" in str(failures[0])

    def fail(*_: object) -> None:
        raise LookupError("a listener failed")

    monkeypatch.setattr(claims.Assignments, "on_partitions_assigned", fail)
    stream = open_stream(made)
    with pytest.raises(StreamFailed, match="start the worker again"):
        _until(stream.poll)


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
    with closing(
        KafkaConsumer(
            bootstrap_servers=kafka_servers,
            group_id=uuid.uuid4().hex,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
    ) as consumer:
        consumer.subscribe(topics=[made])
        until = time.monotonic() + 2
        while time.monotonic() < until:
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


# -- the ways in ----------------------------------------------------------------------------------


def test_publishing_waits_for_all_and_keeps_the_order_of_a_key(
    settings: KafkaSettings, made: str, open_stream: Open, ledger: Ledger
) -> None:
    told: list[int] = []
    count = publish(
        settings, made, (Message(b"%d" % n, b"case %d" % (n % 7)) for n in range(2500)), told.append
    )
    assert count == 2500
    assert told == [1000, 2000, 2500]
    orders: dict[bytes | None, list[int]] = {}
    places: dict[bytes | None, set[int]] = {}
    for chunk in read_records(open_stream(made), ledger, 2500):
        for record in chunk.records:
            assert record.value is not None
            orders.setdefault(record.key, []).append(int(record.value))
            places.setdefault(record.key, set()).add(record.partition)
    assert len(orders) == 7
    assert all(order == sorted(order) for order in orders.values())
    assert all(len(partitions) == 1 for partitions in places.values())


def test_a_message_that_kafka_refuses_is_told(settings: KafkaSettings, made: str) -> None:
    with pytest.raises(PublishFailed, match="MessageSizeTooLarge"):
        publish(settings, made, [Message(b"x"), Message(b"x" * 2_000_000)])


NOWHERE = """
from consumers.connection import KafkaSettings
from consumers.errors import KafkaUnavailable
from consumers.stream import Reading, Stream
try:
    Stream(KafkaSettings("127.0.0.1:1", connect_seconds=0.5, password="secret"), Reading(), "me")
except KafkaUnavailable as error:
    print(error)
"""


def test_no_broker_is_told_in_one_line() -> None:
    """In a process of its own: the client's thread and sockets outlive its failed constructor."""
    said = subprocess.run(
        [sys.executable, "-c", NOWHERE], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    assert said.startswith("no Kafka broker answers at 127.0.0.1:1 ")
    assert said.count("\n") == 1
    assert "secret" not in said


def _until(is_so: Callable[[], Any], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it takes too long"
