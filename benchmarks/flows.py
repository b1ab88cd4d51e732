"""``make bench-flows``: how long a BPMN model takes when there are ten million events.

The tables that the command reads, cases and flow counts, are filled by the core from cases that are
made up, three years of them; no event is sent, since none is read. ``BENCH_EVENTS`` sets their
number. ``python -m benchmarks.flows FILE`` writes the figures to another file than
``benchmarks/results/flows.json``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

import numpy as np
import psycopg

from benchmarks.asked import events_asked, file_asked
from benchmarks.machine import command, describe
from procesmijn.catalogue import default
from procesmijn.core.flow_counts import flow_counts, net
from procesmijn.core.frames import FLOW, STEP, Rows
from procesmijn.core.traces import variant_key
from procesmijn.embedded import Embedded
from procesmijn.flows import bpmn
from procesmijn.flows.discovery import discover
from procesmijn.flows.quality import quality
from procesmijn.store import Store, flows
from procesmijn.store.filters import CaseFilter, Period

FILE: Final = Path(__file__).with_name("results") / "flows.json"
PROCESS: Final = "orders"
DAYS: Final = 3 * 365
DAY_US: Final = 86_400_000_000
FIRST: Final = datetime(2023, 1, 2, tzinfo=UTC)
FIRST_US: Final = int(FIRST.timestamp()) * 1_000_000
STAGES: Final = 10
ACTIVITIES: Final = 3 * STAGES
SHARDS: Final = 4
CASES_AT_ONCE: Final = 50_000
RUNS: Final = 7
AIM_SECONDS: Final = 1.0

_FLOW: Final = (
    *(sys.executable, "-m", "procesmijn.cli", "flow", PROCESS),
    *("--by", "graph", "--as", "bpmn"),
)

_Result = TypeVar("_Result")

_CASES: Final = """
COPY mining."case" (object_key, process, started_at, ended_at, closed_at, processing_us, events,
    unassigned, handovers, parties, revisits, revisits_direct, pingpongs, pingpongs_direct, repeats,
    variant, trace_hash, trace) FROM STDIN"""
_COUNTS: Final = """
COPY mining.flow_day (process, day, from_activity, to_activity, shard, n, wait_us) FROM STDIN"""


@dataclass(frozen=True, slots=True)
class Filled:
    """How much there is to read."""

    events: int
    cases: int
    variants: int
    activities: int
    counts: int
    """Rows of flow counts, by day."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Medians over some runs, in seconds, of a process whose imports are loaded."""

    graph: float
    """Reading the directly-follows graph from the counts."""
    discover: float
    draw: float
    whole: float
    """All three: from the database to the BPMN document."""
    whole_slowest: float
    variants: float
    """Reading the variants from the cases, by which the command tells how well the model fits."""
    quality: float
    timed_variants: float
    """The variants with their times, as ``--as variants`` shows them."""
    chosen_variants: float
    """The same of the cases that have one activity and not another: ``--with``, ``--without``."""
    chosen_graph: float
    """The graph of these cases, from their traces."""


def main(file: Path = FILE) -> None:
    """Fill, measure, print the figures and write them to a file."""
    events = events_asked(10_000_000)
    machine = describe()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", kafka=False) as servers,
    ):
        store = Store(servers.database_url)
        store.migrate()
        store.activate(default().with_process(PROCESS))
        filled = _fill(store, events)
        timed = _measure(store)
        store.close()
        imports = command([sys.executable, "-c", "import procesmijn.flows.quality"], {})
        reached = {"PROCESMIJN_DATABASE_URL": servers.database_url}
        judged = command([*_FLOW, "--out", f"{folder}/judged.bpmn"], reached)
        told = command([*_FLOW, "--no-quality", "--out", f"{folder}/quick.bpmn"], reached)
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aim_seconds": AIM_SECONDS,
        "whole_seconds": round(timed.whole, 4),
        "command": told._asdict(),
        "command_with_quality": judged._asdict(),
        "imports_of_the_command": imports._asdict(),
        "filled": asdict(filled),
        "seconds": {name: round(seconds, 4) for name, seconds in asdict(timed).items()},
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def _fill(store: Store, events: int) -> Filled:
    """Cases that go one of some hundred ways, a few of them often, started evenly over the days."""
    names = [f"Activity {number:02}" for number in range(1, ACTIVITIES + 1)]
    store.resolve([PROCESS, *names])
    codes, process = [store.terms.code(name) for name in names], store.terms.code(PROCESS)
    rng = np.random.default_rng(10)
    ways = _ways(rng)
    keys = [variant_key(names[step] for step in way) for way in ways]
    often = 1 / np.arange(1, len(ways) + 1)
    done = cases = 0
    counts = [np.empty(0, dtype=FLOW)] * SHARDS
    with psycopg.connect(store.url) as connection:
        while done < events:
            number = min(CASES_AT_ONCE, max((events - done) // STAGES, 1))
            taken = rng.choice(len(ways), number, p=often / often.sum())
            traces = [_trace([codes[step] for step in ways[way]], rng) for way in taken]
            with connection.cursor().copy(_CASES) as copy:
                for at, (way, trace) in enumerate(zip(taken.tolist(), traces, strict=True)):
                    copy.write_row(_case(cases + at, process, keys[way], trace))
            shard = cases // CASES_AT_ONCE % SHARDS
            counted = flow_counts(np.full(number, process, dtype=np.int32), traces)
            counts[shard] = net(np.empty(0, dtype=FLOW), np.concatenate([counts[shard], counted]))
            done += sum(map(len, traces)) // STEP.itemsize
            cases += number
            print(f"{done:,} events", file=sys.stderr, flush=True)
        with connection.cursor().copy(_COUNTS) as copy:
            for shard, rows in enumerate(counts):
                for row in _count_rows(rows, shard):
                    copy.write_row(row)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Filled(done, cases, len(ways), ACTIVITIES, sum(map(len, counts)))


def _ways(rng: np.random.Generator) -> list[list[int]]:
    """Sequences of activities: at each stage one of three or none, now and then two, or again."""
    found: dict[tuple[int, ...], None] = {}
    while len(found) < 600:
        way: list[int] = []
        for stage in range(STAGES):
            options = rng.permutation(3)[: rng.choice([0, 1, 1, 1, 1, 2])]
            way += (3 * stage + options).tolist()
            if rng.random() < 0.1 and len(way) > 2:
                way += way[-2:]
        found[tuple(way or [0])] = None
    return [list(way) for way in found]


def _trace(codes: list[int], rng: np.random.Generator) -> bytes:
    steps = np.empty(len(codes), dtype=STEP)
    steps["activity"] = codes
    start_us = FIRST_US + int(rng.integers(DAYS)) * DAY_US
    steps["completed_us"] = start_us + np.cumsum(rng.integers(1, DAY_US, len(codes)))
    steps["completed_on"] = steps["completed_us"] // DAY_US
    return steps.tobytes()


def _case(key: int, process: int, variant: int, trace: bytes) -> tuple[object, ...]:
    steps = np.frombuffer(trace, dtype=STEP)
    first, last = (
        FIRST + timedelta(microseconds=int(us) - FIRST_US) for us in steps["completed_us"][[0, -1]]
    )
    return (key, process, first, last, last, 0, len(steps), 0, 0, 1, *5 * (0,), variant, 0, trace)


def _count_rows(rows: Rows, shard: int) -> Iterator[tuple[object, ...]]:
    for process, day, before, after, number, wait_us in rows.tolist():
        on = datetime(1970, 1, 1, tzinfo=UTC).date() + timedelta(days=day)
        yield process, on, before, after, shard, number, wait_us


def _measure(store: Store) -> Timed:
    """The steps of ``flow --by graph --as bpmn``, as that takes them."""
    runs = []
    with store.reader() as connection:
        for _ in range(RUNS):
            read, graph = _seconds(partial(flows.graph, PROCESS, Period(), store.terms, connection))
            found, model = _seconds(partial(discover, graph))
            drawn, _ = _seconds(partial(bpmn.write, model.tree, PROCESS))
            runs.append((read, found, drawn))
        told, variants = _seconds(partial(flows.variants, PROCESS, store.terms, connection))
        judged, _ = _seconds(partial(quality, model.tree, variants))
        timed, _ = _seconds(partial(flows.timed_variants, PROCESS, store.terms, connection))
        some = CaseFilter(having=("Activity 05",), lacking=("Activity 10",))
        chosen, _ = _seconds(partial(flows.timed_variants, PROCESS, store.terms, connection, some))
        chosen_graph, _ = _seconds(
            partial(flows.graph, PROCESS, Period(), store.terms, connection, some)
        )
    wholes = [sum(run) for run in runs]
    read, found, drawn = (median(part) for part in zip(*runs, strict=True))
    return Timed(
        *(read, found, drawn, median(wholes), max(wholes)),
        *(told, judged, timed, chosen, chosen_graph),
    )


def _seconds(step: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.perf_counter()
    result = step()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
