"""Local dates and clock readings of one time zone, for whole arrays of instants at once.

A zone is a short table: the instants at which its distance to UTC changes. From it follow, by a
look-up, the date that the clock on the wall shows at an instant, and the instant at which it
shows a time. Both are what :mod:`zoneinfo` says, without its microsecond per value.

**One rule for every clock reading**, also for those that the clock skips or shows twice: it stands
for *the first instant at which the clock shows that reading or a later one*. Where the clock goes
back this is PEP 495's ``fold=0``, the first of the two. Where it goes forward, a reading that it
skips is the moment of the change. The rule keeps order: what is later on the clock is never earlier
in time, so that stretches of time which follow on each other locally never overlap. (PEP 495 moves
skipped readings on by the size of the gap, past readings that exist.)
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from procesmijn.core.frames import Int64s
from procesmijn.core.marks import DAY_US, Marks
from procesmijn.zones import load_zone

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099
"""The horizon. The contract refuses events outside it, so every table of dates can be whole."""

DAY_S: Final = 86_400

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY: Final = (date(FIRST_YEAR, 1, 1) - EPOCH.date()).days
LAST_DAY: Final = (date(LAST_YEAR, 12, 31) - EPOCH.date()).days
"""First and last local date of the horizon, as days since 1970-01-01."""

_EARLIEST: Final = int(np.iinfo(np.int64).min)
_LATEST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """When each local date of a zone begins, and which date an instant falls on.

    The clock keeps one distance to UTC in each of p periods. Use :meth:`of` to get one.
    """

    zone: str
    since_us: Int64s
    """int64[p], ascending: the instant at which each period begins; the first has no beginning."""
    offset_us: Int64s
    """int64[p]: the distance of the clock from UTC in it, positive to the east."""
    shown_us: Int64s
    """int64[p], ascending: before which reading (local microseconds since 1970-01-01 00:00) the
    clock has stayed until the end of the period; the last has no end."""
    changes: Marks
    """``since_us`` but for the first, to be found among."""

    @staticmethod
    def of(zone: str) -> Days:
        """Days of an IANA zone; made once per process, in some 30 ms.

        Raises:
            UnknownZoneError: the time zone data have no such zone.
        """
        return _days_of(zone)

    def local_day(self, instants_us: Int64s) -> Int64s:
        """Local date of each instant, int64[n] days since 1970-01-01.

        Dates outside the horizon (and :data:`~procesmijn.core.frames.NO_INSTANT`) become its first
        or last date.
        """
        within_us = np.minimum(instants_us, (LAST_DAY + 2) * DAY_US)
        np.maximum(within_us, (FIRST_DAY - 2) * DAY_US, out=within_us)
        within_us += self.offset_us.take(self.changes.passed(within_us))
        within_us //= DAY_US
        np.minimum(within_us, LAST_DAY, out=within_us)
        return np.maximum(within_us, FIRST_DAY, out=within_us)

    def start_us(self, days: Int64s) -> Int64s:
        """Instant at which each local date begins, int64[n].

        A date that the zone skipped whole begins when the next one does, and so has no length. The
        day after the last of the horizon is known too, as the end of that one; dates further out
        are taken for the nearest that is known.
        """
        known = np.clip(np.asarray(days, dtype=np.int64), FIRST_DAY, LAST_DAY + 1)
        return self.instant_us(known * DAY_US)

    def instant_us(self, readings_us: Int64s) -> Int64s:
        """First instant at which the clock shows each reading or a later one, int64[n].

        A reading is local: microseconds from 1970-01-01 00:00 on the clock on the wall.
        """
        period = np.searchsorted(self.shown_us, readings_us, side="right")
        instants_us: Int64s = readings_us - self.offset_us[period]
        return np.maximum(self.since_us[period], instants_us)


@cache
def _days_of(zone: str) -> Days:
    since_s, offsets = _periods(load_zone(zone))
    since_us = np.array([_EARLIEST, *(second * 1_000_000 for second in since_s)], dtype=np.int64)
    offset_us = np.array(offsets, dtype="m8[us]").astype(np.int64)
    shown_us = np.full(len(since_us), _LATEST)
    shown_us[:-1] = since_us[1:] + offset_us[:-1]
    for table in (since_us, offset_us, shown_us):
        table.setflags(write=False)
    return Days(zone, since_us, offset_us, shown_us, Marks(since_us[1:]))


def _periods(zone: ZoneInfo) -> tuple[list[int], list[timedelta | None]]:
    """Seconds since 1970 at which the distance to UTC changes, and the distance before and after.

    The clock is read once a day, and a change is narrowed down to its second. One that is taken
    back within the day would go unseen: since 1970 no zone has had two within six days.
    """

    def offset_at(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, zone).utcoffset()

    since_s: list[int] = []
    offsets = [offset_at((FIRST_DAY - 2) * DAY_S)]
    for end in range((FIRST_DAY - 1) * DAY_S, (LAST_DAY + 3) * DAY_S, DAY_S):
        offset = offset_at(end)
        if offset != offsets[-1]:
            day = range(end - DAY_S, end)
            changed = bisect_left(day, True, key=lambda second: offset_at(second) == offset)
            since_s.append(day[0] + changed)
            offsets.append(offset)
    return since_s, offsets
