"""What a customer was asked to take up, and since when: the handovers that an event announces.

They exist only where an event names a receiving party (assigned, transferred, requested). Rows stay
when they are settled: whether one still waits is a question of as of when.
"""

from __future__ import annotations

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.frames import NO_INSTANT, NO_TERM, PENDING, Int64s, Rows
from procesmijn.core.instances import Instances
from procesmijn.core.order import next_alike, order_by


def find_pendings(cases: Cases, instances: Instances) -> Rows:
    """The pending handovers, by case and then by the key of the event that names the receiver.

    One for each completed instance that names a receiver other than its own party. The supplier is
    its party, also an automatic one, and may be none.
    """
    is_naming = (instances.receiver != NO_TERM) & (instances.completion_us != NO_INSTANT)
    rows = np.flatnonzero(is_naming & (instances.receiver != instances.party))
    rows = rows[order_by(instances.case[rows], instances.key_hi[rows], instances.key_lo[rows])]
    case = instances.case[rows]

    pendings = np.empty(len(rows), dtype=PENDING)
    pendings["object"] = cases.objects[case]
    pendings["process"] = cases.process[case]
    pendings["from_hi"], pendings["from_lo"] = instances.key_hi[rows], instances.key_lo[rows]
    pendings["supplier"] = instances.party[rows]
    pendings["customer"] = instances.receiver[rows]
    pendings["activity"] = instances.activity[rows]
    pendings["delivered_us"] = instances.completion_us[rows]
    pendings["delivered_on"] = cases.local_day(case, instances.completion_us[rows])
    pendings["settled_us"] = _settled_us(instances, rows, np.flatnonzero(is_naming))
    return pendings


def _settled_us(instances: Instances, rows: Int64s, naming: Int64s) -> Int64s:
    """When each of the ``rows`` was settled, or ``NO_INSTANT``.

    That is by the first later instance of the case which is the receiver's own (when it starts),
    names a receiver of the same subject (when it completes: reassigned), or has an end activity
    (when it completes: closed).
    """
    case = instances.case
    own = next_alike(case, instances.party, np.arange(len(case)), instances.receiver[rows], rows)
    again = next_alike(case, instances.subject, naming, instances.subject[rows], rows)
    ends = np.flatnonzero(instances.closes & (instances.completion_us != NO_INSTANT))
    end = next_alike(case, instances.closes, ends, np.ones(len(rows), dtype=np.bool_), rows)

    first = np.minimum(own, np.minimum(again, end))
    started_us = np.append(instances.start_us, NO_INSTANT)  # the row after the last: none
    completed_us = np.append(instances.completion_us, NO_INSTANT)
    return np.where(first == own, started_us[first], completed_us[first])
