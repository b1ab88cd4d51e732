"""What a chain takes of the cycle time, where it ends, and what a late link costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from procesmijn.core.chain import Ends, Part, Waited, Whole, chain_ends, shares, ways_to_end
from procesmijn.core.late_links import ENOUGH, Added, Group, added

SMALL = st.integers(0, 10**15)


def test_links_work_and_the_rest_are_the_cycle_time() -> None:
    """A day of 24 hours: 14 and 4 waiting, of these 6 and 4 within working hours, 2 hours work."""
    hour_us = 3_600_000_000
    whole = Whole(cases=3, open_cases=1, cycle_us=24 * hour_us, processing_us=2 * hour_us)
    parts = shares(whole, [Waited(14 * hour_us, 6 * hour_us), Waited(4 * hour_us, 4 * hour_us)])
    assert [(each.part, each.seconds / 3600) for each in parts] == [
        *((Part.LINK, 14), (Part.LINK, 4)),
        *((Part.WORK, 2), (Part.NO_LINK, 4)),
    ]
    assert [each.share_working for each in parts] == [0.5, 4 / 12, 2 / 12, None]


@given(st.lists(st.tuples(SMALL, SMALL), max_size=9), SMALL, SMALL)
def test_shares_add_up(waits: list[tuple[int, int]], work_us: int, rest_us: int) -> None:
    waited = [Waited(max(pair), min(pair)) for pair in waits]
    cycle_us = sum(each.us for each in waited) + work_us + rest_us
    parts = shares(Whole(1, 0, cycle_us, work_us), waited)
    assert sum(each.share for each in parts) == pytest.approx(1 if cycle_us else 0)
    assert round(parts[-1].seconds * 1e6) == pytest.approx(rest_us, abs=1)
    if work_us + sum(each.working_us for each in waited):
        assert sum(each.share_working or 0 for each in parts) == pytest.approx(1)


def test_the_way_to_the_end_customer_is_the_shortest_and_among_those_the_first_by_name() -> None:
    pairs = [
        ("it", "sales"),
        ("sales", "client"),
        ("hr", "it"),
        ("hr", "legal"),
        ("legal", "sales"),
        ("payroll", "staff"),
        ("staff", "payroll"),
        ("client", "sales"),
    ]
    assert ways_to_end(pairs, {"client"}) == {
        "client": ("client",),
        "sales": ("sales", "client"),
        "it": ("it", "sales", "client"),
        "legal": ("legal", "sales", "client"),
        "hr": ("hr", "it", "sales", "client"),
    }
    assert ways_to_end(pairs, set()) == {}


def test_a_chain_ends_in_its_case_or_through_others_or_nowhere() -> None:
    assert chain_ends(1, ()) is Ends.END_CUSTOMER
    assert chain_ends(0, ("sales", "client")) is Ends.THROUGH_OTHERS
    assert chain_ends(0, ()) is Ends.NOWHERE


def group(values: list[float]) -> Group:
    return Group(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


HOURS = st.lists(st.floats(0, 1e6), min_size=ENOUGH, max_size=60)


@given(HOURS, HOURS)
def test_the_interval_is_that_of_welch(late: list[float], timely: list[float]) -> None:
    late[0] += 1.0  # so that there is some spread
    timely[0] += 2.0
    found = added(group(late), group(timely))
    assert found is not None
    bounds = ttest_ind(late, timely, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-6, abs=1e-4)
    assert found.low < found.seconds < found.high


def test_of_too_few_cases_on_either_side_nothing_is_claimed() -> None:
    enough, few = Group(ENOUGH, 10, 4), Group(ENOUGH - 1, 3, 4)
    assert added(enough, few) is None
    assert added(few, enough) is None
    assert added(enough, enough) is not None


def test_without_any_spread_the_bounds_are_the_difference() -> None:
    assert added(Group(30, 5, 0), Group(40, 3, 0)) == Added(2, 2, 2)
