"""Redriving part of what was refused: what was found is redriven, and is what is counted."""

from __future__ import annotations

from uuid import UUID

from consumers.logs import log_ends
from procesmijn.store.dead_letters import DeadLetterFilter
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


def _topic_id(line: Line) -> UUID:
    (partition,) = log_ends(line.kafka, [line.topic])
    return partition.topic_id
