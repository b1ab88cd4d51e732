"""How past deliveries would have stood under another lead time."""

from __future__ import annotations

import pytest

from procesmijn.core.due import WorkingDays, WorkingHours
from procesmijn.core.mine import mine
from procesmijn.core.trial import NOTHING_COMPARED, Compared, compare, with_tried
from tests.delivery_cases import PROCESS, TWO_DAYS, at, said
from tests.delivery_frames import Mined, unfolded

HOUR_US = 3_600_000_000
EVER = -(2**31), 2**31 - 1


def tried(*moments: str, lead: WorkingDays | WorkingHours, as_of: str) -> Compared:
    """Two days were promised; hold what happened against another lead time."""
    mined = Mined(said(*moments), PROCESS, [TWO_DAYS])
    [[process]] = mined.rules.processes.values()
    [agreement] = [each.agreement for each in process.agreements]
    rules = with_tried(mined.rules, {agreement}, lead)
    found = compare(unfolded(mine(mined.packed.events, rules)), at(as_of), *EVER)
    return found.get(agreement, NOTHING_COMPARED)


def test_what_is_due_on_either_terms_is_held_against_both() -> None:
    events = ("2 15:00 ask", "4 16:00 deliver", "9 10:00 ask", "12 10:00 deliver", "12 11:00 ask")

    shorter = tried(*events, lead=WorkingDays(1), as_of="2026-03-13 12:00")
    longer = tried(*events, lead=WorkingDays(3), as_of="2026-03-13 12:00")

    assert shorter == Compared(2, met=1, met_if_tried=0, gained=0, lost=1)
    assert longer == Compared(2, met=1, met_if_tried=2, gained=1, lost=0)
    # Asked on Thursday the 12th, it was due on the 16th, or would have been on the 13th.
    assert tried(*events, lead=WorkingDays(1), as_of="2026-03-16 12:00").deliveries == 2
    assert tried(*events, lead=WorkingDays(1), as_of="2026-03-17 12:00").deliveries == 3


def test_a_pause_that_came_too_late_for_a_shorter_lead_time_counts_for_a_longer_one() -> None:
    paused = ("2 15:00 ask", "5 09:00 pause", "9 09:00 resume", "10 16:00 deliver")

    # Due on Wednesday the 4th as it is; five days, without the 5th and the 6th, are the 11th.
    assert tried(*paused, lead=WorkingDays(5), as_of="2026-03-20 12:00") == Compared(1, 0, 1, 1, 0)
    assert tried(*paused, lead=WorkingDays(3), as_of="2026-03-20 12:00") == Compared(1, 0, 0, 0, 0)


@pytest.mark.parametrize(("cancelled", "counted"), [("3 10:00", 0), ("4 10:00", 0), ("9 10:00", 1)])
def test_what_was_cancelled_before_it_was_due_on_either_terms_does_not_count(
    cancelled: str, counted: int
) -> None:
    lead = WorkingHours(8 * HOUR_US)  # Tuesday the 3rd, 15:00; two days are Wednesday the 4th
    found = tried("2 15:00 ask", f"{cancelled} cancel", lead=lead, as_of="2026-03-20 12:00")

    assert found == Compared(counted, 0, 0, 0, 0)
