"""Deliveries by the core against the slow reference, and its two ways to follow a course."""

from __future__ import annotations

from datetime import date, datetime

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from procesmijn.core.courses import NO_VERSION, Followed
from procesmijn.core.deliveries import SAID, follow_one_by_one
from procesmijn.core.frames import NO_REQUEST, Rows
from procesmijn.core.lone import follow_lone
from procesmijn.core.order import is_first
from tests import reference_deliveries
from tests.delivery_cases import END_OF_TIME, HOUR_US, PROCESS, at
from tests.delivery_frames import Mined
from tests.frames import step
from tests.reference import Event
from tests.reference_agreements import Agreement, Hours, Lead, Version

ACTIVITIES = ["ask", "ask", "deliver", "deliver", "refuse", "accept", "return", "cancel"]
ACTIVITIES += ["pause", "resume"]
LEADS = st.sampled_from(
    [
        Lead("hours", HOUR_US),
        Lead("hours", 8 * HOUR_US),
        Lead("hours", 20 * HOUR_US + 1),
        Lead("days", 1),
        Lead("days", 3),
        Lead("before", 5),
        Lead("before", 31),
    ]
)
WINDOWS = st.none() | st.sampled_from([Lead("days", 1), Lead("hours", 4 * HOUR_US)])
HOURS = st.sampled_from(
    [
        Hours(),
        Hours("America/New_York", closed={date(2026, 3, 3): date(2026, 3, 2)}),
        Hours(week=[[(datetime.min.time(), datetime.min.time())]] * 7),
        Hours(closed={date(2026, 3, 3): date(1970, 1, 1), date(2026, 3, 5): date(2026, 3, 4)}),
    ]
)


@st.composite
def agreements(draw: st.DrawFn, name: str) -> Agreement:
    """An agreement of one or two versions, with a day between."""
    versions = [Version(draw(LEADS), draw(WINDOWS))]
    if draw(st.booleans()):
        versions = [
            Version(draw(LEADS), draw(WINDOWS), until=date(2026, 3, 3)),
            Version(draw(LEADS), draw(WINDOWS), since=date(2026, 3, 4)),
        ]
    return Agreement(
        name,
        versions,
        deliverable=draw(st.sampled_from(["thing", "other"])),
        requested_by=draw(st.sampled_from([frozenset(), frozenset({"HR"})])),
        delivered=frozenset({"deliver", "refuse"}),
        rejected=draw(st.sampled_from([frozenset(), frozenset({"refuse"})])),
        resumed=frozenset({"resume", *draw(st.sampled_from([(), ("deliver",)]))}),
        supplier_hours=draw(HOURS),
        customer_hours=draw(HOURS),
    )


@st.composite
def events(draw: st.DrawFn) -> Event:
    """What may be said of deliveries, in a week, so that much falls together."""
    half_hours = draw(st.integers(0, 2 * 24 * 7))
    event = step(
        draw(st.integers(0, 60)),
        draw(st.sampled_from(ACTIVITIES)),
        at("2026-03-01 20:00") + half_hours * HOUR_US // 2 + draw(st.sampled_from([0, 0, 0, 1])),
        draw(st.sampled_from(["HR", "Sales"])),
        object=draw(st.sampled_from(["c", "c", "c", "d"])),
    )
    return event._replace(
        deliverable=draw(st.sampled_from([None, None, None, "thing"])),
        request=draw(st.sampled_from([None, None, "R1", "R2"])),
        outcome=draw(st.sampled_from([None, "followed", "not-followed"])),
    )


def asked_once(said: list[Event]) -> list[Event]:
    """Without ids, and with the first request of each case alone."""
    said = [event._replace(request=None) for event in said]
    first = {
        event.object: event
        for event in sorted(said, key=lambda event: -event.occurred_us)
        if event.activity == "ask"
    }
    return [event for event in said if event.activity != "ask" or first[event.object] is event]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(events(), max_size=24, unique_by=lambda event: event.key),
    st.tuples(agreements("one"), agreements("two")),
    st.integers(-4, 30).map(lambda days: days * 24 + 11),
    st.booleans(),
)
def test_core_gives_what_the_reference_gives_as_of_any_moment(
    said: list[Event], by: tuple[Agreement, Agreement], hours: int, is_usual: bool
) -> None:
    said = asked_once(said) if is_usual else said
    mined = Mined(said, PROCESS, by)
    moments = {at("2026-03-02 09:00") + hours * HOUR_US}
    moments |= {event.occurred_us for event in said[:3]} | {at(END_OF_TIME)}
    for as_of_us in sorted(moments):
        expected = reference_deliveries.deliveries(said, PROCESS, by, as_of_us)
        assert mined.as_of(as_of_us) == expected


@st.composite
def heard(draw: st.DrawFn) -> Rows:
    """What events say of three things, and to which agreements: often a request, a delivery, ..."""
    rows = []
    for thing in range(3):
        moments = draw(st.lists(st.sampled_from([1, 1, 1, 2, 3, 3, 4, 5, 6, 0]), max_size=8))
        for place, moment in enumerate([0, *moments]):
            request = draw(st.sampled_from([NO_REQUEST] * 19 + [5]))
            version = draw(st.sampled_from([0, 0, 0, 1, NO_VERSION]))
            by = draw(st.sampled_from([(0,), (0,), (0, 1), (1, 2)]))
            of = (*divmod(thing, 2), place)
            what = (moment, 100 + place // 2, request, version, 10 * thing + place)
            refused = draw(st.sampled_from([(), (), by, by[:1]]))
            rows += [(*of, each, *what, each == by[-1], each in refused) for each in by]
    return np.array(rows, dtype=SAID)


def by_delivery(followed: Followed) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
    *columns, steps = followed
    return {
        delivery: [tuple(step)[1:] for step in steps[steps["delivery"] == number].tolist()]
        for number, delivery in enumerate(zip(*(each.tolist() for each in columns), strict=True))
    }


@settings(max_examples=200, deadline=None)
@given(heard())
def test_courses_without_a_choice_are_what_they_are_one_by_one(said: Rows) -> None:
    lone, is_followed = follow_lone(said)
    assert by_delivery(lone) == by_delivery(follow_one_by_one(said[is_followed]))
    things = np.cumsum(is_first(said["case"], said["deliverable"]))
    others = is_first(things[~is_followed])
    assert not np.isin(things[is_followed], things[~is_followed][others]).any()
