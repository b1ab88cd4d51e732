"""When deliveries are due, with pauses, versions, closing days and changes of the clock."""

from __future__ import annotations

from datetime import date, datetime

from tests.delivery_cases import EIGHT_HOURS, HOUR_US, PROCESS, at, clock, look
from tests.delivery_frames import stood
from tests.frames import step
from tests.reference_agreements import Agreement, Hours, Lead, Version


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
