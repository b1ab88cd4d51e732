"""How long somebody could have worked between two instants: waiting is held against open hours.

A calendar is a table of the stretches of time in which its party works, over the whole horizon of
the contract, each with the working time before it. Working time between two instants is then two
look-ups, for a million pairs at once. Local hours become instants by the one rule of
:mod:`procesmijn.core.days`, and working time is the time that physically passes: on the night that
the clock goes back, a shift from 0:00 to 8:00 has nine hours.

Outside the horizon nothing is worked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

import numpy as np

from procesmijn.core.days import EPOCH, FIRST_DAY, LAST_DAY, Days
from procesmijn.core.frames import NO_INSTANT, Bools, Int64s
from procesmijn.core.marks import DAY_US, Marks

_EVER: Final = int(np.iinfo(np.int64).min)
"""Before every instant."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """When a party works: stretches that are in order and neither touch nor overlap.

    A stretch holds its opening and not its closing instant. Each column is int64, one value per
    stretch; SQL has a table of the same columns, and computes the same from it.
    """

    zone: str
    """IANA name of the time zone of its hours."""
    opens_us: Int64s
    closes_us: Int64s
    worked_us: Int64s
    """Working time before each stretch, since the beginning of the horizon."""
    openings: Marks
    """``opens_us``, to be found among."""
    until_us: Int64s
    """The closing instant of the stretch that began last, by how many have begun."""
    idle_us: Int64s
    """Likewise, what turns an instant in that stretch into working time: how long nobody worked
    before it, below zero."""


def build_calendar(
    weekly: Sequence[Sequence[tuple[time, time]]], zone: str, closed: Collection[date] = ()
) -> Calendar:
    """Calendar of weekly hours, without the dates that are closed.

    ``weekly`` has the (opening, closing) times of each day from Monday on, local; midnight as a
    closing time is the end of that day. Work through the night is two stretches, on two dates, and
    is one again in the calendar. ``closed`` are local dates.

    Raises:
        UnknownZoneError: the time zone data have no such zone.
        ValueError: not seven days, or a stretch that does not close after it opens.
    """
    if len(weekly) != 7:
        raise ValueError(f"a week has seven days, from Monday on; {len(weekly)} were given")
    days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int64)
    days = days[~np.isin(days, [_day(shut) for shut in closed])]
    weekday = (days + EPOCH.weekday()) % 7
    opens, closes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for number, hours in enumerate(weekly):
        midnights_us = days[weekday == number] * DAY_US
        for start, end in hours:
            start_us, end_us = _since_midnight_us(start), _since_midnight_us(end) or DAY_US
            if start_us >= end_us:
                raise ValueError(
                    f"{start:%H:%M}-{end:%H:%M} does not close after it opens: "
                    "give what lies after midnight to the next day"
                )
            opens.append(midnights_us + start_us)
            closes.append(midnights_us + end_us)
    local = Days.of(zone)
    opens_us = local.instant_us(np.concatenate(opens))
    closes_us = local.instant_us(np.concatenate(closes))
    return _calendar(zone, opens_us, closes_us)


def working_us(calendar: Calendar, from_us: Int64s, to_us: Int64s) -> Int64s:
    """Working time from each instant to the other, int64[n]; 0 where it is not after the first."""
    worked_us: Int64s = worked_until_us(calendar, to_us) - worked_until_us(calendar, from_us)
    return np.maximum(worked_us, 0)


def is_outside(calendar: Calendar, from_us: Int64s, to_us: Int64s) -> Bools:
    """Whether time passed and none of it was working time, bool[n]: flagged, not hidden."""
    is_idle: Bools = working_us(calendar, from_us, to_us) == 0
    return (to_us > from_us) & is_idle


def is_open(calendar: Calendar, instants_us: Int64s) -> Bools:
    """Whether each instant lies in a stretch, or is the end of one: work is completed then too."""
    if not len(calendar.opens_us):
        return np.zeros(len(instants_us), dtype=np.bool_)
    at = calendar.openings.passed(instants_us) - 1
    within: Bools = (at >= 0) & (instants_us <= calendar.closes_us[at])
    return within


def stretches(calendar: Calendar, from_us: int, to_us: int) -> list[tuple[int, int]]:
    """What :func:`working_us` adds up for one pair: (from, to) of each stretch worked in it."""
    if to_us <= from_us:
        return []
    first = np.searchsorted(calendar.closes_us, from_us, side="right")
    last = np.searchsorted(calendar.opens_us, to_us, side="left")
    opens_us = np.maximum(calendar.opens_us[first:last], from_us)
    closes_us = np.minimum(calendar.closes_us[first:last], to_us)
    return list(zip(opens_us.tolist(), closes_us.tolist(), strict=True))


def worked_until_us(calendar: Calendar, instants_us: Int64s) -> Int64s:
    """Working time from the beginning of the horizon to each instant."""
    if not len(calendar.opens_us):
        return np.zeros(len(instants_us), dtype=np.int64)
    at = calendar.openings.passed(instants_us)
    worked_us: Int64s = calendar.until_us.take(at)
    np.minimum(worked_us, instants_us, out=worked_us)
    worked_us += calendar.idle_us.take(at)
    return np.maximum(worked_us, 0, out=worked_us)


def worked_at_us(calendar: Calendar, worked_us: Int64s) -> Int64s:
    """The first instant by which so much has been worked since the beginning of the horizon.

    ``NO_INSTANT`` where that is never. What :func:`worked_until_us` gives, turned back.
    """
    if not len(calendar.opens_us):
        return np.full(len(worked_us), NO_INSTANT)
    at = np.searchsorted(calendar.worked_us, worked_us, side="left") - 1
    instants_us = calendar.opens_us[at] + worked_us - calendar.worked_us[at]
    return np.where(instants_us <= calendar.closes_us[at], instants_us, NO_INSTANT)


def _calendar(zone: str, opens_us: Int64s, closes_us: Int64s) -> Calendar:
    """Put stretches in order, and make one of those that touch or overlap."""
    is_real = opens_us < closes_us
    order = np.argsort(opens_us[is_real], kind="stable")
    opens_us = opens_us[is_real][order]
    closes_us = np.maximum.accumulate(closes_us[is_real][order])
    is_first = np.ones(len(opens_us), dtype=np.bool_)
    is_first[1:] = opens_us[1:] > closes_us[:-1]
    is_last = np.ones(len(opens_us), dtype=np.bool_)
    is_last[:-1] = is_first[1:]
    opens_us, closes_us = opens_us[is_first], closes_us[is_last]
    worked_us = np.zeros(len(opens_us), dtype=np.int64)
    worked_us[1:] = np.cumsum(closes_us - opens_us)[:-1]
    until_us = np.concatenate([[_EVER], closes_us])
    idle_us = np.concatenate([[0], worked_us - opens_us])
    for column in (opens_us, closes_us, worked_us, until_us, idle_us):
        column.setflags(write=False)
    return Calendar(zone, opens_us, closes_us, worked_us, Marks(opens_us), until_us, idle_us)


def _day(local: date) -> int:
    return (local - EPOCH.date()).days


def _since_midnight_us(local: time) -> int:
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return seconds * 1_000_000 + local.microsecond
