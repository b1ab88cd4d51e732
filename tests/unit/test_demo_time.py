"""Time in the demonstration: hours of one instant, the faster clock, and when it takes place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.catalogue import default
from procesmijn.core.compile import open_hours
from procesmijn.core.worktime import working_us
from procesmijn.demo.clock import CLOSED_FACTOR, Clock
from procesmijn.demo.hours import Hours
from procesmijn.demo.organisation import desk, office
from procesmijn.demo.schedule import (
    BEHIND,
    HISTORY,
    begin_before,
    instant_us,
    local,
    present_at_start,
)
from procesmijn.demo.season import busyness
from procesmijn.demo.systems import HOUR_US, SECOND_US

CALENDAR = open_hours(default(), "office")
HOURS = Hours(CALENDAR)
INSTANTS_US = st.integers(
    instant_us(datetime(2024, 1, 1, tzinfo=UTC)), instant_us(datetime(2028, 1, 1, tzinfo=UTC))
)
FAR_US = instant_us(datetime(2090, 1, 1, tzinfo=UTC))


def worked_us(from_us: int, to_us: int) -> int:
    return int(working_us(CALENDAR, np.array([from_us]), np.array([to_us]))[0])


@given(INSTANTS_US, st.integers(1, 200 * HOUR_US))
def test_after_is_the_first_instant_by_which_so_much_was_worked(at_us: int, work_us: int) -> None:
    end_us = HOURS.after_us(at_us, work_us)
    assert worked_us(at_us, end_us) == work_us
    assert worked_us(at_us, end_us - 1) == work_us - 1


@given(INSTANTS_US)
def test_openings_and_closings(at_us: int) -> None:
    opening_us, closing_us = HOURS.opening_us(at_us), HOURS.closing_us(at_us)
    assert at_us <= opening_us < closing_us
    assert worked_us(at_us, opening_us) == 0
    assert worked_us(opening_us, closing_us) == closing_us - opening_us
    assert worked_us(closing_us, closing_us + 1) == 0
    assert HOURS.is_open(at_us) == (worked_us(at_us, at_us + 1) == 1)
    assert HOURS.after_us(at_us, 0) == opening_us


def at(text: str) -> int:
    return instant_us(datetime.fromisoformat(text))


def test_the_clock_runs_faster_while_somebody_works() -> None:
    clock = Clock(at("2026-10-27T10:00+01:00"), 60, office())
    assert clock.advance(1.5, FAR_US) == at("2026-10-27T10:01:30+01:00")
    assert clock.advance(60, FAR_US) == at("2026-10-27T11:01:30+01:00")


def test_a_night_passes_in_seconds() -> None:
    clock = Clock(at("2026-10-27T16:59+01:00"), 60, office())
    night_seconds = 16 * 3600 / 60 / CLOSED_FACTOR
    assert night_seconds < 5
    morning_us = clock.advance(1 + night_seconds + 1, FAR_US)
    assert morning_us == pytest.approx(at("2026-10-28T09:01+01:00"), abs=SECOND_US)


def test_the_clock_never_passes_the_one_on_the_wall() -> None:
    now_us = at("2026-10-27T10:00:30+01:00")
    clock = Clock(at("2026-10-27T10:00+01:00"), 60, office())
    assert clock.advance(10, now_us) == now_us
    assert clock.advance(10, now_us + SECOND_US) == now_us + SECOND_US


@pytest.mark.parametrize("hours_from_now", range(0, 24 * 14, 5))
def test_it_is_always_shown_during_working_hours(hours_from_now: int) -> None:
    now = datetime(2026, 5, 20, tzinfo=UTC) + timedelta(hours=hours_from_now)
    present = present_at_start(now, office())
    assert local(present).time().isoformat() == "10:00:00"
    assert office().is_open(instant_us(present))
    assert timedelta(weeks=3) < now - present <= BEHIND + timedelta(days=1)
    begin = local(begin_before(present))
    assert begin.time().isoformat() == "00:00:00"
    assert HISTORY <= present - begin < HISTORY + timedelta(days=1)


def test_the_desk_is_open_whenever_the_office_is() -> None:
    opening_us = office().opening_us(at("2026-10-27T00:00+01:00"))
    assert desk().is_open(opening_us)
    assert desk().opening_us(at("2026-10-27T00:00+01:00")) < opening_us


def test_mondays_firsts_and_autumns_are_busy() -> None:
    assert busyness(date(2026, 10, 26)) > busyness(date(2026, 10, 30))
    assert busyness(date(2026, 10, 1)) > busyness(date(2026, 10, 8))
    assert busyness(date(2026, 10, 27)) > busyness(date(2026, 4, 28))
