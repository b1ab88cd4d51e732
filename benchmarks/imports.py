"""``make bench-import``: how long it takes to bring a Parquet file into the store, by the command.

The file is in order of completion, as logs are: its cases run side by side. What is measured is the
whole command, ``procesmijn import FILE --to-store``, from its start to its end, into the empty
tables of a database that runs already. ``BENCH_EVENTS`` sets the rows of the large file; the small
one has 60,000 at most. ``python -m benchmarks.imports FILE`` writes the figures to another file
than ``benchmarks/results/import.json``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.asked import events_asked, file_asked
from benchmarks.batch import COMPLETION, PROCESS, make_frame
from benchmarks.machine import command, cpu_seconds, describe
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys

FILE: Final = Path(__file__).with_name("results") / "import.json"
SMALL: Final = 60_000
AIM: Final = 60_000
_COUNTS: Final = 'SELECT (SELECT count(*) FROM stream.event), (SELECT count(*) FROM mining."case")'


@dataclass(frozen=True, slots=True)
class Import:
    """What the import of one file took."""

    events: int
    megabytes: float
    seconds: float
    cpu_seconds: float
    """Of the command and its processes."""
    database_cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Events, from the start of the command to its end."""
        return self.events / self.seconds


def main(file: Path = FILE) -> None:
    """Make the files, import them, print the table and write the figures to a file."""
    large = events_asked(1_000_000)
    machine = describe()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        imports = [measure(events, Path(folder)) for events in (min(SMALL, large // 2), large)]
    table = Table(
        "events", "MB", "events/s", "us each: command, database", title="Parquet to store"
    )
    for it in imports:
        cpu = (1e6 * it.cpu_seconds / it.events, 1e6 * it.database_cpu_seconds / it.events)
        rate = f"{it.per_second:,.0f}"
        table.add_row(f"{it.events:,}", f"{it.megabytes:.1f}", rate, f"{cpu[0]:.1f}, {cpu[1]:.1f}")
    Console(width=100).print(table)
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aim_per_second": AIM,
        "per_second": round(imports[-1].per_second),
        "imports": [asdict(it) for it in imports],
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")


def measure(events: int, folder: Path) -> Import:
    """Import one file. What was stored is counted: what does not add up gives no figures."""
    path = folder / f"{events}.parquet"
    frame = make_frame(events).sort_values(COMPLETION, kind="stable")
    frame["org:resource"] = np.random.default_rng(1).choice(
        [f"medewerker.{number:03}" for number in range(800)], size=len(frame)
    )
    frame.to_parquet(path, index=False)
    Keys.generate().save(folder / f"{events}.keys")
    with Embedded(folder / f"{events}", kafka=False) as servers:
        settings = {
            "PROCESMIJN_DATABASE_URL": servers.database_url,
            "PROCESMIJN_KEYS_FILE": str(folder / f"{events}.keys"),
        }
        words = [sys.executable, "-m", "procesmijn.cli"]
        before = cpu_seconds(servers.database.pid)
        taken = command([*words, "import", str(path), "--process", PROCESS, "--to-store"], settings)
        database = cpu_seconds(servers.database.pid) - before
        with psycopg.connect(servers.database_url) as connection:
            stored = connection.execute(_COUNTS).fetchone()
    if stored != (len(frame), frame["case:concept:name"].nunique()):
        raise RuntimeError(f"{stored} events and cases are stored of {len(frame)} rows")
    megabytes = path.stat().st_size / 1e6
    return Import(
        len(frame), round(megabytes, 1), taken.seconds, taken.cpu_seconds, round(database, 2)
    )


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
