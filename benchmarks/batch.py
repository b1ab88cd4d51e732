"""Handover times of a frame that is all there: ours against the nearest that pm4py has.

Both get one frame of completed steps with their starts, and give for each pair of parties how long
the second waited after the first, in working time of one calendar with public holidays:

- pm4py: ``discover_performance_dfg`` over the parties of a frame that is in order, with business
  hours and a work calendar. (Its network analysis is slower, and knows neither starts nor
  holidays.)
- ours: the frame to integer codes, then all that is mined of a case, of which handovers in elapsed
  and in working time are a part, then the mean of each pair.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from procesmijn.catalogue import default
from procesmijn.core.compile import compile_rules, names_of
from procesmijn.core.frames import EVENT, NO_SEQUENCE, Int64s, ObjectEvents
from procesmijn.core.mine import mine
from procesmijn.core.rules import Rules

PROCESS: Final = "bench"
EVENTS_OF_CASE: Final = 10
REPEATS: Final = 3
CASE, ACTIVITY, PARTY = "case:concept:name", "concept:name", "org:group"
START, COMPLETION = "start_timestamp", "time:timestamp"
_OFFICE: Final = [((day * 24 + 9) * 3600, (day * 24 + 17) * 3600) for day in range(5)]

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Batch:
    """Events per second of both, the best of some repeats."""

    events: int
    ours_per_second: float
    mining_per_second: float
    """Ours without the way from the frame and to the means: from arrays to arrays."""
    pm4py_per_second: float

    @property
    def ratio(self) -> float:
        """How many times as fast we are, from frame to means."""
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
    seconds = {
        "ours": _best(lambda: mean_waits(object_events(frame, code), rules)),
        "mining": _best(lambda: mine(arrays, rules)),
        "pm4py": _best(lambda: pm4py_waits(frame)),
    }
    per_second = {name: len(frame) / taken for name, taken in seconds.items()}
    return Batch(len(frame), per_second["ours"], per_second["mining"], per_second["pm4py"])


def make_frame(events: int) -> pd.DataFrame:
    """Cases of ten steps each, a day or two apart, by five parties with one calendar."""
    random = np.random.default_rng(20_26)
    cases = events // EVENTS_OF_CASE
    case, step = np.divmod(np.arange(cases * EVENTS_OF_CASE), EVENTS_OF_CASE)
    hour_ns = 3_600 * 10**9
    began = pd.Timestamp("2025-01-06", tz="UTC").value + random.integers(
        2_000 * hour_ns, size=cases
    )
    completed = began[case] + step * 40 * hour_ns + random.integers(30 * hour_ns, size=len(case))
    started = completed - random.integers(8 * hour_ns, size=len(case))
    parties = np.array(["hr", "payroll", "it", "purchasing", "sales"])
    return pd.DataFrame(
        {
            CASE: np.char.add("case-", case.astype(str)),
            ACTIVITY: np.char.add("step ", (step * 7 % EVENTS_OF_CASE).astype(str)),
            PARTY: parties[random.integers(len(parties), size=len(case))],
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


def mean_waits(events: ObjectEvents, rules: Rules) -> pd.Series[float]:
    """Mean working seconds for each pair of parties."""
    handovers = mine(events, rules).handovers
    return (
        pd.DataFrame(
            {name: handovers[name] for name in ("supplier", "customer", "wait_working_us")}
        )
        .groupby(["supplier", "customer"])["wait_working_us"]
        .mean()
    )


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
