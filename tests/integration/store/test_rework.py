"""Rework is read from the steps of the chosen cases, in parts, in one process of their objects."""

from __future__ import annotations

from typing import Any

import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.core.frames import NO_INSTANT
from procesmijn.in_force import read_rules
from procesmijn.store import Store
from procesmijn.store.filters import EVERY_CASE, CaseFilter
from procesmijn.store.instances import read_instances
from procesmijn.store.rework import ReworkRow, rework
from schemas.event import Event, Lifecycle

MINUTE_US = 60_000_000
START_US = 1_772_445_600_000_000
CATALOGUE = """
parties: {hr: {}, it: {}}
processes:
  hiring: {case: vacancy}
  buying: {case: vacancy}
"""


def step(case: int, minute: int, activity: str, party: str, **more: Any) -> Arrival:
    """Of the same objects in two processes."""
    process = more.pop("process", "hiring")
    event = Event(
        source="/test",
        id=f"{process}/{case}/{minute}",
        type="step",
        occurred_us=START_US + minute * MINUTE_US,
        objects=(("vacancy", str(case)),),
        process=process,
        activity=activity,
        party=party,
    )
    return Arrival(event._replace(**more))


@pytest.fixture
def filled(store: Store, applier: Applier) -> Store:
    """Five cases; in the even ones it asks again, for ten minutes."""
    store.activate(parse(CATALOGUE))
    arrivals = []
    for case in range(5):
        arrivals += [
            step(case, 0, "ask", "hr"),
            step(case, 30, "ask", "hr", process="buying"),
            step(case, 40, "ask", "hr", process="buying"),
            step(case, 60, "file", "it", lifecycle=Lifecycle.START),
        ]
        if case % 2 == 0:
            arrivals.append(step(case, 20, "ask", "it", started_us=START_US + 10 * MINUTE_US))
    applier.apply(Batch(arrivals=tuple(arrivals)))
    return store


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_parts_add_up_to_the_whole(
    filled: Store, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("procesmijn.store.instances.CASES_AT_ONCE", at_once)

    def told(cases: CaseFilter) -> list[ReworkRow]:
        with filled.reader() as connection:
            rules = read_rules(filled.terms, connection)
            parts = read_instances("hiring", rules, filled.terms, connection, cases)
            return rework(parts, filled.terms, connection)

    assert told(EVERY_CASE) == [
        ReworkRow("activity", "ask", 5, 3, 3 / 5, 3, 0, 3 * 600.0),
        ReworkRow("party", "it", 3, 3, 1.0, 3, 0, 3 * 600.0),
        ReworkRow("party", "hr", 5, 0, 0.0, 0, 0, 0.0),
    ]
    assert told(CaseFilter(having=("nothing",))) == []


def test_every_chosen_case_comes_once_with_its_steps(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("procesmijn.store.instances.CASES_AT_ONCE", 2)
    with filled.reader() as connection:
        rules = read_rules(filled.terms, connection)
        parts = list(read_instances("hiring", rules, filled.terms, connection))
    assert [(part.done, part.total) for part in parts] == [(2, 5), (4, 5), (5, 5)]
    objects = [key for part in parts for key in part.objects.tolist()]
    assert objects == sorted(set(objects))
    assert sum(len(part.instances) for part in parts) == 5 + 5 + 3
    assert sum((part.instances.completion_us == NO_INSTANT).sum() for part in parts) == 5
