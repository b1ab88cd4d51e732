"""A backlog of the past beside what happens now: both get on, and now does not wait."""

from __future__ import annotations

import time
from functools import partial
from uuid import uuid4

from prometheus_client import CollectorRegistry

from consumers.applying import Within
from consumers.metrics import Metrics
from consumers.publish import Message, publish
from consumers.stream import Reading, Stream
from consumers.worker import Worker
from schemas.registry import decode
from tests.integration.bad_input.line import Line, make_topic, until
from tests.integration.bad_input.messages import opened

BACKLOG = 12_000
SLICE = 400


def test_the_present_stays_fresh_while_a_backlog_is_read(line: Line) -> None:
    """What is sent now is in before more than a few slices of the past are. In records and not in
    seconds, since those depend on the machine."""
    past = f"{line.topic}-past"
    make_topic(line.kafka.servers, past, {})
    publish(line.kafka, past, (Message(opened(f"P{n}").value or b"") for n in range(BACKLOG)))
    reading = Reading(
        (line.topic, past),
        uuid4().hex,
        backfill=frozenset({past}),
        backfill_records=SLICE,
    )
    worker = Worker(
        Stream(line.kafka, reading, "alone"),
        decode,
        Within(line.applier.apply),
        line.store,
        Metrics(CollectorRegistry()),
        line.pulse,
    )
    waited: list[int] = []
    with line.working(worker) as running:
        until(lambda: _read(line, past) > 0)
        while _read(line, past) < BACKLOG - 6 * SLICE and len(waited) < 10:
            before = _read(line, past)
            line.send(opened(f"V{len(waited)}"))
            until(partial(_is_read, line, len(waited) + 1))
            waited.append(_read(line, past) - before)
            time.sleep(0.05)
        until(lambda: _read(line, past) == BACKLOG, seconds=120)
        line.read_on(running)
    assert len(waited) >= 3
    assert sorted(waited)[len(waited) // 2] <= 4 * SLICE, waited
    assert max(waited) < BACKLOG / 2, waited
    assert line.ask("SELECT count(*) FROM stream.event") == [(BACKLOG + len(waited),)]
    assert line.findings() == []


def _is_read(line: Line, records: int) -> bool:
    return _read(line, line.topic) == records


def _read(line: Line, topic: str) -> int:
    [(offset,)] = line.ask(
        "SELECT coalesce(max(next_offset), 0) FROM stream.position WHERE topic = %s", topic
    )
    return int(offset)
