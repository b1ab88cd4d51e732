"""Work that is done again, and between whom that came about: one row for each repeat.

A *repeat* is a completion of an activity that was completed before in the same case, whoever did it
then. It arose between two parties:

- what a party had done itself, and does again after the case was handed back to it, was not right
  for the one who handed it back: that one is the customer, and the party that repeats the supplier;
- what another party had done before was not right for the one who does it again: the other one is
  the supplier, and the party that repeats the customer;
- what a party does again without having let the case go is its own: there is no customer.

The handover in which it arises is the last one, after the activity was done before, by which the
case came to the party that repeats. Only what came before a repeat decides over it, so a repeat
stands whatever happens later in the case.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.frames import HANDOVER, NO_INSTANT, NO_TERM, REPEAT, Bools, Int64s, Rows
from procesmijn.core.instances import Instances
from procesmijn.core.order import NO_ROW, is_first, order_by, previous_alike

_ROW_BITS = 32


class DoneAgain(NamedTuple):
    """Rows of activity instances, int64[n] each, in order of completion."""

    rows: Int64s
    """The repeats."""
    before: Int64s
    """Of each the last completion of its activity before it, in its case."""


def done_again(instances: Instances) -> DoneAgain:
    """Which completed instances are repeats, whoever did it before."""
    done = instances.completed
    previous = previous_alike(instances.case[done], instances.activity[done])
    again = np.flatnonzero(previous != NO_ROW)
    return DoneAgain(done[again], done[previous[again]])


def find_repeats(
    cases: Cases, instances: Instances, again: DoneAgain, handed: Int64s, handovers: Rows
) -> Rows:
    """:data:`~procesmijn.core.frames.REPEAT` rows, by case and then by the key of the completion.

    ``handed`` are the rows of the instances that picked up the ``handovers``.
    """
    order = order_by(
        instances.case[again.rows], instances.key_hi[again.rows], instances.key_lo[again.rows]
    )
    rows, before = again.rows[order], again.before[order]
    repeats = np.empty(len(rows), dtype=REPEAT)
    if not len(rows):
        return repeats
    case, party, formerly = instances.case[rows], instances.party[rows], instances.party[before]
    handover = _last_handover(instances, rows, before, handed)
    is_handed = handover != NO_ROW
    by = np.zeros(len(rows), dtype=HANDOVER)  # of those that none brought: nobody, and no key
    by[is_handed] = handovers.take(handover[is_handed])

    repeats["object"] = cases.objects[case]
    repeats["process"] = cases.process[case]
    repeats["again_hi"], repeats["again_lo"] = instances.key_hi[rows], instances.key_lo[rows]
    repeats["activity"], repeats["party"] = instances.activity[rows], party
    is_own = party == formerly
    is_known = ~instances.is_transparent[rows]
    repeats["supplier"] = np.where(
        is_known & ~instances.is_transparent[before], np.where(is_own, party, formerly), NO_TERM
    )
    repeats["customer"] = np.where(is_known, np.where(is_own, by["supplier"], party), NO_TERM)
    repeats["handover_hi"], repeats["handover_lo"] = by["to_hi"], by["to_lo"]
    start_us = np.where(instances.is_start_known[rows], instances.start_us[rows], NO_INSTANT)
    repeats["started_us"] = start_us
    repeats["since_us"] = np.where(is_handed, by["delivered_us"], start_us)
    repeats["completed_us"] = instances.completion_us[rows]
    repeats["completed_on"] = cases.local_day(case, instances.completion_us[rows])
    repeats["is_pingpong"] = _is_pingpong(instances, rows)
    return repeats


def _last_handover(instances: Instances, rows: Int64s, before: Int64s, handed: Int64s) -> Int64s:
    """Which of the handovers brought the case to the party of each of the ``rows``, after the
    activity was done ``before``, in order; ``NO_ROW`` where none did."""
    if not len(handed):
        return np.full(len(rows), NO_ROW, dtype=np.int64)
    ladder = instances.party[handed].astype(np.int64) << _ROW_BITS | handed
    climb = np.argsort(ladder)
    goal = instances.party[rows].astype(np.int64) << _ROW_BITS
    at = np.searchsorted(ladder[climb], goal | rows, side="right") - 1
    found = climb[np.maximum(at, 0)]
    is_found = (at >= 0) & (instances.party[handed[found]] == instances.party[rows])
    is_found &= handed[found] > before
    return np.where(is_found, found, NO_ROW)


def _is_pingpong(instances: Instances, rows: Int64s) -> Bools:
    """Whether the party of each of the ``rows`` did that last in an earlier run of its own: it came
    on again to do again what it had done (:mod:`procesmijn.core.rounds`)."""
    there = np.unique(instances.case[rows])
    visible = np.flatnonzero(~instances.is_transparent & np.isin(instances.case, there))
    case, party = instances.case[visible], instances.party[visible]
    run = np.cumsum(is_first(case, party))
    own = previous_alike(case, party, instances.activity[visible])
    is_pingpong = np.zeros(len(instances), dtype=np.bool_)
    is_pingpong[visible] = (own != NO_ROW) & (run[own] < run)
    return is_pingpong[rows]
