"""When the organisation lives: some history, and then a present that is some weeks ago.

At sixty times the clock a day passes in minutes, and the contract takes no events from the future.
So its present begins weeks ago, in the middle of a working day, and has until ours to go.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from procesmijn.demo.hours import Hours
from procesmijn.demo.systems import HOUR_US, SECOND_US
from procesmijn.zones import load_zone

ZONE: Final = "Europe/Amsterdam"
HISTORY: Final = timedelta(weeks=13)
"""Of a demonstration that is watched: soon in."""
LONG_HISTORY: Final = timedelta(weeks=104)
"""Of one that is analysed."""
BEHIND: Final = timedelta(weeks=4)
"""At sixty times the clock it takes some four hours to catch up that much."""
INTO_THE_DAY_US: Final = 1 * HOUR_US

_ZONE: Final = load_zone(ZONE)


def present_at_start(now: datetime, office: Hours) -> datetime:
    """Moment at which the live part begins: an hour into a working day, weeks before ``now``."""
    return an_hour_into(local(now - BEHIND).date(), office)


def an_hour_into(day: date, office: Hours) -> datetime:
    """An hour after the office opens on a day, or on the first working day after it."""
    at_us = office.opening_us(instant_us(midnight(day))) + INTO_THE_DAY_US
    return datetime.fromtimestamp(at_us // SECOND_US, UTC)


def begin_before(present: datetime, history: timedelta = HISTORY) -> datetime:
    """Moment at which the history begins that leads up to a present."""
    return midnight(local(present - history).date())


def midnight(day: date) -> datetime:
    """Moment at which a local date begins."""
    return datetime.combine(day, time(), _ZONE)


def instant_us(moment: datetime) -> int:
    """Whole simulated microseconds of an aware instant, to the second."""
    return round(moment.timestamp()) * SECOND_US


def local(moment: datetime) -> datetime:
    """The same moment, on the clocks of the organisation."""
    return moment.astimezone(_ZONE)
