"""Redriving part of what was refused: what was found is redriven, and is what is counted."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from consumers.logs import log_ends
from procesmijn.batch import Partition
from procesmijn.store.dead_letters import (
    LETTERS_AT_ONCE,
    DeadLetterFilter,
    Refused,
    in_chunks,
)
from schemas.event import Event, Record, Rejection, Skip
from schemas.registry import decode
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Line, Sent
from tests.integration.bad_input.messages import opened


def mended(record: Record) -> Event | Rejection | Skip:
    """The contract after somebody has mended it: everything is a vacancy that was opened."""
    return decode(record._replace(value=opened(f"{record.topic}/{record.offset}").value))


def test_a_limit_takes_the_oldest_of_all_topics(make_line: MakeLine) -> None:
    """Also where the oldest are those of the topic whose id comes last."""
    one = make_line()
    first, second = sorted((one, make_line(beside=one)), key=_topic_id, reverse=True)
    for line in (first, second):
        line.send(*(Sent(b"no event") for _ in range(3)))
        line.read()
    some = DeadLetterFilter(limit=4)
    assert one.applier.redrive(some, mended) == (4, 0)
    left = one.ask('SELECT topic, "offset" FROM stream.dead_letter WHERE redriven_at IS NULL')
    assert sorted(left) == [(second.topic, 1), (second.topic, 2)]
    assert one.applier.redrive(some, mended) == (2, 0)
    assert one.applier.redrive(some, mended) == (0, 0)
    assert one.ask("SELECT count(*) FROM stream.event") == [(6,)]
    assert one.findings() == []


def test_all_are_tried_again_and_discarded_however_many_stay_refused(make_line: MakeLine) -> None:
    """Those that are still refused are not in the way of those behind them."""
    line = make_line()
    count = 2 * LETTERS_AT_ONCE + 100
    line.send_all(Sent(b"no event") for _ in range(count))
    told: list[int] = []

    def mended_at_last(record: Record) -> Event | Rejection | Skip:
        return mended(record) if record.offset == count - 1 else decode(record)

    [place] = log_ends(line.kafka, [line.topic])
    line.store.accept_refusals(place, count, "ann", "a broken export")
    line.read()
    assert line.applier.redrive(DeadLetterFilter(), mended_at_last, told.append) == (1, count - 1)
    assert told == [LETTERS_AT_ONCE, 2 * LETTERS_AT_ONCE, count]
    some = DeadLetterFilter(limit=LETTERS_AT_ONCE + 1)
    assert [*line.store.discard_dead_letters(some, "ann", "old")] == [LETTERS_AT_ONCE, 1]
    rest = DeadLetterFilter(reason="not-json")
    assert sum(line.store.discard_dead_letters(rest, "ann", "old")) == LETTERS_AT_ONCE + 98
    assert line.findings() == []


def test_an_event_that_was_refused_tells_where_it_came_from(make_line: MakeLine) -> None:
    line = make_line()
    line.send(*(Sent(b"no event") for _ in range(2)))
    line.read()
    line.applier.redrive(DeadLetterFilter(), mended)
    came_from = line.ask('SELECT topic_id, partition, "offset" FROM stream.event ORDER BY "offset"')
    assert came_from == [(_topic_id(line), 0, 0), (_topic_id(line), 0, 1)]


def test_what_does_not_fit_together_is_redriven_one_after_the_other(
    make_line: MakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in a transaction of its own: when the third fails, the first two are in."""
    line = make_line()
    line.send(*(Sent(b"x" * 100_000) for _ in range(3)))
    line.read()
    monkeypatch.setattr("procesmijn.apply.REDRIVEN_BYTES", 150_000)

    def mended_but_for_the_third(record: Record) -> Event | Rejection | Skip:
        if record.offset == 2:
            raise LookupError("the third")
        return mended(record)

    with pytest.raises(LookupError, match="the third"):
        line.applier.redrive(DeadLetterFilter(), mended_but_for_the_third)
    assert line.ask("SELECT count(*) FROM stream.event") == [(2,)]
    assert line.applier.redrive(DeadLetterFilter(), mended) == (1, 0)


def test_letters_are_chunked_by_what_was_in_them() -> None:
    def letter(size: int) -> Refused:
        now = datetime.now(UTC)
        nobody = (None, None, None, None)
        return Refused(Partition(UUID(int=1), 0, "t"), 0, "bad", "", now, now, *nobody, size)

    sizes = [[it.sealed_bytes for it in c] for c in in_chunks(map(letter, [3, 4, 9, 2, 5, 4]), 7)]
    assert sizes == [[3, 4], [9], [2, 5], [4]]


def _topic_id(line: Line) -> UUID:
    (partition,) = log_ends(line.kafka, [line.topic])
    return partition.topic_id
