"""Working time, held against the hand-checked table and a slow walk over local dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.worktime import Calendar, build_calendar, is_outside, stretches, working_us
from procesmijn.zones import load_zone
from tests.calendars import (
    ALWAYS,
    COUNTRY_OF_ZONE,
    MICROSECOND,
    MIDNIGHT,
    NEVER,
    OFFICE_WEEK,
    Week,
    instants,
    moment,
    open_on,
    us,
    weeks,
)


def one(instant: int) -> Int64s:
    return np.array([instant], dtype=np.int64)


def worked(calendar: Calendar, from_us: int, to_us: int) -> int:
    return int(working_us(calendar, one(from_us), one(to_us))[0])


@pytest.fixture(scope="module")
def office() -> Calendar:
    closed = holidays.country_holidays("NL", years=range(2019, 2023))
    return build_calendar(OFFICE_WEEK, "Europe/Amsterdam", closed)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2020-10-02 07:00", "2020-10-06 15:00", 22),
        ("2020-10-02 12:00", "2020-10-06 18:00", 21),
        ("2020-04-24 15:00", "2020-04-28 10:00", 3),  # King's Day is a Monday
        ("2020-07-06 16:00", "2020-07-07 10:00", 2),
        ("2020-07-06 09:00", "2020-07-06 11:00", 2),
        ("2020-07-04 10:00", "2020-07-05 10:00", 0),
    ],
)
def test_the_hand_checked_table(office: Calendar, start: str, end: str, hours: int) -> None:
    amsterdam = load_zone("Europe/Amsterdam")
    from_us = us(datetime.fromisoformat(start).replace(tzinfo=amsterdam))
    to_us = us(datetime.fromisoformat(end).replace(tzinfo=amsterdam))
    assert worked(office, from_us, to_us) == hours * 3_600_000_000
    assert is_outside(office, one(from_us), one(to_us)).tolist() == [hours == 0]


def walk(
    week: Week, zone: ZoneInfo, closed: set[date], start: datetime, end: datetime
) -> timedelta:
    """Working time, the slow way: every stretch of every local date, cut to what is asked."""
    total = timedelta()
    local = start.astimezone(zone).date() - timedelta(days=2)
    while local <= end.astimezone(zone).date() + timedelta(days=2):
        for opens, closes in open_on(week, zone, closed, local):
            total += max(min(closes, end) - max(opens, start), timedelta())
        local += timedelta(days=1)
    return total


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Week, set[date], int, int]:
    """Zone, week, closed dates and a pair of instants up to five weeks apart, in any order."""
    zone = draw(st.sampled_from(sorted(COUNTRY_OF_ZONE)))
    week = draw(weeks() | st.sampled_from([OFFICE_WEEK, ALWAYS, NEVER]))
    from_us = draw(instants())
    away = draw(st.timedeltas(timedelta(days=-1), timedelta(days=35)))
    from_year = moment(from_us).year
    closed: set[date] = set()
    if draw(st.booleans()):
        closed |= set(holidays.country_holidays(COUNTRY_OF_ZONE[zone], years=[from_year]))
    days_off = draw(st.sets(st.integers(0, 20), max_size=3))
    closed |= {moment(from_us).date() + timedelta(days=off) for off in days_off}
    return zone, week, closed, from_us, from_us + away // MICROSECOND


@given(cases())
@settings(max_examples=2000, deadline=None)
def test_it_is_what_a_walk_over_the_dates_adds_up(
    case: tuple[str, Week, set[date], int, int],
) -> None:
    zone, week, closed, from_us, to_us = case
    calendar = build_calendar(week, zone, closed)
    expected = walk(week, load_zone(zone), closed, moment(from_us), moment(to_us)) // MICROSECOND
    assert worked(calendar, from_us, to_us) == expected
    assert is_outside(calendar, one(from_us), one(to_us)).tolist() == [
        expected == 0 and to_us > from_us
    ]
    pieces = stretches(calendar, from_us, to_us)
    assert sum(close - open_ for open_, close in pieces) == expected
    assert all(open_ < close for open_, close in pieces)
    assert all(close < open_ for (_, close), (open_, _) in pairwise(pieces))


def test_a_million_pairs_are_computed_as_one_is(office: Calendar) -> None:
    random = np.random.default_rng(7)
    from_us = random.integers(
        us(datetime(2019, 1, 1, tzinfo=UTC)), us(datetime(2022, 1, 1, tzinfo=UTC)), 10**6
    )
    to_us = from_us + random.integers(-(10**11), 10**13, 10**6)
    together = working_us(office, from_us, to_us)
    some = random.integers(0, 10**6, 200)
    assert together[some].tolist() == [
        worked(office, int(from_us[at]), int(to_us[at])) for at in some
    ]


@given(
    weeks(), st.sampled_from(sorted(COUNTRY_OF_ZONE)), st.lists(instants(), min_size=3, max_size=3)
)
@settings(max_examples=200, deadline=None)
def test_it_adds_up_and_never_exceeds_what_passed(week: Week, zone: str, at: list[int]) -> None:
    calendar = build_calendar(week, zone)
    a, b, c = sorted(at)
    assert worked(calendar, a, b) + worked(calendar, b, c) == worked(calendar, a, c)
    assert 0 <= worked(calendar, a, b) <= b - a
    assert worked(calendar, b, a) == 0


@given(instants(), instants())
def test_who_always_works_works_all_the_time_that_passes(from_us: int, to_us: int) -> None:
    always = build_calendar(ALWAYS, "Australia/Lord_Howe")
    assert len(always.opens_us) == 1
    assert worked(always, from_us, to_us) == max(to_us - from_us, 0)


@pytest.mark.parametrize(
    ("local", "hours"),
    [(date(2020, 3, 29), 7), (date(2020, 7, 1), 8), (date(2020, 10, 25), 9)],
)
def test_a_night_shift_is_as_long_as_the_night(local: date, hours: int) -> None:
    shift = build_calendar([[(MIDNIGHT, time(8))]] * 7, "Europe/Amsterdam")
    midnight = datetime.combine(local, MIDNIGHT, load_zone("Europe/Amsterdam"))
    day_us = (us(midnight), us(midnight + timedelta(days=1)))
    assert worked(shift, *day_us) == hours * 3_600_000_000


def test_skipped_hours_are_not_worked_and_repeated_ones_once() -> None:
    small_hours = build_calendar([[(time(2), time(2, 30))]] * 7, "Europe/Amsterdam")
    skipped = (us(datetime(2020, 3, 29, tzinfo=UTC)), us(datetime(2020, 3, 29, 12, tzinfo=UTC)))
    repeated = (us(datetime(2020, 10, 25, tzinfo=UTC)), us(datetime(2020, 10, 25, 12, tzinfo=UTC)))
    assert worked(small_hours, *skipped) == 0
    assert stretches(small_hours, *skipped) == []
    assert (small_hours.opens_us < small_hours.closes_us).all()
    assert stretches(small_hours, *repeated) == [(repeated[0], repeated[0] + 1_800_000_000)]


def test_stretches_that_touch_or_overlap_are_one() -> None:
    night: Week = [[(MIDNIGHT, time(6)), (time(22), MIDNIGHT)]] * 7
    calendar = build_calendar(night, "UTC")
    noon, next_noon = (
        us(datetime(2020, 1, 1, 12, tzinfo=UTC)),
        us(datetime(2020, 1, 2, 12, tzinfo=UTC)),
    )
    assert stretches(calendar, noon, next_noon) == [
        (us(datetime(2020, 1, 1, 22, tzinfo=UTC)), us(datetime(2020, 1, 2, 6, tzinfo=UTC)))
    ]
    whole = build_calendar([[(time(9), time(17))]] * 7, "UTC")
    parts = build_calendar(
        [[(time(12), time(17)), (time(9), time(13)), (time(10), time(11))]] * 7, "UTC"
    )
    for column in ("opens_us", "closes_us", "worked_us"):
        assert (getattr(parts, column) == getattr(whole, column)).all()


def test_a_stretch_holds_its_opening_and_not_its_closing(office: Calendar) -> None:
    opens = us(datetime(2020, 10, 2, 7, tzinfo=UTC))
    closes = us(datetime(2020, 10, 2, 15, tzinfo=UTC))
    assert worked(office, opens - 1, opens) == 0
    assert worked(office, opens, opens + 1) == 1
    assert worked(office, closes - 1, closes) == 1
    assert worked(office, closes, closes + 1) == 0


def test_outside_the_horizon_nothing_is_worked() -> None:
    always = build_calendar(ALWAYS, "UTC")
    ends = us(datetime(2100, 1, 1, tzinfo=UTC))
    earliest = int(np.iinfo(np.int64).min)
    assert worked(always, earliest, 0) == 0
    assert worked(always, ends, NO_INSTANT) == 0
    assert worked(always, ends - 5, NO_INSTANT) == 5
    assert worked(always, earliest, NO_INSTANT) == ends
    assert is_outside(always, one(earliest), one(0)).tolist() == [True]
    one_hour = build_calendar([[(time(9), time(10))]] * 7, "UTC")
    assert worked(one_hour, earliest, NO_INSTANT) == len(one_hour.opens_us) * 3_600_000_000


def test_time_that_did_not_pass_is_not_outside_the_calendar() -> None:
    never = build_calendar(NEVER, "UTC")
    same, earlier = one(5), one(4)
    assert is_outside(never, same, same).tolist() == [False]
    assert is_outside(never, same, earlier).tolist() == [False]
    assert is_outside(never, earlier, same).tolist() == [True]
    assert stretches(never, 4, 5) == []


@pytest.mark.parametrize(
    ("week", "says"),
    [
        (OFFICE_WEEK[:5], "seven days"),
        ([[(time(22), time(6))], *NEVER[1:]], "22:00-06:00 .* next day"),
        ([[(time(9), time(9))], *NEVER[1:]], "09:00-09:00 does not close after it opens"),
    ],
)
def test_a_week_that_makes_no_sense_is_refused(week: Week, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build_calendar(week, "UTC")
