"""Single cases, where a chart or a test needs more than counts: their traces, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.flow import CaseTrace, Company, Starting, Variant
from procesmijn.core.frames import STEP, Rows
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, narrowed
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms

TRACES_AT_ONCE: Final = 5_000


class Span(NamedTuple):
    """Cases with a trace, and when they started."""

    cases: int
    first: date | None
    """The local day on which the first of them started; None where there are none."""
    last: date | None
    zone: str
    """IANA name of the time zone of the process."""


class Companies(NamedTuple):
    """Which parties took part in the same cases."""

    known: list[Company]
    """By the parties that handed over or picked up; of a case without handovers there are none."""
    incomplete: int
    """Cases in which a party took part that neither handed over nor picked up; as of a moment they
    are counted among those that had come to their end by then."""


def span(process: str, connection: Connection, cases: CaseFilter = EVERY_CASE) -> Span:
    """What :func:`traces` gives, and since when and until when."""
    sql, chosen = narrowed(statements("traces")["span"], "cases", cases)
    row = connection.execute(sql, {"process": process, **chosen}).fetchone()
    return Span(*row) if row else Span(0, None, None, "UTC")


def traces(
    process: str, terms: Terms, connection: Connection, cases: CaseFilter = EVERY_CASE
) -> Iterator[CaseTrace]:
    """What was completed in each case, in the order in which the cases started."""
    sql, chosen = narrowed(statements("traces")["traces"], "cases", cases)
    with connection.transaction(), connection.cursor("traces", binary=True) as cursor:
        cursor.execute(sql, {"process": process, **chosen})
        while rows := cursor.fetchmany(TRACES_AT_ONCE):
            steps = [np.frombuffer(trace, dtype=STEP) for _, trace in rows]
            _meet(steps, terms, connection)
            for (case_key, _), step in zip(rows, steps, strict=True):
                yield CaseTrace(case_key, _way(step, terms), tuple(step["completed_us"].tolist()))


def trace(
    process: str,
    case_key: str,
    terms: Terms,
    connection: Connection,
    *,
    is_as_of: bool = False,
) -> CaseTrace | None:
    """What was completed in one case; None where there is no such case.

    ``is_as_of`` leaves out what was completed after the moment of the session.
    """
    sql, _ = narrowed(statements("traces")["trace"], "cases", CaseFilter(is_as_of=is_as_of))
    row = connection.execute(sql, {"process": process, "case_key": case_key}).fetchone()
    if row is None:
        return None
    steps = np.frombuffer(row[0], dtype=STEP)
    _meet([steps], terms, connection)
    return CaseTrace(case_key, _way(steps, terms), tuple(steps["completed_us"].tolist()))


def starting(
    process: str, terms: Terms, connection: Connection, cases: CaseFilter = EVERY_CASE
) -> list[Starting]:
    """Cases by the day on which they started, of those weeks whose cases had time to end."""
    sql, chosen = narrowed(statements("traces")["starting"], "cases", cases)
    rows = connection.execute(sql, {"process": process, **chosen}).fetchall()
    steps = [np.frombuffer(trace, dtype=STEP) for *_, trace in rows]
    _meet(steps, terms, connection)
    return [
        Starting(day, Variant(_way(step, terms), number))
        for (day, number, _), step in zip(rows, steps, strict=True)
    ]


def companies(
    process: str, terms: Terms, connection: Connection, cases: CaseFilter = EVERY_CASE
) -> Companies:
    """Which parties took part in the same cases, as far as handovers tell it."""
    sql, chosen = narrowed(statements("traces")["companies"], "cases", cases)
    rows = connection.execute(sql, {"process": process, **chosen}).fetchall()
    terms.meet({code for codes, *_ in rows for code in codes}, connection)
    return Companies(
        [
            Company(tuple(sorted(terms.names[code] for code in codes)), number)
            for codes, number, _ in rows
        ],
        sum(more for *_, more in rows),
    )


def _meet(steps: Sequence[Rows], terms: Terms, connection: Connection) -> None:
    terms.meet({code for step in steps for code in step["activity"].tolist()}, connection)


def _way(steps: Rows, terms: Terms) -> tuple[str, ...]:
    return tuple(terms.names[code] for code in steps["activity"].tolist())
