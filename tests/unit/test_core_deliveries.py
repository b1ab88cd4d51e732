"""Which event is about which delivery, and what comes of it: cases made by hand."""

from __future__ import annotations

from datetime import date

from tests.delivery_cases import (
    EIGHT_HOURS,
    END_OF_TIME,
    HOUR_US,
    PROCESS,
    TWO_DAYS,
    at,
    clock,
    look,
    said,
)
from tests.delivery_frames import Mined, stood
from tests.frames import step
from tests.reference_agreements import Agreement, Lead, Version


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


def test_what_was_asked_for_is_approved_or_rejected_by_the_last_delivery_while_it_stands() -> None:
    by = Agreement(
        "checked",
        [Version(Lead("days", 2))],
        delivered=frozenset({"deliver", "refuse"}),
        rejected=frozenset({"refuse"}),
    )
    asked_and_refused = ("2 09:00 ask", "2 10:00 refuse", "2 11:00 return")
    events = said(*asked_and_refused, "2 12:00 deliver", "2 13:00 accept")
    moments = ("2 09:30", "2 10:00", "2 11:30", "2 12:00", "2 13:00")
    found = [stood(events, PROCESS, [by], at(f"2026-03-0{each}"))[0] for each in moments]
    assert [each.outcome for each in found] == [None, "rejected", None, "approved", "approved"]


def test_thousands_that_are_paused_time_and_again_are_not_followed() -> None:
    asked = [step(key, "ask", at("2026-03-02 09:00") + key) for key in range(1000)]
    paused = [
        step(2000 + key, "pause" if key % 2 else "resume", at("2026-03-03 09:00") + key)
        for key in range(200)
    ]
    assert Mined([*asked, *paused], PROCESS, [TWO_DAYS]).as_of(at(END_OF_TIME)) == []
    assert len(Mined([*asked, *paused[:50]], PROCESS, [TWO_DAYS]).as_of(at(END_OF_TIME))) == 1000
