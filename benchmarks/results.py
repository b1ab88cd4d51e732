"""The figures: as a table for people, and as JSON for whoever compares runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.batch import Batch
from benchmarks.freshness import Freshness
from benchmarks.whole import Run

FRESH_AIMS_MS = (100, 50)
LATEST = Path(__file__).with_name("results") / "latest.json"


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run of the benchmark measured."""

    machine: dict[str, object]
    versions: dict[str, str]
    records: int
    """Of one leg."""
    polls_per_second: Sequence[float]
    """Some before the first leg, and as many after it."""
    legs: Sequence[Run]
    """Each on top of those before it."""
    agreed: Run
    """One more, under agreements that name most of its events."""
    freshness: Sequence[Freshness]
    """At one rate after the other."""
    batch: Batch

    @property
    def poll_per_second(self) -> float:
        """Over all of them together."""
        return len(self.polls_per_second) / sum(1 / rate for rate in self.polls_per_second)

    @property
    def ratio(self) -> float:
        """Of the whole way to the raw poll rate."""
        return self.legs[0].per_second / self.poll_per_second

    @property
    def cost_growth(self) -> float:
        """Processor time per record on top of three legs, to that on top of one."""
        return self.legs[3].cpu_us_per_record / self.legs[1].cpu_us_per_record

    @property
    def cost_of_agreements(self) -> float:
        """Processor time per record under agreements, to that on top of three legs without."""
        return self.agreed.cpu_us_per_record / self.legs[3].cpu_us_per_record

    def as_json(self) -> dict[str, object]:
        """What the file holds: first what runs are compared by, then everything."""
        return {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "events": self.records,
            "poll_per_second": round(self.poll_per_second),
            "whole_per_second": round(self.legs[0].per_second),
            "ratio": round(self.ratio, 3),
            "cost_per_event_3m_to_1m": round(self.cost_growth, 3),
            "cost_per_event_under_agreements": round(self.cost_of_agreements, 3),
            **{
                f"freshness_at_{it.per_second}_p99_ms": round(it.p99_ms, 1) for it in self.freshness
            },
            "batch_ratio_to_pm4py": round(self.batch.ratio, 1),
            "worker_peak_mb": round(max(leg.notes.peak_mb for leg in (*self.legs, self.agreed))),
            "versions": self.versions,
            "machine": self.machine,
            "polls_per_second": [round(rate) for rate in self.polls_per_second],
            "legs": [asdict(leg) for leg in self.legs],
            "under_agreements": asdict(self.agreed),
            "freshness": [asdict(it) for it in self.freshness],
            "batch": asdict(self.batch),
        }

    def save(self, file: Path) -> None:
        """Write them as JSON."""
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(self.as_json(), indent=2) + "\n")

    def show(self) -> None:
        """Print the table."""
        table = Table("what", "figure", "", title=f"{self.records:,} records a leg")
        for what, figure, note in self._rows():
            table.add_row(what, figure, note)
        Console(width=100).print(table)

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        first = self.legs[0]
        yield "raw poll rate of kafka-python", f"{self.poll_per_second:,.0f}/s", "before and after"
        yield "the whole way, one worker", f"{first.per_second:,.0f}/s", "to the last commit"
        yield "ratio", f"{self.ratio:.3f}", "aim: 0.3"
        yield from rows_of(first)
        for number, leg in enumerate(self.legs):
            yield (
                f"on top of {number * self.records:,} records",
                f"{leg.per_second:,.0f}/s",
                f"{leg.cpu_us_per_record:.1f} us of processor time each",
            )
        yield "cost on top of 3 legs to that on 1", f"{self.cost_growth:.2f}", "processor time"
        yield (
            "under agreements on most events",
            f"{self.agreed.per_second:,.0f}/s",
            f"{self.agreed.cpu_us_per_record:.1f} us each, {self.cost_of_agreements:.2f} times",
        )
        for fresh, aim in zip(self.freshness, FRESH_AIMS_MS, strict=True):
            yield f"freshness at {fresh.per_second:,}/s, p50", f"{fresh.p50_ms:.0f} ms", ""
            yield "p90", f"{fresh.p90_ms:.0f} ms", ""
            yield "p99", f"{fresh.p99_ms:.0f} ms", f"aim: under {aim}"
            yield "slowest", f"{fresh.max_ms:.0f} ms", f"of {fresh.events:,} events"
        batch = self.batch
        found = f"{batch.handovers:,} in {batch.events:,} events"
        yield "batch handovers, ours", f"{batch.ours_per_second:,.0f}/s", found
        yield "on one processor", f"{batch.one_processor_per_second:,.0f}/s", ""
        yield "from the frame to means", f"{batch.from_frame_per_second:,.0f}/s", ""
        yield "all that is mined", f"{batch.all_mined_per_second:,.0f}/s", ""
        yield "pm4py on the same frame", f"{batch.pm4py_per_second:,.0f}/s", ""
        yield "ratio to pm4py", f"{batch.ratio:.1f}", "aim: 40"


def rows_of(run: Run) -> Iterator[tuple[str, str, str]]:
    """What reading a leg took, by process and by step."""
    notes, records = run.notes, run.notes.records
    cases = f"{records / notes.batches:,.0f} records, {notes.cases / notes.batches:,.0f}"
    yield "a batch, on average", f"{cases} cases", ""
    for name, seconds in (
        ("worker, reading", notes.reading_cpu_seconds),
        ("worker, applying", notes.cpu_seconds - notes.reading_cpu_seconds),
        ("database", run.database_cpu_seconds),
        ("broker", run.broker_cpu_seconds),
    ):
        yield f"processor time of {name}", f"{seconds:.1f} s", _each(seconds, records)
    yield "peak memory of the worker", f"{notes.peak_mb:,.0f} MB", "its processes together"
    for step, seconds in notes.seconds_by_step.items():
        yield f"step {step}", f"{seconds:.2f} s", _each(seconds, records)


def show_way(run: Run) -> None:
    """Print a leg by itself."""
    table = Table("what", "figure", "", title=f"{run.notes.records:,} records")
    table.add_row("the whole way, one worker", f"{run.per_second:,.0f}/s", "to the last commit")
    for what, figure, note in rows_of(run):
        table.add_row(what, figure, note)
    Console(width=100).print(table)


def _each(seconds: float, records: int) -> str:
    return f"{1e6 * seconds / records:.2f} us a record"
