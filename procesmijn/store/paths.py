"""The paths of a process as a map shows them: handovers with their waits, and what follows within
a party; each with its cases, so that small groups can be left out.

Handovers are those of the facts, by day of pick-up; what follows is by day of the later completion,
as in :func:`procesmijn.store.flows.graph`, of cases that have not been retired.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from procesmijn.core.following import Following, following
from procesmijn.core.frames import NO_DAY, NO_TERM, STEP
from procesmijn.store.connection import Connection
from procesmijn.store.deliveries import QUANTILES
from procesmijn.store.figures import Clock
from procesmijn.store.filters import EVERY_CASE, CaseFilter, Period, narrowed
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms

_NEVER: Final = 2**31 - 1


class Kind(StrEnum):
    """What a path is."""

    HANDOVER = "handover"
    """Work passes from one party to another."""
    WITHIN = "within"
    """The same party goes on."""
    BESIDE = "beside"
    """Two parties work side by side: one was done after the other, and did not wait for it."""


class ActivityRow(NamedTuple):
    """What was completed."""

    activity: str
    label_nl: str
    label_en: str
    party: str
    """Which does it most often, as handovers tell, or as declared; empty where nobody knows."""
    n: int
    """Completions in the period; none where it is only the end of a path."""
    cases: int
    again: int
    """Cases in which it was done more than once."""


class PathRow(NamedTuple):
    """From one activity to another."""

    before: str
    after: str
    kind: Kind
    supplier: str
    customer: str
    n: int
    cases: int
    again: int
    """Cases in which it led to what had been done before."""
    seconds_sum: float
    quantiles: Sequence[float]
    """Of the waits, seconds, at ``QUANTILES``; empty where nobody waits."""
    is_from_start: bool
    """Whether of all pick-ups the start is known."""


class Paths(NamedTuple):
    """A process in a period."""

    cases: int
    """With a completion in it."""
    activities: list[ActivityRow]
    paths: list[PathRow]
    starts: dict[str, int]
    """Cases by their first activity; likewise ``ends`` by what was last."""
    ends: dict[str, int]
    follows: dict[tuple[str, str], int]
    """Cases in which one was completed right after the other, whoever did it."""


def paths(
    process: str,
    period: Period,
    clock: Clock,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
) -> Paths:
    """Read the map of a process."""
    terms = Terms()
    asked = {"process": process, "since": period.since, "until": period.until}
    steps = _following(asked, period, cases, connection)
    handed = _handovers(asked, clock, cases, connection)
    declared = {
        row[0]: row[1:] for row in connection.execute(statements("paths")["activities"], asked)
    }
    party_of = _parties(handed, {code: row[2] for code, row in declared.items()})
    followed = {pair: counted for pair, counted in steps.pairs.items() if NO_TERM not in pair}
    codes = {*steps.activities, *(code for row in handed for code in row[:2])}
    codes |= {code for pair in followed for code in pair}
    known = {*codes, *party_of.values(), *(code for row in handed for code in row[2:4])}
    terms.meet(known, connection)
    name = {NO_TERM: "", **terms.names}.__getitem__
    pairs = {row[:2] for row in handed}

    def activity(code: int) -> ActivityRow:
        label_nl, label_en, _ = declared.get(code, (name(code), name(code), None))
        party = name(party_of.get(code, NO_TERM))
        counted = steps.activities.get(code, (0, 0, 0))
        return ActivityRow(name(code), label_nl, label_en, party, *counted)

    def handover(row: tuple[Any, ...]) -> PathRow:
        before, after, supplier, customer = map(name, row[:4])
        return PathRow(before, after, Kind.HANDOVER, supplier, customer, *row[4:])

    def follows(pair: tuple[int, int]) -> PathRow:
        supplier, customer = (name(party_of.get(code, NO_TERM)) for code in pair)
        is_within = supplier == customer or not supplier or not customer
        kind = Kind.WITHIN if is_within else Kind.BESIDE
        before, after = map(name, pair)
        return PathRow(before, after, kind, supplier, customer, *followed[pair], 0.0, (), True)

    return Paths(
        steps.cases,
        sorted(map(activity, codes)),
        [
            *map(handover, handed),
            *(follows(pair) for pair in sorted(followed) if pair not in pairs),
        ],
        {name(to): n[1] for (first, to), n in steps.pairs.items() if first == NO_TERM},
        {name(last): n[1] for (last, to), n in steps.pairs.items() if to == NO_TERM},
        {(name(before), name(after)): n[1] for (before, after), n in followed.items()},
    )


def _following(
    asked: dict[str, Any], period: Period, cases: CaseFilter, connection: Connection
) -> Following:
    sql, chosen = narrowed(statements("paths")["traces"], "cases", cases)
    rows = connection.cursor(binary=True).execute(sql, {**asked, **chosen}).fetchall()
    row = connection.execute(statements("paths")["moment"]).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns its row
    traces = [trace for (trace,) in rows]
    lengths = np.array([len(trace) for trace in traces], dtype=np.int64) // STEP.itemsize
    since, until = _day(period.since, NO_DAY), _day(period.until, _NEVER)
    steps = np.frombuffer(b"".join(traces), dtype=STEP)
    return following(steps, lengths, since, until, int(row[0]))


def _handovers(
    asked: dict[str, Any], clock: Clock, cases: CaseFilter, connection: Connection
) -> list[tuple[Any, ...]]:
    sql, chosen = narrowed(statements("paths")["handovers"], "handovers", cases)
    more = {"is_working": clock is Clock.WORKING, "quantiles": list(QUANTILES)}
    return sorted(connection.execute(sql, {**asked, **more, **chosen}).fetchall())


def _parties(handed: Sequence[tuple[Any, ...]], declared: dict[int, int | None]) -> dict[int, int]:
    """The party of each activity: a handover has it on either side."""
    seen: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for before, after, supplier, customer, n, *_ in handed:
        seen[before][supplier] += n
        seen[after][customer] += n
    most = {code: counted.most_common(1)[0][0] for code, counted in seen.items()}
    return {code: party for code, party in declared.items() if party} | most


def _day(day: date | None, unbound: int) -> int:
    return unbound if day is None else (day - date(1970, 1, 1)).days
