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

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from procesmijn.catalogue.lead_times import LeadTime, Unit, read_lead_time
from procesmijn.core.days import FIRST_DAY, LAST_DAY, Days
from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.worktime import Calendar, worked_until_us, working_us


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """So much working time: more than none."""

    us: int

    def due_us(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        """When each request is due, int64[n]; ``NO_INSTANT`` where that much is never worked."""
        if not len(calendar.opens_us):
            return np.full(len(requested_us), NO_INSTANT)
        reached_us = worked_until_us(calendar, requested_us) + self.us
        at = np.searchsorted(calendar.worked_us, reached_us, side="left") - 1
        due_us = calendar.opens_us[at] + reached_us - calendar.worked_us[at]
        return np.where(due_us <= calendar.closes_us[at], due_us, NO_INSTANT)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working dates, from the one after the date of the request."""

    number: int

    def due_us(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        """When each request is due, int64[n]; ``NO_INSTANT`` where there are not so many."""
        days, closes_us = working_dates(calendar)
        asked = Days.of(calendar.zone).local_day(requested_us)
        at = np.searchsorted(days, asked, side="right") + self.number - 1
        return np.append(closes_us, NO_INSTANT)[np.minimum(at, len(days))]


@dataclass(frozen=True, slots=True)
class BeforeDayOfMonth:
    """The end of the day before a day of the month; where a month is shorter, the end of it."""

    day: int

    def due_us(self, calendar: Calendar, requested_us: Int64s) -> Int64s:
        """When each request is due, int64[n], by the clock of the calendar's zone."""
        local = Days.of(calendar.zone)
        asked = local.local_day(requested_us).astype("M8[D]")
        month = asked.astype("M8[M]")
        due_us = self._end_us(local, month)
        return np.where(due_us <= requested_us, self._end_us(local, month + 1), due_us)

    def _end_us(
        self, local: Days, month: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    ) -> Int64s:
        day = month.astype("M8[D]") + (self.day - 1)
        return local.start_us(np.minimum(day, (month + 1).astype("M8[D]")).astype(np.int64))


Rule: TypeAlias = WorkingHours | WorkingDays | BeforeDayOfMonth
"""What may be promised."""


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
