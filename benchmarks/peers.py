"""Who is right about handovers when events come late, and how fast: ``make bench-peers``.

One frame of completed steps in the order in which they arrived, with 4% of them late, is given to
each as it is. Each gives the mean working time of the handovers between every two parties, and is
right when that is what a plain loop over the definitions gives.

- procesmijn: as in :mod:`benchmarks.batch`, and on to means. It lets work overlap; in this frame it
  does not.
- polars and DuckDB: written by hand, for this frame. Each handover follows from the row before it
  in its case, and working time from a table of dates; both use every processor.
- pm4py: ``discover_performance_dfg`` over the parties, with business hours and a work calendar. The
  handovers of a party to itself, which are none, are left out for it. It drops the zone of what it
  is given; so it comes twice, the second time with local times that have none.

``BENCH_EVENTS`` sets the size of the frame. ``python -m benchmarks.peers FILE`` writes the figures
to another file than ``benchmarks/results/peers.json``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks import batch, others
from benchmarks.asked import events_asked, file_asked
from benchmarks.batch import COMPLETION
from benchmarks.machine import describe
from benchmarks.others import Means
from procesmijn.core.frames import ObjectEvents

FILE: Final = Path(__file__).with_name("results") / "peers.json"
LATE_SHARE: Final = 0.04
LATE_WITHIN: Final = timedelta(days=10)
REPEATS: Final = 3
TOLERANCE_SECONDS: Final = 0.001


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to the means: what may be made of the frame beforehand, and what is measured."""

    name: str
    version: str
    load: Callable[[pd.DataFrame], Any]
    means: Callable[[Any], Means]


@dataclass(frozen=True, slots=True)
class Measured:
    """How one of them did."""

    name: str
    version: str
    is_right: bool
    wrong_pairs: int
    """Pairs of parties whose mean is another, or that it lacks or has too many."""
    events_per_second: float
    """By the clock, the best of some repeats, without what is made of the frame beforehand."""
    cpu_us_per_event: float
    """Of all processors together."""


def main(file: Path = FILE) -> None:
    """Measure all of them, print the table, and write the figures to a file."""
    frame = late_frame(events_asked(250_000))
    machine = describe()
    truth = others.plain_means(frame)
    measured = [measure(peer, frame, truth) for peer in peers()]
    table = Table(
        *("", "version", "is right", "events/s", "ours to it", "processor time"),
        title=f"{len(frame):,} events",
    )
    ours = measured[0].events_per_second
    for one in measured:
        verdict = "yes" if one.is_right else f"no: {one.wrong_pairs} of {len(truth)} pairs are not"
        rate, cpu = f"{one.events_per_second:,.0f}", f"{one.cpu_us_per_event:.2f} us an event"
        ratio = f"{ours / one.events_per_second:.1f}"
        table.add_row(one.name, one.version, verdict, rate, ratio, cpu)
    Console(width=100).print(table)
    file.write_text(
        json.dumps(
            {
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "events": len(frame),
                "late_share": LATE_SHARE,
                "machine": machine,
                "ratio_of_ours": {
                    one.name: round(ours / one.events_per_second, 1) for one in measured
                },
                "peers": [asdict(one) for one in measured],
            },
            indent=2,
        )
        + "\n"
    )


def peers() -> list[Peer]:
    """All of them, ours first."""
    rules, code = batch.make_rules()
    name_of = {number: name for name, number in code.items()}

    def ours(events: ObjectEvents) -> Means:
        means = batch.mean_waits(batch.handovers(events, rules)).reset_index()
        pairs = zip(means["supplier"].map(name_of), means["customer"].map(name_of), strict=True)
        return dict(zip(pairs, means["wait_working_us"] / 1e6, strict=True))

    return [
        Peer(
            "procesmijn",
            version("procesmijn"),
            lambda frame: batch.object_events(frame, code),
            ours,
        ),
        Peer("polars", version("polars"), others.polars_load, others.polars_means),
        Peer("DuckDB", version("duckdb"), others.duckdb_load, others.duckdb_means),
        Peer("pm4py", version("pm4py"), lambda frame: frame, others.pm4py_means),
        Peer("pm4py, local times", version("pm4py"), others.local_times, others.pm4py_means),
    ]


def late_frame(events: int) -> pd.DataFrame:
    """The frame of :mod:`benchmarks.batch` in order of arrival: when completed, or later."""
    frame = batch.make_frame(events)
    random = np.random.default_rng(20_27)
    late = np.where(random.random(len(frame)) < LATE_SHARE, random.random(len(frame)), 0)
    arrival = frame[COMPLETION] + pd.to_timedelta(late * LATE_WITHIN.total_seconds(), unit="s")
    return frame.iloc[arrival.argsort(kind="stable")].reset_index(drop=True)


def measure(peer: Peer, frame: pd.DataFrame, truth: Means) -> Measured:
    """Time one of them, and hold what it gives against the truth."""
    wall, cpu = [], []
    for _ in range(REPEATS):
        loaded = peer.load(frame)
        began, cpu_began = time.perf_counter(), time.process_time()
        means = peer.means(loaded)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - cpu_began)
    wrong = sum(
        not abs(means.get(pair, np.nan) - truth.get(pair, np.nan)) <= TOLERANCE_SECONDS
        for pair in means.keys() | truth.keys()
    )
    rate = len(frame) / min(wall)
    return Measured(peer.name, peer.version, not wrong, wrong, rate, 1e6 * min(cpu) / len(frame))


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
