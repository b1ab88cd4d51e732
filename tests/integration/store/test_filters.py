"""Of chosen cases every report says what it would say were there no others."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.core.traces import variant_key
from procesmijn.in_force import read_rules
from procesmijn.store import Store, filters, flows, reports, traces
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Attribute, CaseFilter, Period
from procesmijn.store.instances import read_instances
from procesmijn.store.rework import rework
from procesmijn.store.streams import speak_of
from schemas.event import Event

HOUR_US = 3_600_000_000
MONDAY_US = 1_772_445_600_000_000
CATALOGUE = """
parties: {hr: {}, it: {}, "100% sure": {}}
processes:
  all: {case: thing, zone: Asia/Tokyo}
  chosen: {case: chosen thing, zone: Asia/Tokyo}
  recruitment:
    case: vacancy
    activities: {Declined: {events: offer.declined}, Made: {events: offer.made}}
  other: {case: vacancy}
"""


def cases() -> dict[str, list[Event]]:
    """Forty cases, in which a step is sometimes only begun, and says now and then why."""
    rng = random.Random(4)
    found: dict[str, list[Event]] = {}
    for number in range(40):
        at = MONDAY_US + rng.randrange(96) * HOUR_US
        steps = found[str(number)] = []
        for place in range(rng.randrange(1, 6)):
            at += rng.randrange(1, 30) * HOUR_US
            data: dict[str, object] = {"reason": rng.choice(["late", "100%", 7])}
            if rng.random() < 0.2:
                data = {"reason": ["early", "late"]}
            steps.append(
                Event(
                    source="/test",
                    id=f"{number}/{place}",
                    type="step",
                    occurred_us=at,
                    objects=(("thing", str(number)),),
                    process="all",
                    activity=rng.choice(["ask", "100% done", "file"]),
                    party=rng.choice(["hr", "it", "100% sure", None]),
                    data=data if rng.random() < 0.4 else {},
                )
            )
    return found


def tokyo_date(at_us: int) -> date:
    """Nine hours ahead of UTC, all year."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + (at_us + 9 * HOUR_US) // (24 * HOUR_US))


def says(step: Event, value: str) -> bool:
    """Whether its reason is, or has among others, this value."""
    reason = step.data.get("reason")
    return value in map(str, reason if isinstance(reason, list) else [reason])


def crossings(steps: list[Event]) -> set[str | None]:
    """Parties that hand over or pick up: those next to another one, the nameless left out."""
    named = [step.party for step in steps if step.party]
    return {party for pair in pairwise(named) if len(set(pair)) == 2 for party in pair}


WAY = ("ask", "file")
FILTERS: list[tuple[CaseFilter, Callable[[list[Event]], bool]]] = [
    (
        CaseFilter(started=Period(date(2026, 3, 4), date(2026, 3, 6))),
        lambda steps: date(2026, 3, 4) <= tokyo_date(steps[0].occurred_us) < date(2026, 3, 6),
    ),
    (CaseFilter(having=("ask",)), lambda steps: any(s.activity == "ask" for s in steps)),
    (
        CaseFilter(having=("ask", "file"), lacking=("100% done",)),
        lambda steps: {s.activity for s in steps} == {"ask", "file"},
    ),
    (
        CaseFilter(variants=(variant_key(WAY), variant_key(("file",)))),
        lambda steps: tuple(s.activity for s in steps) in {WAY, ("file",)},
    ),
    (CaseFilter(parties=("100% sure",)), lambda steps: "100% sure" in crossings(steps)),
    (CaseFilter(parties=("hr", "it")), lambda steps: {"hr", "it"} <= crossings(steps)),
    *(
        (
            CaseFilter(attributes=(Attribute("reason", value),)),
            lambda steps, value=value: any(says(step, value) for step in steps),
        )
        for value in ("late", "100%", "7")
    ),
    (
        CaseFilter(attributes=(Attribute("reason", "late"),), parties=("hr",), lacking=("file",)),
        lambda steps: (
            any(says(step, "late") for step in steps)
            and "hr" in crossings(steps)
            and all(step.activity != "file" for step in steps)
        ),
    ),
    (CaseFilter(having=("nobody knows",)), lambda _: False),
    (CaseFilter(lacking=("nobody knows",)), lambda _: True),
]


def told(process: str, only: CaseFilter, store: Store, connection: Connection) -> list[object]:
    """All that can be said of chosen cases."""
    part = Period(date(2026, 3, 4), date(2026, 3, 7))
    listed = reports.cases(process, Period(), connection, only)
    unalike = {"process", "change_id", "updated_at"}
    return [
        reports.handovers(process, Period(), None, connection, only),
        reports.handovers(process, part, "completion", connection, only),
        sorted(
            ({k: v for k, v in row.items() if k not in unalike} for row in listed.rows),
            key=lambda row: row["case_key"],
        ),
        flows.graph(process, Period(), store.terms, connection, only),
        flows.graph(process, part, store.terms, connection, only),
        flows.variants(process, store.terms, connection, only),
        flows.timed_variants(process, store.terms, connection, only),
    ]


def test_chosen_cases_are_told_as_if_there_were_no_others(
    store: Store, applier: Applier, subtests: pytest.Subtests
) -> None:
    store.activate(parse(CATALOGUE))
    there = cases()
    applier.apply(
        Batch(arrivals=tuple(Arrival(step) for steps in there.values() for step in steps))
    )
    before: set[str] = set()
    for number, (only, is_chosen) in enumerate(FILTERS):
        with subtests.test(str(only)):
            wanted = {case for case, steps in there.items() if is_chosen(steps)}
            assert 0 < len(wanted) < len(there) or "nobody knows" in str(only)
            swap = [
                Arrival(
                    step._replace(
                        id=f"{step.id} again",
                        process="chosen",
                        objects=(("chosen thing", case),),
                        revision=number,
                        is_retracted=case not in wanted,
                    )
                )
                for case in wanted ^ before
                for step in there[case]
            ]
            applier.apply(Batch(arrivals=tuple(swap)))
            before = wanted
            with store.reader() as connection:
                alone = told("chosen", CaseFilter(), store, connection)
                assert told("all", only, store, connection) == alone


def test_an_attribute_is_said_by_an_event_of_the_process(store: Store, applier: Applier) -> None:
    """The same vacancy may be a case of another process, where something else is said of it."""
    store.activate(parse(CATALOGUE))
    declined = Event(
        source="/test",
        id="1",
        type="offer.declined",
        occurred_us=MONDAY_US,
        objects=(("vacancy", "V-1"), ("candidate", "K-1")),
        data={"reason": "other-employer"},
    )
    step = declined._replace(
        id="2", type="step", process="other", activity="ask", data={"reason": "late"}
    )
    elsewhere = declined._replace(id="3", type="interview.held", data={"reason": "elsewhere"})
    lost = declined._replace(id="4", revision=1, data={"reason": "lost"})
    said = (declined, step, elsewhere, lost, lost._replace(revision=2, is_retracted=True))
    applier.apply(Batch(arrivals=tuple(map(Arrival, said))))

    def found(process: str, reason: str) -> int:
        only = CaseFilter(attributes=(Attribute("reason", reason),))
        with store.reader() as connection:
            return len(list(reports.cases(process, Period(), connection, only).rows))

    assert (found("recruitment", "other-employer"), found("other", "other-employer")) == (1, 0)
    assert (found("recruitment", "late"), found("other", "late")) == (0, 1)
    assert found("recruitment", "elsewhere") == found("recruitment", "lost") == 0
    with store.reader() as connection:
        assert filters.activities("recruitment", connection) == ["Declined", "Made"]
        assert "100% sure" in filters.parties("recruitment", connection)


def test_as_of_a_moment_cases_are_told_as_if_nothing_had_happened_since(
    store: Store, applier: Applier, subtests: pytest.Subtests
) -> None:
    store.activate(parse(CATALOGUE))
    steps = [step for each in cases().values() for step in each]
    at_us = MONDAY_US + 80 * HOUR_US
    by_then = [
        step._replace(
            id=f"{step.id} then",
            process="chosen",
            objects=(("chosen thing", step.objects[0][1]),),
        )
        for step in steps
        if step.occurred_us <= at_us
    ]
    assert 0 < len(by_then) < len(steps)
    applier.apply(Batch(arrivals=tuple(map(Arrival, [*steps, *by_then]))))
    with store.reader() as connection:
        speak_of(datetime.fromtimestamp(at_us / 1e6, UTC), connection)

        def stood(process: str, only: CaseFilter) -> list[object]:
            parts = read_instances(process, rules, store.terms, connection, only)
            return [
                *told(process, only, store, connection)[:2],
                *told(process, only, store, connection)[3:],
                list(traces.traces(process, store.terms, connection, only)),
                sorted(traces.starting(process, store.terms, connection, only)),
                traces.span(process, connection, only),
                traces.companies(process, store.terms, connection, only).known,
                rework(parts, store.terms, connection),
            ]

        rules = read_rules(store.terms, connection)
        for only, _ in [(CaseFilter(), None), *FILTERS]:
            with subtests.test(str(only)):
                stands = replace(only, is_as_of=True)
                assert stood("all", stands) == stood("chosen", stands)
        ways = flows.variants("all", store.terms, connection, CaseFilter(is_as_of=True))
        assert sum(way.cases for way in ways) == len({step.objects for step in by_then})
        trace = traces.trace("all", "7", store.terms, connection, is_as_of=True)
        assert trace == traces.trace("chosen", "7", store.terms, connection)
