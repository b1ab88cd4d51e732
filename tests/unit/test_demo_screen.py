"""What the demonstration shows: what the worker's metrics come to, and how it fits a terminal."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console

from consumers.metrics import Metrics
from procesmijn.demo.gauges import LastMinute, Reading, read
from procesmijn.demo.screen import Figures, final, live, span
from procesmijn.store.reports import HandoverRow, PendingRow

WAIT = HandoverRow("servicedesk", "network", 3591, 900, 7.5e4, 4.0, 1e5, 1.1e4, 3.0, 5e4, "start")
PENDING = PendingRow("it", None, 39, datetime(2026, 10, 1, tzinfo=UTC), 3e5, 4e4)
FIGURES = Figures(
    present=datetime(2026, 10, 27, 10, 4, tzinfo=UTC),
    speed=60.0,
    events=43_281,
    cases=8_162,
    handovers=23_912,
    duplicates=205,
    lag=0,
    per_second=1.5,
    p50_seconds=0.016,
    p99_seconds=None,
    waits={f"process {number}": [WAIT] * number for number in range(13)},
    pending=[PENDING] * 12,
    dead_letters={"unknown-type": 10, "not-json": 6},
    labels={"servicedesk": "Service desk", "network": "Network management", "it": "IT"},
    titles={"process 12": "Twelfth process"},
)


def shown(height: int, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height)
    console.print(live(FIGURES, ["one", "two", "three"], height))
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue().splitlines()


@pytest.mark.parametrize("height", [24, 30, 40, 60])
def test_the_screen_fits_the_terminal(height: int) -> None:
    lines = shown(height)
    assert len(lines) <= height
    assert not any("…" in line for line in lines)
    assert lines[-1].strip() == "three"


def test_a_larger_terminal_shows_more() -> None:
    assert len(shown(60)) > len(shown(24))


def test_figures_are_shown_as_people_say_them() -> None:
    text = "\n".join(shown(60))
    assert "Tuesday 27 October 2026, 10:04" in text
    assert "freshness p50 16 ms, p99 -" in text
    assert "16 dead letters: unknown-type 10, not-json 6" in text
    assert "Service desk → Network management    3,591   20.8 h   27.8 h    3.1 h   13.9 h" in text
    assert "nobody that is known → IT" in text
    assert "Twelfth process" in text
    console = Console(file=io.StringIO(), width=80)
    letters = {f"reason-{number}": number for number in range(12)}
    console.print(final(replace(FIGURES, dead_letters=letters)))
    assert isinstance(console.file, io.StringIO)
    assert "43,281 events" in console.file.getvalue()
    assert all(reason in console.file.getvalue() for reason in letters)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "-"),
        (0.0164, "16 ms"),
        (1.0, "1 s"),
        (119, "119 s"),
        (600, "10 min"),
        (7200, "2.0 h"),
        (172_800, "2.0 d"),
    ],
)
def test_lengths_of_time(seconds: float | None, said: str) -> None:
    assert span(seconds) == said


def test_the_metrics_of_a_worker_are_read() -> None:
    """From the very page that a worker serves."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)

    def page() -> str:
        return generate_latest(registry).decode()

    metrics.events.inc(1000)
    metrics.freshness.observe([0], time.time_ns() // 1000)
    minute = LastMinute(read(page(), 100.0))
    metrics.events.inc(30)
    metrics.duplicates.inc(5)
    metrics.dead_letters.labels("not-json").inc(5)
    metrics.lag.labels("events", 0).set(7)
    metrics.lag.labels("events", 1).set(4)
    metrics.freshness.observe([1_000_000 - 15_000] * 99 + [1_000_000 - 700_000], 1_000_000)
    reading = read(page(), 110.0)
    assert (reading.records, reading.duplicates, reading.lag) == (1040, 5, 11)
    pace = minute.add(reading)
    assert pace.per_second == 4.0
    assert pace.p50_seconds is not None
    assert 0.01 < pace.p50_seconds < 0.02
    assert pace.p99_seconds is not None
    assert 0.01 < pace.p99_seconds <= 0.02


def test_what_was_more_than_a_minute_ago_is_forgotten() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    minute = LastMinute(read(generate_latest(registry).decode(), 0.0))
    metrics.events.inc(600)
    metrics.freshness.observe([0], 5_000_000)
    busy = minute.add(read(generate_latest(registry).decode(), 10.0))
    assert busy.per_second == 60.0
    quiet = minute.add(read(generate_latest(registry).decode(), 65.0))
    assert quiet.per_second == 0.0
    assert quiet.p99_seconds is None


def test_a_worker_that_was_started_anew_begins_another_minute() -> None:
    before = Reading(0.0, 600, 0, 0, (1.0, inf), (600, 600))
    after = Reading(5.0, 3, 0, 0, (1.0, inf), (3, 3))
    minute = LastMinute(before)
    assert minute.add(after) == (0.0, None, None)
    assert minute.add(after._replace(at_seconds=10.0, records=13, of_age=(13, 13)))[0] == 2.0
