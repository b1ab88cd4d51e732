"""The records of a fetched partition, out of the batches in which Kafka keeps them.

Which batches count, and whether they are sound, is for kafka-python to say: checksums, control
records, transactions, compression. What is in them is taken out here: it makes two objects of each
record, reads twenty attributes of them, and parses headers that nearly all records share.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError, UnsupportedCodecError
from kafka.record.util import decode_varint

from schemas.envelope import NO_TIMESTAMP
from schemas.event import Record

LAST_TIMESTAMP_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, which is as far as instants go in Python."""

_FORMAT: Final = 2
"""Of batches, since Kafka 0.11."""
_SHORT: Final = 256
"""Bytes of headers that are worth remembering."""


class BatchUnreadable(Exception):
    """Records that Kafka holds as one batch are damaged, or not as its format wants them."""

    def __init__(self, place: TopicPartition, next_offset: int, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.next_offset = next_offset
        """The offset after the batch, as far as it still tells."""


class Unpacking(Fetcher.PartitionRecords):  # type: ignore[misc] # kafka-python has no types
    """The records of one fetched partition, unpacked.

    kafka-python raises over a batch without saying where it lies, whatever its codecs raise among
    that, and afterwards would wait for more of it for ever.
    """

    def _unpack_records(
        self, tp: TopicPartition, records: Any, *deserializers: Any
    ) -> Iterator[Record]:
        batches = _Batches(records, self)
        try:
            for found in super()._unpack_records(tp, batches, *deserializers):
                if not isinstance(found.value, tuple):
                    yield _record_of_old(found)
                    continue
                (batch,) = found.value
                for record in unpacked(batch, tp):
                    self.next_fetch_offset = record.offset + 1
                    yield record
        except UnsupportedCodecError:
            raise  # the batch is sound, it is a library that is missing
        except Exception as error:
            self.drain()
            least = self.next_fetch_offset + 1
            next_offset = least if batches.last is None else max(least, batches.last.next_offset)
            raise BatchUnreadable(tp, next_offset, _why(error)) from error


def unpacked(batch: Any, place: TopicPartition) -> Iterator[Record]:
    """The records of a batch, by the format of Kafka's documentation (*Message Format*).

    Raises ``CorruptRecordError``, ``IndexError``, ``ValueError`` or ``UnicodeDecodeError`` where it
    is not kept.
    """
    iter(batch)  # takes it out of its compression
    content, at = bytes(batch._buffer), batch._pos
    topic, partition = place
    first_offset, first_ms = batch.base_offset, batch.first_timestamp
    is_timed_by_broker, last_ms = batch.timestamp_type == batch.LOG_APPEND_TIME, batch.max_timestamp
    for _ in range(batch.records_count):
        length, begin = decode_varint(content, at)
        end = begin + length
        _, at = decode_varint(content, begin)  # attributes, which say nothing yet
        since_first_ms, at = decode_varint(content, at)
        place_in_batch, at = decode_varint(content, at)
        key_length, at = decode_varint(content, at)
        key = None if key_length < 0 else content[at : (at := at + key_length)]
        value_length, at = decode_varint(content, at)
        value = None if value_length < 0 else content[at : (at := at + value_length)]
        if not at <= end <= len(content):
            raise CorruptRecordError(f"a record of {length} bytes ends elsewhere")
        yield Record(
            topic,
            partition,
            first_offset + place_in_batch,
            _timestamp_us(last_ms if is_timed_by_broker else first_ms + since_first_ms),
            key,
            value,
            _known_headers(content[at:end]) if end - at <= _SHORT else _headers(content[at:end]),
        )
        at = end
    if at != len(content):
        raise CorruptRecordError(f"{len(content) - at} bytes after the last record")


def _headers(content: bytes) -> tuple[tuple[str, bytes | None], ...]:
    """What stands behind the value of a record."""
    count, at = decode_varint(content, 0)
    headers: list[tuple[str, bytes | None]] = []
    for _ in range(count):
        length, at = decode_varint(content, at)
        if length < 0:
            raise CorruptRecordError("a header without a name")
        name = content[at : (at := at + length)].decode()
        length, at = decode_varint(content, at)
        headers.append((name, None if length < 0 else content[at : (at := at + length)]))
    if count < 0 or at != len(content):
        raise CorruptRecordError("headers end elsewhere than their record")
    return tuple(headers)


_known_headers: Final = lru_cache(maxsize=1024)(_headers)
"""Nearly all records of a topic say the same in them."""


def _record_of_old(found: Any) -> Record:
    """A record of a batch as Kafka kept them before 0.11."""
    return Record(
        found.topic,
        found.partition,
        found.offset,
        _timestamp_us(found.timestamp),
        found.key,
        found.value,
        tuple(found.headers),
    )


def _timestamp_us(timestamp_ms: int) -> int:
    """Within what an instant can be: producers that date in micro- or nanoseconds are common, and
    many brokers let that pass."""
    if not NO_TIMESTAMP <= timestamp_ms <= LAST_TIMESTAMP_MS:
        timestamp_ms = LAST_TIMESTAMP_MS if timestamp_ms > 0 else NO_TIMESTAMP
    return 1000 * timestamp_ms


class _Packed(NamedTuple):
    """What passes for the only record of a batch: all of it, as it is."""

    value: tuple[Any]
    """The batch."""
    offset: int
    key: None = None
    headers: tuple[()] = ()
    timestamp: None = None
    timestamp_type: None = None
    checksum: None = None
    size_in_bytes: int = 0

    def validate_crc(self) -> bool:
        """That of the batch has been."""
        return True


class _Whole:
    """A batch with a single record for the loop of kafka-python, which looks at each."""

    def __init__(self, batch: Any, next_offset: int) -> None:
        self._batch = batch
        self._next_offset = next_offset

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[_Packed]:
        """Reading stands where it stood until a record has been given."""
        yield _Packed((self._batch,), self._next_offset - 1)


class _Batches:
    """Batches of records, one by one, and which was the last."""

    def __init__(self, records: Any, unpacking: Unpacking) -> None:
        self._records = records
        self._unpacking = unpacking
        self.last: Any = None

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        self.last = batch or self.last
        if batch is None or batch.magic != _FORMAT or batch.is_control_batch:
            return batch
        return _Whole(batch, self._unpacking.next_fetch_offset)


def _why(error: Exception) -> str:
    """In words that hold nothing of the record, which the client may quote."""
    if "crc" in str(error):
        return "its checksum is wrong"
    return type(error.__context__ or error).__name__
