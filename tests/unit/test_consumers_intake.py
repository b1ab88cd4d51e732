"""Every record of a chunk becomes one thing, and every offset is accounted for."""

from __future__ import annotations

import logging
import uuid

import pytest

from consumers import intake
from consumers.chunk import Chunk
from procesmijn.batch import Arrival, DeadLetter, Origin, Partition, Span
from schemas.event import Event, Record, Rejection, Skip

PARTITION = Partition(uuid.UUID(int=7), 3, "hr.events")


def record(offset: int, value: bytes | None) -> Record:
    return Record("hr.events", 3, offset, 1_000_000 + offset, b"key", value, (("h", b"v"),))


def contract(record: Record) -> Event | Rejection | Skip:
    if record.value is None:
        return Skip("tombstone")
    if record.value == b"bad":
        return Rejection("not-json", "this is not JSON")
    if record.value == b"defect":
        raise KeyError("Jan de Vries")
    return Event("hr", record.value.decode(), "t", record.timestamp_us, ())


def test_a_record_is_an_event_a_dead_letter_or_a_skip() -> None:
    records = [record(10, b"a"), record(12, None), record(13, b"bad"), record(17, b"b")]
    batch = intake.decode([Chunk(PARTITION, 4, 9, 20, records)], contract)
    assert batch.spans == (
        Span(PARTITION, epoch=4, first_offset=9, next_offset=20, records=4, skipped=1),
    )
    assert batch.arrivals == (
        Arrival(Event("hr", "a", "t", 1_000_010, ()), Origin(PARTITION, 10)),
        Arrival(Event("hr", "b", "t", 1_000_017, ()), Origin(PARTITION, 17)),
    )
    assert batch.dead_letters == (
        DeadLetter(
            Origin(PARTITION, 13),
            1_000_013,
            "not-json",
            "this is not JSON",
            b"key",
            b"bad",
            (("h", b"v"),),
        ),
    )


def test_offsets_without_records_make_a_span() -> None:
    batch = intake.decode([Chunk(PARTITION, 1, 5, 8, [])], contract)
    assert batch.spans == (Span(PARTITION, 1, 5, 8, records=0),)
    assert (batch.arrivals, batch.dead_letters) == ((), ())


def test_a_defect_of_the_decoder_is_a_dead_letter_and_its_log_tells_no_payload(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records = [record(1, b"defect"), record(2, b"a")]
    with caplog.at_level(logging.ERROR):
        batch = intake.decode([Chunk(PARTITION, 1, 1, 3, records)], contract)
    (letter,) = batch.dead_letters
    assert (letter.reason, letter.value) == (intake.DEFECT, b"defect")
    assert "redrive" in letter.message
    assert len(batch.arrivals) == 1
    (said,) = caplog.messages
    assert "hr.events/3 at 1: KeyError" in said
    assert "Jan" not in said + letter.message
