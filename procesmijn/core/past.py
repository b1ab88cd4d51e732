"""Which states cases were in, and for how long: what a forecast of a running case is made from.

A state is what has been completed so far, seen in one of several ways, the finest first: the whole
way up to here; what has been done at all, and what was done last; what was done last. (Sequence,
set and a horizon of one in van der Aalst, Schonenberg and Song, 'Time prediction based on process
mining', Information Systems 36, 2011.) It is entered with a completion and left with the next one;
of completions at one moment only the state after the last was ever there to be seen.

What is known at a moment is made of the completions up to it, and of nothing else: whether a case
has ended, too. So a forecast for a moment of the past knows no more than it would have known then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from procesmijn.core.frames import STEP, Bools, Int32s, Int64s
from procesmijn.core.order import is_first
from procesmijn.core.worktime import Calendar, is_open, worked_at_us, worked_until_us

VIEWS: Final = ("way", "done", "last")
"""How a state is seen: by the whole way; by what was done, and last; by what was done last."""
MOST_CASES: Final = 2_000
"""So many cases, the last that ended, are what forecasts are made from. More were no better on any
log that was tried, and slower to notice that a process has changed."""
FOREVER_US: Final = int(np.iinfo(np.int64).max)
"""How long a case stays in its last state."""
_QUIET: Final = 0.99
"""Where nothing is declared to end a case, it has ended when nothing has followed for longer than
this share of all steps was waited for."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What was completed in some cases, step by step: case by case, in order of completion."""

    hours: Calendar
    """That of the process."""
    case: Int64s
    """int64[n]: number of the case that each step is in, ascending from 0 on."""
    activity: Int32s
    completed_us: Int64s
    worked_us: Int64s
    """What had been worked by each completion, since the beginning of the calendar."""
    states: tuple[Int64s, ...]
    """For each of :data:`VIEWS` int64[n]: a number for the state after the step."""

    @staticmethod
    def of(traces: Sequence[bytes], hours: Calendar) -> Log:
        """Read :data:`~procesmijn.core.frames.STEP` bytes, a trace for each case, none empty."""
        steps = np.frombuffer(b"".join(traces), dtype=STEP)
        lengths = np.array([len(trace) for trace in traces], dtype=np.int64) // STEP.itemsize
        activity, completed_us = steps["activity"].copy(), steps["completed_us"].copy()
        return Log(
            hours,
            np.repeat(np.arange(len(traces)), lengths),
            activity,
            completed_us,
            worked_until_us(hours, completed_us),
            _states(activity, lengths),
        )


def _states(activity: Int32s, lengths: Int64s) -> tuple[Int64s, ...]:
    """Walk each different way once: there are far fewer of them than cases."""
    numbers: dict[object, int] = {}
    ways: dict[bytes, Int64s] = {}
    whole, width = activity.tobytes(), activity.itemsize
    stops = np.cumsum(lengths) * width
    found = [np.empty((0, len(VIEWS)), dtype=np.int64)]
    for start, stop in zip((stops - lengths * width).tolist(), stops.tolist(), strict=True):
        way = whole[start:stop]
        if way not in ways:
            ways[way] = _along(memoryview(way).cast("i").tolist(), numbers)
        found.append(ways[way])
    return tuple(np.concatenate(found).T)


def _along(way: Sequence[int], numbers: dict[object, int]) -> Int64s:
    """The states after each step of a way, int64[steps, views]."""
    prefix, done, met = 0, frozenset[int](), list[tuple[int, ...]]()
    for activity in way:
        prefix = numbers.setdefault((prefix, activity), len(numbers) + 1)
        done = done if activity in done else done | {activity}
        met.append((prefix, numbers.setdefault((done, activity), len(numbers) + 1), activity))
    return np.array(met, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What was known of a log at a moment: the states of cases that had ended, and what ran."""

    log: Log
    at_us: int
    clock: Calendar | None
    """In whose working time durations are: the calendar of the process, where most cases that had
    ended did so in its hours; else None, and they are elapsed."""
    clock_us: Int64s
    """int64[n]: the completions of the log on that clock."""
    row: Int64s
    """int64[v]: the step that each state was entered with."""
    end_row: Int64s
    """int64[v]: the last step of its case."""
    stayed_us: Int64s
    """int64[v]: how long the case was in it, on the clock."""
    running: Int64s
    """The last step of each case that had not ended."""
    by_view: tuple[tuple[Int64s, Int64s], ...]
    """For each of :data:`VIEWS` int64[v] twice: the states in order of their numbers, and these."""

    @staticmethod
    def of(log: Log, at_us: int, ends: Int32s) -> Known:
        """Look at a log as of a moment.

        ``ends`` are the activities that end a case. Where there are none, the last state of a case
        counts with the others: one in it may have ended without anybody knowing yet.
        """
        row = np.flatnonzero(log.completed_us <= at_us)
        is_last = np.roll(is_first(log.case[row]), -1)
        last, other = row[is_last], row[~is_last]
        waited_us = log.completed_us[other + 1] - log.completed_us[other]
        ended = last[_have_ended(log, last, waited_us, at_us, ends)]
        running = np.setdiff1d(last, ended, assume_unique=True)
        ended = ended[np.argsort(log.completed_us[ended], kind="stable")][-MOST_CASES:]

        end_of = np.full(int(log.case.max(initial=-1)) + 1, -1)
        end_of[log.case[ended]] = ended
        in_hours = is_open(log.hours, log.completed_us[ended])
        clock = log.hours if in_hours.sum() * 2 > len(in_hours) else None
        clock_us = log.completed_us if clock is None else log.worked_us
        row = other[(waited_us > 0) & (end_of[log.case[other]] >= 0)]
        stayed_us = clock_us[row + 1] - clock_us[row]
        if not len(ends):
            row = np.concatenate([row, ended])
            stayed_us = np.concatenate([stayed_us, np.full(len(ended), FOREVER_US)])
        orders = [np.argsort(states[row], kind="stable") for states in log.states]
        by_view = tuple(
            (order, states[row][order]) for order, states in zip(orders, log.states, strict=True)
        )
        end_row = end_of[log.case[row]]
        return Known(log, at_us, clock, clock_us, row, end_row, stayed_us, running, by_view)

    @property
    def now_us(self) -> int:
        """Its moment on the clock."""
        if self.clock is None:
            return self.at_us
        return int(worked_until_us(self.clock, np.array([self.at_us]))[0])

    def instants_us(self, ahead_us: Int64s) -> Int64s:
        """When so much time on the clock has passed since its moment."""
        if self.clock is None:
            return self.at_us + ahead_us
        return np.maximum(worked_at_us(self.clock, self.now_us + ahead_us), self.at_us)

    def alike(self, step: int, spent_us: int, fewest: int) -> tuple[str, Int64s] | None:
        """States of past cases like the one after a step, that lasted at least as long.

        By the finest view in which ``fewest`` different cases were in such a state; None where
        they are fewer in every view.
        """
        for view, states, (order, numbers) in zip(
            VIEWS, self.log.states, self.by_view, strict=True
        ):
            begin, end = np.searchsorted(numbers, (states[step], states[step] + 1))
            rows = order[begin:end]
            rows = rows[self.stayed_us[rows] >= spent_us]
            if len(np.unique(self.end_row[rows])) >= fewest:
                return view, rows
        return None


def _have_ended(log: Log, last: Int64s, waited_us: Int64s, at_us: int, ends: Int32s) -> Bools:
    """Which cases had ended, by the last step that was known of each."""
    if len(ends):
        return np.isin(log.activity[last], ends)
    quiet_us = float(np.quantile(waited_us, _QUIET)) if len(waited_us) else np.inf
    has_ended: Bools = at_us - log.completed_us[last] > quiet_us
    return has_ended
