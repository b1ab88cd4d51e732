"""A worker in processes of its own, of the real parts, that dies where it is told to."""

from __future__ import annotations

import logging
import os
import signal
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from consumers.applying import Beside, TakeIn
from consumers.connection import KafkaSettings
from consumers.health import Pulse
from consumers.metrics import Metrics
from consumers.stream import Reading, Stream
from consumers.worker import Worker, stopped_by_signals
from procesmijn.apply import Applier
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from schemas.registry import decode
from tests.integration.exactness.stepped import SteppedStore

SESSION_SECONDS = 6.0
"""Brokers allow no less."""


class Dead(Enum):
    """Which of the processes of a worker is killed."""

    BOTH = "both"
    READING = "reading"
    APPLYING = "applying"

    @property
    def exit_code(self) -> int:
        """What the worker ends with: without the process that applies it ends by itself."""
        return 1 if self is Dead.APPLYING else -signal.SIGKILL


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
    """... in which transaction of this worker, and ..."""
    dead: Dead = Dead.BOTH
    """... which of its processes."""
    batch_records: int = 200


def make_applier(orders: Orders) -> TakeIn:
    """What applies, in the process that does: its steps are where it dies."""
    begun = 0

    def hook(step: str) -> None:
        nonlocal begun
        begun += step == "before claim"
        if step == orders.dies and begun >= orders.transaction:
            if orders.dead is not Dead.APPLYING:
                os.kill(os.getppid(), signal.SIGKILL)
            if orders.dead is not Dead.READING:
                os.kill(os.getpid(), signal.SIGKILL)

    store = SteppedStore(orders.database_url, hook)
    return Applier(store, Persons(Keys.parse(orders.keys))).take_in


def work(orders: Orders) -> None:
    """Work until stopped, or until the step at which to die."""
    logging.basicConfig(filename=orders.log, level=logging.INFO, format="%(asctime)s %(message)s")
    reading = Reading(
        topics=(orders.topic,),
        group=orders.group,
        batch_records=orders.batch_records,
        session_seconds=SESSION_SECONDS,
    )
    kafka = KafkaSettings(orders.kafka_servers, client_id=orders.owner)
    persons = Persons(Keys.parse(orders.keys))
    with Beside(partial(make_applier, orders), persons) as applying:
        worker = Worker(
            Stream(kafka, reading, orders.owner),
            decode,
            applying,
            Store(orders.database_url),
            Metrics(CollectorRegistry()),
            Pulse(allowed_seconds=reading.batch_seconds),
        )
        with stopped_by_signals(worker):
            worker.run()
