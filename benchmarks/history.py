"""``make bench-history``: what an event costs on top of much history, and how many bytes it takes.

A first leg goes into the store by way of events, as all of them do, only without Kafka. Then the
history grows by SQL: the rows of that leg once more under other keys, which are as random, so that
tables and indexes have the size and the shape that they would have. On top of each amount of
history the events of two new legs are applied: the first just after a checkpoint, when every page
that is touched goes to the log as a whole, and the second one after it.

``BENCH_EVENTS`` sets the events of the first leg (default: 500,000), ``BENCH_LEGS`` on top of how
many times so many is measured (default: ``2,10``; for 20 million ``2,10,40``). ``python -m
benchmarks.history FILE`` writes the figures to another file than
``benchmarks/results/history.json``.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count, islice
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.asked import events_asked, file_asked, numbers_asked
from benchmarks.events import Leg
from benchmarks.machine import cpu_seconds, describe
from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import default
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from schemas.event import Event, Record
from schemas.registry import decode

FILE: Final = Path(__file__).with_name("results") / "history.json"
EVENTS_AT_ONCE: Final = 30_000
SHARE: Final = 0.3
"""Of the events of the first leg, in each that is measured."""
AIM: Final = 1.1
_LATER_US: Final = int(datetime(2060, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""After all that any leg tells: when its records were made."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What events took, each, on top of some history."""

    history: int
    is_after_checkpoint: bool
    events: int
    own_cpu_us: float
    database_cpu_us: float
    wall_us: float
    wal_bytes: float
    whole_pages: float
    """Pages that went to the log as a whole."""
    checkpoints: int
    """In all, during the leg."""

    @property
    def cpu_us(self) -> float:
        """Processor time of both, without decoding."""
        return self.own_cpu_us + self.database_cpu_us


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a table or an index for each event of the history."""

    name: str
    table: str
    """That an index is of; empty for a table."""
    bytes_per_event: float


def main(file: Path = FILE) -> None:
    """Fill, measure, print the tables and write the figures to a file."""
    events = events_asked(500_000)
    legs = numbers_asked("BENCH_LEGS", "2,10")
    machine = describe()
    gc.disable()  # as a worker does during a batch
    costs: list[Cost] = []
    sizes: dict[int, list[Size]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", kafka=False) as servers,
        psycopg.connect(servers.database_url, autocommit=True) as connection,
    ):
        place = History(servers, connection, events)
        for wanted in legs:
            place.grow(wanted)
            sizes[place.events] = place.sizes()
            costs += [place.cost(is_after_checkpoint=True), place.cost(is_after_checkpoint=False)]
            _tell(f"{costs[-2]}\n{costs[-1]}")
        settings: dict[object, object] = dict(connection.execute(_SETTINGS).fetchall())
    _show(costs, sizes)
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aim_cost_to_first": AIM,
        "cost_to_first": {it.history: round(it.cpu_us / costs[1].cpu_us, 3) for it in costs[1::2]},
        "costs": [asdict(it) for it in costs],
        "sizes": {history: [asdict(it) for it in found] for history, found in sizes.items()},
        "settings": settings,
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")


_SETTINGS: Final = """
    SELECT name, current_setting(name) FROM pg_settings WHERE name IN
    ('shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_compression')
"""


class History:
    """A database whose history grows."""

    def __init__(
        self, servers: Embedded, connection: psycopg.Connection[tuple[object, ...]], events: int
    ) -> None:
        self._database_pid = servers.database.pid
        self._connection = connection
        self._leg_events = events
        self._database_url = servers.database_url
        self._persons = Persons(Keys.generate())
        self._numbers = count(1)
        self._told = 0
        store = Store(self._database_url)
        store.migrate()
        store.activate(default().pseudonymous(self._persons.pseudonym))
        store.close()
        self.events = 0

    def grow(self, legs: int) -> None:
        """Let the history be so many times the first leg."""
        if not self._told:
            self._apply(Leg(0, self._leg_events))
            self._connection.execute(_SQL["keep_base"])
            self._told = 1
        self._set("off")
        while self._told < legs:
            self._connection.execute(f"SET bench.number = {self._told}")
            self._connection.execute(_SQL["tell_again"])
            self._told += 1
            self.events += self._leg_events
            _tell(f"{self.events:,} events")
        self._set("on")
        self._connection.execute("VACUUM (ANALYZE)")

    def _set(self, careful: LiteralString) -> None:
        """What grows by SQL may be lost: so its pages are not logged whole, nor swept meanwhile."""
        for name in ("full_page_writes", "autovacuum"):
            self._connection.execute(f"ALTER SYSTEM SET {name} = {careful}")
        self._connection.execute("SELECT pg_reload_conf()")

    def cost(self, *, is_after_checkpoint: bool) -> Cost:
        """Apply the events of another leg."""
        if is_after_checkpoint:
            self._connection.execute("CHECKPOINT")
        history, leg = self.events, Leg(next(self._numbers), int(SHARE * self._leg_events))
        before, database = self._counters(), cpu_seconds(self._database_pid)
        own, wall = self._apply(leg)
        database = cpu_seconds(self._database_pid) - database
        wal, pages, checkpoints = (
            after - was for after, was in zip(self._counters(), before, strict=True)
        )
        each = 1e6 / leg.records
        return Cost(
            *(history, is_after_checkpoint, leg.records, own * each, database * each, wall * each),
            *(wal / leg.records, pages / leg.records, checkpoints),
        )

    def sizes(self) -> list[Size]:
        """The largest first; names of indexes with those of their tables."""
        rows = self._connection.execute(_SQL["sizes"])
        return [
            Size(str(name), str(table), round(int(str(size)) / self.events, 1))
            for name, table, size in rows
        ]

    def _counters(self) -> tuple[int, ...]:
        row = self._connection.execute(_SQL["counters"]).fetchone() or ()
        return tuple(int(str(value)) for value in row)

    def _apply(self, leg: Leg) -> tuple[float, float]:
        """Seconds of processor and clock of what follows on decoding.

        In a session of its own: what one did is in the counters for certain when it has ended.
        """
        store = Store(self._database_url)
        applier = Applier(store, self._persons)
        applier.apply(Batch())  # the rules are compiled before the clock runs
        own = wall = 0.0
        events = _events(leg)
        while arrivals := tuple(map(Arrival, islice(events, EVENTS_AT_ONCE))):
            began = time.process_time(), time.perf_counter()
            applier.apply(Batch(arrivals=arrivals))
            own += time.process_time() - began[0]
            wall += time.perf_counter() - began[1]
        store.close()
        while self._connection.execute(_SQL["others"]).fetchone() != (0,):
            time.sleep(0.05)
        self.events += leg.records
        return own, wall


def _events(leg: Leg) -> Iterator[Event]:
    for number, message in enumerate(leg.messages()):
        outcome = decode(
            Record("", 0, number, _LATER_US, message.key, message.value, tuple(message.headers))
        )
        if not isinstance(outcome, Event):
            raise TypeError(f"{outcome} is no event")
        yield outcome


def _show(costs: list[Cost], sizes: dict[int, list[Size]]) -> None:
    table = Table(
        *("on top of", "", "us each: own, database", "to the first", "bytes of log"),
        *("pages logged whole", "checkpoints"),
        title=f"{costs[0].events:,} events each",
    )
    for it in costs:
        first = costs[0 if it.is_after_checkpoint else 1]
        table.add_row(
            f"{it.history:,}",
            "after a checkpoint" if it.is_after_checkpoint else "then",
            f"{it.own_cpu_us:.1f}, {it.database_cpu_us:.1f}",
            f"{it.cpu_us / first.cpu_us:.2f}",
            f"{it.wal_bytes:,.0f}",
            f"{it.whole_pages:.3f}",
            str(it.checkpoints),
        )
    Console(width=120).print(table)
    history, found = list(sizes.items())[-1]
    total = sum(size.bytes_per_event for size in found)
    table = Table("", "bytes", title=f"for each of {history:,} events: {total:,.0f} bytes")
    for size in found:
        table.add_row(size.name, f"{size.bytes_per_event:.1f}")
    Console(width=120).print(table)


def _statements() -> dict[str, str]:
    """By name, as :mod:`procesmijn.store.statements` has its own."""
    text = files("benchmarks").joinpath("history.sql").read_text("utf-8")
    parts = (part.partition("\n") for part in text.split("-- name: ")[1:])
    return {name.strip(): body for name, _, body in parts}


_SQL: Final = _statements()


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
