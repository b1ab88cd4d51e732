"""What was done right after what, with the cases in which that happened: for pictures of a process.

Counts by day (:mod:`procesmijn.core.flow_counts`) add up, and do not tell in how many cases; that
takes the traces.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from procesmijn.core.frames import NO_DAY, NO_TERM, Int32s, Int64s, Rows
from procesmijn.core.order import is_first, order_by

_NEVER = 2**31 - 1


class Following(NamedTuple):
    """Activities, and each two of which one was completed right after the other."""

    cases: int
    """With a completion in the period."""
    activities: dict[int, tuple[int, int, int]]
    """By code: completions, cases, and the cases in which it was done again."""
    pairs: dict[tuple[int, int], tuple[int, int, int]]
    """Likewise by the codes of both; ``NO_TERM`` stands before the first and after the last."""


def following(
    steps: Rows,
    lengths: Int64s,
    since: int = NO_DAY,
    until: int = _NEVER,
    until_us: int = 2**63 - 1,
) -> Following:
    """Count the steps of traces that lie one after the other, none of them empty.

    A step counts where its later completion is on a day from ``since`` on and before ``until``, and
    not after the instant ``until_us``: of a case that went on since, what was last then is last.
    """
    case = np.repeat(np.arange(len(lengths)), lengths)
    known = np.flatnonzero(steps["completed_us"] <= until_us)
    steps, case = steps[known], case[known]
    activity = steps["activity"].astype(np.int32)
    begins = is_first(case) if len(case) else np.zeros(0, dtype=np.bool_)
    ends = np.flatnonzero(np.roll(begins, -1))
    before = np.where(begins, NO_TERM, np.roll(activity, 1)).astype(np.int32)
    again = _again(case, activity)

    none = np.full(len(ends), NO_TERM, dtype=np.int32)
    day = steps["completed_on"]
    within = np.flatnonzero((day >= since) & (day < until))
    last = ends[(day[ends] >= since) & (day[ends] < until)]
    return Following(
        len(np.unique(case[within])),
        {
            code: counted
            for (code, _), counted in _counted(
                activity[within], np.zeros(len(within), dtype=np.int32), case[within], again[within]
            ).items()
        },
        _counted(
            np.concatenate([before[within], activity[last]]),
            np.concatenate([activity[within], none[: len(last)]]),
            np.concatenate([case[within], case[last]]),
            np.concatenate([again[within], np.zeros(len(last), dtype=np.bool_)]),
        ),
    )


def _again(case: Int64s, activity: Int32s) -> npt.NDArray[np.bool_]:
    """Whether a step completes what was completed before in its case."""
    again = np.ones(len(case), dtype=np.bool_)
    if len(case):
        place = np.arange(len(case))
        order = order_by(case, activity, place)
        again[order[is_first(case[order], activity[order])]] = False
    return again


def _counted(
    before: Int32s, after: Int32s, case: Int64s, again: npt.NDArray[np.bool_]
) -> dict[tuple[int, int], tuple[int, int, int]]:
    if not len(case):
        return {}
    order = order_by(before, after, case, ~again)  # what is done again comes first
    before, after, case, again = before[order], after[order], case[order], again[order]
    begins = np.flatnonzero(is_first(before, after))
    is_case = is_first(before, after, case)
    sums = (
        np.diff(np.append(begins, len(case))),
        np.add.reduceat(is_case, begins, dtype=np.int64),
        np.add.reduceat(is_case & again, begins, dtype=np.int64),
    )
    keys = zip(before[begins].tolist(), after[begins].tolist(), strict=True)
    return dict(zip(keys, zip(*(each.tolist() for each in sums), strict=True), strict=True))
