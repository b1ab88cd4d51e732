"""Deliveries in the store: as of any moment they are what the events up to that moment come to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.fields import WEEKDAYS
from procesmijn.catalogue.lead_times import LeadTime, Unit
from procesmijn.store import agreements, deliveries
from procesmijn.store.agreements import Kept
from procesmijn.store.filters import Period
from schemas.event import Event
from tests import reference_deliveries
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE, batch_of
from tests.integration.exactness.test_reference import (
    assert_same_rows,
    at,
    plain_event,
    plain_rules,
    standing,
)
from tests.reference_agreements import Agreement, Hours, Lead, Stood, Version

PROCESS: Final = "service"
UNITS: Final = {Unit.HOURS: "hours", Unit.DAYS: "days", Unit.DAY_OF_MONTH: "before"}
MONDAY: Final = datetime(2026, 3, 23, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    return make_ground(1)


def generated(seed: int) -> Iterable[Event]:
    """A fortnight, half of it spoken of by the id of a request."""
    pick = random.Random(seed)
    for number in range(1_200):
        objects = {("ticket", f"T{pick.randrange(60)}")}
        if pick.random() < 0.5:
            objects.add(("request", f"R{pick.randrange(90)}"))
        type_ = pick.choice([*(f"deliverable.{moment}" for moment in Moment), "ticket.resolved"])
        at = MONDAY + timedelta(minutes=30 * pick.randrange(700))
        yield Event(
            source="/desk",
            id=f"e{number}",
            type=pick.choice([type_, "deliverable.requested", "deliverable.delivered"]),
            occurred_us=int(at.timestamp()) * 1_000_000,
            objects=tuple(sorted(objects)),
            sequence=number,
            party=pick.choice(["desk", "lab", "firm"]),
            data=pick.choice([{}, {"deliverable": "repaired"}, {"outcome": "followed"}]),
        )


def plain_agreements(catalogue: Catalogue) -> list[Agreement]:
    """What a catalogue promises in the process, in the words of the reference."""
    process = catalogue.processes[PROCESS]
    return [
        Agreement(
            name,
            [
                Version(
                    _lead(each.lead_time),
                    _lead(each.return_window) if each.return_window else None,
                    each.since or date.min,
                    each.until or date.max,
                )
                for each in agreement.terms()
                if each.lead_time
            ],
            deliverable=agreement.deliverable,
            supplier=catalogue.supplier_of(name),
            customer=agreement.customer,
            requested_by=frozenset(agreement.requested_by),
            rejected=agreement.refusals(process),
            supplier_hours=_hours(catalogue.supplier_of(name), catalogue),
            customer_hours=_hours(agreement.customer, catalogue),
            **{str(moment): agreement.activities(moment, process) for moment in Moment},
        )
        for name, agreement in catalogue.agreements_of(PROCESS).items()
    ]


def _lead(promised: LeadTime) -> Lead:
    return Lead(UNITS[promised.unit], promised.amount)


def _hours(party: str, catalogue: Catalogue) -> Hours:
    name = catalogue.calendar_of(party)
    calendar = catalogue.calendars[name]
    announced = {closing.date: closing.known_since for closing in calendar.closed}
    return Hours(
        calendar.zone,
        [calendar.hours.get(day, ()) for day in WEEKDAYS],
        {day: announced.get(day, date.min) for day in catalogue.closed_days(name)},
    )


SHOWN: Final = """
    SELECT case_key, agreement, split_part(delivery_id, '/', 1)::uuid, request, version, supplier,
           customer, requested_by, status, is_open, is_paused, is_breached, is_first_time_right,
           requested_at,
           requested_on, promised_at, due_at, due_on, first_delivered_at, delivered_at,
           delivered_on, accepted_at, returned_at, cancelled_at, returnable_until,
           (supplier_clock_seconds * 1000000)::int8, (customer_clock_seconds * 1000000)::int8,
           returns, late_returns, pauses, outcome
    FROM bi.fct_delivery
"""


def worded(one: Stood, by: Agreement, as_of_us: int) -> tuple[Any, ...]:
    """A delivery of the reference as the view has it."""
    is_asked = one.requested_us is not None
    status = one.standing if is_asked else "unasked"
    if status in ("delivered", "accepted"):
        status = "breached" if one.is_breached else "met"
    until_us = {"open": as_of_us, "cancelled": one.cancelled_us}.get(one.standing, one.delivered_us)
    assert until_us is not None
    return (
        *(one.object, one.agreement, UUID(int=one.opened), one.request, one.version, by.supplier),
        *(
            by.customer,
            one.requested_by,
            status,
            one.standing == "open",
            one.is_paused,
            one.is_breached,
        ),
        *(one.is_first_time_right, at(one.requested_us), one.requested_on),
        *(at(one.promised_us), at(one.due_us), one.due_on, at(one.first_delivered_us)),
        *(at(one.delivered_us), one.delivered_on, at(one.accepted_us), at(one.returned_us)),
        *(at(one.cancelled_us), at(one.returnable_us), one.supplier_us),
        None if one.requested_us is None else until_us - one.requested_us,
        *(one.returns, one.late_returns, one.pauses, one.outcome),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_as_of_any_moment_the_view_shows_what_the_events_until_then_come_to(
    ground: Ground, seed: int
) -> None:
    ground.clear()
    ground.activate(CATALOGUE)
    events = list(generated(seed))
    random.Random(seed).shuffle(events)
    for since in range(0, len(events), 400):
        ground.applier.apply(batch_of(events[since : since + 400]))
    catalogue = CATALOGUE.pseudonymous(ground.persons.pseudonym)
    entries = [
        plain_event(event, object_id, object_type)
        for event in standing(events, ground.persons)
        for object_type, object_id in event.objects
        if object_type == "ticket"
    ]
    rules = plain_rules(catalogue)
    (process,) = [each for each in rules.processes if each.name == PROCESS]
    by = {each.name: each for each in plain_agreements(catalogue)}
    met = Counter[str]()
    for moment in (MONDAY + timedelta(days=days, hours=3) for days in (2, 4.5, 7, 9.25, 30)):
        as_of_us = int(moment.timestamp()) * 1_000_000
        stood = reference_deliveries.deliveries(
            entries, process, list(by.values()), as_of_us, rules
        )
        wanted = [worded(one, by[one.agreement], as_of_us) for one in stood]
        ground.observer.execute("SELECT set_config('procesmijn.as_of', %s, false)", [str(moment)])
        assert_same_rows(ground, SHOWN, wanted)
        met.update(row[8] for row in wanted)
    assert min(met[each] for each in ("met", "breached", "open", "cancelled", "unasked")) > 20
    ground.assert_sound()


def test_reliability_is_by_the_day_on_which_it_was_due(ground: Ground) -> None:
    """An early delivery counts on its due day, an open one once it is due, and a cancelled one
    where it was late by then; readers do not see the month of four cases."""
    ground.clear()
    ground.activate(CATALOGUE)
    courses = {**dict.fromkeys(range(5), (30, "delivered")), 5: (200, "delivered")}
    courses |= {6: (200, "cancelled"), 7: (30, "cancelled"), 8: (200, "paused")}
    in_april = dict.fromkeys(range(10, 14), (14 * 24 + 1, "delivered"))
    told = [_told(number, 0, "requested") for number in courses]
    told += [_told(number, 14 * 24, "requested") for number in in_april]
    told += [_told(number, *ended) for number, ended in (courses | in_april).items()]
    ground.applier.apply(batch_of(told))
    daily = ground.observer.execute(
        "SELECT extract(day FROM day)::int, due, met, share_met::float, overdue, delivered,"
        " supplier_clock_seconds_sum::int, first_time_right"
        " FROM bi.agg_delivery_daily WHERE agreement = 'in time' AND day < '2026-04-01'"
        " ORDER BY day"
    ).fetchall()
    assert daily == [
        (24, 0, 0, None, 0, 5, 5 * 4 * 3600, 5),
        (25, 8, 5, 0.625, 1, 0, 0, 0),
        (31, 0, 0, None, 0, 1, 20 * 3600, 1),
    ]
    monthly = ground.observer.execute(
        "SELECT month, due, met, delivered, delivered_cases FROM bi.agg_delivery_monthly"
        " WHERE agreement = 'in time'"
    ).fetchall()
    assert monthly == [(date(2026, 3, 1), 8, 5, 6, 6)]
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    with ground.store.reader() as connection:
        (_, (of_lab,)), (_, of_desk) = (
            deliveries.report("supplier", "lab", march, connection),
            deliveries.report("customer", "desk", march, connection),
        )
    assert [row["agreement"] for row in of_desk] == ["this month", "in time"]
    wanted = {"lead_time": "2 days", "due": 8, "share_met": 0.625, "delivered": 6, "open": 1}
    assert {name: of_lab[name] for name in wanted} == wanted
    assert (of_lab["due_before"], of_lab["share_met_change"]) == (0, None)
    assert (of_lab["overdue"], of_lab["share_first_time_right"]) == (1, 1.0)


def test_what_is_delivered_once_a_month_is_told_of_the_year(ground: Ground) -> None:
    """A month is of one case and is hidden; six months are enough, four are not."""
    ground.clear()
    ground.activate(CATALOGUE)
    took = {1: 20, 2: 20, 3: 20, 4: 200, 5: 200, 6: 20}
    for number, hours in took.items():
        asked = number * 31 * 24
        told = [_told(number, asked, "requested"), _told(number, asked + hours, "delivered")]
        ground.applier.apply(batch_of(told))
    months = "SELECT count(*) FROM bi.agg_delivery_monthly WHERE agreement = 'in time'"
    assert ground.observer.execute(months).fetchone() == (0,)
    begin = date(2026, 4, 1)
    with ground.store.reader() as connection:
        kept = {
            until.month: agreements.kept(Period(begin, until), connection)["in time"]
            for until in (date(2026, 8, 1), date(2026, 10, 1))
        }
    assert kept == {8: Kept(None, None, None, None), 10: Kept(6, 4, 6, 0)}


def _told(number: int, hours: int, moment: str) -> Event:
    """Hours after Monday morning. The lab works at night, in New York: 8 hours are two nights."""
    return Event(
        source="/desk",
        id=f"{moment}{number}",
        type=f"deliverable.{moment}",
        occurred_us=int((MONDAY + timedelta(hours=hours)).timestamp()) * 1_000_000,
        objects=(("ticket", f"T{number}"),),
        party="desk",
        data={"deliverable": "repaired"},
    )


def test_what_is_taken_away_is_told_and_what_only_changes_is_not(ground: Ground) -> None:
    """A request is a delivery under each of two agreements, one row each as of now."""
    ground.clear()
    ground.activate(CATALOGUE)
    asked, delivered = _told(1, 0, "requested"), _told(1, 30, "delivered")
    ground.applier.apply(batch_of([asked]))
    ground.applier.apply(batch_of([delivered]))
    ground.applier.apply(batch_of([delivered._replace(revision=1, is_retracted=True, objects=())]))
    shown = "SELECT delivery_id, status FROM bi.fct_delivery ORDER BY 1"
    deliveries = ground.observer.execute(shown).fetchall()
    assert [status for _, status in deliveries] == ["open", "open"]
    removed = "SELECT delivery_id, 'open' FROM bi.removed WHERE kind = 'delivery' ORDER BY 1"
    assert ground.observer.execute(removed).fetchall() == []
    ground.applier.apply(batch_of([asked._replace(revision=1, is_retracted=True, objects=())]))
    assert ground.observer.execute(removed).fetchall() == deliveries
