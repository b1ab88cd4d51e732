"""``make bench-page``: how long the page takes on ten million events, from server to paint.

The tables are those of :mod:`benchmarks.queries`. Each view is asked for by a program, over HTTP
and compressed, and then opened by a browser that has nothing of it in store; beside the map stands
what pm4py takes for the graph of the same cases, from their events in a frame in memory.
``BENCH_EVENTS`` sets the number of events, ``BENCH_HOME`` a folder where the database stays for
another run. ``python -m benchmarks.page FILE`` writes the figures to another file than
``benchmarks/results/page.json``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from urllib.parse import urljoin

import httpx
import numpy as np
import pandas as pd
import pm4py
from playwright.sync_api import Browser
from rich.console import Console
from rich.table import Table

from benchmarks.filling import PROCESS, UNTIL, describe_tables, fill, is_filled
from benchmarks.machine import describe
from procesmijn.embedded import Embedded
from procesmijn.store import Store, kept
from procesmijn.store.present import set_present
from procesmijn.store.traces import traces
from tests.browser import chromium

FILE: Final = Path(__file__).with_name("results") / "page.json"
RUNS: Final = 20
PAINTS: Final = 5
AIM_SERVER_MS: Final = 200.0
AIM_PAINT_MS: Final = 1_000.0
AIM_KILOBYTES: Final = 500.0

_PAINTED: Final = """() => new Promise(done => new PerformanceObserver(list => {
    const largest = list.getEntries().at(-1).startTime;
    const [load] = performance.getEntriesByType("navigation");
    done(Math.max(largest, load.loadEventEnd));
}).observe({ type: "largest-contentful-paint", buffered: true }))"""
_SENT: Final = """() => performance.getEntries().reduce(
    (sum, entry) => sum + (entry.encodedBodySize || 0), 0) / 1024"""


class Viewed(NamedTuple):
    """How long one view took, in milliseconds."""

    view: str
    server_p50_ms: float
    server_p95_ms: float
    kilobytes: float
    """Of the document, compressed."""
    paint_ms: float
    """To the largest paint, with everything loaded; the median."""
    page_kilobytes: float
    """With its styles, scripts, fonts and pictures, as they are sent."""


class Peer(NamedTuple):
    """The graph of all cases, with counts and mean times, by pm4py."""

    events: int
    seconds: float
    """Without reading the events and making the frame."""
    megabytes: float
    """Of the frame."""


def main(file: Path = FILE) -> None:
    """Fill, look, print the figures and write them to a file."""
    events = int(os.environ.get("BENCH_EVENTS", "10_000_000"))
    machine = describe()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(os.environ.get("BENCH_HOME", f"{folder}/home"))
        with Embedded(home, kafka=False) as servers:
            store = Store(servers.database_url)
            if not is_filled(store):
                fill(store, events)
            with store.reader() as connection:
                list(kept.refresh(connection))
                set_present(UNTIL, connection)
                tables = describe_tables(connection)
                case = connection.execute("SELECT min(case_key) FROM bi.fct_case").fetchone()
            with _served(servers.database_url, home) as url, chromium() as browser:
                assert case is not None
                views = [_view(url, path, browser) for path in _paths(str(case[0]))]
            peer = _peer(store)
            store.close()
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aims": {"server_p95_ms": AIM_SERVER_MS, "paint_ms": AIM_PAINT_MS, "kb": AIM_KILOBYTES},
        "runs": RUNS,
        "filled": asdict(tables),
        "views": [view._asdict() for view in views],
        "pm4py": peer._asdict(),
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    _show(views, peer)


def _paths(case: str) -> Iterator[str]:
    """Every view, and the map as it is narrowed by clicking."""
    orders = f"process={PROCESS}"
    yield from ("/", "/waits", "/waits?period=52w", "/waits?supplier=Party+07")
    for narrowed in ("", "&from=2023-01-01", "&paths=50", "&supplier=Party+07", "&clock=elapsed"):
        yield f"/map?{orders}{narrowed}"
    yield from ("/late", "/suppliers", "/suppliers?supplier=Party+07")
    yield from ("/customers", "/customers?customer=Party+02", "/agreements")
    yield from (
        f"/agreements?{orders}",
        f"/chain?{orders}",
        f"/case?{orders}&case={case}",
        "/about",
    )


@contextmanager
def _served(database_url: str, home: Path) -> Iterator[str]:
    """The page, as the command serves it."""
    settings = {"PROCESMIJN_HOME": str(home / "page"), "PROCESMIJN_DATABASE_URL": database_url}
    words = [sys.executable, "-m", "procesmijn.cli", "web", "--port", "0"]
    with subprocess.Popen(
        words, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdout is not None
        try:
            yield it.stdout.readline().strip()
        finally:
            it.terminate()


def _view(url: str, path: str, browser: Browser) -> Viewed:
    took_ms, sent = [], 0
    with httpx.Client(base_url=url, headers={"Accept-Language": "en"}, timeout=60) as client:
        for _ in range(RUNS + 1):
            began = time.perf_counter()
            answer = client.get(path).raise_for_status()
            took_ms.append(1_000 * (time.perf_counter() - began))
            sent = answer.num_bytes_downloaded
    p50, p95 = np.percentile(took_ms[1:], [50, 95]).round(1).tolist()  # the first brings pages in
    paints = [_paint(urljoin(url, path), browser) for _ in range(PAINTS)]
    paint, page = (round(median(part), 1) for part in zip(*paints, strict=True))
    viewed = Viewed(path, p50, p95, round(sent / 1024, 1), paint, page)
    print(*viewed, file=sys.stderr, flush=True)
    return viewed


def _paint(url: str, browser: Browser) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    page.goto(url, wait_until="load")
    painted: float = page.evaluate(_PAINTED)
    sent: float = page.evaluate(_SENT)
    context.close()
    return painted, sent


def _peer(store: Store) -> Peer:
    with store.reader() as connection:
        cases = list(traces(PROCESS, store.terms, connection))
    frame = pd.DataFrame(
        {
            "case:concept:name": np.repeat(
                np.arange(len(cases)).astype(str), [len(case.completed_us) for case in cases]
            ),
            "concept:name": pd.Categorical([name for case in cases for name in case.activities]),
            "time:timestamp": pd.to_datetime(
                np.concatenate([case.completed_us for case in cases]), unit="us", utc=True
            ),
        }
    )
    del cases
    began = time.perf_counter()
    pm4py.discover_dfg(frame)
    pm4py.discover_performance_dfg(frame)
    seconds = time.perf_counter() - began
    return Peer(len(frame), round(seconds, 2), round(frame.memory_usage().sum() / 2**20))


def _show(views: Sequence[Viewed], peer: Peer) -> None:
    table = Table(*Viewed._fields)
    for view in views:
        table.add_row(*map(str, view))
    console = Console(width=130)
    console.print(table)
    console.print(
        f"pm4py, the graph of {peer.events:,} events with its times, from a frame in memory"
        f" of {peer.megabytes:,} MB: {peer.seconds} s"
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
