"""When something is due, held against hand-made cases and a slow walk over local dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.due import BeforeDayOfMonth, Rule, WorkingDays, WorkingHours, lead_time
from procesmijn.core.marks import DAY_US
from procesmijn.core.worktime import Calendar, build_calendar, working_us
from procesmijn.zones import load_zone
from tests.calendars import (
    ALWAYS,
    COUNTRY_OF_ZONE,
    NEVER,
    OFFICE_WEEK,
    Week,
    first_instant,
    instants,
    moment,
    open_on,
    us,
    weeks,
)

AMSTERDAM = load_zone("Europe/Amsterdam")
WALKED_DAYS = 100


def due(words: str, requested: str, calendar: Calendar) -> str:
    """When, on the clock of Amsterdam."""
    asked = us(datetime.fromisoformat(requested).replace(tzinfo=AMSTERDAM))
    (due_us,) = lead_time(words).due_us(calendar, np.array([asked])).tolist()
    return f"{moment(due_us).astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def office() -> Calendar:
    closed = holidays.country_holidays("NL", years=range(2019, 2027))
    return build_calendar(OFFICE_WEEK, "Europe/Amsterdam", closed)


@pytest.mark.parametrize(
    ("requested", "words", "at"),
    [
        ("2026-03-06 15:00", "2 days", "2026-03-10 17:00"),  # a Friday
        ("2026-03-06 15:00", "8 hours", "2026-03-09 15:00"),
        ("2026-03-06 18:00", "2 days", "2026-03-10 17:00"),  # after closing, and yet that Friday
        ("2026-03-07 12:00", "1 day", "2026-03-09 17:00"),
        ("2026-03-06 18:00", "8 hours", "2026-03-09 17:00"),  # at closing, not at the next opening
        ("2026-03-06 18:00", "8.5 hours", "2026-03-10 09:30"),
        ("2020-04-24 15:00", "1 working day", "2020-04-28 17:00"),  # King's Day is a Monday
        ("2020-04-24 15:00", "3 working hours", "2020-04-28 10:00"),
        ("2026-03-27 16:00", "2 hours", "2026-03-30 10:00"),  # the clock goes forward that weekend
        ("2026-03-06 15:00", "before the 20th", "2026-03-20 00:00"),
        ("2026-03-19 23:59", "before the 20th", "2026-03-20 00:00"),
        ("2026-03-20 00:00", "before the 20th", "2026-04-20 00:00"),
        ("2026-12-24 09:00", "before the 3rd", "2027-01-03 00:00"),
        ("2026-02-10 09:00", "before the 31st", "2026-03-01 00:00"),
        ("2026-03-10 09:00", "before the 1st", "2026-04-01 00:00"),
    ],
)
def test_by_hand(office: Calendar, requested: str, words: str, at: str) -> None:
    assert due(words, requested, office) == at


@pytest.mark.parametrize(
    "words", ["3 weeks", "0 hours", "0 days", "-1 days", "1.5 days", "before the 32nd", "", "soon"]
)
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="write '8 hours', '2 days' or 'before the 20th'"):
        lead_time(words)


class Asked(NamedTuple):
    """A moment of asking; a calendar, and what it was made of."""

    us: int
    calendar: Calendar
    week: Week
    zone: ZoneInfo
    closed: set[date]

    @property
    def on(self) -> date:
        """The local date."""
        return moment(self.us).astimezone(self.zone).date()

    def worked(self, since: date) -> list[list[tuple[datetime, datetime]]]:
        """The stretches of each date from then on, for as long as the walk goes."""
        days = (since + timedelta(days=ahead) for ahead in range(WALKED_DAYS))
        stretches = (open_on(self.week, self.zone, self.closed, day) for day in days)
        return [sorted((a, z) for a, z in each if a < z) for each in stretches]

    def due_us(self, lead_time: Rule) -> int:
        """When that is due."""
        (due_us,) = lead_time.due_us(self.calendar, np.array([self.us])).tolist()
        return int(due_us)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Mostly near a change of the clock, with dates round it that are closed."""
    zone = draw(st.sampled_from(sorted(COUNTRY_OF_ZONE)))
    week: Week = draw(weeks() | st.sampled_from([OFFICE_WEEK, ALWAYS, NEVER]))
    at = draw(instants())
    away = draw(st.sets(st.integers(-1, 12), max_size=5))
    closed = {moment(at).date() + timedelta(days=days) for days in away}
    return Asked(at, build_calendar(week, zone, closed), week, load_zone(zone), closed)


@given(asked(), st.integers(1, 20))
@settings(max_examples=300, deadline=None)
def test_days_are_what_a_walk_over_the_dates_finds(asked: Asked, days: int) -> None:
    worked = [each for each in asked.worked(asked.on + timedelta(days=1)) if each]
    due_us = asked.due_us(WorkingDays(days))
    if len(worked) >= days:
        assert due_us == us(max(closes for _, closes in worked[days - 1]))
    else:
        assert due_us > asked.us + (WALKED_DAYS - 2) * DAY_US


@given(asked(), st.integers(1, 10**12))
@settings(max_examples=300, deadline=None)
def test_hours_are_what_a_walk_over_the_dates_finds(asked: Asked, span_us: int) -> None:
    left, now = timedelta(microseconds=span_us), moment(asked.us)
    due_us = asked.due_us(WorkingHours(span_us))
    for opens, closes in chain.from_iterable(asked.worked(asked.on - timedelta(days=1))):
        worked = max(closes - max(opens, now), timedelta())
        if worked >= left:
            assert due_us == us(max(opens, now) + left)
            return
        left -= worked
    assert due_us > asked.us + (WALKED_DAYS - 4) * DAY_US


@given(asked(), st.integers(1, 31))
@settings(max_examples=300, deadline=None)
def test_before_a_day_of_the_month(asked: Asked, day: int) -> None:
    local = asked.on
    while True:
        local += timedelta(days=1)  # the first date after today that is the day, or after the month
        if local.day == day or (local.day == 1 and (local - timedelta(days=1)).day < day):
            break
    midnight = first_instant(datetime.combine(local, datetime.min.time()), asked.zone)
    assert asked.due_us(BeforeDayOfMonth(day)) == us(midnight)


def test_many_are_computed_as_one_is(office: Calendar) -> None:
    random = np.random.default_rng(11)
    asked_us = us(datetime(2020, 1, 1, tzinfo=AMSTERDAM)) + random.integers(0, 5 * 10**13, 1000)
    for words in ("12 hours", "3 days", "before the 15th"):
        together = lead_time(words).due_us(office, asked_us)
        alone = [int(lead_time(words).due_us(office, asked_us[at : at + 1])[0]) for at in range(50)]
        assert together[:50].tolist() == alone
        assert (together > asked_us).all()
    due_us = WorkingHours(12 * 3_600_000_000).due_us(office, asked_us)
    assert (working_us(office, asked_us, due_us) == 12 * 3_600_000_000).all()
    assert (working_us(office, asked_us, due_us - 1) < 12 * 3_600_000_000).all()
