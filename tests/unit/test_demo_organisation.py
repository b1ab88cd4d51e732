"""The demonstration organisation: it says the same again, keeps the contract, and keeps hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from procesmijn.core.compile import open_hours
from procesmijn.core.worktime import Calendar
from procesmijn.demo.organisation import STAFF, Organisation, catalogue
from procesmijn.demo.schedule import HISTORY, instant_us
from procesmijn.demo.systems import HOUR_US, Emission
from schemas.event import Event, Record, Rejection
from schemas.registry import MODELS, decode

BEGIN = datetime(2026, 6, 29, 22, 0, tzinfo=UTC)  # a Tuesday in Amsterdam
RULES = catalogue()


def sent(seed: int, *until: timedelta) -> list[Emission]:
    """What an organisation sends, when it is asked at each of some moments."""
    organisation = Organisation(seed, BEGIN)
    return [each for end in until for each in organisation.until(instant_us(BEGIN + end))]


def heard(emission: Emission) -> Event | Rejection:
    record = Record("demo", 0, 0, emission.at_us, emission.key, emission.value, emission.headers)
    outcome = decode(record)
    assert isinstance(outcome, Event | Rejection)
    return outcome


@pytest.fixture(scope="module")
def quarter() -> list[Emission]:
    return sent(1, HISTORY)


@pytest.fixture(scope="module")
def events(quarter: list[Emission]) -> list[Event]:
    return [outcome for outcome in map(heard, quarter) if isinstance(outcome, Event)]


@pytest.fixture(scope="module")
def facts(events: list[Event]) -> list[Event]:
    """Each event once, as it was said last, without those that never were."""
    last: dict[tuple[str, str], Event] = {}
    for event in sorted(events, key=lambda event: event.revision):
        last[event.source, event.id] = event
    return [event for event in last.values() if not event.is_retracted]


def party_of(event: Event) -> str | None:
    if event.party is not None:
        return event.party
    return RULES.teams[event.team][0].party if event.team is not None else None


def test_one_seed_says_the_same_again() -> None:
    week = timedelta(weeks=2)
    assert sent(1, week) == sent(1, week)
    assert sent(1, week) != sent(2, week)


def test_it_can_be_asked_piece_by_piece() -> None:
    days = [timedelta(days=day) for day in (1, 1.5, 9)]
    assert sent(3, *days) == sent(3, days[-1])


def test_a_quarter_is_a_fair_amount_and_in_order(quarter: list[Emission]) -> None:
    assert 30_000 < len(quarter) < 60_000
    assert all(one.at_us <= other.at_us for one, other in pairwise(quarter))
    assert quarter[-1].at_us <= instant_us(BEGIN + HISTORY)


def test_every_event_type_occurs(events: list[Event]) -> None:
    assert {event.type for event in events} == set(MODELS)


def test_steps_name_activities_that_are_declared(events: list[Event]) -> None:
    steps = [event for event in events if event.process is not None]
    named = {(event.process, event.activity, event.objects[0][0]) for event in steps}
    declared = {
        (name, activity, process.case)
        for name, process in RULES.processes.items()
        for activity, each in process.activities.items()
        if not each.events
    }
    assert named == declared


def test_few_records_break_the_contract_in_several_ways(quarter: list[Emission]) -> None:
    reasons = Counter(
        outcome.reason for outcome in map(heard, quarter) if isinstance(outcome, Rejection)
    )
    assert 10 < reasons.total() < 100
    assert set(reasons) >= {"invalid-attribute", "not-json", "time-without-zone", "unknown-type"}


def test_streams_are_as_they_are_in_practice(quarter: list[Emission], events: list[Event]) -> None:
    """Late, twice, corrected and taken back; and nothing is said before it occurred."""
    said = [
        (emission.at_us - outcome.occurred_us)
        for emission in quarter
        if isinstance(outcome := heard(emission), Event)
    ]
    assert min(said) == 0
    assert sum(delay_us > HOUR_US for delay_us in said) > len(said) / 200
    assert any(event.revision and not event.is_retracted for event in events)
    assert any(event.is_retracted for event in events)
    assert len({emission.value for emission in quarter}) < len(quarter)
    assert not any(event.extras for event in events)


def test_a_correction_changes_what_it_corrects(events: list[Event]) -> None:
    versions: dict[tuple[str, str], dict[int, Event]] = defaultdict(dict)
    for event in events:
        versions[event.source, event.id][event.revision] = event
    corrected = [each for each in versions.values() if {0, 1} <= set(each)]
    assert corrected
    for each in corrected:
        if not each[1].is_retracted:
            assert each[0].performer != each[1].performer
            assert each[0]._replace(performer=None, revision=1) == each[1]._replace(performer=None)


def test_all_departments_take_part_and_only_known_parties(facts: list[Event]) -> None:
    parties = {party for event in facts if (party := party_of(event))}
    assert set(STAFF) < parties
    assert parties | {event.receiver for event in facts if event.receiver} <= set(RULES.parties)


def test_nobody_works_outside_hours(facts: list[Event]) -> None:
    """Systems and people outside do what they want; the departments keep their calendars."""
    calendars = {party: open_hours(RULES, RULES.calendar_of(party)) for party in STAFF}
    for event in facts:
        calendar = calendars.get(party_of(event) or "")
        if calendar is not None:
            assert is_open(calendar, event.occurred_us), event
            assert is_open(calendar, event.started_us or event.occurred_us), event


def is_open(calendar: Calendar, at_us: int) -> bool:
    """Closing time included: that is when the last work of a day is done."""
    return bool(((calendar.opens_us <= at_us) & (at_us <= calendar.closes_us)).any())


def test_nobody_has_two_things_in_hand(facts: list[Event]) -> None:
    corrected_until_us = instant_us(BEGIN + HISTORY - timedelta(days=3))
    hands: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for event in facts:
        if event.occurred_us > corrected_until_us:
            continue
        if event.performer is not None and event.started_us is not None:
            hands[event.performer].append((event.started_us, event.occurred_us))
    assert len(hands) > 30
    for performer, intervals in hands.items():
        for one, other in pairwise(sorted(intervals)):
            assert one[1] <= other[0], performer


def test_work_comes_back(facts: list[Event]) -> None:
    """Returned contracts, rejected payroll data, reopened tickets, and tickets back and forth."""
    times = Counter((event.type, event.objects[-1]) for event in facts)
    assert _most(times, "contract.returned") >= 2
    assert _most(times, "payroll_data.delivered") >= 2
    assert _most(times, "ticket.reopened") >= 2
    assert _most(times, "ticket.transferred") >= 3


def _most(times: Iterable[tuple[str, tuple[str, str]]], event_type: str) -> int:
    assert isinstance(times, Counter)
    return max(count for (name, _), count in times.items() if name == event_type)
