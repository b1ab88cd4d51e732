"""Where a case waits: work, waiting at links and the rest add up to its cycle time."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.frames import NO_INSTANT
from procesmijn.core.mine import mine
from procesmijn.core.worktime import build_calendar
from tests import frames
from tests.frames import mine_steps, step
from tests.reference import START, Event, Process, Rules
from tests.unit.test_core_mine import entries, rules

HOUR_US = 3_600_000_000
ASIDE = Process("p", concurrent=frozenset({frozenset({"b", "c"})}))
"""b and c run side by side, both after a."""


def waits(*steps: Event, **by: Any) -> dict[str, int]:
    """By the activity that picks up, how long the case waited there."""
    mined = mine_steps(*steps, **by)
    return {one.to_activity: one.case_wait_us for one in mined.handovers}


def test_one_after_the_other_the_case_waits_as_long_as_the_work_lies() -> None:
    steps = (
        step(1, "a", 10, "HR", started_us=0),
        step(2, "b", 40, "IT", started_us=30),
        step(3, "c", 100, "HR", started_us=70),
    )
    assert waits(*steps) == {"b": 20, "c": 30}
    [case] = mine_steps(*steps).cases
    assert (case.cycle_us, case.processing_us) == (100, 50)


def test_between_two_steps_of_a_party_or_around_a_system_it_waits_at_no_link() -> None:
    steps = (step(1, "a", 0, "HR"), step(2, "b", 10, "HR"), step(3, "c", 25, "Robot"))
    assert waits(*steps, step(4, "d", 40, "IT"), automatic=frozenset({"Robot"})) == {"d": 30}
    assert waits(*steps, automatic=frozenset({"Robot"})) == {}


def test_of_two_that_wait_the_case_waits_for_the_one_that_is_picked_up_last() -> None:
    """Legal lies until 50 and IT until 30: had IT been quicker, that had brought nothing."""
    steps = (step(1, "a", 0, "HR"), step(2, "b", 30, "IT"), step(3, "c", 50, "Legal"))
    assert waits(*steps, process=ASIDE) == {"b": 0, "c": 50}


def test_what_is_delivered_later_and_picked_up_first_is_never_waited_for() -> None:
    """d (after a, at 0) waits until 60; c (after b, at 20) was picked up before that, at 40."""
    steps = (
        step(1, "a", 0, "HR"),
        step(2, "b", 20, "HR"),
        step(3, "c", 40, "Legal"),
        step(4, "d", 60, "IT"),
    )
    pairs = [{"b", "d"}, {"c", "d"}]
    aside = Process("p", concurrent=frozenset(frozenset(pair) for pair in pairs))
    assert waits(*steps, process=aside) == {"c": 0, "d": 60}


def test_at_one_instant_it_is_the_last_in_the_order() -> None:
    steps = (step(1, "a", 0, "HR"), step(2, "b", 30, "IT"), step(3, "c", 30, "Legal"))
    assert waits(*steps, process=ASIDE) == {"b": 0, "c": 30}


def test_of_waits_that_overlap_in_part_each_moment_has_one() -> None:
    """d (after b, at 20) waits until 60; c (after a, at 0) was picked up before that, at 40."""
    steps = (
        step(1, "a", 0, "HR"),
        step(2, "b", 20, "HR"),
        step(3, "c", 40, "Legal"),
        step(4, "d", 60, "IT"),
    )
    aside = Process("p", concurrent=frozenset({frozenset({"b", "c"}), frozenset({"c", "d"})}))
    assert waits(*steps, process=aside) == {"c": 20, "d": 40}


def test_while_somebody_works_on_it_a_case_does_not_wait() -> None:
    """Legal lies from 0 to 50; meanwhile IT works from 10 to 20, and from 15 to 30."""
    steps = (
        step(1, "a", 0, "HR"),
        step(2, "b", 20, "IT", started_us=10),
        step(4, "b", 30, "IT", started_us=15),
        step(3, "c", 60, "Legal", started_us=50),
    )
    assert waits(*steps, process=ASIDE)["c"] == 30


def test_what_is_picked_up_after_the_last_completion_is_in_no_cycle_time() -> None:
    steps = (
        step(1, "a", 0, "HR"),
        step(2, "b", 20, "HR"),
        step(3, "c", 50, "Legal", lifecycle=START),
    )
    assert waits(*steps, process=ASIDE) == {"c": 20}


def test_in_working_time_what_is_left_of_a_wait_is_on_the_calendar_of_the_customer() -> None:
    """HR delivers at 8:00 and Legal, which works until noon, starts at 14:00; from 9:00 to 11:00
    IT works on the case. So it waited there for four hours, two of them of working time."""
    nine = round(datetime.fromisoformat("2026-03-02T09:00+01:00").timestamp()) * 1_000_000
    steps = (
        step(1, "a", nine - HOUR_US, "HR"),
        step(2, "b", nine + 2 * HOUR_US, "IT", started_us=nine),
        step(3, "c", nine + 6 * HOUR_US, "Legal", started_us=nine + 5 * HOUR_US),
    )
    mornings = build_calendar([[(time(8), time(12))]] * 7, "Europe/Amsterdam")
    terms = frames.Terms()
    packed = frames.pack(steps, terms)
    facts = mine(packed.events, frames.compile_rules(Rules([ASIDE]), terms, {"Legal": mornings}))
    [row] = facts.handovers[facts.handovers["customer"] == terms.code("Legal")]
    assert (row["wait_us"], row["wait_working_us"]) == (6 * HOUR_US, 4 * HOUR_US)
    assert (row["case_wait_us"], row["case_wait_working_us"]) == (4 * HOUR_US, 2 * HOUR_US)


@settings(max_examples=200, deadline=None)
@given(st.lists(entries(), max_size=40), rules())
def test_the_parts_add_up_to_the_cycle_time(events: list[Event], by: Rules) -> None:
    """Work and waiting at links come to no more than the cycle time; the rest is waiting at none.
    Where all is of one party after the other, and each starts by a handover, there is no rest."""
    terms = frames.Terms()
    facts = mine(frames.pack(events, terms).events, frames.compile_rules(by, terms))
    handovers = facts.handovers
    assert (handovers["case_wait_us"] >= 0).all()
    assert (handovers["case_wait_us"] <= handovers["wait_us"]).all()
    assert (handovers["case_wait_working_us"] >= 0).all()
    assert (handovers["case_wait_working_us"] <= handovers["case_wait_us"]).all()
    for case in facts.cases:
        its = handovers[(handovers["object"] == case["object"])]
        waited_us = int(its["case_wait_us"][its["process"] == case["process"]].sum())
        if case["ended_us"] == NO_INSTANT:
            assert waited_us == 0
            continue
        assert waited_us + case["processing_us"] <= case["ended_us"] - case["started_us"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_where_each_step_is_somebody_elses_there_is_no_rest(lengths: list[tuple[int, int]]) -> None:
    ends_us = np.cumsum(lengths).reshape(-1, 2)[:, 1]
    steps = [
        step(key, "abc"[key % 3], int(at), f"party {key}", started_us=int(at) - lasted)
        for key, (at, (_, lasted)) in enumerate(zip(ends_us, lengths, strict=True))
    ]
    mined = mine_steps(*steps)
    [case] = mined.cases
    waited_us = sum(one.case_wait_us for one in mined.handovers)
    assert waited_us + case.processing_us == case.cycle_us
