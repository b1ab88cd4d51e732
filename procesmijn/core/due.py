"""When something is due that was promised in working hours, in working days, or before a date.

A promise names a moment, once, when it is given: everything here is a function of the request and
of a calendar. The definitions are those of service levels in working time, sharpened so that two
people compute the same to the microsecond:

- *n hours*: the earliest instant at which n hours of working time have passed since the request;
- *n days*: closing time of the n-th working date after the local date of the request, whatever the
  hour of the request. A working date is a local date on which anything is worked at all;
- *before the 20th*: the end of the 19th, a moment that need not be worked; of the next month where
  that has passed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from procesmijn.catalogue.lead_times import LeadTime, Unit, read_lead_time
from procesmijn.core.days import FIRST_DAY, LAST_DAY, Days
from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.worktime import Calendar, worked_at_us, worked_until_us, working_us


class Rule(ABC):
    """What may be promised: a moment that follows from the request, and moves with every pause.

    How far a promise has got is one whole number for each request, and what it means is the rule's
    own affair: so pauses can be taken in one by one, for many requests at once.
    """

    __slots__ = ()

    def due_us(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        """When each request is due, int64[n]; ``NO_INSTANT`` where that is never."""
        return self.reached_us(calendar, self.goal(calendar, requested_us))

    @abstractmethod
    def goal(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        """What has to be reached for each request, int64[n]."""

    @abstractmethod
    def reached_us(self, calendar: Calendar, goal: Int64s) -> Int64s:
        """When that is, int64[n]; ``NO_INSTANT`` where it never is."""

    @abstractmethod
    def moved(
        self,
        calendar: Calendar,
        goal: Int64s,
        requested_us: Int64s,
        paused_us: Int64s,
        resumed_us: Int64s,
    ) -> Int64s:
        """The goals after a pause that began before they were reached, int64[n]. It holds its
        first instant and not its last."""


@dataclass(frozen=True, slots=True)
class WorkingHours(Rule):
    """So much working time: more than none. The goal is what has been worked by then."""

    us: int

    def goal(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        return worked_until_us(calendar, requested_us) + self.us

    def reached_us(self, calendar: Calendar, goal: Int64s) -> Int64s:
        return worked_at_us(calendar, goal)

    def moved(
        self,
        calendar: Calendar,
        goal: Int64s,
        requested_us: Int64s,  # noqa: ARG002 - not asked of hours
        paused_us: Int64s,
        resumed_us: Int64s,
    ) -> Int64s:
        return goal + working_us(calendar, paused_us, resumed_us)


@dataclass(frozen=True, slots=True)
class WorkingDays(Rule):
    """So many working dates, from the one after the date of the request, those left out that were
    paused when they closed. The goal is one of :func:`working_dates`."""

    number: int

    def goal(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        return self._first(calendar, requested_us) + self.number - 1

    def reached_us(self, calendar: Calendar, goal: Int64s) -> Int64s:
        _, closes_us = working_dates(calendar)
        return np.append(closes_us, NO_INSTANT)[np.minimum(goal, len(closes_us))]

    def moved(
        self,
        calendar: Calendar,
        goal: Int64s,
        requested_us: Int64s,
        paused_us: Int64s,
        resumed_us: Int64s,
    ) -> Int64s:
        _, closes_us = working_dates(calendar)
        begin = np.searchsorted(closes_us, paused_us, side="left")
        end = np.searchsorted(closes_us, resumed_us, side="left")
        return goal + np.maximum(end - np.maximum(begin, self._first(calendar, requested_us)), 0)

    @staticmethod
    def _first(calendar: Calendar, requested_us: Int64s) -> Int64s:
        days, _ = working_dates(calendar)
        asked = Days.of(calendar.zone).local_day(requested_us)
        return np.searchsorted(days, asked, side="right").astype(np.int64)


@dataclass(frozen=True, slots=True)
class BeforeDayOfMonth(Rule):
    """The end of the day before a day of the month; where a month is shorter, the end of it.

    The goal is that moment, by the clock of the calendar's zone. A pause does not move it, unless
    it has passed when the work goes on: then it is that of the next month.
    """

    day: int

    def goal(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        local = Days.of(calendar.zone)
        asked = local.local_day(requested_us).astype("M8[D]")
        month = asked.astype("M8[M]")
        due_us = self._end_us(local, month)
        return np.where(due_us <= requested_us, self._end_us(local, month + 1), due_us)

    def reached_us(self, calendar: Calendar, goal: Int64s) -> Int64s:  # noqa: ARG002
        return goal

    def moved(
        self,
        calendar: Calendar,
        goal: Int64s,  # noqa: ARG002 - made anew
        requested_us: Int64s,  # noqa: ARG002
        paused_us: Int64s,  # noqa: ARG002
        resumed_us: Int64s,
    ) -> Int64s:
        return self.goal(calendar, resumed_us)

    def _end_us(
        self, local: Days, month: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    ) -> Int64s:
        day = month.astype("M8[D]") + (self.day - 1)
        return local.start_us(np.minimum(day, (month + 1).astype("M8[D]")).astype(np.int64))


def lead_time(words: str) -> Rule:
    """Read a lead time as people write it: ``8 hours``, ``2 days``, ``before the 20th``.

    Raises:
        ValueError: it is none of these; the message says how to write it.
    """
    return rule_of(read_lead_time(words))


def rule_of(promised: LeadTime) -> Rule:
    """What says when something is due that a catalogue promises."""
    return _RULES[promised.unit](promised.amount)


@lru_cache(maxsize=64)
def working_dates(calendar: Calendar) -> tuple[Int64s, Int64s]:
    """The local dates on which anything is worked, ascending, and when each closes.

    Both int64, one value a date: days since 1970-01-01, and the last instant of work on that date,
    which is its end where work goes on through the night.
    """
    local = Days.of(calendar.zone)
    days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int64)
    begins_us, ends_us = local.start_us(days), local.start_us(days + 1)
    is_worked = working_us(calendar, begins_us, ends_us) > 0
    days, ends_us = days[is_worked], ends_us[is_worked]
    last = np.searchsorted(calendar.opens_us, ends_us, side="left") - 1
    return days, np.minimum(calendar.closes_us[last], ends_us)


_RULES: Final[dict[Unit, Callable[[int], Rule]]] = {
    Unit.HOURS: WorkingHours,
    Unit.DAYS: WorkingDays,
    Unit.DAY_OF_MONTH: BeforeDayOfMonth,
}
