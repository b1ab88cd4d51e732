"""What counts as done again, of what and by whom, and how long that took."""

from __future__ import annotations

from procesmijn.core.assign import assign
from procesmijn.core.instances import pair
from procesmijn.core.rework import NO_REWORK, Rework, Reworked, find_rework
from procesmijn.core.standing import standing
from tests.frames import PROCESS, Terms, compile_rules, pack, step
from tests.reference import START, Event, Rules


def _found(*steps: Event) -> tuple[dict[str, Rework], dict[str, Rework]]:
    terms = Terms()
    packed = pack(steps, terms)
    rules = compile_rules(Rules([PROCESS]), terms)
    _, case_events = assign(packed.events, standing(packed.events), rules)
    found: Reworked = find_rework(pair(case_events, rules))
    named = tuple({terms.text(code): one for code, one in group.items()} for group in found)
    return named[0], named[1]


def test_what_was_completed_before_is_done_again_whoever_did_it() -> None:
    activities, parties = _found(
        step(1, "write", 10, party="hr"),
        step(2, "check", 20, party="it"),
        step(3, "write", 25, party="it", lifecycle=START),
        step(4, "write", 40, party="it"),
        step(5, "write", 50, party="hr"),
    )
    assert activities == {
        "write": Rework(1, 1, 3, 2, 1, 15),
        "check": Rework(1, 0, 1, 0, 0, 0),
    }
    assert parties == {"hr": Rework(1, 1, 2, 1, 1, 0), "it": Rework(1, 1, 2, 1, 0, 15)}


def test_cases_are_counted_each_once_and_by_themselves() -> None:
    activities, parties = _found(
        *(step(at, "write", at, object="1", party="hr") for at in (1, 2, 3)),
        step(4, "write", 4, object="2", party="hr"),
        step(5, "write", 5, object="3"),
        step(6, "write", 6, object="3"),
    )
    assert activities == {"write": Rework(3, 2, 6, 3, 3, 0)}
    assert parties == {"hr": Rework(2, 1, 4, 2, 2, 0)}


def test_what_is_open_was_not_done() -> None:
    activities, _ = _found(
        step(1, "write", 10), step(2, "write", 20, lifecycle=START), step(3, "check", 30)
    )
    assert activities["write"] == Rework(1, 0, 1, 0, 0, 0)
    assert _found(step(1, "write", 10, lifecycle=START)) == ({}, {})


def test_rework_of_disjoint_cases_adds_up() -> None:
    one, other = Rework(1, 1, 3, 2, 1, 15), Rework(2, 0, 2, 0, 0, 0)
    assert one + other + NO_REWORK == Rework(3, 1, 5, 2, 1, 15)
