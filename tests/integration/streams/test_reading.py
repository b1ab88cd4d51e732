"""Reading from a real broker: every record once, from where the ledger is."""

from __future__ import annotations

import time
import uuid
from contextlib import closing
from typing import Any

import pytest
from kafka import (
    KafkaAdminClient,
    KafkaProducer,
    TopicPartition,
)
from kafka.errors import KafkaConnectionError

from consumers import intake, topics
from consumers.chunk import Chunk
from consumers.connection import KafkaSettings
from consumers.stream import Reading, Stream
from procesmijn.errors import PositionLost
from tests.integration.streams.reading import (
    PARTITIONS,
    Open,
    read_records,
    read_until,
    send,
)
from tests.ledger import Account, Ledger
from tests.member import as_event


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
