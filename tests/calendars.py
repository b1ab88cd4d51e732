"""Calendars to test with, and what they come to by a slow walk over local dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

Hours = Sequence[tuple[time, time]]
Week = Sequence[Hours]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MIDNIGHT = time(0)
NINE_TO_FIVE: Hours = [(time(9), time(17))]
OFFICE_WEEK: Week = [*[NINE_TO_FIVE] * 5, [], []]
ALWAYS: Week = [[(MIDNIGHT, MIDNIGHT)]] * 7
NEVER: Week = [[]] * 7

COUNTRY_OF_ZONE = {
    "Europe/Amsterdam": "NL",
    "America/New_York": "US",
    "America/Sao_Paulo": "BR",
    "America/Havana": "CU",
    "Africa/Casablanca": "MA",
    "Asia/Kolkata": "NL",  # holidays knows those of India from 2001 to 2035 only
    "Australia/Lord_Howe": "AU",
    "Pacific/Apia": "WS",
    "UTC": "NL",
}
CHANGES = (
    datetime(2020, 3, 29, tzinfo=UTC),  # Amsterdam, on and back
    datetime(2020, 10, 25, tzinfo=UTC),
    datetime(2020, 3, 8, tzinfo=UTC),  # New York and Havana
    datetime(2020, 11, 1, tzinfo=UTC),
    datetime(2018, 2, 18, tzinfo=UTC),  # Sao Paulo, at midnight
    datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2020, 4, 19, tzinfo=UTC),  # Casablanca, round Ramadan
    datetime(2020, 5, 31, tzinfo=UTC),
    datetime(2020, 4, 4, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2020, 10, 3, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC),  # Apia skips a date
)


def us(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def moment(instant: int) -> datetime:
    return EPOCH + instant * MICROSECOND


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """First instant at which the clock shows a reading, or one after those that it skips."""
    while True:
        instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local:
            return instant
        local += timedelta(minutes=1)


def open_on(
    week: Week, zone: ZoneInfo, closed: set[date], local: date
) -> Iterator[tuple[datetime, datetime]]:
    """From when to when anybody works on a local date; a stretch that the clock skips is empty."""
    for opening, closing in [] if local in closed else week[local.weekday()]:
        closing_date = local + timedelta(days=1) if closing == MIDNIGHT else local
        yield (
            first_instant(datetime.combine(local, opening), zone),
            first_instant(datetime.combine(closing_date, closing), zone),
        )


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Up to three stretches a day, to the minute, that may touch and may reach to midnight."""

    def hours() -> Hours:
        minutes = sorted(draw(st.sets(st.integers(0, 1440), max_size=4)))
        pairs = (
            list(pairwise(minutes))
            if draw(st.booleans())
            else list(zip(minutes[::2], minutes[1::2], strict=False))
        )
        return [
            (time(start // 60, start % 60), time(end // 60 % 24, end % 60)) for start, end in pairs
        ]

    return [hours() for _ in range(7)]


@st.composite
def instants(draw: st.DrawFn) -> int:
    """Mostly near a change of the clock; to the microsecond."""
    anywhere = st.datetimes(datetime(1970, 2, 1), datetime(2099, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
    near = st.sampled_from(CHANGES)
    anchor = draw(near | anywhere)
    shift = st.timedeltas(timedelta(days=-3), timedelta(days=3))
    quarters = st.integers(-300, 300).map(lambda n: timedelta(minutes=15) * n)
    return us(anchor + draw(shift | quarters))
