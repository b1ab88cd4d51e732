"""Where cases leave the rules of their process: by hand, against slow loops, and against pm4py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd
import pm4py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.catalogue.process_rules import Kind
from procesmijn.core.due import WorkingHours
from procesmijn.core.frames import NO_TERM
from procesmijn.core.mine import mine
from procesmijn.core.rules import Check
from procesmijn.core.worktime import build_calendar
from tests.calendars import ALWAYS
from tests.frames import Terms, compile_rules, pack, step
from tests.reference import COMPLETE, START, Event, Process, Rules
from tests.reference_deviations import Deviation, Said, deviations

HOUR_US: Final = 3_600_000_000
DAYLONG: Final = build_calendar(ALWAYS, "UTC")
PROCESS: Final = Process("p", ends=frozenset({"end"}))


def found(
    entries: Sequence[Event], said: Sequence[Said], process: Process = PROCESS
) -> list[Deviation]:
    """What the core finds."""
    rules = Rules([process])
    terms = Terms()
    packed = pack(entries, terms)
    compiled = compile_rules(rules, terms)
    checks = tuple(_check(each, terms) for each in said)
    compiled = replace(
        compiled,
        processes={
            of: tuple(replace(each, checks=checks) for each in processes)
            for of, processes in compiled.processes.items()
        },
        names={code: name for code, name in enumerate(terms.names) if name is not None},
    )
    rows = mine(packed.events, compiled).deviations.tolist()
    return sorted(
        [
            Deviation(
                packed.objects[key],
                terms.text(rule),
                (hi << 64) + lo,
                terms.text(activity),
                terms.names[party],
                since_us,
            )
            for key, _, rule, hi, lo, activity, party, since_us, _ in rows
        ],
        key=str,
    )


def _check(said: Said, terms: Terms) -> Check:
    kind = Kind(said.kind)
    return Check(
        rule=terms.code(said.name),
        kind=kind,
        activity=terms.code(said.activity),
        other=terms.code(said.other) if said.other else NO_TERM,
        at_most=said.at_most,
        lead=WorkingHours(2 * HOUR_US) if kind is Kind.WITHIN else None,
        hours=DAYLONG if kind is Kind.WITHIN else None,
        role=said.role,
        party=terms.code(said.role) if said.role else NO_TERM,
    )


SAID: Final = (
    Said("after", "only after", "b", "a"),
    Said("both", "never both", "a", "c"),
    Said("most", "at most", "b", at_most=1),
    Said("eyes", "different people", "a", "b"),
    Said("customer", "takes part", "b", "a", role="customer"),
    Said("in time", "within", "a", "b", over=lambda us: us + 2 * HOUR_US),
)
_steps = st.builds(
    lambda key, at, activity, lifecycle, performer, roles, case, party: step(
        key,
        activity,
        at * HOUR_US // 2,
        party,
        object=case,
        lifecycle=lifecycle,
        performer=performer,
        roles=roles,
    ),
    st.integers(1, 40),
    st.integers(0, 12),
    st.sampled_from(["a", "a", "b", "b", "c", "end", "d"]),
    st.sampled_from([COMPLETE, COMPLETE, START]),
    st.sampled_from([None, "ann", "bob"]),
    st.sampled_from([(), ("lead",), ("customer", "lead")]),
    st.sampled_from(["c1", "c2"]),
    st.sampled_from([None, "desk", "customer"]),
)


@given(st.lists(_steps, max_size=24))
def test_as_slow_loops_say(entries: list[Event]) -> None:
    once = {(each.object, each.key): each for each in entries}
    assert found([*once.values()], SAID) == deviations(once.values(), PROCESS, SAID)


@pytest.mark.parametrize(
    ("way", "rule", "at"),
    [
        ("ab", "after", []),
        ("ba", "after", [0]),
        ("bb", "after", [0, 1]),
        ("bab", "after", [0]),
        ("ac", "both", [1]),
        ("cdac", "both", [2]),
        ("bbb", "most", [1, 2]),
    ],
)
def test_by_hand(way: str, rule: str, at: list[int]) -> None:
    steps = [step(place + 1, name, place * 10) for place, name in enumerate(way)]
    broken = [each for each in found(steps, SAID) if each.rule == rule]
    assert [(each.key - 1, each.since_us) for each in broken] == [(one, one * 10) for one in at]


def test_in_time_is_when_the_time_is_over_and_not_when_anybody_looked() -> None:
    late = [step(1, "a", 0), step(2, "b", 3 * HOUR_US)]
    assert found(late, SAID[-1:]) == [Deviation("c", "in time", 1, "a", None, 2 * HOUR_US)]
    assert found(late[:1], SAID[-1:]) == found(late, SAID[-1:])  # it need not have come at all
    assert not found([late[0], step(2, "b", 2 * HOUR_US)], SAID[-1:])
    assert not found([late[0], step(2, "end", HOUR_US)], SAID[-1:])


def test_the_last_interview_counts_and_not_an_earlier_one() -> None:
    roles = ("customer", "lead")
    first, last = step(1, "a", 0, roles=roles), step(2, "a", 10)
    [one] = found([first, last, step(3, "b", 20)], SAID[4:5])
    assert (one.key, one.since_us) == (3, 20)
    assert not found([last, step(3, "a", 15, roles=roles), step(4, "b", 20)], SAID[4:5])
    assert not found([last, step(3, "a", 15, "customer"), step(4, "b", 20)], SAID[4:5])
    assert found([step(3, "b", 20)], SAID[4:5])  # no interview, and so no customer at one


WAYS: Final = ["ab", "ba", "b", "abab", "cab", "bca", "dd", "ac", "abb", "cbba"]


def test_as_pm4py_checks_declarative_models() -> None:
    """Precedence and non-coexistence are rules of ours; how often an activity may be, it says by
    the log skeleton."""
    log = pd.DataFrame(
        [
            (case, name, pd.Timestamp(place, unit="s", tz="UTC").as_unit("ns"))
            for case, way in enumerate(WAYS)
            for place, name in enumerate(way)
        ],
        columns=["case:concept:name", "concept:name", "time:timestamp"],
    ).astype({"case:concept:name": str})
    steps = [
        step(case * 10 + place + 1, name, place, object=f"{case}")
        for case, way in enumerate(WAYS)
        for place, name in enumerate(way)
    ]
    ours = {(each.rule, each.object) for each in found(steps, SAID[:3])}
    certain = {"support": 1, "confidence": 1}
    for rule, template, pair in (
        ("after", "precedence", ("a", "b")),
        ("both", "noncoexistence", ("a", "c")),
    ):
        told = pm4py.conformance_declare(log, {template: {pair: certain}})
        broken = {str(case) for case, each in enumerate(told) if each["no_dev_total"]}
        assert broken == {case for name, case in ours if name == rule}
    told = pm4py.conformance_log_skeleton(
        log,
        {
            "equivalence": set(),
            "always_after": set(),
            "always_before": set(),
            "never_together": set(),
            "directly_follows": set(),
            "activ_freq": {name: {0, 1} if name == "b" else {*range(9)} for name in "abcd"},
        },
    )
    broken = {str(case) for case, each in enumerate(told) if each["no_dev_total"]}
    assert broken == {case for name, case in ours if name == "most"}
