"""Work that passes from one party to another: who delivered, who picked up, and how long it lay."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.case_waits import not_waited
from procesmijn.core.enabling import enabling
from procesmijn.core.frames import (
    HANDOVER,
    NO_DAY,
    PICKUP_AT_COMPLETION,
    PICKUP_AT_START,
    Int32s,
    Int64s,
    Rows,
)
from procesmijn.core.instances import Instances
from procesmijn.core.order import NO_ROW, order_by, previous_alike, sum_by
from procesmijn.core.rules import CodeMap, Rules
from procesmijn.core.worktime import Calendar, working_us


def find_handovers(cases: Cases, instances: Instances, rules: Rules) -> tuple[Int64s, Rows]:
    """The handovers, by case and then by the key of the event that picks up; and the row of that.

    An instance whose party differs from that of its enabling instance has been handed the work: at
    the enabling instance's completion, and picked up at its own start; where that is not known, at
    its own completion. The event that picks up is the start, where there is one, so that a handover
    keeps its key when the completion comes in later. Waiting is elapsed time, and working time on
    the calendar of the customer; what of it is the waiting of the case at this handover and at no
    other stands beside it. A handover knows when the one before it between the same two was picked
    up, so that the different cases of any period can be counted by adding up.
    """
    enabler = enabling(cases, instances)
    to = np.flatnonzero(enabler != NO_ROW)
    from_ = enabler[to]
    is_other = instances.party[from_] != instances.party[to]
    to, from_ = to[is_other], from_[is_other]
    supplier, customer = instances.party[from_], instances.party[to]
    previous = previous_alike(instances.case[to], supplier, customer)
    lost = not_waited(instances, len(cases), to, from_)
    order = order_by(instances.case[to], instances.begun_hi[to], instances.begun_lo[to])
    place = np.empty(len(to), dtype=np.int64)
    place[order] = np.arange(len(to))
    to, from_, previous = to[order], from_[order], previous[order]
    supplier, customer = supplier[order], customer[order]
    case = instances.case[to]
    delivered_us, picked_up_us = instances.completion_us[from_], instances.start_us[to]
    picked_up_on = cases.local_day(case, picked_up_us)
    hours = _Hours.of(rules)
    wait_us = picked_up_us - delivered_us
    wait_working_us = hours.working_us(customer, delivered_us, picked_up_us)
    at = place[lost.handover]
    lost_us = lost.to_us - lost.from_us
    lost_working_us = hours.working_us(customer[at], lost.from_us, lost.to_us)

    rows = np.empty(len(to), dtype=HANDOVER)
    rows["object"] = cases.objects[case]
    rows["process"] = cases.process[case]
    rows["to_hi"], rows["to_lo"] = instances.begun_hi[to], instances.begun_lo[to]
    rows["from_hi"], rows["from_lo"] = instances.key_hi[from_], instances.key_lo[from_]
    rows["supplier"] = supplier
    rows["customer"] = customer
    rows["from_activity"] = instances.activity[from_]
    rows["to_activity"] = instances.activity[to]
    rows["delivered_us"] = delivered_us
    rows["picked_up_us"] = picked_up_us
    rows["delivered_on"] = cases.local_day(case, delivered_us)
    rows["picked_up_on"] = picked_up_on
    is_new = previous == NO_ROW  # its look-up gives any other, which is not taken
    rows["previous_on"] = np.where(is_new, NO_DAY, picked_up_on[place[previous]])
    rows["wait_us"] = wait_us
    rows["wait_working_us"] = wait_working_us
    rows["case_wait_us"] = wait_us - sum_by(at, lost_us, len(to))
    rows["case_wait_working_us"] = wait_working_us - sum_by(at, lost_working_us, len(to))
    rows["pickup_basis"] = np.where(
        instances.is_start_known[to], PICKUP_AT_START, PICKUP_AT_COMPLETION
    )
    return to, rows


class _Hours(NamedTuple):
    """Whose calendar is which."""

    calendars: list[Calendar]
    number: CodeMap
    """By party; 0 is the office's."""

    @staticmethod
    def of(rules: Rules) -> _Hours:
        calendars = {id(own): own for own in (rules.office, *rules.calendars.values())}
        number = {key: index for index, key in enumerate(calendars)}
        of_party = {party: number[id(own)] for party, own in rules.calendars.items()}
        return _Hours(list(calendars.values()), CodeMap.of(of_party))

    def working_us(self, customer: Int32s, from_us: Int64s, to_us: Int64s) -> Int64s:
        """Working time between instants, each on the calendar of its customer."""
        which = self.number.find(customer)
        met = np.flatnonzero(np.bincount(which))
        if len(met) == 1:
            return working_us(self.calendars[met[0]], from_us, to_us)
        wait_us = np.empty(len(customer), dtype=np.int64)
        for index in met.tolist():
            rows = np.flatnonzero(which == index)
            wait_us[rows] = working_us(self.calendars[index], from_us[rows], to_us[rows])
        return wait_us
