"""Handover times of a frame that is all there: ours against the nearest that pm4py has.

Both give how long each party waited after another, in working time of one calendar with public
holidays, from one frame of completed steps with their starts:

- pm4py: ``discover_performance_dfg`` over the parties, with business hours and a work calendar; the
  frame is in order already. (Its network analysis is slower, and knows neither starts nor
  holidays.)
- ours: ``procesmijn.core`` from events in integer codes, as the store keeps them, to handovers in
  elapsed and in working time, one by one, on all processors, some thousand cases to each at a time:
  numpy lets go of the interpreter. Beside it, what it takes on one; with the way from the frame to
  codes and on to means; and all that is mined of a case, of which handovers are a part.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from procesmijn.catalogue import default
from procesmijn.core.assign import assign
from procesmijn.core.compile import compile_rules, names_of
from procesmijn.core.frames import EVENT, NO_SEQUENCE, Int64s, ObjectEvents, Rows
from procesmijn.core.handovers import find_handovers
from procesmijn.core.instances import pair
from procesmijn.core.mine import mine
from procesmijn.core.rules import Rules
from procesmijn.core.standing import standing

PROCESS: Final = "bench"
EVENTS_OF_CASE: Final = 10
CASES_AT_ONCE: Final = 5_000
REPEATS: Final = 3
CASE, ACTIVITY, PARTY = "case:concept:name", "concept:name", "org:group"
START, COMPLETION = "start_timestamp", "time:timestamp"
_OFFICE: Final = [((day * 24 + 9) * 3600, (day * 24 + 17) * 3600) for day in range(5)]

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Batch:
    """Events per second, the best of some repeats."""

    events: int
    handovers: int
    ours_per_second: float
    one_processor_per_second: float
    """Ours, on one processor."""
    from_frame_per_second: float
    """Ours, from the frame to the means of each pair."""
    all_mined_per_second: float
    """Ours, with cases, traces and pending handovers."""
    pm4py_per_second: float

    @property
    def ratio(self) -> float:
        """How many times as fast we are."""
        return self.ours_per_second / self.pm4py_per_second


class Holidays:
    """The work calendar that pm4py asks, with the closing days of the calendar that we use."""

    def __init__(self) -> None:
        catalogue = default()
        self._closed = catalogue.closed_days("office")

    def is_working_day(self, day: date) -> bool:
        """Whether it is no public holiday; weekends are in the business hours."""
        return day not in self._closed


def compare(events: int) -> Batch:
    """Measure both on one frame of about so many events."""
    frame = make_frame(events)
    rules, code = make_rules()
    arrays = object_events(frame, code)
    seconds = [
        _best(lambda: handovers(arrays, rules)),
        _best(lambda: handovers(arrays, rules, processors=1)),
        _best(lambda: mean_waits(handovers(object_events(frame, code), rules))),
        _best(lambda: [mine(part, rules) for part in parts(arrays)]),
        _best(lambda: pm4py_waits(frame)),
    ]
    found = sum(map(len, handovers(arrays, rules)))
    return Batch(len(frame), found, *(len(frame) / taken for taken in seconds))


def make_frame(events: int) -> pd.DataFrame:
    """Cases of ten steps each, about three days apart, most of them by the party of the step."""
    random = np.random.default_rng(20_26)
    cases = events // EVENTS_OF_CASE
    case, step = np.divmod(np.arange(cases * EVENTS_OF_CASE), EVENTS_OF_CASE)
    hour_ns = 3_600 * 10**9
    began = pd.Timestamp("2025-01-06", tz="UTC").value + random.integers(
        2_000 * hour_ns, size=cases
    )
    completed = began[case] + step * 72 * hour_ns + random.integers(30 * hour_ns, size=len(case))
    started = completed - random.integers(8 * hour_ns, size=len(case))
    parties = np.array(["hr", "payroll", "it", "purchasing", "sales"])  # with office hours
    is_usual = random.random(len(case)) < 0.8
    party = np.where(is_usual, step * 3 // 2, random.integers(len(parties), size=len(case)))
    return pd.DataFrame(
        {
            CASE: np.char.add("case-", case.astype(str)),
            ACTIVITY: np.char.add("step ", (step * 7 % EVENTS_OF_CASE).astype(str)),
            PARTY: parties[party % len(parties)],
            START: pd.to_datetime(started, utc=True),
            COMPLETION: pd.to_datetime(completed, utc=True),
        }
    )


def make_rules() -> tuple[Rules, dict[str, int]]:
    """The default catalogue with a process for the frame, and the code of every name."""
    catalogue = default().with_process(PROCESS)
    steps = {f"step {number}" for number in range(EVENTS_OF_CASE)}
    names = sorted(names_of(catalogue) | steps | {"step"})
    code = {name: at for at, name in enumerate(names, start=1)}
    return compile_rules(catalogue, code.__getitem__, dict(enumerate(names, start=1))), code


def object_events(frame: pd.DataFrame, code: dict[str, int]) -> ObjectEvents:
    """The frame as the core wants it: integer codes, by case."""
    case, names = pd.factorize(frame[CASE])
    order = np.argsort(case, kind="stable")
    events = np.zeros(len(frame), dtype=EVENT)
    events["key_hi"] = order
    events["started_us"] = _us(frame[START])[order]
    events["occurred_us"] = _us(frame[COMPLETION])[order]
    events["sequence"] = NO_SEQUENCE
    events["type"], events["process"] = code["step"], code[PROCESS]
    for field, column in (("activity", ACTIVITY), ("party", PARTY)):
        codes, values = pd.factorize(frame[column])
        events[field] = np.array([code[value] for value in values], dtype=np.int32)[codes[order]]
    keys = np.arange(len(names), dtype=np.int64)
    types = np.full(len(names), code[PROCESS], dtype=np.int32)
    return ObjectEvents(keys, types, case[order].astype(np.int32), events)


def parts(events: ObjectEvents) -> Iterator[ObjectEvents]:
    """Some thousand cases at a time, which is what the processor's caches hold."""
    for first in range(0, len(events.keys), CASES_AT_ONCE):
        last = min(first + CASES_AT_ONCE, len(events.keys))
        rows = slice(*np.searchsorted(events.owner, [first, last]))
        yield ObjectEvents(
            events.keys[first:last],
            events.types[first:last],
            events.owner[rows] - first,
            events.events[rows],
        )


def handovers(
    events: ObjectEvents, rules: Rules, processors: int | None = os.cpu_count()
) -> list[Rows]:
    """The handovers of all cases, in parts: what :func:`procesmijn.core.mine.mine` does up to
    there."""

    def of_part(part: ObjectEvents) -> Rows:
        cases, case_events = assign(part, standing(part), rules)
        return find_handovers(cases, pair(case_events, rules), rules)[1]

    if processors == 1:
        return list(map(of_part, parts(events)))
    with ThreadPoolExecutor(processors) as pool:
        return list(pool.map(of_part, parts(events)))


def mean_waits(handovers: list[Rows]) -> pd.Series[float]:
    """Mean working time of each pair of parties, in microseconds."""
    columns = ("supplier", "customer", "wait_working_us")
    frame = pd.DataFrame(
        {name: np.concatenate([part[name] for part in handovers]) for name in columns}
    )
    return frame.groupby(["supplier", "customer"])["wait_working_us"].mean()


def pm4py_waits(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The same from pm4py, which adds columns to a frame that it is given: so it gets a copy."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # its licence banner
        import pm4py  # noqa: PLC0415 - 4 s and 200 MB, for this one measurement
    means, _, _ = pm4py.discover_performance_dfg(
        frame.copy(),
        business_hours=True,
        business_hour_slots=_OFFICE,
        workcalendar=Holidays(),
        activity_key=PARTY,
        perf_aggregation_key="mean",
    )
    return {(str(a), str(b)): float(mean) for (a, b), mean in means.items()}


def _us(instants: pd.Series[pd.Timestamp]) -> Int64s:
    return instants.to_numpy(dtype="datetime64[us]").view(np.int64)


def _best(work: Callable[[], _Result]) -> float:
    """Seconds of the fastest of some repeats."""
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)
