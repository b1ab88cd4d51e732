"""``make bench-memory``: what the processes of one worker hold, over one long run.

One worker reads a topic that is filled leg by leg while it works; after each leg it is looked at
what its two processes hold, once they have come to rest. So what grows with what was read shows,
and what belongs to a batch does not. Speed is not measured: filling goes on beside.

``BENCH_EVENTS`` sets how many records in all, in twenty legs (default: ten million; a quarter of an
hour where nothing else is at work). ``python -m benchmarks.memory FILE`` writes the
figures to another file than ``benchmarks/results/memory.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.asked import events_asked, file_asked
from benchmarks.events import Leg
from benchmarks.fill import fill
from benchmarks.machine import describe, versions
from benchmarks.whole import Place, wait_until_applied, working
from procesmijn.embedded import Embedded

FILE: Final = Path(__file__).with_name("results") / "memory.json"
RECORDS: Final = 10_000_000
LEGS: Final = 20
REST_SECONDS: Final = 2.0
WARM_LEGS: Final = 2
"""Legs before which growth is not counted: modules are loaded, and buffers taken."""
TOPIC: Final = "long"


@dataclass(frozen=True, slots=True)
class Look:
    """What the two processes held after so many records, in MB resident."""

    records: int
    reading_mb: float
    applying_mb: float


def main(file: Path = FILE) -> None:
    """Read leg after leg, look, print, and write the figures to a file."""
    records = events_asked(RECORDS)
    size = records // LEGS
    machine = describe()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", progress=_tell) as servers,
    ):
        place = Place(servers, Path(folder), servers.database_url)
        place.prepare()
        fill(servers.kafka_servers, TOPIC, Leg(0, size))
        looks: list[Look] = []
        with working(place, TOPIC, place.folder / "long.json") as worker:
            for number in range(1, LEGS + 1):
                wait_until_applied(place, TOPIC, number * size, worker)
                time.sleep(REST_SECONDS)
                looks.append(_look(number * size, worker))
                _tell(str(looks[-1]))
                if number < LEGS:
                    fill(servers.kafka_servers, TOPIC, Leg(number, size))
        peak_mb = json.loads((place.folder / "long.json").read_text())["peak_mb"]
        used = versions(servers)
    growth = growth_mb(looks)
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "records": records,
        "peak_mb": round(peak_mb),
        "growth_mb_per_million": [round(each, 2) for each in growth],
        "versions": used,
        "machine": machine,
        "looks": [asdict(look) for look in looks],
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    _show(looks, peak_mb, growth)


def growth_mb(looks: Sequence[Look]) -> tuple[float, float]:
    """MB that each process, the one that reads first, holds more after each million records: the
    slope of a straight line through the looks, warming up left out."""
    warm = looks[WARM_LEGS:]
    millions = np.array([look.records for look in warm]) / 1e6
    held = [(look.reading_mb, look.applying_mb) for look in warm]
    reading, applying = np.polynomial.polynomial.polyfit(millions, np.array(held), 1)[1]
    return float(reading), float(applying)


def _look(records: int, worker: subprocess.Popen[bytes]) -> Look:
    reading = psutil.Process(worker.pid)
    (applying,) = reading.children()
    held = [process.memory_info().rss / 2**20 for process in (reading, applying)]
    return Look(records, *held)


def _show(looks: Sequence[Look], peak_mb: float, growth: tuple[float, float]) -> None:
    table = Table("records", "reading", "applying", "together", title="MB resident")
    for look in looks:
        together = look.reading_mb + look.applying_mb
        held = [f"{mb:.0f}" for mb in (look.reading_mb, look.applying_mb, together)]
        table.add_row(f"{look.records:,}", *held)
    console = Console(width=100)
    console.print(table)
    console.print(f"peak {peak_mb:.0f} MB; more after each million: ", end="")
    console.print(f"{growth[0]:+.2f} MB reading, {growth[1]:+.2f} MB applying")


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
