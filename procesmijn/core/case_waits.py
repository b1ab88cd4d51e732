"""Where a case waits: of the time in which nobody works on it, what belongs to which handover.

The cycle time of a case is the time in which somebody works on it, the time in which it waits at a
handover, and the rest (between two steps of one party, or around systems). Work may go on beside a
wait, and several handovers may wait at a time. So that the parts add up, each moment has one: work
goes first; of several handovers that wait it is the one that is picked up last, since without it
the others would not have brought the case further (at one instant, the last in the order).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from procesmijn.core.cases import ended_us, worked
from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.instances import Instances
from procesmijn.core.order import first_above


class Lost(NamedTuple):
    """Stretches of waiting that are not the case's waiting at that handover; int64[n] each."""

    handover: Int64s
    """Which of the handovers."""
    from_us: Int64s
    to_us: Int64s


def not_waited(instances: Instances, cases: int, to: Int64s, from_: Int64s) -> Lost:
    """What to take off the waits of handovers, disjoint for each.

    ``to`` are the rows that pick up, in order, and ``from_`` those that enabled them. In pick-up
    order a wait ends, for the case, where the first of the later ones begins: from there on one of
    those is waited for. So what is left of it is one stretch, less the work in it.
    """
    case = instances.case[to]
    since_us, until_us = instances.completion_us[from_], instances.start_us[to]
    ends_us = np.minimum(until_us, _later_us(instances, case, from_))
    ends_us = np.clip(ends_us, since_us, np.maximum(ended_us(instances, cases)[case], since_us))
    work = worked(instances)
    low, high = (np.searchsorted(work.case, case, side=side) for side in ("left", "right"))
    first = first_above(work.until_us, low, high, since_us)
    count = np.maximum(first_above(work.since_us, low, high, ends_us - 1) - first, 0)
    beside = np.repeat(np.arange(len(to)), count)
    which = np.arange(len(beside)) - np.repeat(np.cumsum(count) - count, count) + first[beside]
    cut = np.flatnonzero(ends_us < until_us)
    return Lost(
        np.concatenate([cut, beside]),
        np.concatenate([ends_us[cut], np.maximum(work.since_us[which], since_us[beside])]),
        np.concatenate([until_us[cut], np.minimum(work.until_us[which], ends_us[beside])]),
    )


def _later_us(instances: Instances, case: Int64s, from_: Int64s) -> Int64s:
    """When the first of the later handovers of the case was delivered; ``NO_INSTANT`` without one.

    Places in the order of completion rise from case to case, so the least of all later ones is that
    of the same case, where it has a later one.
    """
    later_us = np.full(len(case), NO_INSTANT)
    place = np.empty(len(instances), dtype=np.int64)
    place[instances.completed] = np.arange(len(instances.completed))
    least = np.minimum.accumulate(place[from_][::-1])[::-1]
    has_later = np.flatnonzero(case[1:] == case[:-1])
    later_us[has_later] = instances.completion_us[instances.completed[least[has_later + 1]]]
    return later_us
