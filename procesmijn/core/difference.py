"""What has to be written so that the stored facts become the mined ones: nothing that is equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from procesmijn.core.frames import (
    CASE_KEY,
    DELIVERY_KEY,
    HANDOVER_KEY,
    PENDING_KEY,
    Facts,
    Int64s,
    Rows,
)
from procesmijn.core.order import is_first, order_by


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """For each kind of fact the keys of the rows to remove, and the rows to insert or to replace.

    Each is sorted as the facts are. ``traces[i]`` is the trace of ``cases_written[i]``.
    """

    cases_removed: Rows
    cases_written: Rows
    traces: tuple[bytes, ...]
    handovers_removed: Rows
    handovers_written: Rows
    pendings_removed: Rows
    pendings_written: Rows
    deliveries_removed: Rows
    deliveries_written: Rows


def difference(stored: Facts, mined: Facts) -> Changes:
    """Compare the facts of the same objects, by key and then by every column.

    A trace is compared by its hash, a column of its case; and itself where it is there on both
    sides.
    """
    cases_removed, cases = _compare(stored.cases, mined.cases, CASE_KEY)
    if stored.traces:
        cases = np.union1d(cases, _retraced(stored, mined))
    handovers_removed, handovers = _compare(stored.handovers, mined.handovers, HANDOVER_KEY)
    pendings_removed, pendings = _compare(stored.pendings, mined.pendings, PENDING_KEY)
    deliveries_removed, deliveries = _compare(stored.deliveries, mined.deliveries, DELIVERY_KEY)
    return Changes(
        cases_removed=cases_removed,
        cases_written=mined.cases.take(cases),
        traces=tuple(mined.traces[case] for case in cases.tolist()),
        handovers_removed=handovers_removed,
        handovers_written=mined.handovers.take(handovers),
        pendings_removed=pendings_removed,
        pendings_written=mined.pendings.take(pendings),
        deliveries_removed=deliveries_removed,
        deliveries_written=mined.deliveries.take(deliveries),
    )


def _compare(stored: Rows, mined: Rows, key: tuple[str, ...]) -> tuple[Rows, Int64s]:
    """Keys that are stored only; and which of the mined rows are not stored as they are."""
    columns = [np.concatenate([stored[column], mined[column]]) for column in key]
    order = order_by(*columns)
    again = np.flatnonzero(~is_first(*(column[order] for column in columns)))
    # of two rows with one key the stored one has the lower number
    in_stored = np.minimum(order[again - 1], order[again])
    in_mined = np.maximum(order[again - 1], order[again]) - len(stored)

    is_gone = np.ones(len(stored), dtype=np.bool_)
    is_gone[in_stored] = False
    is_other = np.ones(len(mined), dtype=np.bool_)
    is_other[in_mined] = stored.take(in_stored) != mined.take(in_mined)
    return _keys(stored[is_gone], key), np.flatnonzero(is_other)


def _retraced(stored: Facts, mined: Facts) -> Int64s:
    """Which of the mined cases are stored with another trace."""
    traces = dict(zip(_keys(stored.cases, CASE_KEY).tolist(), stored.traces, strict=True))
    return np.array(
        [
            at
            for at, key in enumerate(_keys(mined.cases, CASE_KEY).tolist())
            if traces.get(key, mined.traces[at]) != mined.traces[at]
        ],
        dtype=np.int64,
    )


def _keys(rows: Rows, key: tuple[str, ...]) -> Rows:
    keys = np.empty(len(rows), dtype=[(column, rows.dtype[column]) for column in key])
    for column in key:
        keys[column] = rows[column]
    return keys
