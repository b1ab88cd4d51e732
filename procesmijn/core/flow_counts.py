"""How often one activity came right after another, per day: counts that add up to any graph.

A roll-up moves by the traces that were written, less those that they replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from procesmijn.core.frames import FLOW, NO_DAY, NO_TERM, STEP, Int32s, Int64s, Rows
from procesmijn.core.order import is_first, order_by
from procesmijn.core.roll_up import summed

_NEVER = 2**31 - 1
_KEY = ("process", "day", "from_activity", "to_activity")
_SUMS = ("n", "wait_us")


def flow_counts(process: Int32s, traces: Sequence[bytes]) -> Rows:
    """Directly-follows counts of traces: :data:`~procesmijn.core.frames.FLOW` rows, by key.

    ``process`` int32[n] says of which process each of the n traces is. A trace that is not empty
    also counts once from ``NO_TERM`` to its first activity and once from its last to ``NO_TERM``,
    on the dates of these completions and without waiting.
    """
    steps = np.frombuffer(b"".join(traces), dtype=STEP)
    lengths = np.fromiter(map(len, traces), dtype=np.int64, count=len(traces)) // STEP.itemsize
    trace_of = np.repeat(np.arange(len(traces)), lengths)
    begins = is_first(trace_of)
    last = np.flatnonzero(np.roll(begins, -1))

    flows = np.zeros(len(steps) + len(last), dtype=FLOW)
    to, end = flows[: len(steps)], flows[len(steps) :]
    to["process"], end["process"] = process[trace_of], process[trace_of[last]]
    to["to_activity"], end["to_activity"] = steps["activity"], NO_TERM
    end["from_activity"] = steps["activity"][last]
    to["from_activity"] = np.where(begins, NO_TERM, np.roll(steps["activity"], 1))
    completed_us = steps["completed_us"]
    to["wait_us"] = np.where(begins, 0, completed_us - np.roll(completed_us, 1))
    to["day"], end["day"] = steps["completed_on"], steps["completed_on"][last]
    flows["n"] = 1
    return summed(flows, _KEY, _SUMS)


class Steps(NamedTuple):
    """Each time that one activity came right after another, by these two."""

    pairs: list[tuple[int, int]]
    """Each once; ``NO_TERM`` before the first activity of a trace and after its last."""
    sizes: list[int]
    """How often each."""
    wait_us: Int64s
    """From completion to completion, those of a pair side by side, ascending."""

    def percentiles_us(self, share: float) -> list[float]:
        """The percentile of each pair, interpolated."""
        sizes = np.array(self.sizes, dtype=np.int64)
        position = share * (sizes - 1)
        low = np.floor(position).astype(np.int64)
        first = np.cumsum(sizes) - sizes
        below = self.wait_us[first + low]
        above = self.wait_us[first + np.ceil(position).astype(np.int64)]
        found: list[float] = (below + (above - below) * (position - low)).tolist()
        return found


def steps_of(steps: Rows, lengths: Int64s, since: int = NO_DAY, until: int = _NEVER) -> Steps:
    """The steps of traces that lie one after the other, none of them empty, one by one: those whose
    later completion is on a day from ``since`` on and before ``until``."""
    ends = np.cumsum(lengths)
    first, last = ends - lengths, ends - 1
    later = np.delete(np.arange(len(steps)), first)
    activity, completed_us = steps["activity"], steps["completed_us"]
    none = np.full(len(lengths), NO_TERM, dtype=activity.dtype)
    before = np.concatenate([activity[later - 1], none, activity[last]])
    after = np.concatenate([activity[later], activity[first], none])
    wait_us = np.zeros(len(before), dtype=np.int64)
    wait_us[: len(later)] = completed_us[later] - completed_us[later - 1]
    day = steps["completed_on"][np.concatenate([later, first, last])]
    within = np.flatnonzero((day >= since) & (day < until))
    before, after, wait_us = before[within], after[within], wait_us[within]
    order = order_by(before, after, wait_us)
    before, after = before[order], after[order]
    begins = np.flatnonzero(is_first(before, after))
    pairs = zip(before[begins].tolist(), after[begins].tolist(), strict=True)
    sizes = np.diff(np.append(begins, len(before)))
    return Steps(list(pairs), sizes.tolist(), wait_us[order])


def net(minus: Rows, plus: Rows) -> Rows:
    """What to add to counts that have ``minus`` in them so that they have ``plus`` instead."""
    less = minus.copy()
    less["n"] *= -1
    less["wait_us"] *= -1
    flows = summed(np.concatenate([less, plus]), _KEY, _SUMS)
    return flows.take(np.flatnonzero((flows["n"] != 0) | (flows["wait_us"] != 0)))
