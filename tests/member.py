"""A worker in a process of its own, over a shared ledger: for tests to stop, freeze and kill.

``python -m tests.member SERVERS TOPIC GROUP LEDGER OWNER``
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from consumers.applying import Within
from consumers.connection import KafkaSettings
from consumers.health import Pulse
from consumers.metrics import Metrics
from consumers.stream import Reading, Stream
from consumers.worker import Worker, stopped_by_signals
from schemas.event import Event, Record, Rejection
from tests.ledger import Ledger


def as_event(record: Record) -> Event | Rejection:
    """The least of contracts: the value is the id of an event; ``bad`` and nothing are refused."""
    if record.value is None or record.value == b"bad":
        return Rejection("bad", "a test said so")
    return Event("test", record.value.decode(), "test", record.timestamp_us, ())


def make_worker(
    servers: str, topic: str, group: str, ledger: Ledger, owner: str, batch_records: int = 500
) -> Worker:
    """Put a worker together as the command line does, on a ledger in place of the store."""
    reading = Reading(
        topics=(topic,), group=group, batch_records=batch_records, session_seconds=6.0
    )
    return Worker(
        Stream(KafkaSettings(servers), reading, owner),
        as_event,
        Within(ledger.apply),
        ledger,
        Metrics(CollectorRegistry()),
        Pulse(allowed_seconds=reading.batch_seconds),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    servers, topic, group, path, owner = sys.argv[1:]
    worker = make_worker(servers, topic, group, Ledger(Path(path)), owner)
    with stopped_by_signals(worker):
        worker.run()
