"""Work that was done again: which activities are repeated in their cases, and who repeats them.

A *repeat* is a completion of an activity that was completed before in the same case, whoever did it
then. It counts for its activity and for the party that does it. The time spent in repeats, from
start to completion, is rework time; where no start is known it is not known, and is not taken for
none: such repeats are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.frames import NO_TERM, Bools, Int32s, Int64s
from procesmijn.core.instances import Instances
from procesmijn.core.order import is_first, order_by
from procesmijn.core.repeats import done_again


class Rework(NamedTuple):
    """What was done again of one activity, or by one party. Over disjoint cases it adds up."""

    cases: int
    """In which the activity was completed, or the party completed anything."""
    cases_repeated: int
    """Those with a repeat."""
    completions: int
    repeats: int
    untimed: int
    """Repeats of which no start is known."""
    rework_us: int
    """From start to completion, of the other repeats."""

    def __add__(self, other: object) -> Rework:
        """Add those of other cases."""
        if not isinstance(other, Rework):
            return NotImplemented
        return Rework(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


NO_REWORK: Final = Rework(0, 0, 0, 0, 0, 0)


class Reworked(NamedTuple):
    """By activity and by party (terms)."""

    activities: Mapping[int, Rework]
    parties: Mapping[int, Rework]


def find_rework(instances: Instances) -> Reworked:
    """What was done again in some cases, each of them whole."""
    done = instances.completed
    case, activity = instances.case[done], instances.activity[done]
    again = np.isin(done, done_again(instances).rows)
    is_timed = instances.is_start_known[done]
    took_us = np.where(
        again & is_timed, instances.completion_us[done] - instances.start_us[done], 0
    )
    table = _Completions(case, again, is_timed, took_us)
    return Reworked(table.by(activity), table.by(instances.party[done]))


class _Completions(NamedTuple):
    case: Int64s
    again: Bools
    is_timed: Bools
    took_us: Int64s

    def by(self, group: Int32s) -> dict[int, Rework]:
        """Counts of each group but :data:`NO_TERM`."""
        order = order_by(group, self.case)
        group, case, again = group[order], self.case[order], self.again[order]
        begins = is_first(group, case)
        rows = np.flatnonzero(begins)
        has_repeat = np.logical_or.reduceat(again, rows) if len(rows) else again
        codes, first = np.unique(group, return_index=True)
        counted = (
            np.add.reduceat(values.astype(np.int64), first) if len(first) else first
            for values in (
                begins,
                _spread(has_repeat, rows, len(group)),
                np.ones(len(group)),
                again,
                again & ~self.is_timed[order],
                self.took_us[order],
            )
        )
        columns = zip(*(column.tolist() for column in counted), strict=True)
        found = zip(codes.tolist(), columns, strict=True)
        return {code: Rework(*numbers) for code, numbers in found if code != NO_TERM}


def _spread(values: Bools, rows: Int64s, length: int) -> Bools:
    """Put each value in its row, and false in all others."""
    spread = np.zeros(length, dtype=np.bool_)
    spread[rows] = values
    return spread
