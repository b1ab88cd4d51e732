"""``make bench-queries``: how long the questions take that commands and BI tools ask.

The tables are filled by the core, without an event; months are kept as a worker keeps them. Then
the last month is written to, and cases of the last two, as live traffic does it.
``BENCH_EVENTS`` sets the number of events, ``BENCH_HOME`` a folder where the database stays for
another run. ``python -m benchmarks.queries FILE`` writes the figures to another file than
``benchmarks/results/queries.json``.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, LiteralString, NamedTuple, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.asked import events_asked, file_asked
from benchmarks.filling import PROCESS, describe_tables, fill, is_filled
from benchmarks.machine import cpu_seconds, describe
from procesmijn.core.flow import Edge
from procesmijn.embedded import Embedded
from procesmijn.store import Store, flows, kept, reports
from procesmijn.store.connection import Connection
from procesmijn.store.filters import CaseFilter, Period
from procesmijn.store.flows import VariantRow
from procesmijn.store.reports import HandoverRow

FILE: Final = Path(__file__).with_name("results") / "queries.json"
RUNS: Final = 20
AIM_MS: Final = 200.0

_WEEK: Final = Period(date(2025, 6, 2), date(2025, 6, 9))
_MONTHS: Final = "SELECT * FROM bi.agg_handover_monthly WHERE process = %(process)s"
_PAIR: Final = "AND supplier = 'Party 01' AND customer = 'Party 02'"
_TOUCH: Final = """
UPDATE mining.month_version SET version = version + 1
WHERE month = '2025-12-01' OR kind <> 'handover' AND month = '2025-11-01'"""

_Result = TypeVar("_Result")


class Asked(NamedTuple):
    """A question, and how its answer is found."""

    question: str
    ask: Callable[[], Sequence[Any]]
    basis: Callable[[Sequence[Any]], str] = lambda _: ""
    """What percentiles in the answer are of; nothing where there are none."""


class Answered(NamedTuple):
    """How long a question took, milliseconds by the clock and of processor time."""

    question: str
    rows: int
    percentiles: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """On average, of this process and the whole of PostgreSQL."""


def main(file: Path = FILE) -> None:
    """Fill, keep, ask, print the figures and write them to a file."""
    events = events_asked(10_000_000)
    machine = describe()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(os.environ.get("BENCH_HOME", f"{folder}/home"))
        with Embedded(home, kafka=False) as servers:
            store = Store(servers.database_url)
            if not is_filled(store):
                fill(store, events)
            with store.reader() as connection:
                connection.execute(_TOUCH)  # so that they are kept anew
                kept_seconds, spans = _seconds(lambda: len(list(kept.refresh(connection))))
                connection.execute(_TOUCH)
                tables = describe_tables(connection)
                store.terms.load(connection)
                pid = servers.database.pid
                answers = [_answer(asked, pid) for asked in _questions(store, connection)]
            store.close()
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aim_p95_ms": AIM_MS,
        "runs": RUNS,
        "filled": asdict(tables),
        "kept": {"spans": spans, "seconds": round(kept_seconds, 1)},
        "answers": [answer._asdict() for answer in answers],
        "machine": machine,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    _show(answers)


def _questions(store: Store, connection: Connection) -> list[Asked]:
    """What the commands and views ask, by the very functions that they call."""
    terms = store.terms

    def graph(*, timed: bool) -> list[Edge]:
        found = flows.graph(PROCESS, Period(), terms, connection, timed=timed)
        return list(found.edges.values())

    def handovers(*period: date) -> list[HandoverRow]:
        return reports.handovers(PROCESS, Period(*period), None, connection)

    def ways() -> list[VariantRow]:
        return flows.timed_variants(PROCESS, terms, connection)

    def months(more: LiteralString = "") -> list[Any]:
        return connection.execute(f"{_MONTHS} {more}", {"process": PROCESS}).fetchall()

    def cases(period: Period = _WEEK, **chosen: Any) -> list[Any]:
        return list(reports.cases(PROCESS, period, connection, CaseFilter(**chosen)).rows)

    variant = cases()[0]["variant_key"]
    year, june, july, december = (date(2025, month, 1) for month in (1, 6, 7, 12))
    return [
        Asked("flow counts", partial(graph, timed=False)),
        Asked("percentiles of every step of the map", partial(graph, timed=True), _of_edges),
        Asked("handover matrix of all three years", handovers, _of_rows),
        Asked("of one year", partial(handovers, year), _of_rows),
        Asked("of a month", partial(handovers, june, july), _of_rows),
        Asked("of the month that is written to", partial(handovers, december), _of_rows),
        Asked("of ten days", partial(handovers, june, june.replace(day=11)), _of_rows),
        Asked("trend of a pair by month", partial(months, _PAIR), _exact),
        Asked("a pair and a month", partial(months, f"{_PAIR} AND month = '2025-06-01'"), _exact),
        Asked("all pairs by month", months, _exact),
        Asked("variants", ways, _of_rows),
        Asked("pending", partial(reports.pending, PROCESS, connection)),
        Asked("cases of a week", cases),
        Asked("and with a party", partial(cases, parties=("Party 03",))),
        Asked("and with an activity", partial(cases, having=("Activity 005",))),
        Asked("cases of a variant", partial(cases, Period(), variants=(variant,))),
    ]


def _of_rows(rows: Sequence[Any]) -> str:
    return " and ".join(sorted({row.percentile_basis for row in rows}))


def _of_edges(edges: Sequence[Edge]) -> str:
    return " and ".join(sorted({edge.times.basis for edge in edges if edge.times}))


def _exact(rows: Sequence[Any]) -> str:
    return "exact" if rows else ""


def _answer(asked: Asked, database_pid: int | None) -> Answered:
    rows = asked.ask()  # the first is not counted: it brings the pages in
    took_ms = []
    before = cpu_seconds(database_pid) + time.process_time()
    for _ in range(RUNS):
        seconds, rows = _seconds(asked.ask)
        took_ms.append(1000 * seconds)
    cpu = cpu_seconds(database_pid) + time.process_time() - before
    p50, p95 = np.percentile(took_ms, [50, 95]).round(1).tolist()
    return Answered(
        asked.question, len(rows), asked.basis(rows), p50, p95, round(1000 * cpu / RUNS, 1)
    )


def _seconds(step: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.perf_counter()
    result = step()
    return time.perf_counter() - began, result


def _show(answers: Sequence[Answered]) -> None:
    table = Table(*Answered._fields)
    for answer in answers:
        table.add_row(*map(str, answer))
    Console(width=120).print(table)


if __name__ == "__main__":
    main(file_asked(__doc__, FILE))
