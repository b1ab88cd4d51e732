"""What a worker counts, each metric declared once with its unit and its help.

Prometheus names follow from the declaration: ``procesmijn_`` in front, the unit behind, and
``_total`` after a counter. ``docs/worker.md`` lists them, and a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from consumers.intake import DEFECT
from consumers.lot import Lot
from procesmijn.batch import Applied, Partition
from schemas.reasons import Reason

FRESHNESS_SECONDS: Final = (
    *(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0),
)
ASIDES: Final = ("catching up", "keeping months", "sending", "telling alerts")
"""What goes on beside reading; each from zero on, so that the first failure is an increase."""
BATCH_RECORDS: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)


class Freshness(Collector):
    """How old records were when their batch was committed.

    The histogram of prometheus-client takes one value per call, which would cost more than the
    decoding of a record; this one takes an array.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._bounds = np.array(FRESHNESS_SECONDS)
        self._counts = np.zeros(len(FRESHNESS_SECONDS) + 1, dtype=np.int64)
        self._sum_seconds = 0.0
        registry.register(self)

    def observe(self, timestamps_us: list[int], now_us: int) -> None:
        """Count records by age; clocks that differ make no age below zero."""
        ages_seconds = np.maximum(now_us - np.array(timestamps_us, dtype=np.int64), 0) / 1e6
        buckets = np.searchsorted(self._bounds, ages_seconds)
        self._counts = self._counts + np.bincount(buckets, minlength=len(self._counts))
        self._sum_seconds += float(ages_seconds.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Give Prometheus the cumulated counts."""
        bounds = [*(str(bound) for bound in FRESHNESS_SECONDS), "+Inf"]
        counts = np.cumsum(self._counts).tolist()
        yield HistogramMetricFamily(
            "procesmijn_freshness_seconds",
            "Age of a record, by its own timestamp, when its batch was committed.",
            buckets=list(zip(bounds, counts, strict=True)),
            sum_value=self._sum_seconds,
        )


class Metrics:
    """The metrics of one worker, in a registry that it is given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, help_text: str, *labels: str, unit: str = "") -> Counter:
            return Counter(
                name, help_text, labels, namespace="procesmijn", unit=unit, registry=registry
            )

        def gauge(name: str, help_text: str, *labels: str, unit: str = "") -> Gauge:
            return Gauge(
                name, help_text, labels, namespace="procesmijn", unit=unit, registry=registry
            )

        self.registry = registry
        self.events = counter("events", "Events stored: new ones, and versions of known ones.")
        self.duplicates = counter("duplicates", "Events that were known already.")
        self.dead_letters = counter("dead_letters", "Records that break the contract.", "reason")
        for reason in (*Reason, DEFECT):  # from zero on, so that the first one is an increase
            self.dead_letters.labels(reason)
        self.skipped = counter("skipped_records", "Records that say nothing by design.")
        self.undeclared = counter(
            "undeclared_fields", "Fields of events that their type does not declare: left out."
        )
        self.cases = counter("cases", "Cases that changed, once per batch that changed them.")
        self.late = counter("late_events", "Events for cases that were retired: stored only.")
        self.steps = counter("step", "Time spent, waiting included.", "step", unit="seconds")
        self.positions_lost = counter(
            "positions_lost", "Batches that were dropped because another worker had taken over."
        )
        self.retries = counter(
            "batch_retries", "Batches begun anew because another session had been in the way."
        )
        self.batches = Histogram(
            "batch_records",
            "Records in a batch.",
            namespace="procesmijn",
            buckets=BATCH_RECORDS,
            registry=registry,
        )
        self.freshness = Freshness(registry)
        self.lag = gauge(
            "lag", "Offsets behind the end of the log.", "topic", "partition", unit="offsets"
        )
        self.paused = gauge(
            "paused_partition", "1 for a partition that stands still.", "topic", "partition"
        )
        self.asides = counter(
            "aside_failures", "What goes on beside reading failed, and began anew.", "part"
        )
        for part in ASIDES:
            self.asides.labels(part)
        self.outbox = gauge("outbox_messages", "Messages that wait to be sent.")
        self.store_away = gauge("store_unavailable", "1 while the database is away.")

    def applied(self, lot: Lot, applied: Applied) -> None:
        """Count a batch that was committed."""
        self.events.inc(applied.stored)
        self.duplicates.inc(applied.duplicates)
        self.skipped.inc(applied.skipped)
        self.undeclared.inc(lot.undeclared)
        self.cases.inc(applied.cases)
        self.late.inc(applied.late)
        self.retries.inc(applied.retries)
        for reason, letters in lot.refused.items():
            self.dead_letters.labels(reason).inc(letters)
        for step in lot.steps:
            self.steps.labels(step.name).inc(step.seconds)
        for step in applied.steps:
            self.steps.labels(f"apply.{step.name}").inc(step.seconds)
        self.steps.labels("apply").inc(applied.seconds)
        self.batches.observe(lot.records)
        self.freshness.observe(lot.timestamps_us, applied.committed_us)

    def failed_aside(self, part: str) -> None:
        """Count what failed beside reading."""
        self.asides.labels(part).inc()

    def reading(self, lags: Mapping[Partition, int], stalled: Iterable[tuple[str, int]]) -> None:
        """Show where reading stands; partitions that went to another worker disappear."""
        _show(self.lag, {(it.topic, str(it.number)): offsets for it, offsets in lags.items()})
        _show(self.paused, {(topic, str(number)): 1 for topic, number in stalled})


def _show(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
    """Set what there is, then take away what is gone: the pages read at any moment in between."""
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
    shown = {tuple(it.labels.values()) for metric in gauge.collect() for it in metric.samples}
    for labels in shown - values.keys():
        gauge.remove(*labels)
