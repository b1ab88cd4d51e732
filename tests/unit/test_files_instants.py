"""Times of files: every form that leaves no doubt, and local times where the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.errors import UsageError
from procesmijn.files.instants import Clock
from procesmijn.files.rows import Misfit
from procesmijn.zones import load_zone

ZONES = ["Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tokyo", "UTC"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(days=1), timedelta(days=47_000)).map(EPOCH.__add__)


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("text", "instant_us"),
    [
        ("2015-01-05T00:00:08+00:00", us("2015-01-05T00:00:08Z")),
        ("2026-10-25T02:30:00.000+02:00", us("2026-10-25T00:30:00Z")),
        ("2023-01-02 10:30:00.070000+00:00", us("2023-01-02T10:30:00Z") + 70_000),
        ("2020-07-01T12:00:00Z", us("2020-07-01T12:00:00Z")),
        ("2020-07-01T12:00:00.123456789Z", us("2020-07-01T12:00:00Z") + 123_456),
        ("2020-07-01T12:00:00+0200", us("2020-07-01T10:00:00Z")),
        ("2020-07-01 12:00:00 UTC", us("2020-07-01T12:00:00Z")),
        ("2020-07-01 12:00", us("2020-07-01T10:00:00Z")),
        ("2020/01/01 12:00:00.5", us("2020-01-01T11:00:00Z") + 500_000),
        ("2020-01-01", us("2019-12-31T23:00:00Z")),
        (" 2020-07-01T12:00:00Z\n", us("2020-07-01T12:00:00Z")),
        ("1593597600", 1_593_597_600_000_000),
        ("1593597600123", 1_593_597_600_123_000),
        ("1593597600123456", 1_593_597_600_123_456),
        ("1593597600123456789", 1_593_597_600_123_456),
    ],
)
def test_forms_that_leave_no_doubt(text: str, instant_us: int) -> None:
    assert Clock("Europe/Amsterdam").read(text) == instant_us


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("01-02-2020 12:00", "--time-format"),
        ("02/01/2020", "--time-format"),
        ("26-07-2020", "--time-format"),
        ("26-07-20", "should be as"),
        ("yesterday", "should be as"),
        ("2020-02-30", "should be as"),
        ("12345", "should be as"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("2100-01-01T00:00:00Z", "2100 or later"),
        ("0001-01-01T00:00:00+14:00", "before 1970"),
    ],
)
def test_forms_that_leave_doubt_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Clock("Europe/Amsterdam").read(text)


def test_a_form_that_is_told_is_the_only_one() -> None:
    clock = Clock("UTC", "%m/%d/%y %I:%M %p")
    assert clock.read(" 07/05/12 02:30 PM ") == us("2012-07-05T14:30:00Z")
    with pytest.raises(Misfit, match="is not written as --time-format says"):
        clock.read("2012-07-05T14:30:00Z")
    assert Clock(None, "%d.%m.%Y %H:%M:%S.%f %z").read("05.07.2012 12:00:00.5 +0200") == (
        us("2012-07-05T10:00:00Z") + 500_000
    )


@pytest.mark.parametrize("form", ["%H:%M", "dd-mm-yyyy", "%d-%m", "%Q", "%", ""])
def test_what_is_no_form_says_so(form: str) -> None:
    with pytest.raises(UsageError, match="--time-format"):
        Clock("UTC", form)


def test_a_time_without_zone_needs_one() -> None:
    with pytest.raises(ValueError, match="--timezone"):
        Clock(None).read("2020-07-01T12:00:00")


@pytest.mark.parametrize("zone", ["Amsterdam", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_says_so(zone: str) -> None:
    with pytest.raises(UsageError, match="unknown time zone"):
        Clock(zone)


def test_where_the_clock_goes_back_the_first_is_taken_and_counted() -> None:
    clock = Clock("Europe/Amsterdam")

    assert clock.read("2026-10-25T02:30:00") == us("2026-10-25T02:30:00+02:00")
    assert clock.read("2026-10-25T03:00:00") == us("2026-10-25T03:00:00+01:00")
    assert (clock.twice, clock.never) == (1, 0)


def test_where_the_clock_goes_forward_it_is_the_moment_of_the_change_and_counted() -> None:
    clock = Clock("Europe/Amsterdam")

    assert clock.read("2026-03-29T02:30:00") == us("2026-03-29T03:00:00+02:00")
    assert clock.read("2026-03-29T03:00:00") == us("2026-03-29T03:00:00+02:00")
    assert (clock.twice, clock.never) == (0, 1)


@given(INSTANTS, st.sampled_from(ZONES))
def test_a_local_time_is_read_back(instant: datetime, zone: str) -> None:
    """By a slow oracle: of all instants within a day that the zone shows as this local time."""
    local = instant.astimezone(load_zone(zone)).replace(tzinfo=None, fold=0)
    clock = Clock(zone)

    read_us = clock.read(local.isoformat())

    offsets = {
        (instant + timedelta(hours=hours)).astimezone(load_zone(zone)).utcoffset() or timedelta()
        for hours in range(-24, 25)
    }
    shown = [(local - offset).replace(tzinfo=UTC) for offset in offsets]
    same = [at for at in shown if at.astimezone(load_zone(zone)).replace(tzinfo=None) == local]
    first = min(same)
    assert read_us == (first - EPOCH) // timedelta(microseconds=1)
    assert (clock.twice, clock.never) == (int(len(same) > 1), 0)


@given(INSTANTS, st.integers(-1439, 1439))
def test_an_instant_with_its_offset_is_read_exactly(instant: datetime, minutes: int) -> None:
    text = instant.astimezone(timezone(timedelta(minutes=minutes))).isoformat()

    expected = (instant - EPOCH) // timedelta(microseconds=1)
    assert Clock(None).read(text) == expected
