"""When a case will end: by hand, from what was known then, and as often right as is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.core.backtest import back_test
from procesmijn.core.forecasts import FEWEST_CASES, SHARE, forecast, interval, what_comes
from procesmijn.core.frames import STEP
from procesmijn.core.past import Known, Log
from procesmijn.core.worktime import Calendar, build_calendar
from schemas.instants import to_us
from tests.frames import OFFICE

HOUR_US = 3_600_000_000
ALWAYS = build_calendar([[(time(0), time(0))]] * 7, "UTC")
ASK, CHECK, MAKE, END = 1, 2, 3, 4
ENDS = np.array([END], dtype=np.int32)
NO_ENDS = np.array([], dtype=np.int32)
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=ZoneInfo("Europe/Amsterdam"))

Course = Sequence[tuple[int, float]]
"""Activities, each with its hour."""


def log_of(courses: Sequence[Course], hours: Calendar = ALWAYS) -> Log:
    traces = [
        np.array([(what, 0, int(hour * HOUR_US)) for what, hour in course], dtype=STEP).tobytes()
        for course in courses
    ]
    return Log.of(traces, hours)


def ended_after(hours: Sequence[float], way: Sequence[int] = (ASK, END)) -> list[Course]:
    """Cases of two steps that began at hour 0, and took so long."""
    return [[(way[0], 0.0), (way[-1], hour)] for hour in hours]


def step_of(log: Log, case: int) -> int:
    return int(np.flatnonzero(log.case == case)[-1])


def told_hours(log: Log, case: int, at_hour: float) -> tuple[float, float, float, int]:
    told = forecast(Known.of(log, int(at_hour * HOUR_US), ENDS), step_of(log, case))
    assert told is not None
    hours = [us / HOUR_US for us in (told.earliest_us, told.expected_us, told.latest_us)]
    return hours[0], hours[1], hours[2], told.cases


def test_the_rest_of_the_time_is_that_of_the_cases_which_took_longer() -> None:
    log = log_of([*ended_after(range(1, 41)), [(ASK, 100.0)]])

    assert told_hours(log, 40, 100.0) == (104.0, 120.5, 137.0, 40)
    # Twenty hours later those that took less say nothing any more.
    assert told_hours(log, 40, 120.0) == (121.0, 130.0, 139.0, 21)
    # Of too few nothing is said, and what ends itself is no case that runs.
    known = Known.of(log, int(132 * HOUR_US), ENDS)
    assert forecast(known, step_of(log, 40)) is None
    assert what_comes(known, step_of(log, 40)) == ([], [])
    assert known.running.tolist() == [step_of(log, 40)]


def test_the_finest_view_is_taken_in_which_there_are_enough_cases() -> None:
    straight = [[(ASK, 0), (CHECK, 1), (END, 2.0 + at / 100)] for at in range(20)]
    twice = [[(ASK, 0), (CHECK, 1), (CHECK, 2), (END, 10.0 + at)] for at in range(9)]
    made = [[(MAKE, 0), (CHECK, 1), (END, 50.0)] for _ in range(20)]
    past: list[Course] = [*straight, *twice, *made]

    def view(course: Course) -> tuple[str, int] | None:
        log = log_of([*past, course])
        told = forecast(Known.of(log, int(course[-1][1] * HOUR_US), ENDS), step_of(log, len(past)))
        return (told.view, told.cases) if told else None

    assert view([(ASK, 200), (CHECK, 201)]) == ("way", 29)
    assert view([(ASK, 200), (CHECK, 201), (CHECK, 202)]) == ("done", 29)
    assert view([(ASK, 200), (MAKE, 201), (CHECK, 202)]) == ("last", 49)
    assert view([(ASK, 200), (MAKE, 201)]) == ("last", 20)
    assert view([(ASK, 200), (5, 201)]) is None


def test_what_comes_and_the_ways_on() -> None:
    direct: list[Course] = [[(ASK, 0), (MAKE, 4), (END, 6)]] * 15
    checked: list[Course] = [[(ASK, 0), (CHECK, 2), (MAKE, 6), (CHECK, 7), (END, 8)]] * 5
    log = log_of([*direct, *checked, [(ASK, 100)]])

    coming, ways = what_comes(Known.of(log, 101 * HOUR_US, ENDS), step_of(log, 20))

    said = [(it.activity, it.share, it.next_share, it.expected_us // HOUR_US) for it in coming]
    assert said == [(CHECK, 0.25, 0.25, 102), (MAKE, 1.0, 0.75, 104), (END, 1.0, 0.0, 106)]
    assert [(way.activities, way.share) for way in ways] == [
        ((MAKE, END), 0.75),
        ((CHECK, MAKE, CHECK, END), 0.25),
    ]


def test_working_time_is_turned_back_where_cases_end_in_the_hours_of_the_process() -> None:
    friday = to_us(FRIDAY) / HOUR_US
    monday = friday - 4 * 24 - 6  # 10 in the morning
    in_hours = [[(ASK, monday), (END, monday + 2)] for _ in range(20)]
    log = log_of([*in_hours, [(ASK, friday)]], OFFICE)
    told = forecast(Known.of(log, to_us(FRIDAY), ENDS), step_of(log, 20))
    assert told is not None
    # An hour on Friday, and one on Monday.
    assert told.expected_us == to_us(FRIDAY + timedelta(days=3) - timedelta(hours=6))

    at_night = [[(ASK, monday), (END, monday + 12)] for _ in range(20)]
    log = log_of([*at_night, [(ASK, friday)]], OFFICE)
    told = forecast(Known.of(log, to_us(FRIDAY), ENDS), step_of(log, 20))
    assert told is not None
    assert told.expected_us == to_us(FRIDAY + timedelta(hours=12))


def test_where_nothing_ends_a_case_a_long_silence_does() -> None:
    waits: list[Course] = [[(ASK, at), (CHECK, at + 1), (MAKE, at + 2)] for at in range(0, 40, 2)]
    log = log_of([*waits, [(ASK, 90), (CHECK, 91), (MAKE, 91.5)]])
    known = Known.of(log, int(91.75 * HOUR_US), NO_ENDS)

    assert known.running.tolist() == [step_of(log, 20)]
    told = forecast(known, step_of(log, 20))
    assert told is not None
    assert (told.earliest_us, told.latest_us) == (known.at_us, known.at_us)  # nothing followed
    _, ways = what_comes(known, step_of(log, 20))
    assert [(way.activities, way.share) for way in ways] == [((), 1.0)]


@pytest.mark.parametrize("number", [FEWEST_CASES, 19, 20, 101, 2_000])
def test_the_interval_holds_the_share_of_further_values(number: int) -> None:
    low, high = interval(number)
    places = high - low
    assert SHARE <= places / (number + 1) < SHARE + 2 / (number + 1)
    assert low == number - 1 - high


courses = st.lists(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60)), min_size=1, max_size=6).map(
        lambda steps: sorted(steps, key=lambda step: step[1])
    ),
    min_size=1,
    max_size=30,
)


@given(courses=courses, at_hour=st.integers(0, 60), has_end=st.booleans())
def test_nothing_of_the_future_is_known(
    courses: list[list[tuple[int, int]]], at_hour: int, has_end: bool
) -> None:
    ends = ENDS if has_end else NO_ENDS
    before = [[step for step in course if step[1] <= at_hour] for course in courses]
    seen = [course for course in before if course]
    now = Known.of(log_of(courses), at_hour * HOUR_US, ends)
    then = Known.of(log_of(seen), at_hour * HOUR_US, ends)

    def told(known: Known) -> list[object]:
        return [(forecast(known, step), what_comes(known, step)) for step in known.running.tolist()]

    assert told(now) == told(then)


def test_as_many_cases_end_within_the_interval_as_is_said() -> None:
    """On cases that go on as they did: a process with a loop, and times that vary widely."""
    chance = np.random.default_rng(7)
    made: list[Course] = []
    for begin in np.cumsum(chance.exponential(2.0, size=4_000)):
        at, course = begin, [(ASK, begin)]
        while chance.random() < 0.4:
            at += chance.gamma(0.7, 20.0)
            course.append((CHECK, at))
        at += chance.exponential(30.0)
        course += [(MAKE, at), (END, at + chance.lognormal(2.0, 1.0))]
        made.append(course)

    trials = back_test(log_of(made), int(max(course[-1][1] for course in made) * HOUR_US), ENDS)
    total = trials.score()

    assert total is not None
    assert total.forecasts > 800
    assert total.cases > 600
    assert abs(total.share_within - float(SHARE)) < 0.03
    assert total.error_seconds_mean < 0.9 * total.naive_error_seconds_mean
    after = [trials.score(activity) for activity in trials.activities]
    assert sum(score.forecasts for score in after if score) == total.forecasts
    assert trials.still_running == 0


def test_without_a_past_nothing_is_tried() -> None:
    for courses in ([], [[(ASK, 1)]], ended_after([5.0] * 3)):
        assert back_test(log_of(courses), 1_000 * HOUR_US, ENDS).score() is None
