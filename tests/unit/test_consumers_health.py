"""The three pages, and what they count."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import uuid
from collections import UserDict
from collections.abc import ItemsView
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from consumers import health
from consumers.chunk import Chunk
from consumers.health import Pulse
from consumers.lot import Lot
from consumers.metrics import Metrics
from procesmijn.batch import Applied, Arrival, Batch, DeadLetter, Origin, Partition, Span, Step
from schemas.event import Event, Record

MANUAL = Path(__file__).parents[2] / "docs" / "worker.md"
PARTITION = Partition(uuid.UUID(int=1), 0, "events")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def test_a_worker_is_ready_once_it_is_a_member_and_its_store_is_there(
    registry: CollectorRegistry,
) -> None:
    pulse = Pulse(allowed_seconds=60)
    with health.serving(pulse, registry, 0, "127.0.0.1") as port:
        assert get(port, "/healthz") == (200, "ok\n")
        assert get(port, "/readyz") == (
            503,
            "Kafka is away, or the consumer group has not settled\n",
        )
        pulse.beat(is_member=True)
        assert get(port, "/readyz?verbose") == (200, "ok\n")
        pulse.trouble = "PostgreSQL does not answer"
        assert get(port, "/readyz") == (503, "PostgreSQL does not answer\n")
        assert get(port, "/healthz") == (200, "ok\n")
        assert get(port, "/else")[0] == 404
        Metrics(registry).events.inc(3)
        assert "procesmijn_events_total 3.0" in get(port, "/metrics")[1]
    with pytest.raises(urllib.error.URLError):
        get(port, "/healthz")


def test_a_loop_that_does_not_turn_is_dead(registry: CollectorRegistry) -> None:
    pulse = Pulse(allowed_seconds=60, is_member=True)
    pulse.turned_at -= 61
    with health.serving(pulse, registry, 0, "127.0.0.1") as port:
        assert get(port, "/healthz") == (503, "the loop has not turned for 61 s\n")
        assert get(port, "/readyz")[0] == 503
        pulse.beat(is_member=True)
        assert get(port, "/healthz")[0] == 200


def test_a_committed_batch_is_counted(registry: CollectorRegistry) -> None:
    metrics = Metrics(registry)
    ages_us = [0, 4_000, 6_000, 3_000_000, 200_000_000_000, -5]
    records = [
        Record("events", 0, n, 100_000_000 - age, None, b"") for n, age in enumerate(ages_us)
    ]
    letters = tuple(
        DeadLetter(Origin(PARTITION, n), 0, reason, "", None, None, ())
        for n, reason in enumerate(("not-json", "unknown-type", "not-json"))
    )
    arrivals = tuple(
        Arrival(Event("/hr", "1", "step", 0, (), extras=extras)) for extras in (2, 0, 5)
    )
    batch = Batch((Span(PARTITION, 1, 0, 6, 6, skipped=1),), arrivals, letters)
    lot = Lot(steps=[Step("decode", 0, 250_000_000)])
    lot.add([Chunk(PARTITION, 1, 0, 6, records)], batch)
    steps = (Step("insert", 0, 500_000_000), Step("commit", 500_000_000, 750_000_000))
    metrics.applied(
        lot,
        Applied(stored=2, duplicates=3, skipped=1, cases=5, steps=steps, committed_us=100_000_000),
    )

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"procesmijn_{name}", labels)

    assert value("events_total") == 2
    assert value("duplicates_total") == 3
    assert value("dead_letters_total", reason="not-json") == 2
    assert value("dead_letters_total", reason="unknown-type") == 1
    assert value("skipped_records_total") == 1
    assert value("cases_total") == 5
    assert value("undeclared_fields_total") == 7
    assert value("step_seconds_total", step="decode") == 0.25
    assert value("step_seconds_total", step="apply.insert") == 0.5
    assert value("step_seconds_total", step="apply") == 0.75
    assert value("batch_records_sum") == 6
    assert value("freshness_seconds_bucket", le="0.005") == 3
    assert value("freshness_seconds_bucket", le="0.01") == 4
    assert value("freshness_seconds_bucket", le="5.0") == 5
    assert value("freshness_seconds_bucket", le="86400.0") == 5
    assert value("freshness_seconds_bucket", le="+Inf") == 6
    assert value("freshness_seconds_count") == 6
    assert value("freshness_seconds_sum") == pytest.approx(200_003.01)


def test_a_partition_that_went_away_is_not_shown_any_more(registry: CollectorRegistry) -> None:
    metrics = Metrics(registry)
    labels = {"topic": "events", "partition": "0"}
    metrics.reading({PARTITION: 7}, [("events", 0)])
    assert registry.get_sample_value("procesmijn_lag_offsets", labels) == 7
    assert registry.get_sample_value("procesmijn_paused_partition", labels) == 1
    metrics.reading({}, [])
    assert registry.get_sample_value("procesmijn_lag_offsets", labels) is None
    assert registry.get_sample_value("procesmijn_paused_partition", labels) is None


def test_the_manual_lists_every_metric_and_no_other(registry: CollectorRegistry) -> None:
    Metrics(registry)
    families = list(registry.collect())
    names = {it.name + ("_total" if it.type == "counter" else "") for it in families}
    assert set(re.findall(r"^\| `(procesmijn_\w+)", MANUAL.read_text(), re.MULTILINE)) == names
    assert all(family.documentation for family in families)


def test_a_page_that_is_read_meanwhile_misses_nothing(registry: CollectorRegistry) -> None:
    """Prometheus would take a gauge that is gone for a moment for one that has ended."""
    metrics = Metrics(registry)
    pages: list[str] = []

    class Watched(UserDict[Partition, int]):
        def items(self) -> ItemsView[Partition, int]:
            pages.append(generate_latest(registry).decode())
            return super().items()

    another = Partition(uuid.UUID(int=1), 1, "events")
    metrics.reading({PARTITION: 5, another: 1}, [("events", 1)])
    metrics.reading(Watched({PARTITION: 7}), [])
    pages.append(generate_latest(registry).decode())
    lag = 'procesmijn_lag_offsets{{partition="{}",topic="events"}} {}'
    assert lag.format(0, "5.0") in pages[0]
    assert lag.format(0, "7.0") in pages[1]
    assert lag.format(1, "1.0") in pages[0]
    assert lag.format(1, "") not in pages[1]
    assert "procesmijn_paused_partition{" not in pages[1]
