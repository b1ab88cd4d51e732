"""Records are taken out of Kafka's batches as kafka-python would, and damage is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecords

from consumers.unpacking import LAST_TIMESTAMP_MS, BatchUnreadable, Unpacking

PLACE = TopicPartition("events", 3)
GZIP, CREATE_TIME = 1, 0

texts = st.none() | st.binary(max_size=300)
messages = st.lists(
    st.tuples(
        st.integers(0, LAST_TIMESTAMP_MS),
        texts,
        texts,
        st.lists(st.tuples(st.text(max_size=5), texts), max_size=3),
    ),
    min_size=1,
    max_size=20,
)


def batch_of(sent: list[tuple[Any, ...]], first_offset: int, codec: int = 0) -> bytearray:
    """The bytes of a batch, as a broker would hand them out."""
    builder = DefaultRecordBatchBuilder(2, codec, False, -1, -1, -1, 1 << 20)
    for offset, (timestamp_ms, key, value, headers) in enumerate(sent):
        builder.append(offset, timestamp_ms, key, value, headers)
    batch: bytearray = builder.build()
    batch[0:8] = first_offset.to_bytes(8, "big")
    return batch


@given(messages, messages, st.sampled_from([0, GZIP]), st.integers(0, 20))
def test_records_are_those_of_the_client(
    first: list[tuple[Any, ...]], second: list[tuple[Any, ...]], codec: int, wanted: int
) -> None:
    body = bytes(batch_of(first, 70, codec) + batch_of(second, 170, codec))
    theirs = Fetcher.PartitionRecords(70 + wanted, PLACE, MemoryRecords(body))
    ours = Unpacking(70 + wanted, PLACE, MemoryRecords(body))
    while theirs:
        expected = theirs.take(3)
        records = ours.take(3)
        assert [(it.offset, it.timestamp_us, it.key, it.value, it.headers) for it in records] == [
            (it.offset, 1000 * it.timestamp, it.key, it.value, tuple(it.headers)) for it in expected
        ]
        assert {(it.topic, it.partition) for it in records} <= {PLACE}
        assert ours.next_fetch_offset == theirs.next_fetch_offset
        assert bool(ours) == bool(theirs)


@given(messages, st.data())
def test_what_is_damaged_is_no_record(sent: list[tuple[Any, ...]], data: st.DataObject) -> None:
    batch = batch_of(sent, 70)
    at = data.draw(st.integers(21, len(batch) - 1), label="the byte that is another")
    batch[at] ^= data.draw(st.integers(1, 255), label="by these bits")
    with pytest.raises(BatchUnreadable, match="its checksum is wrong") as unreadable:
        Unpacking(70, PLACE, MemoryRecords(bytes(batch))).take()
    assert unreadable.value.place == PLACE
    is_its_end_told = not 23 <= at < 27
    assert not is_its_end_told or unreadable.value.next_offset == 70 + len(sent)


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(messages, st.data())
def test_what_breaks_the_format_is_not_guessed_at(
    sent: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    """Whatever a producer wrote under a checksum that is right: all of it, or an error."""
    batch = batch_of(sent, 70)
    at = data.draw(st.integers(61, len(batch) - 1), label="the byte that is another")
    batch[at] ^= data.draw(st.integers(1, 255), label="by these bits")
    theirs = Fetcher.PartitionRecords(70, PLACE, MemoryRecords(bytes(batch)), check_crcs=False)
    ours = Unpacking(70, PLACE, MemoryRecords(bytes(batch)), check_crcs=False)
    try:
        expected = [(it.key, it.value, tuple(it.headers)) for it in theirs.record_iterator]
    except (CorruptRecordError, UnicodeDecodeError):
        with pytest.raises(BatchUnreadable):
            list(ours.record_iterator)
    else:
        assert [(it.key, it.value, it.headers) for it in ours.record_iterator] == expected
