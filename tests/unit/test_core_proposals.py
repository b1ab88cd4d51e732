"""Which lead time could have been promised, by how deliveries went."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from procesmijn.catalogue.lead_times import read_lead_time
from procesmijn.core.proposals import Proposal, Step, propose
from procesmijn.core.worktime import build_calendar
from procesmijn.zones import load_zone
from tests.calendars import OFFICE_WEEK, us

OFFICE = build_calendar(OFFICE_WEEK, "Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=load_zone("Europe/Amsterdam"))
REQUESTED = np.full(10, us(MONDAY))
DELIVERED = np.array([us(MONDAY + timedelta(hours=hours)) for hours in (*range(1, 6), *[30] * 5)])


def test_the_shortest_lead_time_that_enough_of_them_met_is_proposed() -> None:
    halfway = propose(Decimal("0.5"), OFFICE, REQUESTED, DELIVERED)
    nearly_all = propose(Decimal("0.9"), OFFICE, REQUESTED, DELIVERED)

    assert halfway == Proposal(  # by Monday 16:00, where two hours less were 14:00
        Step(read_lead_time("6 hours"), 0.5),
        Step(read_lead_time("4 hours"), 0.4),
        Step(read_lead_time("8 hours"), 0.5),  # by Tuesday 10:00
    )
    assert nearly_all == Proposal(
        Step(read_lead_time("1 day"), 1.0),  # by Tuesday 17:00
        Step(read_lead_time("8 hours"), 0.5),
        Step(read_lead_time("2 days"), 1.0),
    )


def test_a_share_that_is_the_target_is_enough() -> None:
    """17 of 20 are 85%, also where the nearest binary fraction is a little less."""
    delivered = np.where(np.arange(20) < 17, DELIVERED[0], DELIVERED[-1])

    proposal = propose(Decimal("0.85"), OFFICE, np.full(20, REQUESTED[0]), delivered)

    assert proposal is not None
    assert (proposal.step, proposal.shorter) == (Step(read_lead_time("1 hour"), 0.85), None)


def test_of_what_took_years_nothing_is_proposed() -> None:
    late = DELIVERED + 1000 * 86_400_000_000

    assert propose(Decimal("0.5"), OFFICE, REQUESTED, late) is None
