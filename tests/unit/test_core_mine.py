"""The core against the slow reference, on events that hit every rule at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from procesmijn.core.event_log import event_log
from procesmijn.core.frames import (
    CASE_KEY,
    EVENT,
    HANDOVER_KEY,
    PENDING_KEY,
    REPEAT_KEY,
    STEP,
    ObjectEvents,
    Rows,
)
from procesmijn.core.mine import mine
from schemas.event import Lifecycle
from tests import frames, reference
from tests.reference import Event, Member, Process, Rules

PARTIES = ["HR", "IT", "Payroll", "Robot"]
ACTIVITIES = ["a", "b", "c", "d"]
HOUR_US = 3_600_000_000
NEW_YEAR_US = 1_609_455_600_000_000
"""Midnight in Amsterdam: so small distances lie on two dates."""

DATES = [date(2020, 12, 31), date(2021, 1, 1), date(2021, 1, 2)]


@st.composite
def entries(draw: st.DrawFn) -> Event:
    """One entry of a pack. Few moments, activities and keys, so that they often meet."""
    occurred = draw(st.integers(-6, 6))
    is_step = draw(st.booleans())
    lifecycle = draw(st.sampled_from(["start", "complete", "complete", "schedule"]))
    took = draw(st.none() | st.integers(0, 4)) if lifecycle == "complete" else None
    party = st.none() | st.sampled_from(PARTIES)
    return Event(
        key=draw(st.integers(1, 41)) * ((1 << 64) + 1),  # 0 stands for no event
        object=draw(st.sampled_from(["one", "two"])),
        object_type=draw(st.sampled_from(["ticket", "vacancy"])),
        occurred_us=NEW_YEAR_US + occurred * HOUR_US,
        type=draw(st.sampled_from(["A", "B", "C", "D", "unknown"])),
        process=draw(st.sampled_from(["p", "q", "other"])) if is_step else None,
        activity=draw(st.sampled_from(ACTIVITIES)) if is_step else None,
        lifecycle=lifecycle,
        started_us=None if took is None else NEW_YEAR_US + (occurred - took) * HOUR_US,
        sequence=draw(st.none() | st.integers(0, 3)),
        party=draw(party),
        performer=draw(st.sampled_from([None, "x", "y"])),
        team=draw(st.sampled_from([None, "x", "t"])),
        receiver=draw(party),
        deliverable=draw(st.sampled_from([None, None, "desk", "room"])),
        request=draw(st.sampled_from([None, "R1", "R2"])),
        is_void=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def processes(draw: st.DrawFn, name: str, object_type: str) -> Process:
    """A process of some rules; two processes of one object type share its events."""
    activity = st.sampled_from(ACTIVITIES)
    pair = st.frozensets(activity, min_size=1, max_size=2)
    return Process(
        name=name,
        object_type=object_type,
        zone=draw(st.sampled_from(["Europe/Amsterdam", "America/New_York"])),
        activities={"A": "a", "B": "b", "C": "c", "D": draw(activity)},
        ranks=draw(st.dictionaries(activity, st.integers(0, 3))),
        parties=draw(st.dictionaries(activity, st.sampled_from(PARTIES))),
        ends=draw(st.frozensets(activity, max_size=2)),
        concurrent=draw(st.frozensets(pair, max_size=2)),
    )


@st.composite
def members(draw: st.DrawFn, who: str) -> list[Member]:
    """Periods of one member that do not overlap."""
    days = draw(st.lists(st.sampled_from(DATES), unique=True).map(sorted))
    return [
        Member(who, since, until, draw(st.sampled_from(PARTIES))) for since, until in pairwise(days)
    ]


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Rules for two processes on tickets and one on vacancies."""
    return Rules(
        processes=[
            draw(processes("q", "ticket")),
            draw(processes("p", "ticket")),
            draw(processes("r", "vacancy")),
        ],
        automatic=frozenset({"Robot"}),
        performers=[*draw(members("x")), *draw(members("y"))],
        teams=[*draw(members("x")), *draw(members("t"))],
        subjects=draw(
            st.dictionaries(st.sampled_from(["A", "B", "C"]), st.sampled_from(["ticket", "badge"]))
        ),
    )


@settings(max_examples=400, deadline=None)
@given(st.lists(entries(), max_size=40), rules())
def test_core_gives_what_the_reference_gives(events: list[Event], by: Rules) -> None:
    assert frames.mine(events, by) == reference.mine(events, by)


@settings(deadline=None)
@given(st.lists(entries(), max_size=30, unique_by=lambda entry: entry.key), rules(), st.randoms())
def test_the_order_of_different_events_makes_no_difference(
    events: list[Event], by: Rules, random: Random
) -> None:
    shuffled = random.sample(events, len(events))
    assert frames.mine(shuffled, by) == frames.mine(events, by)


@settings(deadline=None)
@given(st.lists(entries(), max_size=30), rules())
def test_which_objects_are_mined_together_makes_no_difference(
    events: list[Event], by: Rules
) -> None:
    terms = frames.Terms()
    whole = frames.pack(events, terms).events
    compiled = frames.compile_rules(by, terms)
    alone = [mine(whole.of(whole.keys[at : at + 1]), compiled) for at in range(len(whole.keys))]
    facts = mine(whole, compiled)
    for part in ("cases", "handovers", "pendings", "repeats", "traces"):
        assert [row for one in alone for row in getattr(one, part)] == list(getattr(facts, part))


@settings(deadline=None)
@given(st.lists(entries(), max_size=30), rules())
def test_facts_are_sorted_by_their_keys(events: list[Event], by: Rules) -> None:
    terms = frames.Terms()
    facts = mine(frames.pack(events, terms).events, frames.compile_rules(by, terms))
    for rows, key in (
        (facts.cases, CASE_KEY),
        (facts.handovers, HANDOVER_KEY),
        (facts.pendings, PENDING_KEY),
        (facts.repeats, REPEAT_KEY),
    ):
        keys = rows[list(key)].tolist()
        assert keys == sorted(set(keys))


def as_steps(rows: Rows, process: int, whole: ObjectEvents) -> ObjectEvents:
    """The rows of a log, once they have come in again as steps: in sequence, and with a party."""
    steps = np.zeros(len(rows), dtype=EVENT)
    for name in ("key_hi", "key_lo", "started_us", "occurred_us", "activity", "party", "lifecycle"):
        steps[name] = rows[name]
    steps["process"] = process
    steps["sequence"] = np.arange(len(rows))
    owner = np.searchsorted(whole.keys, rows["object"]).astype(np.int32)
    order = np.argsort(owner, kind="stable")
    return ObjectEvents(whole.keys, whole.types, owner[order], steps[order])


CROWDED = st.lists(
    entries().map(
        lambda entry: entry._replace(
            object="one",
            object_type="ticket",
            occurred_us=NEW_YEAR_US + (entry.occurred_us - NEW_YEAR_US) // (4 * HOUR_US) * HOUR_US,
        )
    ),
    min_size=8,
    max_size=30,
)
"""Events of one object at four moments, so that many are at the same."""


@settings(deadline=None)
@given(CROWDED, rules())
def test_the_log_of_a_process_says_all_that_its_cases_and_handovers_come_from(
    events: list[Event], by: Rules
) -> None:
    terms = frames.Terms()
    whole = frames.pack(events, terms).events
    compiled = frames.compile_rules(by, terms)
    for object_type, processes in compiled.processes.items():
        for process in processes:
            only = replace(compiled, processes={object_type: (process,)})
            rows = event_log(whole, only)
            facts = mine(whole, only)
            again = mine(as_steps(rows, process.process, whole), only)
            assert again.cases.tolist() == facts.cases.tolist()
            assert again.handovers.tolist() == facts.handovers.tolist()
            assert again.traces == facts.traces
            is_completion = rows["lifecycle"] != Lifecycle.START
            for key, trace in zip(facts.cases["object"], facts.traces, strict=True):
                listed = rows["activity"][is_completion & (rows["object"] == key)]
                assert listed.tolist() == np.frombuffer(trace, dtype=STEP)["activity"].tolist()


def test_nothing_gives_nothing() -> None:
    assert frames.mine([], Rules([])) == reference.Mined([], [], [], [])
    assert frames.mine([Event(1, "c", 10)], Rules([])) == reference.Mined([], [], [], [])
