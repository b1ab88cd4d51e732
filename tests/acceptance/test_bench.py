"""The benchmark works: every figure is there and adds up. How large they are is not its subject."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.asked import events_asked

RECORDS = 5_000
EVENTS = 20_000


def run(module: str, file: Path, events: int, **told: str) -> str:
    """A benchmark of so many events that writes its figures to a file; gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, file],
        env={**os.environ, "BENCH_EVENTS": str(events), **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_peers_are_right_or_wrong_about_late_events_and_it_says_which(folder: Path) -> None:
    file = folder / "peers.json"
    run("benchmarks.peers", file, RECORDS)
    peers = {peer["name"]: peer for peer in json.loads(file.read_text())["peers"]}
    right = {name for name, peer in peers.items() if peer["is_right"]}
    assert right == {"procesmijn", "polars", "DuckDB", "pm4py, local times"}
    assert peers["pm4py"]["wrong_pairs"] == 20
    assert all(peer["events_per_second"] > 0 and peer["version"] for peer in peers.values())


def test_the_benchmark_measures_everything_that_it_promises(folder: Path) -> None:
    file = folder / "figures.json"
    told = run("benchmarks", file, RECORDS)
    figures = json.loads(file.read_text())
    compared = (
        *("poll_per_second", "whole_per_second", "ratio", "cost_per_event_3m_to_1m"),
        *("freshness_at_2000_p99_ms", "freshness_at_100_p99_ms"),
        *("batch_ratio_to_pm4py", "worker_peak_mb"),
    )
    assert all(figures[name] > 0 for name in compared)
    assert figures["versions"]["kafka-python"].startswith("3.0.")
    assert figures["versions"]["postgresql"].startswith("18.")
    assert figures["machine"]["processors"] == os.cpu_count()
    for leg in figures["legs"]:
        notes = leg["notes"]
        assert notes["records"] == RECORDS == notes["stored"] + notes["duplicates"]
        assert notes["duplicates"] > 0
        assert {"poll", "decode", "apply", "apply.events", "apply.write"} <= set(
            notes["seconds_by_step"]
        )
    assert "the whole way, one worker" in told
    assert "ratio to pm4py" in told


def test_the_benchmark_of_flows_reads_what_it_filled(folder: Path) -> None:
    file = folder / "flows.json"
    run("benchmarks.flows", file, EVENTS)
    figures = json.loads(file.read_text())
    assert figures["filled"]["events"] >= EVENTS
    seconds = figures["seconds"]
    assert seconds["whole"] >= max(seconds["graph"], seconds["discover"], seconds["draw"]) > 0
    assert figures["command"]["seconds"] > figures["whole_seconds"] == seconds["whole"]
    assert figures["command"]["cpu_seconds"] > 0


def test_the_benchmark_of_workers_says_what_they_wait_for(folder: Path) -> None:
    file = folder / "workers.json"
    told = run("benchmarks.workers", file, RECORDS, BENCH_WORKERS="2")
    runs = json.loads(file.read_text())["runs"]
    assert [(run["workers"], run["is_scattered"]) for run in runs] == [(2, False), (2, True)]
    for run_ in runs:
        assert run_["records"] == RECORDS
        assert run_["deadlocks"] == 0
        assert run_["cpu_us"] > 0
        assert sum(run_["waits"].values()) == pytest.approx(1, abs=0.01)
    assert "sessions were" in told


def test_the_benchmark_of_imports_counts_what_was_stored(folder: Path) -> None:
    file = folder / "import.json"
    run("benchmarks.imports", file, RECORDS)
    figures = json.loads(file.read_text())
    assert [it["events"] for it in figures["imports"]] == [RECORDS // 2, RECORDS]
    assert all(it["cpu_seconds"] > 0 < it["database_cpu_seconds"] for it in figures["imports"])
    assert figures["per_second"] > 0


def test_the_benchmark_of_history_counts_what_it_grew(folder: Path) -> None:
    file = folder / "history.json"
    told = run("benchmarks.history", file, EVENTS, BENCH_LEGS="2,3")
    figures = json.loads(file.read_text())
    measured = [(it["history"], it["is_after_checkpoint"]) for it in figures["costs"]]
    new = EVENTS * 3 // 10
    first, second = 2 * EVENTS, 3 * EVENTS + 2 * new
    assert measured == [(first, True), (first + new, False), (second, True), (second + new, False)]
    assert all(it["own_cpu_us"] > 0 < it["database_cpu_us"] for it in figures["costs"])
    assert all(it["wal_bytes"] > 100 for it in figures["costs"])
    [of_event] = [it for it in figures["sizes"][str(second)] if it["name"] == "stream.event"]
    assert 200 < of_event["bytes_per_event"] < 600
    assert "to the first" in told


@pytest.mark.parametrize("asked", ["many", "", "10", "5000,6000"])
def test_what_cannot_be_measured_is_refused_with_what_could(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("BENCH_EVENTS", asked)
    with pytest.raises(SystemExit, match=r"whole number of 1,000 or more, such as BENCH_EVENTS=70"):
        events_asked(70_000)
