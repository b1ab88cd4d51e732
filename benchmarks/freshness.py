"""How old an event is when it can be read in the database, while events come at a steady rate."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.events import now_message
from benchmarks.whole import Place, wait_until_applied, working
from benchmarks.worker import Notes
from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from consumers.topics import ensure

WARM_UP_EVENTS = 100
NUMBERS_OF_RATE = 10_000_000
"""Events of different rates are about different tickets."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Milliseconds from the moment that an event is handed to the producer until its commit."""

    events: int
    per_second: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float


def measure(place: Place, per_second: int, seconds: int) -> Freshness:
    """Publish at a rate, on top of all that is stored already."""
    kafka, topic = KafkaSettings(place.servers.kafka_servers), f"now-{per_second}"
    ensure(kafka, [topic], create=True)
    notes, events = place.folder / f"{topic}.json", per_second * seconds
    first = per_second * NUMBERS_OF_RATE
    with working(place, topic, notes) as worker:
        publish(kafka, topic, _paced(first, WARM_UP_EVENTS, per_second))
        wait_until_applied(place, topic, WARM_UP_EVENTS, worker)
        publish(kafka, topic, _paced(first + WARM_UP_EVENTS, events, per_second))
        wait_until_applied(place, topic, WARM_UP_EVENTS + events, worker)
    ages = Notes(**json.loads(notes.read_text())).age_ms
    return Freshness(events, per_second, ages["50"], ages["90"], ages["99"], ages["100"])


def _paced(first: int, events: int, per_second: int) -> Iterator[Message]:
    """Events that each happen when they are due."""
    began = time.perf_counter()
    for at in range(events):
        early = began + at / per_second - time.perf_counter()
        if early > 0:
            time.sleep(early)
        yield now_message(first + at, datetime.now(UTC))
