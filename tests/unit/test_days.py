"""Local dates and clock readings, held against zoneinfo, one value at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.days import (
    FIRST_DAY,
    FIRST_YEAR,
    LAST_DAY,
    LAST_YEAR,
    Days,
)
from procesmijn.core.frames import NO_INSTANT
from procesmijn.zones import load_zone

ZONES = (
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "America/Sao_Paulo",  # skipped midnight in spring, showed 23:00 twice in autumn
    "America/Havana",  # shows midnight twice
    "America/St_Johns",  # went back at 0:01, into the day before
    "Africa/Casablanca",  # goes back for Ramadan
    "Africa/Monrovia",  # 44 minutes and 30 seconds from UTC until 1972
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Apia",  # had no 30 December 2011
    "Pacific/Kwajalein",  # had no 21 August 1993
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

zones = st.sampled_from(ZONES)


def us(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def day(local: date) -> int:
    return (local - EPOCH.date()).days


def start_of(zone: str, local: date) -> datetime:
    start_us = Days.of(zone).start_us(np.array([day(local)]))
    return EPOCH + int(start_us[0]) * MICROSECOND


def instant_of(zone: str, reading: datetime) -> datetime:
    reading_us = np.array([us(reading.replace(tzinfo=UTC))])
    return EPOCH + int(Days.of(zone).instant_us(reading_us)[0]) * MICROSECOND


@st.composite
def instants_near_changes(draw: st.DrawFn, zone: str) -> int:
    """An instant of the horizon, mostly within a day of a change of the clock or of the date."""
    days = Days.of(zone)
    first, last = us(datetime(1970, 1, 2, tzinfo=UTC)), us(datetime(2099, 12, 31, tzinfo=UTC))
    anywhere = st.integers(first, last)
    anchors = [
        anywhere,
        st.integers(1, LAST_DAY).map(lambda at: int(days.start_us(np.array([at]))[0])),
    ]
    if len(days.since_us) > 1:
        anchors.append(st.sampled_from(days.since_us[1:].tolist()))
    minutes = st.integers(-1500, 1500).map(lambda n: n * 60_000_000)
    near: int = draw(st.one_of(*anchors)) + draw(minutes) + draw(st.integers(-1, 1))
    return min(max(near, first), last)


@given(st.data(), zones)
@settings(max_examples=500)
def test_an_instant_falls_on_the_date_that_zoneinfo_gives(data: st.DataObject, zone: str) -> None:
    instant = data.draw(instants_near_changes(zone))
    local = (EPOCH + instant * MICROSECOND).astimezone(load_zone(zone))
    assert Days.of(zone).local_day(np.array([instant])).tolist() == [day(local.date())]


@given(st.data(), zones)
@settings(max_examples=500)
def test_a_reading_stands_for_the_first_instant_that_shows_it_or_a_later_one(
    data: st.DataObject, zone: str
) -> None:
    around = EPOCH + data.draw(instants_near_changes(zone)) * MICROSECOND
    reading = around.astimezone(load_zone(zone)).replace(tzinfo=None)
    reading += timedelta(minutes=data.draw(st.integers(-90, 90)))
    found = instant_of(zone, reading)

    def shown(instant: datetime) -> datetime:
        return instant.astimezone(load_zone(zone)).replace(tzinfo=None)

    assert shown(found) >= reading
    earlier = [found - MICROSECOND, *(found - timedelta(minutes=n) for n in range(1, 1600))]
    assert all(shown(instant) < reading for instant in earlier)


@given(st.data(), zones)
@settings(max_examples=200)
def test_a_reading_that_exists_is_the_first_of_pep_495(data: st.DataObject, zone: str) -> None:
    local = (EPOCH + data.draw(instants_near_changes(zone)) * MICROSECOND).astimezone(
        load_zone(zone)
    )
    assert instant_of(zone, local.replace(tzinfo=None)) == local.replace(fold=0).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_dates_begin_in_order_and_on_themselves(zone: str) -> None:
    days = Days.of(zone)
    every = np.arange(FIRST_DAY, LAST_DAY + 1)
    starts_us = days.start_us(every)
    assert (np.diff(starts_us) >= 0).all()
    skipped = np.flatnonzero(days.local_day(starts_us) != every)
    assert [EPOCH.date() + timedelta(days=int(at)) for at in skipped] == {
        "Pacific/Apia": [date(2011, 12, 30)],
        "Pacific/Kwajalein": [date(1993, 8, 21)],
    }.get(zone, [])


@pytest.mark.parametrize(
    ("zone", "local", "start"),
    [
        ("Europe/Amsterdam", date(2020, 10, 2), datetime(2020, 10, 1, 22, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # at 1:00
        ("America/Havana", date(2020, 11, 1), datetime(2020, 11, 1, 4, tzinfo=UTC)),  # first of two
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # no length
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_date_begins_where_the_clock_first_shows_it(
    zone: str, local: date, start: datetime
) -> None:
    assert start_of(zone, local) == start


def test_a_date_that_comes_back_after_it_ended_is_that_date_again() -> None:
    # St John's, 28 October 2001: at 0:01 it was 23:01 of the 27th again.
    minute_past = datetime(2001, 10, 28, 2, 31, tzinfo=UTC)
    instants = [us(minute_past) - 1, us(minute_past), us(minute_past + timedelta(minutes=59))]
    dates = Days.of("America/St_Johns").local_day(np.array(instants))
    assert [EPOCH.date() + timedelta(days=int(at)) for at in dates] == [
        date(2001, 10, 28),
        date(2001, 10, 27),
        date(2001, 10, 28),
    ]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "Pacific/Apia", "Pacific/Pago_Pago"])
def test_what_lies_outside_the_horizon_falls_on_its_first_or_last_date(zone: str) -> None:
    first, last = day(date(FIRST_YEAR, 1, 1)), day(date(LAST_YEAR, 12, 31))
    outside = np.array([np.iinfo(np.int64).min, us(datetime(1969, 6, 1, tzinfo=UTC)), NO_INSTANT])
    assert Days.of(zone).local_day(outside).tolist() == [first, first, last]
    starts_us = Days.of(zone).start_us(np.array([first - 1000, first, last + 1, last + 1000]))
    assert starts_us[0] == starts_us[1]
    assert starts_us[2] == starts_us[3]


def test_the_end_of_the_last_date_is_known() -> None:
    day_us = np.diff(Days.of("Europe/Amsterdam").start_us(np.array([LAST_DAY, LAST_DAY + 1])))
    assert day_us.tolist() == [86_400_000_000]


def test_days_of_a_zone_are_made_once_and_cannot_be_changed() -> None:
    days = Days.of("Europe/Amsterdam")
    assert days is Days.of("Europe/Amsterdam")
    with pytest.raises(ValueError, match="read-only"):
        days.since_us[0] = 0
