"""``make bench-workers``: what an event costs when several workers write to one database.

Each run reads one topic of 8 partitions, filled beforehand, into a database of its own, with 1, 2,
4 or 8 workers of one group that all begin at once. In one variant each case is in one partition, as
in a topic that is keyed by case; in the other its events are scattered over all of them, so that
the workers bring events of the same cases all the time. On fewer processors than workers more of
them cannot be faster; what counts is the processor time of an event, and what they wait for.

``BENCH_EVENTS`` sets the records of a run (default: 960,000, so that each of eight workers has
several batches to pay for its own start; there are eight runs), and ``BENCH_WORKERS`` how many
workers (default: ``1,2,4,8``). ``python -m benchmarks.workers FILE``
writes the figures to another file than ``benchmarks/results/workers.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.asked import events_asked, file_asked, numbers_asked
from benchmarks.events import Leg
from benchmarks.fill import fill
from benchmarks.machine import cpu_seconds, describe, versions
from benchmarks.whole import Place, wait_until_applied, working
from benchmarks.worker import Notes
from procesmijn.embedded import Embedded
from procesmijn.store import Store

FILE: Final = Path(__file__).with_name("results") / "workers.json"
LOOK_SECONDS: Final = 0.02
READY_SECONDS: Final = 60.0
WAITS_SHOWN: Final = 3
AIM: Final = 1.15

_OWNERS: Final = "SELECT owner, count(*) FROM stream.position GROUP BY owner"
_SESSIONS: Final = """
    SELECT CASE WHEN state = 'idle' THEN 'between batches'
                WHEN state LIKE 'idle in%' THEN 'for its worker'
                WHEN wait_event IS NULL THEN 'running'
                ELSE wait_event_type || ':' || wait_event END, count(*)
    FROM pg_stat_activity WHERE application_name = 'procesmijn' AND datname = current_database()
    GROUP BY 1
"""
"""What the sessions of the workers are at."""
_COUNTERS: Final = """
    SELECT deadlocks, wal_bytes::int8
    FROM pg_stat_database, pg_stat_wal WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What so many workers took for one topic."""

    workers: int
    is_scattered: bool
    records: int
    wall_seconds: float
    """From when the first of them was at work until all of it was stored."""
    worker_cpu_seconds: float
    database_cpu_seconds: float
    batches: int
    cases: int
    """Cases that changed, once for each batch that changed them."""
    retries: int
    deadlocks: int
    wal_bytes: int
    peak_mb: float
    """Of all workers together."""
    waits: dict[str, float]
    """Share of the time of the sessions, by what they were at: the name of a wait event, or in
    words."""

    @property
    def cpu_us(self) -> float:
        """Processor time of a record, of workers and database."""
        return 1e6 * (self.worker_cpu_seconds + self.database_cpu_seconds) / self.records


def main(file: Path = FILE) -> None:
    """Measure, print the table, and write the figures to a file."""
    records = events_asked(960_000)
    numbers = numbers_asked("BENCH_WORKERS", "1,2,4,8")
    machine = describe()
    runs: list[Run] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", progress=_tell) as servers,
    ):
        for is_scattered in (False, True):
            leg, topic = Leg(0, records, is_scattered), f"leg-{int(is_scattered)}"
            fill(servers.kafka_servers, topic, leg)
            for workers in numbers:
                _tell(f"{workers} workers, cases {'scattered' if is_scattered else 'apart'}")
                home = Path(folder) / f"{topic}-{workers}"
                with _place(servers, home) as place:
                    runs.append(measure(place, topic, leg, workers))
        used = versions(servers)
    _show(runs)
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aim_cpu_to_one_worker": AIM,
        "cpu_to_one_worker": {
            _name(run): round(run.cpu_us / _alone(run, runs).cpu_us, 3) for run in runs
        },
        "runs": [asdict(run) | {"cpu_us": round(run.cpu_us, 2)} for run in runs],
        "versions": used,
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    _tell(f"written to {file}")


def measure(place: Place, topic: str, leg: Leg, workers: int) -> Run:
    """Let so many workers read a topic that is full, all from the same moment on.

    What was stored is counted: a run that does not add up gives no figures.
    """
    store = Store(place.database_url)
    store.pause(topic, None, by="bench", because="all are to begin at once")
    notes = [place.folder / f"{number}.json" for number in range(workers)]
    with ExitStack() as stack:
        members = [stack.enter_context(working(place, topic, file)) for file in notes]
        _wait_until_shared(place, members)
        pids = [member.pid for member in members]
        database, own = cpu_seconds(place.servers.database.pid), sum(map(cpu_seconds, pids))
        before = _counters(place)
        with Watch(place) as watch:
            store.unpause(topic, None)
            wait_until_applied(place, topic, leg.records, *members)
        database = cpu_seconds(place.servers.database.pid) - database
        own = sum(map(cpu_seconds, pids)) - own
    store.close()
    after = _counters(place)  # of sessions that have ended, so that none keeps its own to itself
    noted = [Notes(**json.loads(file.read_text())) for file in notes]
    records, stored = (sum(getattr(it, what) for it in noted) for what in ("records", "stored"))
    if (records, stored) != (leg.records, leg.events):
        raise RuntimeError(f"{records} records, {stored} stored: not {leg}")
    return Run(
        workers=workers,
        is_scattered=leg.is_scattered,
        records=records,
        wall_seconds=watch.seconds,
        worker_cpu_seconds=own,
        database_cpu_seconds=database,
        batches=sum(it.batches for it in noted),
        cases=sum(it.cases for it in noted),
        retries=sum(it.retries for it in noted),
        deadlocks=after[0] - before[0],
        wal_bytes=after[1] - before[1],
        peak_mb=sum(it.peak_mb for it in noted),
        waits=watch.shares(),
    )


class Watch(threading.Thread):
    """Looks, many times a second, at what the sessions of the workers are at."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._url = place.database_url
        self._ended = threading.Event()
        self._seen: Counter[str] = Counter()
        self._began = 0.0
        self.seconds = 0.0
        """Since the first of them was at work."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Look until the block ends."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._ended.wait(LOOK_SECONDS):
                seen: dict[str, int] = dict(connection.execute(_SESSIONS).fetchall())
                if not self._began and seen.keys() - {"between batches"}:
                    self._began = time.perf_counter()
                if self._began:
                    self._seen.update(seen)

    def shares(self) -> dict[str, float]:
        """The largest first."""
        total = self._seen.total()
        return {what: round(count / total, 4) for what, count in self._seen.most_common()}


@contextmanager
def _place(servers: Embedded, folder: Path) -> Iterator[Place]:
    """A database of its own in the same server, so that each run begins with empty tables."""
    folder.mkdir()
    name = folder.name.replace("-", "_")
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        place = Place(servers, folder, servers.database_url.rpartition("/")[0] + f"/{name}")
        place.prepare()
        admin.execute("CHECKPOINT")
        yield place
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _wait_until_shared(place: Place, members: list[subprocess.Popen[bytes]]) -> None:
    """Wait until the partitions are shared out evenly, and every one of them is claimed."""
    until = time.monotonic() + READY_SECONDS
    with psycopg.connect(place.database_url, autocommit=True) as connection:
        while time.monotonic() < until and all(member.poll() is None for member in members):
            held = [count for _, count in connection.execute(_OWNERS).fetchall()]
            if len(held) == len(members) and len(set(held)) == 1:
                return
            time.sleep(LOOK_SECONDS)
    raise RuntimeError("the workers did not share the partitions out evenly")


def _counters(place: Place) -> tuple[int, int]:
    """Deadlocks of the database, and bytes of the log of the server."""
    with psycopg.connect(place.database_url, autocommit=True) as connection:
        row = connection.execute(_COUNTERS).fetchone()
    return row or (0, 0)


def _alone(run: Run, runs: list[Run]) -> Run:
    """The first run of the same variant: that of the fewest workers."""
    return next(it for it in runs if it.is_scattered == run.is_scattered)


def _name(run: Run) -> str:
    return f"{'scattered' if run.is_scattered else 'apart'}, {run.workers}"


def _show(runs: list[Run]) -> None:
    table = Table(
        *("cases, workers", "records/s", "us each: workers, database", "to one", "records, cases"),
        *("retries", "deadlocks", "sessions were"),
        title=f"{runs[0].records:,} records a run",
    )
    for run in runs:
        per_batch = f"{run.records / run.batches:,.0f}, {run.cases / run.batches:,.0f}"
        shares = list(run.waits.items())[: WAITS_SHOWN + 2]
        table.add_row(
            _name(run),
            f"{run.records / run.wall_seconds:,.0f}",
            f"{1e6 * run.worker_cpu_seconds / run.records:.1f},"
            f" {1e6 * run.database_cpu_seconds / run.records:.1f}",
            f"{run.cpu_us / _alone(run, runs).cpu_us:.2f}",
            per_batch,
            str(run.retries),
            str(run.deadlocks),
            ", ".join(f"{what} {share:.0%}" for what, share in shares),
        )
    Console(width=160).print(table)


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
