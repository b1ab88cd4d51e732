"""Deliveries under agreements: hand-made cases, and the core against the slow reference."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from hypothesis import given, settings

from tests import reference_deliveries
from tests.calendars import us
from tests.delivery_frames import Mined, stood
from tests.frames import step
from tests.reference import Event, Process
from tests.reference_deliveries import Agreement, Hours, Lead, Stood, Version

HOUR_US = 3_600_000_000
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PROCESS = Process("p", zone="Europe/Amsterdam")
TWO_DAYS = Agreement("two days", [Version(Lead("days", 2), window=Lead("days", 5))])
EIGHT_HOURS = Agreement("eight hours", [Version(Lead("hours", 8 * HOUR_US))])
END_OF_TIME = "2026-05-15 12:00"


def at(local: str) -> int:
    """An instant by the clock of Amsterdam. March 2026: the 2nd is a Monday."""
    return us(datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM))


def said(*moments: str, **more: Any) -> list[Event]:
    """Events in order, each a date in March, a time, and an activity: ``6 15:00 ask``. What comes
    after is the request that it carries."""
    events = []
    for key, moment in enumerate(moments, start=1):
        day, hour, activity, *request = moment.split()
        instant = at(f"2026-03-{int(day):02} {hour}")
        named = {"request": request[0]} if request else {}
        events.append(step(key, activity, instant, "HR", **named, **more))
    return events


def look(
    *moments: str, by: Agreement = TWO_DAYS, as_of: str = END_OF_TIME, **more: Any
) -> list[Stood]:
    return stood(said(*moments, **more), PROCESS, [by], at(as_of))


def clock(instant_us: int | None) -> str | None:
    """An instant as a date in March and a time."""
    if instant_us is None:
        return None
    instant = datetime.fromtimestamp(instant_us / 1e6, UTC).astimezone(AMSTERDAM)
    return f"{instant.day} {instant:%H:%M}" if instant.month == 3 else f"{instant:%-d %b %H:%M}"


def test_a_delivery_in_time_is_met() -> None:
    [one] = look("6 15:00 ask", "10 16:00 deliver", "11 09:00 accept")
    assert (one.standing, clock(one.due_us), one.due_on) == (
        "accepted",
        "10 17:00",
        date(2026, 3, 10),
    )
    assert one.is_breached is False
    assert one.is_first_time_right is True
    [late] = look("6 15:00 ask", "10 17:30 deliver")
    assert late.is_breached is True


def test_delivered_on_the_very_moment_that_it_is_due_is_in_time() -> None:
    [one] = look("6 15:00 ask", "9 15:00 deliver", by=EIGHT_HOURS)
    assert (clock(one.due_us), one.is_breached) == ("9 15:00", False)


def test_open_it_is_breached_once_it_is_due() -> None:
    assert look("6 15:00 ask", as_of="2026-03-10 17:00")[0].is_breached is None
    assert look("6 15:00 ask", as_of="2026-03-10 17:01")[0].is_breached is True


def test_several_requests_open_several_and_the_oldest_is_delivered_first() -> None:
    first, second = look("2 09:00 ask", "3 09:00 ask", "3 10:00 deliver")
    assert (first.standing, second.standing) == ("delivered", "open")
    first, second = look("2 09:00 ask", "3 09:00 ask", "3 10:00 deliver", "3 11:00 deliver")
    assert (clock(first.delivered_us), clock(second.delivered_us)) == ("3 10:00", "3 11:00")


def test_what_was_delivered_last_is_accepted_or_returned_first() -> None:
    events = ["2 09:00 ask", "2 10:00 ask", "3 09:00 deliver", "3 10:00 deliver", "3 11:00 accept"]
    first, second = look(*events)
    assert (first.standing, second.standing) == ("delivered", "accepted")
    first, second = look(*events, "3 12:00 accept")
    assert (first.standing, second.standing) == ("accepted", "accepted")
    first, second = look(*events[:-1], "3 11:00 return")
    assert (first.returns, second.returns) == (0, 1)


def test_the_id_of_a_request_says_which_is_meant() -> None:
    first, second = look(
        *("2 09:00 ask R1", "2 10:00 ask R2", "3 09:00 deliver R2", "3 10:00 accept R2")
    )
    assert (first.request, first.standing) == ("R1", "open")
    assert (second.request, second.standing) == ("R2", "accepted")


def test_a_request_that_is_told_again_by_its_id_opens_nothing() -> None:
    assert len(look("2 09:00 ask R1", "3 10:00 ask R1")) == 1
    assert len(look("2 09:00 ask R1", "3 10:00 cancel R1", "3 11:00 ask R1")) == 2


def test_an_id_that_nobody_asked_with_is_of_those_that_were_asked_without() -> None:
    named, nameless = look("2 09:00 ask R1", "2 10:00 ask", "3 09:00 deliver R9")
    assert (named.standing, nameless.standing) == ("open", "delivered")


def test_a_redelivery_moves_the_delivery_and_the_clock_stands_between() -> None:
    [one] = look(
        "2 09:00 ask", "2 12:00 deliver", "3 12:00 return", "3 14:00 deliver", "3 15:00 accept"
    )
    assert (clock(one.first_delivered_us), clock(one.delivered_us)) == ("2 12:00", "3 14:00")
    assert one.supplier_us == 5 * HOUR_US
    assert (one.returns, one.is_first_time_right, one.is_breached) == (1, False, False)


def test_returned_it_is_open_again_and_not_in_time_though_its_first_delivery_was() -> None:
    events = ["2 09:00 ask", "2 12:00 deliver", "5 12:00 return"]
    [one] = look(*events)
    assert (one.standing, one.is_breached, clock(one.due_us)) == ("open", True, "4 17:00")
    assert look(*events, as_of="2026-03-05 11:00")[0].is_breached is False
    assert look(*events, "5 13:00 deliver")[0].is_breached is True


def test_an_early_delivery_counts_on_its_due_date() -> None:
    [one] = look("2 09:00 ask", "2 10:00 deliver")
    assert (one.due_on, one.delivered_on) == (date(2026, 3, 4), date(2026, 3, 2))


def test_a_delivery_that_nobody_asked_for_promises_nothing() -> None:
    [one] = look("2 10:00 deliver", "2 11:00 accept")
    assert (one.requested_us, one.due_us, one.is_breached) == (None, None, None)
    assert (one.standing, one.is_first_time_right, one.supplier_us) == ("accepted", True, None)
    answered, unasked = look("2 09:00 ask", "2 10:00 deliver", "2 11:00 deliver")
    assert (answered.requested_us is None, unasked.requested_us is None) == (False, True)


def test_what_was_asked_for_under_one_agreement_is_unasked_under_no_other() -> None:
    sales = Agreement("for sales", [Version(Lead("days", 1))], requested_by=frozenset({"Sales"}))
    events = said("2 09:00 ask", "3 10:00 deliver", "3 11:00 deliver")
    for_sales, answered, unasked = stood(events, PROCESS, [TWO_DAYS, sales], at(END_OF_TIME))
    assert (for_sales.agreement, for_sales.requested_us) == ("for sales", None)
    assert for_sales.delivered_us == unasked.delivered_us == at("2026-03-03 11:00")
    assert (answered.requested_us is None, unasked.requested_us is None) == (False, True)


def test_cancelled_before_it_was_due_it_is_not_late_and_after_that_it_is() -> None:
    [before] = look("2 09:00 ask", "4 17:00 cancel")
    assert (before.standing, before.is_breached) == ("cancelled", None)
    [after] = look("2 09:00 ask", "4 17:01 cancel")
    assert (after.standing, after.is_breached) == ("cancelled", True)


def test_what_is_cancelled_is_over() -> None:
    cancelled, unasked = look("2 09:00 ask R1", "2 10:00 cancel R1", "2 11:00 deliver R1")
    assert (cancelled.standing, unasked.requested_us) == ("cancelled", None)
    [one] = look("2 09:00 ask", "2 10:00 deliver", "2 11:00 cancel")
    assert one.standing == "delivered"


def test_while_it_is_paused_nothing_is_due() -> None:
    events = ["2 15:00 ask", "2 16:00 pause"]
    [one] = look(*events, by=EIGHT_HOURS)
    assert (one.is_paused, one.due_us, one.is_breached) == (True, None, None)
    assert clock(one.promised_us) == "3 15:00"
    assert one.supplier_us == HOUR_US


def test_hours_go_on_after_a_pause() -> None:
    [one] = look("2 15:00 ask", "2 16:00 pause", "4 10:00 resume", by=EIGHT_HOURS)
    assert (clock(one.due_us), clock(one.promised_us)) == ("4 17:00", "3 15:00")
    assert one.pauses == 1
    [one] = look(
        *("2 15:00 ask", "2 16:00 pause", "4 10:00 resume", "4 11:00 pause", "5 09:00 resume"),
        by=EIGHT_HOURS,
    )
    assert (clock(one.due_us), one.pauses) == ("5 15:00", 2)


def test_a_day_counts_unless_it_is_paused_when_it_closes() -> None:
    within = look("2 15:00 ask", "3 09:30 pause", "3 16:30 resume")
    assert clock(within[0].due_us) == "4 17:00"
    across = look("2 15:00 ask", "3 16:30 pause", "4 09:30 resume")
    assert clock(across[0].due_us) == "5 17:00"
    across_both = look("2 15:00 ask", "3 16:30 pause", "6 17:00 resume")
    assert clock(across_both[0].due_us) == "9 17:00"
    on_the_day_of_the_request = look("2 15:00 ask", "2 16:30 pause", "3 09:30 resume")
    assert clock(on_the_day_of_the_request[0].due_us) == "4 17:00"


def test_before_a_day_of_the_month_it_stays_unless_that_has_passed() -> None:
    by = Agreement("before the 20th", [Version(Lead("before", 20))])
    assert clock(look("2 15:00 ask", by=by)[0].due_us) == "20 00:00"
    assert (
        clock(look("2 15:00 ask", "3 09:00 pause", "5 09:00 resume", by=by)[0].due_us) == "20 00:00"
    )
    moved = look("2 15:00 ask", "3 09:00 pause", "25 09:00 resume", by=by)
    assert clock(moved[0].due_us) == "20 Apr 00:00"


def test_a_pause_across_the_promised_moment_moves_what_is_due() -> None:
    [one] = look(
        "2 15:00 ask", "3 14:00 pause", "9 09:00 resume", "9 10:00 deliver", by=EIGHT_HOURS
    )
    assert (clock(one.promised_us), clock(one.due_us)) == ("3 15:00", "9 10:00")
    assert one.is_breached is False


def test_a_pause_after_it_was_due_changes_nothing() -> None:
    [one] = look(
        "2 15:00 ask", "3 15:00 pause", "9 09:00 resume", "9 10:00 deliver", by=EIGHT_HOURS
    )
    assert (one.pauses, clock(one.due_us), one.is_breached) == (0, "3 15:00", True)
    assert one.supplier_us == (2 + 8 + 3 * 8 + 1) * HOUR_US


def test_pauses_do_not_nest() -> None:
    [one] = look(
        "2 15:00 ask",
        "2 16:00 pause",
        "3 10:00 pause",
        "4 10:00 resume",
        "5 10:00 resume",
        by=EIGHT_HOURS,
    )
    assert (clock(one.due_us), one.pauses) == ("4 17:00", 1)


def test_a_pause_holds_for_all_that_are_open_and_for_what_is_asked_meanwhile() -> None:
    first, second = look("2 15:00 ask", "2 16:00 pause", "3 09:00 ask", by=EIGHT_HOURS)
    assert (first.is_paused, second.is_paused) == (True, True)
    first, second = look("2 15:00 ask R1", "2 15:00 ask R2", "2 16:00 pause R1", by=EIGHT_HOURS)
    assert (first.is_paused, second.is_paused) == (True, False)


def test_what_is_delivered_in_a_pause_is_in_time() -> None:
    [one] = look("2 15:00 ask", "2 16:00 pause", "12 09:00 deliver", by=EIGHT_HOURS)
    assert (clock(one.due_us), one.is_breached, one.is_paused) == ("12 16:00", False, False)


def test_a_new_version_changes_no_earlier_promise() -> None:
    by = Agreement(
        "stricter",
        [
            Version(Lead("days", 2), until=date(2026, 3, 3)),
            Version(Lead("hours", 2 * HOUR_US), since=date(2026, 3, 3)),
        ],
    )
    before, after = look("2 15:00 ask", "3 09:00 ask", "3 12:00 deliver", "3 12:00 deliver", by=by)
    assert (before.version, clock(before.due_us), before.is_breached) == (1, "4 17:00", False)
    assert (after.version, clock(after.due_us), after.is_breached) == (2, "3 11:00", True)


def test_between_versions_nothing_is_promised() -> None:
    by = Agreement("ended", [Version(Lead("days", 2), until=date(2026, 3, 3))])
    assert look("3 09:00 ask", "3 10:00 deliver", by=by) == []
    [one] = look("2 09:00 ask", "3 10:00 deliver", by=by)
    assert one.standing == "delivered"


def test_a_closing_day_moves_what_is_promised_once_it_is_known() -> None:
    hours = Hours(closed={date(2026, 3, 4): date(2026, 3, 3)})
    by = Agreement("two days", [Version(Lead("days", 2))], supplier_hours=hours)
    early, late = look("2 09:00 ask", "3 09:00 ask", by=by)
    assert (clock(early.due_us), clock(late.due_us)) == ("4 17:00", "6 17:00")


def test_hours_over_both_changes_of_the_clock() -> None:
    """At night, by the clock of Amsterdam, which goes forward on 29 March and back in October."""
    always = Hours(week=[[(datetime.min.time(), datetime.min.time())]] * 7)
    by = Agreement("a day", [Version(Lead("hours", 24 * HOUR_US))], supplier_hours=always)
    [spring] = look("28 12:00 ask", by=by)
    assert clock(spring.due_us) == "29 13:00"
    asked = [step(1, "ask", at("2026-10-24 12:00"))]
    [autumn] = stood(asked, PROCESS, [by], at("2026-10-30 12:00"))
    assert clock(autumn.due_us) == "25 Oct 11:00"
    working = Agreement("two days", [Version(Lead("days", 1))], supplier_hours=always)
    [days] = look("28 12:00 ask", by=working)
    assert clock(days.due_us) == "30 00:00"


def test_a_return_after_acceptance_is_counted_by_itself() -> None:
    events = ["2 09:00 ask", "2 12:00 deliver", "3 09:00 accept", "12 09:00 return"]
    [one] = look(*events)
    assert (one.returns, one.late_returns, one.is_first_time_right) == (1, 1, True)
    assert (one.standing, one.accepted_us) == ("open", None)


def test_when_the_window_has_passed_it_was_right_and_a_return_is_late() -> None:
    events = ["2 09:00 ask", "2 12:00 deliver"]
    assert look(*events, as_of="2026-03-09 17:00")[0].is_first_time_right is None
    assert look(*events, as_of="2026-03-09 17:01")[0].is_first_time_right is True
    in_time, late = "9 17:00 return", "9 17:01 return"
    assert look(*events, in_time)[0].is_first_time_right is False
    [one] = look(*events, late)
    assert (one.is_first_time_right, one.late_returns) == (True, 1)


def test_only_requests_of_those_who_may_ask_count() -> None:
    by = Agreement("for sales", [Version(Lead("days", 2))], requested_by=frozenset({"Sales"}))
    assert look("2 09:00 ask", by=by) == []


def test_an_event_that_names_a_deliverable_speaks_of_that_alone() -> None:
    other = Agreement("other", [Version(Lead("days", 1))], deliverable="other")
    events = said("2 09:00 ask", deliverable="other")
    [one] = stood(events, PROCESS, [TWO_DAYS, other], at(END_OF_TIME))
    assert one.agreement == "other"


def test_advice_is_followed_or_not() -> None:
    events = said("2 09:00 ask", "2 10:00 deliver", "2 11:00 accept")
    events[-1] = events[-1]._replace(outcome="followed")
    [one] = stood(events, PROCESS, [TWO_DAYS], at(END_OF_TIME))
    assert one.outcome == "followed"


def test_thousands_that_are_paused_time_and_again_are_not_followed() -> None:
    asked = [step(key, "ask", at("2026-03-02 09:00") + key) for key in range(1000)]
    paused = [
        step(2000 + key, "pause" if key % 2 else "resume", at("2026-03-03 09:00") + key)
        for key in range(200)
    ]
    assert Mined([*asked, *paused], PROCESS, [TWO_DAYS]).as_of(at(END_OF_TIME)) == []
    assert len(Mined([*asked, *paused[:50]], PROCESS, [TWO_DAYS]).as_of(at(END_OF_TIME))) == 1000


ACTIVITIES = ["ask", "ask", "deliver", "deliver", "accept", "return", "cancel", "pause", "resume"]
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


@settings(max_examples=100, deadline=None)
@given(
    st.lists(events(), max_size=24, unique_by=lambda event: event.key),
    st.tuples(agreements("one"), agreements("two")),
    st.integers(-4, 30).map(lambda days: days * 24 + 11),
)
def test_core_gives_what_the_reference_gives_as_of_any_moment(
    said: list[Event], by: tuple[Agreement, Agreement], hours: int
) -> None:
    mined = Mined(said, PROCESS, by)
    moments = {at("2026-03-02 09:00") + hours * HOUR_US}
    moments |= {event.occurred_us for event in said[:3]} | {at(END_OF_TIME)}
    for as_of_us in sorted(moments):
        expected = reference_deliveries.deliveries(said, PROCESS, by, as_of_us)
        assert mined.as_of(as_of_us) == expected
