"""Who handed work to whom, when, and how long it lay: the definition case by case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from procesmijn.core.frames import Facts
from procesmijn.core.mine import mine
from procesmijn.core.worktime import Calendar, build_calendar
from tests.frames import PROCESS, Terms, compile_rules, mine_steps, pack, step
from tests.frames import mine as core_mine
from tests.reference import START, Event, Process, Rules


def _links(*steps: Event, **rules: Any) -> list[tuple[int, int]]:
    """(key of the enabling event, key of the one that picks up) of the handovers."""
    return [(one.from_key, one.to_key) for one in mine_steps(*steps, **rules).handovers]


def test_work_passes_from_the_party_that_completed_to_the_one_that_starts() -> None:
    [handover] = mine_steps(step(1, "a", 10, "HR"), step(2, "b", 25, "IT")).handovers
    assert (handover.supplier, handover.customer) == ("HR", "IT")
    assert (handover.from_activity, handover.to_activity) == ("a", "b")
    assert (handover.delivered_us, handover.picked_up_us, handover.wait_us) == (10, 25, 15)


def test_nothing_is_handed_over_within_a_party_or_from_nobody() -> None:
    assert _links(step(1, "a", 10, "HR"), step(2, "b", 20, "HR")) == []
    assert _links(step(1, "a", 10, "HR")) == []


def test_cases_do_not_hand_over_to_each_other() -> None:
    assert _links(step(1, "a", 10, "HR"), step(2, "b", 20, "IT", object="d")) == []


def test_pickup_is_at_the_start_where_one_is_known() -> None:
    mined = mine_steps(
        step(1, "a", 10, "HR"),
        step(2, "b", 20, "IT", lifecycle=START),
        step(3, "b", 30, "IT"),
        step(4, "c", 50, "HR", started_us=40),
        step(5, "d", 60, "IT"),
        step(6, "e", 70, "HR", lifecycle=START),
    )
    assert [(one.picked_up_us, one.pickup_basis) for one in mined.handovers] == [
        (20, "start"),
        (40, "start"),
        (60, "completion"),
        (70, "start"),
    ]


def test_a_handover_keeps_its_keys_when_the_completion_comes_in_later() -> None:
    begun = (step(1, "a", 10, "HR"), step(9, "b", 20, "IT", lifecycle=START))
    completed = (*begun, step(3, "b", 30), step(4, "c", 40, "HR"), step(5, "d", 50, "IT"))
    assert _links(*begun) == [(1, 9)]
    assert _links(*completed) == [(3, 4), (4, 5), (1, 9)]
    assert _links(*completed[:1], step(3, "b", 30, "IT", started_us=20)) == [(1, 3)]


def test_an_open_instance_picks_up_but_delivers_nothing() -> None:
    assert _links(
        step(1, "a", 10, "HR"), step(2, "b", 20, "IT", lifecycle=START), step(3, "c", 30, "Legal")
    ) == [(1, 2), (1, 3)]


def test_each_knows_when_the_one_before_it_between_the_same_two_was_picked_up() -> None:
    day_us = 86_400_000_000
    parties = ("HR", "IT", "HR", "IT", "HR", "Legal")
    steps = [step(9 - n, "a", n * day_us, party) for n, party in enumerate(parties)]
    first, again = date(1970, 1, 2), date(1970, 1, 3)
    by_pickup = sorted(mine_steps(*steps).handovers, key=lambda one: one.picked_up_us)
    assert [one.previous_on for one in by_pickup] == [None, None, first, again, None]


def test_what_still_ran_at_the_start_did_not_enable_it() -> None:
    assert _links(
        step(1, "a", 10, "HR"),
        step(2, "b", 40, "IT", started_us=12),
        step(3, "c", 50, "Legal", started_us=30),
    ) == [(1, 2), (1, 3)]


def test_what_completed_exactly_at_the_start_did() -> None:
    assert _links(
        step(1, "a", 10, "HR"),
        step(2, "b", 30, "IT", started_us=12),
        step(3, "c", 50, "Legal", started_us=30),
    ) == [(1, 2), (2, 3)]


def test_the_one_that_completed_last_enables_not_the_one_that_started_last() -> None:
    assert _links(
        step(1, "a", 30, "HR", started_us=0),
        step(2, "b", 20, "HR", started_us=10),
        step(3, "c", 40, "IT"),
    ) == [(1, 3)]


def test_among_equal_completions_the_last_in_the_order_enables() -> None:
    assert _links(
        step(1, "a", 30, "HR", started_us=10),
        step(2, "b", 30, "HR", started_us=5),
        step(3, "c", 40, "IT"),
    ) == [(1, 3)]


def test_an_interval_is_enabled_by_an_instant_at_its_start() -> None:
    assert _links(step(9, "a", 10, "HR"), step(1, "b", 20, "IT", started_us=10)) == [(9, 1)]


def test_at_one_instant_the_order_decides_who_enables_whom() -> None:
    steps = (step(1, "b", 10, "IT"), step(2, "a", 10, "HR"))
    assert _links(*steps) == [(1, 2)]
    assert _links(*steps, process=Process("p", ranks={"a": 1, "b": 2})) == [(2, 1)]
    assert _links(steps[0]._replace(sequence=7), steps[1]._replace(sequence=3)) == [(2, 1)]


def test_systems_and_unknown_parties_are_looked_through() -> None:
    assert _links(
        step(1, "a", 10, "HR"),
        step(2, "b", 20, "Robot"),
        step(3, "c", 30),
        step(4, "d", 40, "IT"),
        automatic=frozenset({"Robot"}),
    ) == [(1, 4)]


def test_concurrent_activities_do_not_enable_each_other() -> None:
    steps = (step(1, "a", 10, "HR"), step(2, "b", 20, "IT"), step(3, "c", 30, "Legal"))
    pair = frozenset({frozenset({"b", "c"})})
    assert _links(*steps, process=Process("p", concurrent=pair)) == [(1, 2), (1, 3)]


def test_concurrent_pairs_hold_in_their_own_process_only() -> None:
    types = {"A": "a", "B": "b", "C": "c"}
    pair = frozenset({frozenset({"b", "c"})})
    rules = Rules([Process("p", activities=types), Process("q", activities=types, concurrent=pair)])
    events = [
        Event(1, "x", 10, type="A", party="HR"),
        Event(2, "x", 20, type="B", party="IT"),
        Event(3, "x", 30, type="C", party="Legal"),
    ]
    assert [(one.process, one.from_key) for one in core_mine(events, rules).handovers] == [
        ("p", 1),
        ("p", 2),
        ("q", 1),
        ("q", 1),
    ]


def test_where_everything_before_is_concurrent_there_is_no_handover() -> None:
    alike = Process("p", concurrent=frozenset({frozenset({"a", "b"}), frozenset({"a"})}))
    assert (
        _links(
            step(1, "a", 5, "Legal", object="before"),
            step(2, "a", 10, "HR"),
            step(3, "a", 20, "HR"),
            step(4, "b", 30, "IT"),
            process=alike,
        )
        == []
    )


def _us(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp()) * 1_000_000


def _facts(*steps: Event, process: Process, calendars: Mapping[str, Calendar]) -> Facts:
    terms = Terms()
    packed = pack(steps, terms)
    return mine(packed.events, compile_rules(Rules([process]), terms, calendars))


def test_dates_are_those_of_the_zone_of_the_process() -> None:
    steps = (
        step(1, "a", _us("2020-06-30T21:59Z"), "HR"),
        step(2, "b", _us("2020-06-30T22:01Z"), "IT"),
    )
    [here] = mine_steps(*steps, process=Process("p", zone="Europe/Amsterdam")).handovers
    assert (here.delivered_on, here.picked_up_on) == (date(2020, 6, 30), date(2020, 7, 1))
    [there] = mine_steps(*steps, process=Process("p", zone="America/New_York")).handovers
    assert (there.delivered_on, there.picked_up_on) == (date(2020, 6, 30), date(2020, 6, 30))


def test_waiting_runs_on_the_calendar_of_the_customer_and_beside_it_plain() -> None:
    """Friday 15:00 to Monday 10:00 in Amsterdam, for three customers."""
    friday, monday = _us("2020-10-02T15:00+02:00"), _us("2020-10-05T10:00+02:00")
    night = build_calendar([[(time(0), time(8))]] * 7, "Europe/Amsterdam")
    facts = _facts(
        step(1, "a", friday, "HR", object="for the office"),
        step(2, "b", monday, "IT", object="for the office"),
        step(3, "a", friday, "HR", object="for the night"),
        step(4, "b", monday, "Guard", object="for the night"),
        step(5, "a", friday, "Guard", object="from the night"),
        step(6, "b", monday, "HR", object="from the night"),
        process=PROCESS,
        calendars={"Guard": night},
    )
    hours = 3_600_000_000
    by_key = {row["to_lo"]: row for row in facts.handovers}
    assert {key: row["wait_working_us"] / hours for key, row in by_key.items()} == {
        2: 3,  # undeclared: the office
        4: 24,
        6: 3,
    }
    assert {row["wait_us"] / hours for row in by_key.values()} == {67}
