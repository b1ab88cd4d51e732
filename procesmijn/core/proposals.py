"""Which lead time a supplier could have promised, as its deliveries went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from procesmijn.catalogue.lead_times import LeadTime, read_lead_time
from procesmijn.core.due import rule_of
from procesmijn.core.frames import Int64s
from procesmijn.core.worktime import Calendar

LADDER: Final = tuple(
    map(
        read_lead_time,
        (
            *("1 hour", "2 hours", "3 hours", "4 hours", "6 hours", "8 hours"),
            *(f"{days} days" for days in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 60, 90)),
        ),
    )
)
"""Lead times that people promise, the shorter first."""


class Step(NamedTuple):
    """A lead time, and the share of past deliveries that would have met it."""

    lead_time: LeadTime
    share: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be promised, between what is a step shorter and a step longer."""

    step: Step
    shorter: Step | None
    longer: Step | None


def propose(
    target: Decimal, calendar: Calendar, requested_us: Int64s, delivered_us: Int64s
) -> Proposal | None:
    """The shortest lead time of :data:`LADDER` that enough deliveries would have met, if any.

    ``calendar`` is that of the supplier; both int64[n], at least one.
    """
    total = len(delivered_us)

    def met(lead_time: LeadTime) -> int:
        due_us = rule_of(lead_time).due_us(calendar, requested_us)
        return int(np.count_nonzero(delivered_us <= due_us))

    shorter: Step | None = None
    for number, lead_time in enumerate(LADDER):
        in_time = met(lead_time)
        step = Step(lead_time, in_time / total)
        if in_time >= target * total:
            longer = [Step(each, met(each) / total) for each in LADDER[number + 1 : number + 2]]
            return Proposal(step, shorter, longer[0] if longer else None)
        shorter = step
    return None
