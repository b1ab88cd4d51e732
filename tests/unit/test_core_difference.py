"""Only what changed is written: applying a difference to the stored facts gives the mined ones."""

from __future__ import annotations

from dataclasses import fields, replace

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from procesmijn.core.difference import Changes, difference
from procesmijn.core.frames import CASE_KEY, HANDOVER_KEY, PENDING_KEY, REPEAT_KEY, Facts, Rows
from procesmijn.core.mine import mine
from tests.frames import PROCESS, Terms, compile_rules, pack, step
from tests.reference import Event, Rules

TERMS = Terms(["p", "a", "b", "HR", "IT", "Legal"])


def _facts(*steps: Event) -> Facts:
    """Facts with the keys of the objects ``c`` and ``d`` the same, whichever of them there are."""
    anchors = (step(99, "a", 0, object="c"), step(99, "a", 0, object="d"))
    packed = pack([*anchors, *steps], TERMS)
    return mine(packed.events, compile_rules(Rules([PROCESS]), TERMS))


def _applied(stored: Rows, removed: Rows, written: Rows, key: tuple[str, ...]) -> list[object]:
    rows = {tuple(row[column] for column in key): row.tolist() for row in stored}
    for row in removed:
        del rows[tuple(row[column] for column in key)]
    for row in written:
        rows[tuple(row[column] for column in key)] = row.tolist()
    return [rows[place] for place in sorted(rows)]


def _check(stored: Facts, mined: Facts, changes: Changes) -> None:
    for now, then, removed, written, are_new, key in (
        (
            mined.cases,
            stored.cases,
            changes.cases_removed,
            changes.cases_written,
            changes.cases_are_new,
            CASE_KEY,
        ),
        (
            mined.handovers,
            stored.handovers,
            changes.handovers_removed,
            changes.handovers_written,
            changes.handovers_are_new,
            HANDOVER_KEY,
        ),
        (
            mined.pendings,
            stored.pendings,
            changes.pendings_removed,
            changes.pendings_written,
            changes.pendings_are_new,
            PENDING_KEY,
        ),
        (
            mined.repeats,
            stored.repeats,
            changes.repeats_removed,
            changes.repeats_written,
            changes.repeats_are_new,
            REPEAT_KEY,
        ),
    ):
        assert removed.dtype.names == key
        assert _applied(then, removed, written, key) == now.tolist()
        assert not set(written.tolist()) & set(then.tolist()), "an equal row was written"
        there = {tuple(row[column] for column in key) for row in then}
        keys = [tuple(row[column] for column in key) for row in written]
        assert are_new.tolist() == [place not in there for place in keys]
    objects = mined.cases["object"].tolist()
    for case, trace in zip(changes.cases_written, changes.traces, strict=True):
        assert trace == mined.traces[objects.index(case["object"])]


@st.composite
def steps(draw: st.DrawFn) -> Event:
    """A step of one of few cases."""
    party = st.sampled_from([None, "HR", "IT", "Legal"])
    return step(
        draw(st.integers(0, 6)) << draw(st.sampled_from([0, 64])),
        draw(st.sampled_from(["a", "b"])),
        draw(st.integers(0, 5)),
        draw(party),
        receiver=draw(party),
        object=draw(st.sampled_from(["c", "d"])),
        is_void=draw(st.booleans()),
    )


@given(st.lists(steps(), max_size=12), st.lists(steps(), max_size=4))
def test_applying_the_difference_gives_what_was_mined(
    before: list[Event], fresh: list[Event]
) -> None:
    stored, mined = _facts(*before), _facts(*before, *fresh)
    _check(stored, mined, difference(stored, mined))
    _check(mined, stored, difference(mined, stored))


def test_equal_facts_differ_in_nothing() -> None:
    facts = _facts(step(1, "a", 10, "HR", receiver="IT"), step(2, "b", 20, "IT"))
    changes = difference(facts, facts)
    assert {field.name: len(getattr(changes, field.name)) for field in fields(changes)} == {
        field.name: 0 for field in fields(changes)
    }


def test_a_case_that_ceases_to_be_is_removed_with_all_its_facts() -> None:
    terms = Terms()
    work = (step(1, "a", 10, "HR", receiver="IT"), step(2, "b", 20, "IT"))
    gone = tuple(one._replace(is_void=True) for one in work)
    rules = Rules([PROCESS])
    stored, mined = (
        mine(pack(entries, terms).events, compile_rules(rules, terms))
        for entries in (work, (*work, *gone))
    )
    changes = difference(stored, mined)
    assert changes.cases_removed.tolist() == [(-5, terms.code("p"))]
    assert changes.handovers_removed["to_lo"].tolist() == [2]
    assert changes.pendings_removed["from_lo"].tolist() == [1]
    assert len(changes.cases_written) == len(changes.traces) == 0


def test_one_other_column_is_a_difference() -> None:
    facts = _facts(step(1, "a", 10, "HR"), step(2, "b", 20, "IT"))
    other = facts.handovers.copy()
    other["wait_working_us"] += 1
    changed = replace(facts, handovers=other)
    assert np.array_equal(difference(facts, changed).handovers_written, other)
