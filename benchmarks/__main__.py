"""``make bench``: every figure of the service in one run, on servers of its own.

``BENCH_EVENTS`` sets the records of a leg (default: a million; there are four legs, and a fifth
under agreements that name most of its events). Figures of less than 100,000 only show that the
benchmark works. ``python -m benchmarks FILE`` writes them to another file than
``benchmarks/results/latest.json``. With ``BENCH_ONLY=way`` one leg is read and printed, and nothing
is written: with ``BENCH_EVENTS=300000`` what a change to the way of a record brings shows in a
minute.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import batch, freshness
from benchmarks.asked import events_asked, file_asked
from benchmarks.events import Leg
from benchmarks.fill import fill
from benchmarks.freshness import Freshness
from benchmarks.machine import describe, versions
from benchmarks.poll import poll_per_second
from benchmarks.results import LATEST, Results, show_way
from benchmarks.whole import Place, Run, read_leg
from procesmijn.embedded import Embedded

LEGS = 4
POLLS = 2
FRESH_PER_SECOND = (2_000, 100)
FRESH_SECONDS = 30
FRAME_EVENTS = 250_000


def main(file: Path = LATEST) -> None:
    """Measure, print the table, and write the figures to a file."""
    records = events_asked(1_000_000)
    machine = describe()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", progress=_tell) as servers,
    ):
        place = Place(servers, Path(folder), servers.database_url)
        place.prepare()
        if os.environ.get("BENCH_ONLY") == "way":
            fill(servers.kafka_servers, "leg-0", Leg(0, records))
            show_way(read_leg(place, "leg-0", Leg(0, records)))
            return
        polls: list[float] = []
        legs: list[Run] = []
        for number in range(LEGS):
            leg, topic = Leg(number, records), f"leg-{number}"
            _tell(f"leg {number + 1} of {LEGS}: filling a topic with {records:,} records")
            fill(servers.kafka_servers, topic, leg)
            if number == 0:
                polls += _polls(servers, topic, records)
            _tell(f"leg {number + 1} of {LEGS}: the whole way")
            legs.append(read_leg(place, topic, leg))
            if number == 0:
                polls += _polls(servers, topic, records)
        _tell(f"under agreements: filling a topic with {records:,} records")
        leg, topic = Leg(LEGS, records), "agreed"
        fill(servers.kafka_servers, topic, leg)
        place.agree()
        _tell("under agreements: the whole way")
        agreed = read_leg(place, topic, leg)
        seconds = min(FRESH_SECONDS, max(3, records // 3_000))
        fresh: list[Freshness] = []
        for per_second in FRESH_PER_SECOND:
            _tell(f"{per_second:,} events a second for {seconds} s")
            fresh.append(freshness.measure(place, per_second, seconds))
        used = versions(servers)
    frame_events = min(FRAME_EVENTS, records)
    _tell(f"handovers of {frame_events:,} events, and the same by pm4py")
    peers = batch.compare(frame_events)
    results = Results(machine, used, records, polls, legs, agreed, fresh, peers)
    results.save(file)
    results.show()
    _tell(f"written to {file}")


def _polls(servers: Embedded, topic: str, records: int) -> list[float]:
    _tell("the raw poll rate")
    return [poll_per_second(servers.kafka_servers, topic, records) for _ in range(POLLS)]


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(file_asked(__doc__, LATEST))
