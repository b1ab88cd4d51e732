"""Drift: none where there is none, and a planted change in the week in which it is."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import power_divergence

from procesmijn.core.flow import Starting, Variant
from procesmijn.flows.change_points import LEVEL, ratios
from procesmijn.flows.drift import changes

FIRST = date(2026, 1, 5)


def log(seed: int, rates: list[float], cases: int = 40, since: int = 0) -> list[Starting]:
    """Cases of a process with a choice, a loop and two steps in any order, day by day.

    ``rates`` says how often a second check is made in each week, which begins ``since`` days after
    Monday; days are of very unequal sizes, and on Sundays there is another kind of case.
    """
    rng = random.Random(seed)
    found: list[Starting] = []
    for day in range(len(rates) * 7):
        rate = rates[max(day - since, 0) // 7]
        for _ in range(rng.randint(0, 2 * cases // 7)):
            checks = ["Check references", "Check identity"]
            rng.shuffle(checks)
            steps = ["Ask", *checks]
            while rng.random() < 0.3:
                steps += ["Correct", *checks]
            steps += ["Check again"] * (rng.random() < rate)
            steps.append("Hire" if rng.random() < 0.7 else "Reject")
            steps = ["Ask", "Stand in"] if day % 7 == 6 else steps
            found.append(Starting(FIRST + timedelta(days=day), Variant(tuple(steps), 1)))
    return found


def test_without_a_change_there_are_no_more_alarms_than_the_level_says() -> None:
    """One in a hundred of two hundred logs is four or fewer with a chance of 95%."""
    alarms = [seed for seed in range(200) if changes(log(seed, [0.3] * 20, cases=30), seed)]
    assert len(alarms) <= 4


@pytest.mark.parametrize("weekday", range(7))
def test_a_change_is_found_on_its_day_and_once(weekday: int) -> None:
    """Whatever the day of the week, within a few days."""
    (change,) = changes(log(weekday, [0.1] * 17 + [0.6] * 9, since=weekday), weekday)
    assert abs(change.day - FIRST - timedelta(weeks=17, days=weekday)) <= timedelta(days=3)
    assert change.p_value <= LEVEL
    assert {change.changed[0].edge[0], change.changed[0].edge[1]} & {"Check again"}
    into = [each for each in change.changed if each.edge[1] == "Check again"]
    assert sum(each.per_case_before for each in into) == pytest.approx(0.1, abs=0.06)
    assert sum(each.per_case_after for each in into) == pytest.approx(0.5, abs=0.1)


def test_an_order_that_is_turned_on_a_wednesday_is_one_change_on_that_day() -> None:
    """800 cases, every way the other way round from the 400th on."""
    turned = FIRST + timedelta(weeks=14, days=2)
    cases = [
        Starting(
            FIRST + timedelta(days=day),
            Variant(("Ask", *(("b", "a") if FIRST + timedelta(days=day) >= turned else "ab")), 4),
        )
        for day in range(200)
    ]
    (change,) = changes(cases)
    assert (change.day, change.cases_before) == (turned, 400)


def test_several_changes_are_told_in_order_each_beside_its_neighbours() -> None:
    weeks = [0.0] * 10 + [0.9] * 10 + [0.3] * 10
    cases = log(3, weeks)
    first, second = changes(cases)
    assert [(change.day - FIRST).days + 1 for change in (first, second)] == [70, 140], "Sundays"
    assert first.cases_after == second.cases_before
    assert first.cases_before + first.cases_after + second.cases_after == len(cases)
    assert changes(cases) == [first, second]


def test_little_tells_nothing() -> None:
    assert changes([]) == []
    few = [
        Starting(FIRST + timedelta(weeks=week, days=day), Variant((name,), 5))
        for week, name in enumerate("aaabbb")
        for day in range(5)
    ]
    assert [change.cases_before for change in changes(few)] == [75]
    assert changes(few[10:20]) == []


def test_the_ratio_is_that_of_a_g_test() -> None:
    before, after = np.array([10.0, 0.0, 7.0, 3.0]), np.array([4.0, 5.0, 9.0, 3.0])
    observed = np.stack([before, after])
    expected = observed.sum(axis=0) * observed.sum(axis=1, keepdims=True) / observed.sum()
    theirs = power_divergence(observed, expected, axis=None, lambda_="log-likelihood").statistic
    assert ratios(before, after).sum() == pytest.approx(theirs)
    assert (ratios(before, after) >= 0).all()
