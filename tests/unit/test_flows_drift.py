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


def log(seed: int, rates: list[float], cases: int = 40) -> list[Starting]:
    """Cases of a process with a choice, a loop and two steps in any order, week by week.

    ``rates`` says how often a second check is made in each week; weeks are of very unequal sizes.
    """
    rng = random.Random(seed)
    found: list[Starting] = []
    for week, rate in enumerate(rates):
        for _ in range(rng.randint(1, 2 * cases)):
            checks = ["Check references", "Check identity"]
            rng.shuffle(checks)
            steps = ["Ask", *checks]
            while rng.random() < 0.3:
                steps += ["Correct", *checks]
            steps += ["Check again"] * (rng.random() < rate)
            steps.append("Hire" if rng.random() < 0.7 else "Reject")
            found.append(Starting(FIRST + timedelta(weeks=week), Variant(tuple(steps), 1)))
    return found


def test_without_a_change_there_are_no_more_alarms_than_the_level_says() -> None:
    alarms = [seed for seed in range(100) if changes(log(seed, [0.3] * 30, cases=20), seed)]
    assert len(alarms) <= 2


@pytest.mark.parametrize("seed", range(5))
def test_a_change_is_found_in_its_week(seed: int) -> None:
    (change,) = changes(log(seed, [0.1] * 17 + [0.6] * 9), seed)
    assert change.monday == FIRST + timedelta(weeks=17)
    assert change.p_value <= LEVEL
    assert {change.changed[0].edge[0], change.changed[0].edge[1]} & {"Check again"}
    into = [each for each in change.changed if each.edge[1] == "Check again"]
    assert sum(each.per_case_before for each in into) == pytest.approx(0.1, abs=0.06)
    assert sum(each.per_case_after for each in into) == pytest.approx(0.6, abs=0.1)


def test_several_changes_are_told_in_order_each_beside_its_neighbours() -> None:
    weeks = [0.0] * 10 + [0.9] * 10 + [0.3] * 10
    cases = log(3, weeks)
    first, second = changes(cases)
    assert [first.monday, second.monday] == [FIRST + timedelta(weeks=w) for w in (10, 20)]
    assert first.cases_after == second.cases_before
    assert first.cases_before + first.cases_after + second.cases_after == len(cases)
    assert changes(cases) == [first, second]


def test_little_tells_nothing() -> None:
    assert changes([]) == []
    few = [
        Starting(FIRST + timedelta(weeks=week), Variant((name,), 29))
        for week, name in enumerate("aabb")
    ]
    assert [change.cases_before for change in changes(few)] == [58]
    assert changes(few[1:3]) == []


def test_of_very_many_cases_a_sample_is_tested_and_all_are_told() -> None:
    many = [
        Starting(FIRST + timedelta(weeks=week), Variant((name,), 30_000))
        for week in range(4)
        for name in ("ab" if week < 2 else "bc")
    ]
    (change,) = changes(many)
    assert (change.cases_before, change.cases_after) == (120_000, 120_000)
    assert change.changed[0].per_case_before + change.changed[0].per_case_after == 0.5


def test_the_ratio_is_that_of_a_g_test() -> None:
    before, after = np.array([10.0, 0.0, 7.0, 3.0]), np.array([4.0, 5.0, 9.0, 3.0])
    observed = np.stack([before, after])
    expected = observed.sum(axis=0) * observed.sum(axis=1, keepdims=True) / observed.sum()
    theirs = power_divergence(observed, expected, axis=None, lambda_="log-likelihood").statistic
    assert ratios(before, after).sum() == pytest.approx(theirs)
    assert (ratios(before, after) >= 0).all()
