"""A worker in a process of its own, of the real parts, that dies where it is told to."""

from __future__ import annotations

import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from consumers.connection import KafkaSettings
from consumers.health import Pulse
from consumers.metrics import Metrics
from consumers.stream import Reading, Stream
from consumers.worker import Worker, stopped_by_signals
from procesmijn.apply import Applier
from procesmijn.persons import Keys, Persons
from schemas.registry import decode
from tests.integration.exactness.stepped import SteppedStore

SESSION_SECONDS = 6.0
"""Brokers allow no less."""


@dataclass(frozen=True)
class Orders:
    """Where to work, and when to die."""

    kafka_servers: str
    topic: str
    group: str
    database_url: str
    keys: str
    owner: str
    log: Path
    dies: str | None = None
    """The step, such as ``after insert``, and ..."""
    transaction: int = 1
    """... in which transaction of this worker."""
    batch_records: int = 200


def work(orders: Orders) -> None:
    """Work until stopped, or until the step at which to die."""
    logging.basicConfig(filename=orders.log, level=logging.INFO, format="%(asctime)s %(message)s")
    begun = 0

    def hook(step: str) -> None:
        nonlocal begun
        begun += step == "before claim"
        if step == orders.dies and begun >= orders.transaction:
            os.kill(os.getpid(), signal.SIGKILL)

    store = SteppedStore(orders.database_url, hook)
    reading = Reading(
        topics=(orders.topic,),
        group=orders.group,
        batch_records=orders.batch_records,
        session_seconds=SESSION_SECONDS,
    )
    kafka = KafkaSettings(orders.kafka_servers, client_id=orders.owner)
    worker = Worker(
        Stream(kafka, reading, orders.owner),
        decode,
        Applier(store, Persons(Keys.parse(orders.keys))).apply,
        store,
        Metrics(CollectorRegistry()),
        Pulse(allowed_seconds=reading.batch_seconds),
    )
    with stopped_by_signals(worker):
        worker.run()
