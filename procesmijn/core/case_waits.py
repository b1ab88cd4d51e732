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
from procesmijn.core.order import NO_ROW, first_above


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
    rows = _entangled(instances, cases, to, from_)
    if not len(rows):
        return Lost(rows, rows, rows)
    to, from_ = to[rows], from_[rows]
    case = instances.case[to]
    since_us, until_us = instances.completion_us[from_], instances.start_us[to]
    place = np.full(len(instances), NO_ROW, dtype=np.int64)
    place[instances.completed] = np.arange(len(instances.completed))
    ends_us = np.minimum(until_us, _later_us(instances, case, place[from_]))
    # What is picked up later may have been delivered first: then it is waited for all the time.
    ends_us = np.maximum(np.minimum(ends_us, ended_us(instances, cases)[case]), since_us)
    cut = np.flatnonzero(ends_us < until_us)
    # Work beside a wait began before the pick-up, and lasted beyond the delivery: mostly none did.
    last = instances.completed[np.maximum.accumulate(place)[to - 1]]
    beside = np.flatnonzero(instances.completion_us[last] > since_us)
    handover, from_us, to_us = _worked(instances, case, since_us, ends_us, beside)
    return Lost(
        rows[np.concatenate([cut, handover])],
        np.concatenate([ends_us[cut], from_us]),
        np.concatenate([until_us[cut], to_us]),
    )


def _entangled(instances: Instances, cases: int, to: Int64s, from_: Int64s) -> Int64s:
    """The handovers of cases in which one thing did not simply come after the other.

    Where each instance begins when the one before it has been completed, and enables the next, each
    wait ends before another begins, and nobody works in it.
    """
    case, completion_us = instances.case, instances.completion_us
    is_entangled = np.zeros(cases, dtype=np.bool_)
    is_early = (completion_us[:-1] > instances.start_us[1:]) & (case[:-1] == case[1:])
    is_entangled[case[:-1][is_early]] = True
    is_entangled[case[completion_us == NO_INSTANT]] = True
    of_handover = case[to]
    is_entangled[of_handover[from_ != to - 1]] = True
    return np.flatnonzero(is_entangled[of_handover])


def _worked(
    instances: Instances, case: Int64s, since_us: Int64s, until_us: Int64s, rows: Int64s
) -> Lost:
    """When somebody worked on the case in some of these stretches of it."""
    if not len(rows):
        return Lost(rows, rows, rows)
    work = worked(instances)
    since_us, until_us = since_us[rows], until_us[rows]
    low, high = (np.searchsorted(work.case, case[rows], side=side) for side in ("left", "right"))
    first = first_above(work.until_us, low, high, since_us)
    count = np.maximum(first_above(work.since_us, low, high, until_us - 1) - first, 0)
    which = np.repeat(np.arange(len(rows)), count)
    part = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    return Lost(
        rows[which],
        np.maximum(work.since_us[part], since_us[which]),
        np.minimum(work.until_us[part], until_us[which]),
    )


def _later_us(instances: Instances, case: Int64s, delivered: Int64s) -> Int64s:
    """When the first of the later handovers of the case was delivered; ``NO_INSTANT`` without one.

    ``delivered`` are places in the order of completion, which rise from case to case: so the least
    of all later ones is that of the same case, where it has a later one.
    """
    later_us = np.full(len(case), NO_INSTANT)
    least = np.minimum.accumulate(delivered[::-1])[::-1]
    has_later = np.flatnonzero(case[1:] == case[:-1])
    later_us[has_later] = instances.completion_us[instances.completed[least[has_later + 1]]]
    return later_us
