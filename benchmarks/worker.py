"""A worker as the product composes it, in a process of its own, that notes what it took.

``python -m benchmarks.worker SERVERS DATABASE_URL KEYS TOPIC NOTES`` works until SIGTERM, and then
writes :class:`Notes` as JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from prometheus_client import CollectorRegistry

from benchmarks.applier import make_applier
from consumers.applying import Beside
from consumers.connection import KafkaSettings
from consumers.garbage import share_memory
from consumers.health import Pulse
from consumers.metrics import Metrics
from consumers.stream import Reading, Stream
from consumers.worker import Worker, stopped_by_signals
from procesmijn.batch import Applied, Batch, Decided, Held, Partition
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from schemas.registry import decode

WARM_UP_SECONDS = 2.0
"""Ages of what was committed before that are left out: modules and plans are still being loaded."""
BACKLOG_US = 3_600_000_000
"""What is older when it is committed did not happen while the worker ran: it is no age to keep."""


@dataclass(slots=True)
class Notes:
    """What a worker took, from the first claim to the last commit."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of both processes."""
    reading_cpu_seconds: float = 0.0
    """Of the one that reads."""
    peak_mb: float = 0.0
    records: int = 0
    stored: int = 0
    duplicates: int = 0
    cases: int = 0
    batches: int = 0
    retries: int = 0
    seconds_by_step: dict[str, float] = field(default_factory=dict)
    """Wall time: poll, decode, and the steps of apply."""
    age_ms: dict[str, float] = field(default_factory=dict)
    """Percentiles of the time from when an event happened to when it was committed."""


class Noting:
    """Stands between the worker and the store, and looks at the clock."""

    def __init__(self, store: Store, applying: Beside) -> None:
        self._store = store
        self._applying = applying
        self._processes = [psutil.Process(), psutil.Process(applying.pid)]
        self._began: tuple[float, list[float]] | None = None
        self._gathered: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self._begun: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self._ages_us: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self.notes = Notes()

    def take(self, partitions: Sequence[Partition], owner: str) -> Mapping[Partition, Held]:
        """Claim partitions; the first time is the beginning."""
        self._began = self._began or (time.perf_counter(), self._cpu_seconds())
        return self._store.take(partitions, owner)

    def stall(self, partition: Partition, offset: int, reason: str, resume_offset: int) -> None:
        """Let a partition stand still, as the store does."""
        self._store.stall(partition, offset, reason, resume_offset)

    def look(self, partitions: Sequence[Partition]) -> Mapping[Partition, Decided]:
        """What others have decided, as the store knows it."""
        return self._store.look(partitions)

    def pause(self, topic: str, number: int | None, by: str, because: str) -> None:
        """Let nobody read, as the store does."""
        self._store.pause(topic, number, by, because)

    def gather(self, batch: Batch) -> None:
        """Take a batch in."""
        occurred_us = [arrival.event.occurred_us for arrival in batch.arrivals]
        self._gathered += [np.array(occurred_us, dtype=np.int64)]
        self._applying.gather(batch)

    def drop(self) -> None:
        """Forget what was taken in."""
        self._gathered = []
        self._applying.drop()

    def begin(self) -> None:
        """Begin to apply it."""
        self._begun, self._gathered = self._gathered, []
        self._applying.begin()

    def is_done(self, seconds: float = 0.0) -> bool:
        """Whether it is applied."""
        return self._applying.is_done(seconds)

    def outcome(self) -> Applied:
        """What came of it; the last time is the end."""
        applied = self._applying.outcome()
        notes = self.notes
        if self._began is not None:
            notes.wall_seconds = time.perf_counter() - self._began[0]
            taken = np.subtract(self._cpu_seconds(), self._began[1])
            notes.cpu_seconds, notes.reading_cpu_seconds = float(taken.sum()), float(taken[0])
        notes.stored += applied.stored
        notes.duplicates += applied.duplicates
        notes.cases += applied.cases
        notes.batches += 1
        notes.retries += applied.retries
        if notes.wall_seconds > WARM_UP_SECONDS:
            ages_us = (applied.committed_us - occurred_us for occurred_us in self._begun)
            self._ages_us += [each[each < BACKLOG_US] for each in ages_us]
        return applied

    def _cpu_seconds(self) -> list[float]:
        times = [process.cpu_times() for process in self._processes]
        return [it.user + it.system for it in times]

    def finished(self, registry: CollectorRegistry) -> Notes:
        """What it came to."""
        notes = self.notes
        notes.peak_mb = sum(_peak_mb(process.pid) for process in self._processes)
        for metric in registry.collect():
            for sample in metric.samples:
                if sample.name == "procesmijn_batch_records_sum":
                    notes.records = int(sample.value)
                if sample.name == "procesmijn_step_seconds_total":
                    notes.seconds_by_step[sample.labels["step"]] = sample.value
        if ages_us := [each for each in self._ages_us if len(each)]:
            ages_ms = np.concatenate(ages_us) / 1000
            for percent in (50, 90, 99, 100):
                notes.age_ms[str(percent)] = float(np.percentile(ages_ms, percent))
        return notes


def _peak_mb(pid: int) -> float:
    """``ru_maxrss`` would be that of the parent, where it was larger at the fork."""
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else float("nan")


def main(servers: str, url: str, keys: Path, topic: str, notes: Path) -> None:
    """Work until stopped."""
    share_memory()
    store, persons = Store(url), Persons(Keys.load(keys))
    reading = Reading(topics=(topic,), group=f"bench-{topic}")
    registry = CollectorRegistry()
    with Beside(partial(make_applier, url, keys), persons) as applying:
        noting = Noting(store, applying)
        worker = Worker(
            Stream(KafkaSettings(servers), reading, f"bench-{os.getpid()}"),
            decode,
            noting,
            noting,
            Metrics(registry),
            Pulse(allowed_seconds=reading.batch_seconds),
        )
        with stopped_by_signals(worker):
            worker.run()
        notes.write_text(json.dumps(asdict(noting.finished(registry))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
