"""What is kept of months that nothing was written to since, so that figures over years are quick.

Whoever reads finds out in one statement which spans still hold, and gets the facts of the other
months with them. So an answer never misses a batch, whether anybody has kept anything or not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple

import numpy as np
from psycopg.sql import SQL, Identifier, Placeholder

from procesmijn.core.flow_counts import steps_of
from procesmijn.core.frames import STEP, Int32s, Int64s
from procesmijn.core.tally import (
    ELAPSED,
    GROUP,
    PREVIOUS,
    WORKING,
    Tally,
    add,
    bins_of,
    months,
    tally,
)
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.statements import statements

_EPOCH_DAYS: Final = 10_957
"""PostgreSQL counts days from 2000-01-01, frames from 1970-01-01."""


class Span(NamedTuple):
    """Whole months of one kind of facts of one process, and the version that they add up to."""

    kind: LiteralString
    process: int
    since: date
    until: date
    version: int


def refresh(connection: Connection, only: Collection[Span] | None = None) -> Iterator[Span]:
    """Keep every month that is not kept as it is, or ``only`` some, and the years that they make.

    Yields each span that was kept. May be stopped at any time, and run beside live traffic: a batch
    that comes in between gives the month another version, and what was kept holds for nobody.
    """
    for span in stale(connection) if only is None else only:
        yield keep(span, connection)
    for row in connection.execute(statements("kept")["years"]).fetchall():
        yield _keep_whole(Span(*row), connection)


def stale(connection: Connection) -> list[Span]:
    """Months that are over, and not kept as they are now."""
    return [Span(*row) for row in connection.execute(statements("kept")["months"])]


def hold(connection: Connection) -> bool:
    """Keep other keepers away for as long as the session lasts; false where one is at work."""
    row = connection.execute(statements("kept")["only_keeper"]).fetchone()
    return row is not None and bool(row[0])


def keep(span: Span, connection: Connection) -> Span:
    """Keep what the facts of a month come to now, with the version of now; of handovers also what
    readers get of it."""
    if span.kind == "handover":
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # one moment
            for step in ("forget_report", "report", "hold_report"):
                connection.execute(statements("kept")[step], _of(span))
    version, found = compute(span, connection)
    if span.kind == "variant":
        # Only now: a variant that is gone again by now has given its month another version.
        connection.execute(statements("kept")["learn_ways"], _of(span))
    return _write(span._replace(version=version), found, connection)


def compute(span: Span, connection: Connection) -> tuple[int, Tally]:
    """What the facts of a span come to, and the version of its months in the same moment."""
    marks = {name: Placeholder(name) for name in ("process", "since", "until")}
    wanted = SQL(statements("kept")[span.kind]).format(**marks)
    sql = SQL(statements("kept")["version"]).format(wanted=wanted)
    rows = connection.cursor(binary=True).execute(sql, _of(span)).fetchall()
    if not rows:
        return span.version, add([])
    return int(rows[0][0]), _COUNTED[span.kind]([row[1:] for row in rows])


def drift(connection: Connection) -> Iterator[Span]:
    """What would hold and is not what its facts come to; in a session whose statements see one
    moment."""
    sql = statements("kept")
    counted: dict[Span, Tally] = {}
    for row in connection.execute(sql["holding"]).fetchall():
        span = Span(*row)
        within = [Span(*month) for month in connection.execute(sql["within"], _of(span))]
        counted |= {
            month: compute(month, connection)[1] for month in within if month not in counted
        }
        wanted = add([counted[month] for month in within])
        (stored,) = connection.cursor(binary=True).execute(sql["content"], _of(span))
        if stored != _content(wanted):
            yield span


def odd_reports(connection: Connection) -> list[Span]:
    """Months of which readers would get something else than the handovers come to."""
    return [Span(*row) for row in connection.execute(statements("kept")["odd_reports"])]


def unversioned(connection: Connection) -> list[Span]:
    """Months that have facts and no version: nobody would look for them."""
    return [Span(*row) for row in connection.execute(statements("kept")["unversioned"])]


def mend(spans: Collection[Span], shard: int, connection: Connection) -> None:
    """Let months have another version, so that nothing that was kept of them holds."""
    for span in spans:
        connection.execute(statements("kept")["touch"], _of(span) | {"shard": shard})


class Found(NamedTuple):
    """Everything of a period, and what of it came from the facts, as the statement gives it."""

    tally: Tally
    facts: list[tuple[Any, ...]]


def read(kind: LiteralString, process: str, period: Period, connection: Connection) -> Found:
    """Everything of a period, whatever of it is kept; the period begins with a month."""
    within = {name: Identifier("gap", name) for name in ("since", "until")}
    code = SQL("(SELECT code FROM mining.term WHERE name = {})").format(Placeholder("process"))
    facts = SQL(statements("kept")[kind]).format(process=code, **within)
    sql = SQL(statements("kept")["read"]).format(facts=facts)
    rows = connection.cursor(binary=True).execute(sql, _asked(kind, process, period)).fetchall()
    kept = [tally_of(*row[3:]) for row in rows if row[0] is None]
    found = [row for row in rows if row[0] is not None]
    return Found(add([*kept, _COUNTED[kind](found)]), found)


def ways(process: str, variants: Collection[int], connection: Connection) -> dict[int, bytes]:
    """One trace of each of some variants of which anything is kept."""
    asked = {"process": process, "variants": list(variants)}
    rows = connection.cursor(binary=True).execute(statements("kept")["ways"], asked)
    return dict(rows.fetchall())


def are_more(
    kind: LiteralString, process: str, period: Period, most: int, connection: Connection
) -> bool:
    """Whether there are more records of a period than so many: what is kept makes it quick to say
    so, and what happened decides."""
    asked = _asked(kind, process, period) | {"most": most}
    sql = statements("kept")
    return any(
        bool(row and row[0])
        for row in (
            connection.execute(sql[name], asked).fetchone()
            for name in ("many_kept", f"many_{kind}")
        )
    )


def tally_of(groups: bytes, bins: bytes, counts: bytes) -> Tally:
    """As it was kept."""
    return Tally(
        np.frombuffer(groups, dtype=GROUP),
        np.frombuffer(bins, dtype=np.uint16),
        np.frombuffer(counts, dtype=np.uint32),
    )


def _keep_whole(span: Span, connection: Connection) -> Span:
    """Keep a year whose months are kept: what they add up to, under the version that was found."""
    rows = connection.cursor(binary=True).execute(statements("kept")["parts"], _of(span)).fetchall()
    return _write(span, add([tally_of(*row) for row in rows]), connection)


def _write(span: Span, found: Tally, connection: Connection) -> Span:
    elapsed = found.groups["measure"] == ELAPSED
    values: dict[str, Any] = dict(zip(("groups", "bins", "counts"), _content(found), strict=True))
    values |= {"version": span.version, "records": int(found.groups["n"][elapsed].sum())}
    connection.execute(statements("kept")["keep"], _of(span) | values)
    return span


def _content(found: Tally) -> tuple[bytes, bytes, bytes]:
    return found.groups.tobytes(), found.bins.tobytes(), found.counts.tobytes()


def _handovers(rows: Sequence[tuple[Any, ...]]) -> Tally:
    """Facts as they come, group by group: durations, and the days of those before them."""
    keys, sizes = [row[:3] for row in rows], [len(row[3]) // 8 for row in rows]
    elapsed_us, working_us = (_numbers([row[at] for row in rows]) for at in (3, 4))
    return add(
        [
            tally(keys, sizes, ELAPSED, bins_of(elapsed_us), elapsed_us),
            tally(keys, sizes, WORKING, bins_of(working_us), working_us),
            tally(keys, sizes, PREVIOUS, months(_days([row[5] for row in rows]))),
        ]
    )


def _variants(rows: Sequence[tuple[Any, ...]]) -> Tally:
    """Cycle times of cases, way by way."""
    keys, sizes = [row[:3] for row in rows], [len(row[3]) // 8 for row in rows]
    started_us, ended_us = (_numbers([row[at] for row in rows]) for at in (3, 4))
    cycle_us = ended_us - started_us
    return tally(keys, sizes, ELAPSED, bins_of(cycle_us), cycle_us)


def _flows(rows: Sequence[tuple[Any, ...]]) -> Tally:
    """Times from step to step, of traces that lie one after the other."""
    steps = np.frombuffer(b"".join(row[3] for row in rows), dtype=STEP)
    lengths = np.frombuffer(b"".join(row[4] for row in rows), dtype=">i4").astype(np.int64)
    pairs, sizes, wait_us = steps_of(steps, lengths // STEP.itemsize)
    keys = [(before, after, 0) for before, after in pairs]
    return tally(keys, sizes, ELAPSED, bins_of(wait_us), wait_us)


def _numbers(wire: Sequence[bytes]) -> Int64s:
    return np.frombuffer(b"".join(wire), dtype=">i8").astype(np.int64)


def _days(wire: Sequence[bytes]) -> Int32s:
    return np.frombuffer(b"".join(wire), dtype=">i4").astype(np.int32) + np.int32(_EPOCH_DAYS)


def _of(span: Span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in ("kind", "process", "since", "until")}


def _asked(kind: str, process: str, period: Period) -> dict[str, Any]:
    return {"kind": kind, "process": process, "since": period.since, "until": period.until}


_COUNTED: Final[Mapping[str, Callable[[Sequence[tuple[Any, ...]]], Tally]]] = {
    "handover": _handovers,
    "variant": _variants,
    "flow": _flows,
}
