"""Which start belongs to which completion, and in which order instances stand."""

from __future__ import annotations

import numpy as np

from procesmijn.core.assign import assign
from procesmijn.core.frames import NO_INSTANT
from procesmijn.core.instances import Instances, pair
from procesmijn.core.standing import standing
from tests.frames import PROCESS, Terms, compile_rules, pack, step
from tests.reference import START, Event, Process, Rules


def _instances(steps: tuple[Event, ...], process: Process = PROCESS) -> tuple[Instances, Terms]:
    terms = Terms()
    packed = pack(steps, terms)
    rules = compile_rules(Rules([process]), terms)
    _, case_events = assign(packed.events, standing(packed.events), rules)
    return pair(case_events, rules), terms


def _spans(*steps: Event, process: Process = PROCESS) -> list[tuple[str, int, int | None]]:
    """(activity, start, completion) of the instances, in order."""
    instances, terms = _instances(steps, process)
    return [
        (terms.text(activity), start_us, None if end_us == NO_INSTANT else end_us)
        for activity, start_us, end_us in zip(
            instances.activity.tolist(),
            instances.start_us.tolist(),
            instances.completion_us.tolist(),
            strict=True,
        )
    ]


def test_a_completion_takes_the_earliest_start_that_waits() -> None:
    assert _spans(
        step(1, "a", 10, lifecycle=START),
        step(2, "a", 20, lifecycle=START),
        step(3, "a", 30),
        step(4, "a", 40),
    ) == [("a", 10, 30), ("a", 20, 40)]


def test_a_taken_start_is_not_taken_again() -> None:
    assert _spans(
        step(1, "a", 10, lifecycle=START),
        step(2, "a", 20),
        step(3, "a", 30),
        step(4, "a", 40, lifecycle=START),
        step(5, "a", 50),
    ) == [("a", 10, 20), ("a", 30, 30), ("a", 40, 50)]


def test_completions_without_start_use_up_no_later_start() -> None:
    assert _spans(
        step(1, "a", 10),
        step(2, "a", 20),
        step(3, "a", 30, lifecycle=START),
        step(4, "a", 40),
    ) == [("a", 10, 10), ("a", 20, 20), ("a", 30, 40)]


def test_a_completion_before_its_start_is_an_instant_and_the_start_stays_open() -> None:
    assert _spans(step(1, "a", 20, lifecycle=START), step(2, "a", 10)) == [
        ("a", 10, 10),
        ("a", 20, None),
    ]


def test_a_start_of_another_activity_or_case_does_not_pair() -> None:
    assert _spans(
        step(1, "a", 10, lifecycle=START),
        step(2, "b", 20),
        step(3, "a", 30, object="d"),
    ) == [("a", 10, None), ("b", 20, 20), ("a", 30, 30)]


def test_at_one_instant_a_start_lies_before_its_completion() -> None:
    assert _spans(step(2, "a", 10, lifecycle=START), step(1, "a", 10)) == [("a", 10, 10)]


def test_at_one_instant_the_sequence_of_the_producer_says_what_lies_before() -> None:
    assert _spans(step(1, "a", 10, lifecycle=START, sequence=2), step(2, "a", 10, sequence=1)) == [
        ("a", 10, 10),
        ("a", 10, None),
    ]


def test_another_lifecycle_is_an_instant_and_takes_no_start() -> None:
    assert _spans(
        step(1, "a", 10, lifecycle=START),
        step(2, "a", 20, lifecycle="suspend", started_us=5),
        step(3, "a", 30),
    ) == [("a", 10, 30), ("a", 20, 20)]


def test_a_completion_that_says_its_own_start_takes_no_other() -> None:
    assert _spans(
        step(1, "a", 10, lifecycle=START),
        step(2, "a", 20, started_us=15),
        step(3, "a", 30),
    ) == [("a", 10, 30), ("a", 15, 20)]


def test_a_start_is_known_where_it_was_said_and_only_there() -> None:
    instances, _ = _instances(
        (
            step(1, "a", 10, lifecycle=START),
            step(2, "a", 20),
            step(3, "a", 30),
            step(4, "a", 40, started_us=40),
            step(5, "a", 50, lifecycle=START),
            step(6, "a", 60, lifecycle="suspend"),
        )
    )
    assert instances.start_us.tolist() == [10, 30, 40, 50, 60]
    # the last is an instant: it does not end the work that was begun at 50
    assert instances.is_start_known.tolist() == [True, False, True, True, False]


def test_an_instance_has_the_key_of_its_completion_and_the_party_and_receiver_of_either() -> None:
    instances, terms = _instances(
        (
            step(1, "a", 10, "HR", lifecycle=START, receiver="IT"),
            step(2, "a", 20, "Payroll", receiver="Legal"),
            step(3, "b", 30, "HR", lifecycle=START, receiver="IT"),
            step(4, "b", 40),
            step(5, "c", 50, "HR", lifecycle=START, receiver="IT"),
            step(6, "d", 60, "HR", lifecycle=START),
            step(7, "d", 70),
        )
    )
    assert instances.key_lo.tolist() == [2, 4, 5, 7]
    assert instances.begun_lo.tolist() == [1, 3, 5, 6]
    assert [terms.names[party] for party in instances.party] == ["Payroll", "HR", "HR", "HR"]
    assert [terms.names[party] for party in instances.receiver] == ["Legal", "IT", "IT", None]


def _order(*steps: Event, process: Process = PROCESS) -> list[int]:
    """Keys of the instances, in order."""
    return [int(key) for key in _instances(steps, process)[0].key_lo]


def test_order_is_by_start_then_completion() -> None:
    assert _order(
        step(1, "a", 40, started_us=10),
        step(2, "b", 30, started_us=10),
        step(3, "c", 5),
    ) == [3, 2, 1]


def test_an_open_instance_is_last_of_those_that_started_with_it() -> None:
    assert _order(step(1, "a", 10, lifecycle=START), step(2, "b", 99, started_us=10)) == [2, 1]


def test_ties_are_ordered_by_sequence_then_rank_then_key() -> None:
    ranked = Process("p", ranks={"late": 2, "early": 1})
    assert _order(
        step(1, "plain", 10),
        step(2, "late", 10),
        step(3, "early", 10),
        step(4, "plain", 10, sequence=8),
        step(5, "plain", 10, sequence=-3),
        step(0, "plain", 10),
        process=ranked,
    ) == [5, 4, 3, 2, 0, 1]


def test_keys_are_compared_as_numbers_of_128_bits() -> None:
    high = 1 << 127
    instances, _ = _instances((step(high, "a", 10), step(high - 1, "b", 10), step(7, "c", 10)))
    assert instances.key_hi.tolist() == [0, (1 << 63) - 1, 1 << 63]


def test_completed_rows_come_by_completion_and_then_in_order() -> None:
    instances, _ = _instances(
        (
            step(1, "a", 40, started_us=10),
            step(2, "b", 20),
            step(3, "c", 25, lifecycle=START),
            step(4, "d", 40),
            step(5, "e", 20),
        )
    )
    assert instances.key_lo[instances.completed].tolist() == [2, 5, 1, 4]
    assert np.all(np.diff(instances.case) >= 0)
