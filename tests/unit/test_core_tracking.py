"""One case as it stood at a moment: its steps, what it waited for, and who had it."""

from __future__ import annotations

from procesmijn.core.frames import NO_INSTANT, NO_TERM
from procesmijn.core.tracking import Tracked, track
from tests.frames import Terms, compile_rules, pack, step
from tests.reference import START, Event, Process, Rules

ASKED = step(1, "ask", 10, "HR", receiver="IT")
BEGUN = step(2, "do", 40, "IT", lifecycle=START)
DONE = step(3, "do", 60, "IT")
CLOSED = step(4, "close", 90, "HR")


def tracked(at_us: int, *steps: Event) -> tuple[Tracked | None, Terms]:
    terms = Terms()
    packed = pack(steps, terms)
    process = Process("p", ends=frozenset({"close"}))
    return track(packed.events, compile_rules(Rules((process,)), terms), at_us), terms


def holders(at_us: int, *steps: Event) -> list[tuple[str, int, str, str]]:
    case, terms = tracked(at_us, *steps)
    assert case is not None
    return [
        (terms.text(each.party), each.since_us, each.basis, terms.text(each.activity))
        for each in case.holders
    ]


def test_who_has_it_is_who_was_named_then_who_began_then_who_was_last() -> None:
    steps = (ASKED, BEGUN, DONE, CLOSED)
    assert tracked(9, *steps)[0] is None
    assert holders(10, *steps) == [("IT", 10, "named", "ask")]
    assert holders(50, *steps) == [("IT", 40, "started", "do")]
    assert holders(60, *steps) == [("IT", 60, "last", "do")]
    assert holders(90, *steps) == []


def test_several_parties_may_each_have_a_part_of_it() -> None:
    other = step(5, "check", 20, "Legal", lifecycle=START)
    assert holders(30, ASKED, other) == [
        ("IT", 10, "named", "ask"),
        ("Legal", 20, "started", "check"),
    ]


def test_its_steps_are_those_of_then_each_with_what_it_waited() -> None:
    case, terms = tracked(89, ASKED, BEGUN, DONE, CLOSED)
    assert case is not None
    assert (case.started_us, case.ended_us, case.closed_us) == (10, 60, NO_INSTANT)
    ask, do = case.steps
    assert (terms.text(ask.activity), ask.started_us, ask.completed_us) == ("ask", NO_INSTANT, 10)
    assert (ask.supplier, ask.wait_us) == (NO_TERM, 0)
    assert (terms.text(do.activity), do.started_us, do.completed_us) == ("do", 40, 60)
    assert (terms.text(do.supplier), do.wait_us) == ("HR", 30)
    closed, _ = tracked(90, ASKED, BEGUN, DONE, CLOSED)
    assert closed is not None
    assert closed.closed_us == 90
    begun, _ = tracked(45, BEGUN)
    assert begun is not None
    assert (begun.ended_us, begun.closed_us) == (NO_INSTANT, NO_INSTANT)
