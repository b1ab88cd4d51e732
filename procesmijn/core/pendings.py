"""What a customer was asked to take up, and since when: the handovers that an event announces.

They exist only where an event names a receiving party (assigned, transferred, requested). Rows stay
when they are settled: whether one still waits is a question of as of when.
"""

from __future__ import annotations

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.frames import NO_INSTANT, NO_TERM, PENDING, Int64s, Rows
from procesmijn.core.instances import Instances
from procesmijn.core.order import first_above, next_alike, order_by
from procesmijn.core.rules import Rules


def find_pendings(cases: Cases, instances: Instances, rules: Rules) -> Rows:
    """The pending handovers, by case and then by the key of the event that names the receiver.

    One for each completed instance that names a receiver other than its own party: delivered when
    it completes. The supplier is its party; none where that is an automatic one, or none at all.
    For an automatic receiver nobody waits: naming one is no pending, but it ends an earlier one as
    any reassignment does.
    """
    receiver = instances.receiver
    is_asked = (receiver != NO_TERM) & (receiver != instances.party)
    is_asked &= ~np.isin(receiver, rules.automatic)
    rows = np.flatnonzero(is_asked & (instances.completion_us != NO_INSTANT))
    rows = rows[order_by(instances.case[rows], instances.key_hi[rows], instances.key_lo[rows])]
    case = instances.case[rows]

    pendings = np.empty(len(rows), dtype=PENDING)
    pendings["object"] = cases.objects[case]
    pendings["process"] = cases.process[case]
    pendings["from_hi"], pendings["from_lo"] = instances.key_hi[rows], instances.key_lo[rows]
    supplier = instances.party[rows]
    pendings["supplier"] = np.where(np.isin(supplier, rules.automatic), NO_TERM, supplier)
    pendings["customer"] = receiver[rows]
    pendings["activity"] = instances.activity[rows]
    pendings["delivered_us"] = instances.completion_us[rows]
    pendings["delivered_on"] = cases.local_day(case, instances.completion_us[rows])
    pendings["settled_us"] = _settled_us(instances, rows)
    return pendings


def _settled_us(instances: Instances, rows: Int64s) -> Int64s:
    """When each of the ``rows`` was settled, or ``NO_INSTANT``.

    That is at the earliest of: the receiver starts an instance, also one that stays open; an
    instance completes that names a receiver of the same subject (reassigned); one completes that
    has an end activity (closed). Each counts only where its instant, and at one instant its place
    in the order, comes after the delivery; but what an end activity hands over is received at once.
    """
    reassigned_us, closed_us = _completed_us(instances, rows)
    settled_us = np.minimum(_taken_up_us(instances, rows), np.minimum(reassigned_us, closed_us))
    return np.where(instances.closes[rows], instances.completion_us[rows], settled_us)


def _taken_up_us(instances: Instances, rows: Int64s) -> Int64s:
    """When the receiver first starts after the delivery. Rows stand in order of their starts."""
    case, start_us = instances.case, instances.start_us
    case_ends = np.searchsorted(case, case[rows], side="right")
    after = first_above(start_us, rows + 1, case_ends, instances.completion_us[rows] - 1)
    everything = np.arange(len(case))
    own = next_alike(case, instances.party, everything, instances.receiver[rows], after - 1)
    return np.append(start_us, NO_INSTANT)[own]


def _completed_us(instances: Instances, rows: Int64s) -> tuple[Int64s, Int64s]:
    """When the first instance completes after the delivery that reassigns, and that closes."""
    done = instances.completed
    place = np.empty(len(instances), dtype=np.int64)
    place[done] = np.arange(len(done))
    case, closes, subject = instances.case[done], instances.closes[done], instances.subject[done]
    naming = np.flatnonzero(instances.receiver[done] != NO_TERM)
    again = next_alike(case, subject, naming, instances.subject[rows], place[rows])
    is_end = np.ones(len(rows), dtype=np.bool_)
    end = next_alike(case, closes, np.flatnonzero(closes), is_end, place[rows])
    completion_us = np.append(instances.completion_us[done], NO_INSTANT)
    return completion_us[again], completion_us[end]
