"""What a customer was asked to take up, and what settles it."""

from __future__ import annotations

from typing import Any

from tests.frames import mine_steps, step
from tests.reference import START, Event, Process


def _settled(*steps: Event, **rules: Any) -> dict[int, int | None]:
    """When each pending handover was settled, by the key of the event that named the receiver."""
    return {one.from_key: one.settled_us for one in mine_steps(*steps, **rules).pendings}


ASKED = step(1, "ask", 10, "HR", receiver="IT")


def test_an_event_that_names_a_receiver_keeps_it_waiting() -> None:
    [pending] = mine_steps(ASKED, step(2, "think", 20, "HR")).pendings
    assert (pending.supplier, pending.customer, pending.activity) == ("HR", "IT", "ask")
    assert pending.delivered_us == 10
    assert pending.settled_us is None


def test_the_receiver_settles_it_when_it_starts() -> None:
    assert _settled(ASKED, step(2, "do", 40, "IT", started_us=30)) == {1: 30}
    assert _settled(ASKED, step(2, "do", 30, "IT", lifecycle=START)) == {1: 30}


def test_what_the_receiver_did_before_settles_nothing() -> None:
    assert _settled(step(2, "do", 5, "IT"), ASKED) == {1: None}
    assert _settled(ASKED, step(2, "do", 20, "IT", object="d")) == {1: None}


def test_what_settles_first_counts_and_not_what_began_first() -> None:
    again = step(2, "ask", 20, "HR", started_us=12, receiver="Legal")
    assert _settled(ASKED, again, step(3, "do", 15, "IT")) == {1: 15, 2: None}
    closing = Process("p", ends=frozenset({"close"}))
    close = step(2, "close", 30, "HR", started_us=12)
    assert _settled(ASKED, close, step(3, "do", 15, "IT"), process=closing) == {1: 15}
    assert _settled(ASKED, close, step(3, "ask", 20, receiver="X"), process=closing)[1] == 20


def test_what_happens_while_it_is_being_made_does_not_settle_it() -> None:
    asking = step(1, "ask", 180, "HR", started_us=0, receiver="IT")
    assert _settled(asking, step(2, "do", 60, "IT")) == {1: None}
    assert _settled(asking, step(2, "do", 200, "IT", started_us=60)) == {1: None}
    assert _settled(asking, step(2, "do", 60, "IT"), step(3, "do", 190, "IT")) == {1: 190}
    sooner = step(2, "ask", 90, "HR", started_us=60, receiver="Legal")
    assert _settled(asking, sooner) == {1: None, 2: 180}
    closing = Process("p", ends=frozenset({"close"}))
    assert _settled(asking, step(2, "close", 60, "HR"), process=closing) == {1: None}


def test_work_that_began_before_the_delivery_reassigns_when_it_completes() -> None:
    long = step(2, "ask", 30, "HR", started_us=5, receiver="Legal")
    assert _settled(ASKED, long) == {1: 30, 2: None}
    closing = Process("p", ends=frozenset({"close"}))
    assert _settled(ASKED, step(2, "close", 30, started_us=5), process=closing) == {1: 30}


def test_at_the_instant_of_the_delivery_the_order_decides() -> None:
    assert _settled(ASKED, step(2, "do", 10, "IT")) == {1: 10}
    assert _settled(ASKED, step(0, "do", 10, "IT")) == {1: None}
    asking = step(9, "ask", 10, "HR", started_us=5, receiver="IT")
    assert _settled(asking, step(2, "do", 10, "IT")) == {9: 10}
    assert _settled(asking, step(2, "do", 10, "IT", lifecycle=START)) == {9: 10}
    assert _settled(asking, step(2, "ask", 10, "HR", receiver="Legal")) == {9: 10, 2: None}


def test_an_end_activity_leaves_nobody_waiting() -> None:
    closing = Process("p", ends=frozenset({"refuse"}))
    refused = step(2, "refuse", 20, "IT", receiver="HR")
    assert _settled(ASKED, refused, process=closing) == {1: 20, 2: 20}
    assert _settled(ASKED, refused, step(3, "do", 30, "HR"), process=closing) == {1: 20, 2: 20}
    assert _settled(ASKED, refused) == {1: 20, 2: None}


def test_the_first_event_of_the_receiver_counts() -> None:
    assert _settled(ASKED, step(2, "do", 20, "IT"), step(3, "do", 30, "IT")) == {1: 20}


def test_reassignment_settles_it_when_it_completes() -> None:
    again = step(2, "ask", 30, "HR", started_us=20, receiver="Legal")
    assert _settled(ASKED, again) == {1: 30, 2: None}
    assert _settled(ASKED, again._replace(receiver="HR")) == {1: 30}


def test_naming_a_receiver_of_another_subject_reassigns_nothing() -> None:
    process = Process("p", activities={"assign": "ask", "borrow": "lend"})
    steps = (
        Event(1, "c", 10, type="assign", party="HR", receiver="IT"),
        Event(2, "c", 20, type="borrow", party="HR", receiver="Legal"),
    )
    assert _settled(*steps, process=process) == {1: 20, 2: None}
    assert _settled(*steps, process=process, subjects={"assign": "ticket"}) == {1: None, 2: None}
    both = {"assign": "ticket", "borrow": "ticket"}
    assert _settled(*steps, process=process, subjects=both) == {1: 20, 2: None}


def test_each_request_for_a_deliverable_waits_by_itself() -> None:
    process = Process("p", activities={"asked": "ask"})
    asked = Event(1, "c", 10, type="asked", party="HR", receiver="IT", deliverable="desk")
    other = asked._replace(key=2, occurred_us=20, deliverable="room")
    again = asked._replace(key=3, occurred_us=30, receiver="Legal")
    subjects = {"asked": "deliverable"}
    settled = _settled(asked, other, again, process=process, subjects=subjects)
    assert settled == {1: 30, 2: None, 3: None}
    by_request = (asked._replace(request="R1"), again._replace(request="R2"))
    assert _settled(*by_request, process=process, subjects=subjects) == {1: None, 3: None}


def test_a_receiver_that_the_start_names_waits_from_the_completion_on() -> None:
    """For what the event is about that names it."""
    process = Process("p", activities={"begin": "ask", "assign": "ask", "close": "ask"})
    steps = (
        Event(1, "c", 10, type="begin", party="HR", receiver="IT", lifecycle=START),
        Event(2, "c", 20, type="close"),
        Event(3, "c", 30, type="assign", party="HR", receiver="Legal"),
    )
    assert _settled(*steps, process=process) == {2: 30, 3: None}
    subjects = {"begin": "ticket", "assign": "ticket"}
    assert _settled(*steps, process=process, subjects=subjects) == {2: 30, 3: None}
    subjects = {"close": "ticket", "assign": "ticket"}
    assert _settled(*steps, process=process, subjects=subjects) == {2: None, 3: None}


def test_an_end_activity_settles_it_when_it_completes() -> None:
    closing = Process("p", ends=frozenset({"close"}))
    assert _settled(ASKED, step(2, "close", 30, "HR", started_us=20), process=closing) == {1: 30}
    assert _settled(ASKED, step(2, "close", 20, lifecycle=START), process=closing) == {1: None}


def test_asking_oneself_is_not_pending() -> None:
    assert _settled(step(1, "ask", 10, "IT", receiver="IT")) == {}


def test_nobody_waits_for_a_system_but_it_takes_the_work_over() -> None:
    to_robot = step(2, "ask", 20, "HR", receiver="Robot")
    assert _settled(to_robot, automatic=frozenset({"Robot"})) == {}
    assert _settled(ASKED, to_robot, automatic=frozenset({"Robot"})) == {1: 20}
    assert _settled(ASKED, to_robot) == {1: 20, 2: None}


def test_what_a_system_or_nobody_known_announces_has_no_supplier() -> None:
    mined = mine_steps(
        step(1, "ask", 10, receiver="IT"),
        step(2, "ask", 20, "Robot", receiver="HR"),
        automatic=frozenset({"Robot"}),
    )
    assert [(one.supplier, one.customer) for one in mined.pendings] == [
        (None, "IT"),
        (None, "HR"),
    ]


def test_work_that_is_not_completed_has_not_been_passed_on() -> None:
    begun = step(2, "ask", 20, "HR", lifecycle=START, receiver="Legal")
    assert _settled(ASKED, begun) == {1: None}
