"""Which instance enabled which: the one whose completion the next one had been waiting for.

The enabling instance of *j* is, among those earlier in the order that had completed at or before
*j*'s start and whose activity is not concurrent with *j*'s, the one that completed last; among
equals the last in the order. Transparent instances are taken out beforehand.
"""

from __future__ import annotations

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.frames import Int64s
from procesmijn.core.instances import Instances
from procesmijn.core.order import NO_ROW, first_above

_ACTIVITY_BITS = 32


def enabling(cases: Cases, instances: Instances) -> Int64s:
    """For each instance the row of the one that enabled it, or ``NO_ROW``.

    The completed instances of a case, in order of completion, are the rungs of a ladder. An instant
    stands on it, and was enabled from the rung below. An instance that took time was enabled from
    the highest rung at or before its start: whatever stands there is also earlier in the order.
    That is mostly the rung below its own, too; only where it is not does it have to be sought. An
    open one stands above them all. Then each steps down while the activity on its rung is
    concurrent with its own.
    """
    ladder = instances.completed[~instances.is_transparent[instances.completed]]
    lowest = np.searchsorted(instances.case[ladder], np.arange(len(cases) + 1))
    floor = lowest[instances.case]
    rung = lowest[instances.case + 1] - 1
    rung[ladder] = np.arange(len(ladder)) - 1
    rung[instances.is_transparent] = NO_ROW
    reached_us = instances.completion_us[ladder]
    high = np.flatnonzero(rung >= floor)
    high = high[reached_us[rung[high]] > instances.start_us[high]]
    rung[high] = first_above(reached_us, floor[high], rung[high], instances.start_us[high]) - 1
    for process, rows in cases.parts(instances.case):
        if process.concurrent:
            _step_down(rung, rows, floor, ladder, instances, process.concurrent)
    enabled = rung >= floor
    enabler = np.full(len(instances), NO_ROW, dtype=np.int64)
    enabler[enabled] = ladder[rung[enabled]]
    return enabler


def _step_down(
    rung: Int64s,
    rows: Int64s,
    floor: Int64s,
    ladder: Int64s,
    instances: Instances,
    concurrent: frozenset[tuple[int, int]],
) -> None:
    """Lower ``rung`` for those ``rows`` whose activity is concurrent with the one they stand on."""
    first, second = np.array(sorted(concurrent), dtype=np.int64).T
    pairs = first << _ACTIVITY_BITS | second
    activity = instances.activity.astype(np.int64)
    rows = rows[rung[rows] >= floor[rows]]
    while len(rows):
        below = activity[ladder[rung[rows]]]
        rows = rows[np.isin(below << _ACTIVITY_BITS | activity[rows], pairs)]
        rung[rows] -= 1
        rows = rows[rung[rows] >= floor[rows]]
