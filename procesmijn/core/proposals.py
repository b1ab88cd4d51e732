"""Which lead time a supplier could have promised, as its deliveries went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from procesmijn.catalogue.lead_times import LeadTime, read_lead_time
from procesmijn.core.due import rule_of
from procesmijn.core.frames import Int64s
from procesmijn.core.worktime import Calendar

LADDER: Final = tuple(
    map(
        read_lead_time,
        (
            *("1 hour", "2 hours", "4 hours", "8 hours"),
            *(f"{days} days" for days in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 60, 90)),
        ),
    )
)
"""Lead times that people promise, the shorter first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lead time, and the share of past deliveries that would have met it."""

    lead_time: LeadTime
    share: float


def propose(
    target: Decimal, calendar: Calendar, requested_us: Int64s, delivered_us: Int64s
) -> Proposal | None:
    """The shortest lead time of :data:`LADDER` that enough deliveries would have met, if any.

    ``calendar`` is that of the supplier; both int64[n], at least one.
    """
    for lead_time in LADDER:
        due_us = rule_of(lead_time).due_us(calendar, requested_us)
        met = int(np.count_nonzero(delivered_us <= due_us))
        if met >= target * len(delivered_us):
            return Proposal(lead_time, met / len(delivered_us))
    return None
