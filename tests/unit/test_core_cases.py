"""The row of a case: when it ran, how much of that was work, and which way it went."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from procesmijn.core.frames import STEP, Facts
from procesmijn.core.mine import mine
from tests.frames import PROCESS, Terms, compile_rules, mine_steps, pack, step
from tests.reference import START, Case, Event, Process, Rules


def _case(*steps: Event, process: Process = PROCESS) -> Case:
    [case] = mine_steps(*steps, process=process).cases
    return case


def test_a_case_runs_from_its_first_start_to_its_last_completion() -> None:
    case = _case(step(1, "a", 50, started_us=10), step(2, "b", 70, started_us=20), step(3, "c", 60))
    assert (case.started_us, case.ended_us, case.cycle_us) == (10, 70, 60)


def test_an_open_start_begins_a_case_and_does_not_end_it() -> None:
    case = _case(
        step(1, "a", 10, lifecycle=START), step(2, "b", 20), step(3, "c", 90, lifecycle=START)
    )
    assert (case.started_us, case.ended_us) == (10, 20)


def test_a_case_in_which_nothing_was_completed_has_no_end() -> None:
    case = _case(step(1, "a", 10, lifecycle=START))
    assert (case.started_us, case.ended_us, case.closed_us) == (10, None, None)
    assert (case.events, case.processing_us, case.trace) == (1, 0, ())


CLOSING = Process("p", ends=frozenset({"close", "stop"}))


def _closed(*steps: Event) -> int | None:
    return _case(*steps, process=CLOSING).closed_us


def test_the_last_completed_end_activity_closes_a_case() -> None:
    assert _closed(step(1, "work", 10), step(2, "close", 20)) == 20
    assert _closed(step(1, "close", 20), step(2, "stop", 30)) == 30
    assert _closed(step(1, "close", 60, started_us=10), step(2, "stop", 40, started_us=20)) == 60
    assert _closed(step(1, "work", 10)) is None
    assert _closed(step(1, "close", 10, lifecycle=START)) is None
    assert _case(step(1, "close", 10)).closed_us is None


def test_work_that_starts_after_the_end_opens_a_case_again() -> None:
    assert _closed(step(1, "close", 20), step(2, "work", 30)) is None
    assert _closed(step(1, "close", 20), step(2, "work", 30, "HR", lifecycle=START)) is None
    assert _closed(step(1, "close", 20), step(2, "stop", 30, lifecycle=START)) is None
    assert _closed(step(1, "close", 20), step(2, "work", 30), step(3, "close", 40)) == 40


def test_work_that_began_before_the_end_does_not() -> None:
    assert _closed(step(1, "close", 20), step(2, "work", 90, started_us=15)) == 20
    assert _closed(step(1, "close", 20), step(2, "work", 15, lifecycle=START)) == 20
    assert _closed(step(1, "close", 20, started_us=10), step(2, "work", 18, started_us=15)) == 20


def test_at_the_instant_of_the_end_the_order_decides() -> None:
    assert _closed(step(1, "close", 20), step(2, "work", 20)) is None
    assert _closed(step(2, "close", 20), step(1, "work", 20)) == 20
    assert _closed(step(2, "close", 20, started_us=10), step(1, "work", 20)) is None
    assert _closed(step(1, "close", 20), step(2, "stop", 20)) == 20


def test_cases_open_and_close_by_themselves() -> None:
    mined = mine_steps(
        step(1, "close", 20, object="c1"),
        step(2, "work", 30, object="c2"),
        step(3, "close", 10, object="c3"),
        step(4, "work", 15, object="c3"),
        process=CLOSING,
    )
    assert [case.closed_us for case in mined.cases] == [20, None, None]


def test_overlapping_work_is_counted_once() -> None:
    case = _case(
        step(1, "a", 50, started_us=10),
        step(2, "b", 30, started_us=20),  # within the first
        step(3, "c", 60, started_us=40),  # beyond it
        step(4, "d", 70, started_us=60),  # touches
        step(5, "e", 95, started_us=90),  # after a gap
        step(6, "f", 99),
    )
    assert case.processing_us == (70 - 10) + (95 - 90)


def test_work_in_one_case_covers_none_in_the_next() -> None:
    mined = mine_steps(
        step(1, "a", 90, started_us=10, object="c1"),
        step(2, "a", 50, started_us=30, object="c2"),
        step(3, "a", 60, started_us=55, object="c2"),
    )
    assert [case.processing_us for case in mined.cases] == [80, 25]


def test_open_work_is_not_processing_time() -> None:
    assert _case(step(1, "a", 10, lifecycle=START), step(2, "b", 40)).processing_us == 0


def test_every_event_counts_and_those_without_party_are_said() -> None:
    case = _case(
        step(1, "a", 10, lifecycle=START),
        step(2, "a", 20, "HR"),
        step(3, "b", 30),
    )
    assert (case.events, case.unassigned) == (3, 2)


def test_the_trace_is_by_completion_then_start_sequence_rank_and_key() -> None:
    ranked = Process("p", ranks={"ranked": 1})
    case = _case(
        step(1, "long", 40, started_us=0),
        step(2, "short", 40, started_us=30),
        step(3, "plain", 40),
        step(4, "ranked", 40),
        step(5, "sequenced", 40, sequence=1),
        step(6, "first", 20, started_us=10),
        step(7, "open", 5, lifecycle=START),
        process=ranked,
    )
    assert case.variant == ("first", "long", "short", "sequenced", "ranked", "plain")


def test_transparent_activities_are_in_the_trace() -> None:
    case = _case(step(1, "a", 10, "HR"), step(2, "b", 20), step(3, "c", 30, "HR"))
    assert case.trace == (("a", 10), ("b", 20), ("c", 30))


def _facts(terms: Terms, *steps: Event, process: Process = PROCESS) -> Facts:
    packed = pack(steps, terms)
    return mine(packed.events, compile_rules(Rules([process]), terms))


def _number(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little", signed=True)


def test_hashes_are_of_names_times_and_dates_whatever_their_codes() -> None:
    steps = (step(1, "eén", 10), step(2, "b", 20, lifecycle=START), step(3, "b", 5))
    facts = _facts(Terms(), *steps)
    other = _facts(Terms(["b", "taken", "c", "eén"]), *steps)
    assert facts.traces != other.traces
    names = blake2b("b\x1feén".encode(), digest_size=8).digest()
    moments = np.array([(0, 5), (0, 10)], dtype="<i4, <i8").tobytes()
    for mined in (facts, other):
        assert mined.cases["variant"].tolist() == [int.from_bytes(names, "little", signed=True)]
        assert mined.cases["trace_hash"].tolist() == [_number(names + moments)]


def test_a_trace_is_the_bytes_of_its_steps_with_their_local_dates() -> None:
    terms = Terms()
    late_us = 23 * 3_600_000_000 + 1800_000_000  # half past eleven in the evening, UTC
    abroad = Process("p", zone="Europe/Amsterdam")
    [trace] = _facts(terms, step(1, "a", 10), step(2, "b", late_us), process=abroad).traces
    assert np.frombuffer(trace, dtype=STEP).tolist() == [
        (terms.code("a"), 0, 10),
        (terms.code("b"), 1, late_us),
    ]
