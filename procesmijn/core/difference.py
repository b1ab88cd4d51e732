"""What has to be written so that the stored facts become the mined ones: nothing that is equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from procesmijn.core.frames import (
    CASE_KEY,
    DELIVERY_KEY,
    DEVIATION_KEY,
    HANDOVER_KEY,
    PENDING_KEY,
    REPEAT_KEY,
    Bools,
    Facts,
    Int64s,
    Rows,
)
from procesmijn.core.order import is_first, order_by


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """For each kind of fact the keys of the rows to remove, and the rows to insert or to replace.

    Each is sorted as the facts are. ``traces[i]`` is the trace of ``cases_written[i]``,
    ``courses[i]`` the course of ``deliveries_written[i]``, and ``..._are_new[i]`` says whether
    nothing with the key of ``..._written[i]`` is stored.
    """

    cases_removed: Rows
    cases_written: Rows
    cases_are_new: Bools
    traces: tuple[bytes, ...]
    handovers_removed: Rows
    handovers_written: Rows
    handovers_are_new: Bools
    pendings_removed: Rows
    pendings_written: Rows
    pendings_are_new: Bools
    deliveries_removed: Rows
    deliveries_written: Rows
    deliveries_are_new: Bools
    courses: tuple[bytes, ...]
    repeats_removed: Rows
    repeats_written: Rows
    repeats_are_new: Bools
    deviations_removed: Rows
    deviations_written: Rows
    deviations_are_new: Bools


def difference(stored: Facts, mined: Facts) -> Changes:
    """Compare the facts of the same objects, by key and then by every column that is stored.

    A trace is compared by its hash, a column of its case; and itself where it is there on both
    sides. So is the course of a delivery.
    """
    cases_removed, cases, is_new_case = _compare(stored.cases, mined.cases, CASE_KEY)
    if stored.traces:
        traced = (stored.cases, stored.traces), (mined.cases, mined.traces)
        cases = np.union1d(cases, _with_another(*traced, CASE_KEY))
    handovers_removed, handovers, is_new_handover = _compare(
        stored.handovers, mined.handovers, HANDOVER_KEY
    )
    pendings_removed, pendings, is_new_pending = _compare(
        stored.pendings, mined.pendings, PENDING_KEY
    )
    deliveries_removed, deliveries, is_new_delivery = _compare(
        stored.deliveries, mined.deliveries, DELIVERY_KEY
    )
    repeats_removed, repeats, is_new_repeat = _compare(stored.repeats, mined.repeats, REPEAT_KEY)
    if stored.courses:
        gone = (stored.deliveries, stored.courses), (mined.deliveries, mined.courses)
        deliveries = np.union1d(deliveries, _with_another(*gone, DELIVERY_KEY))
    deviations_removed, deviations, is_new_deviation = _compare(
        stored.deviations, mined.deviations, DEVIATION_KEY
    )
    return Changes(
        cases_removed=cases_removed,
        cases_written=mined.cases.take(cases),
        cases_are_new=is_new_case[cases],
        traces=tuple(mined.traces[case] for case in cases.tolist()),
        handovers_removed=handovers_removed,
        handovers_written=mined.handovers.take(handovers),
        handovers_are_new=is_new_handover[handovers],
        pendings_removed=pendings_removed,
        pendings_written=mined.pendings.take(pendings),
        pendings_are_new=is_new_pending[pendings],
        deliveries_removed=deliveries_removed,
        deliveries_written=mined.deliveries.take(deliveries),
        deliveries_are_new=is_new_delivery[deliveries],
        courses=tuple(mined.courses[delivery] for delivery in deliveries.tolist()),
        repeats_removed=repeats_removed,
        repeats_written=mined.repeats.take(repeats),
        repeats_are_new=is_new_repeat[repeats],
        deviations_removed=deviations_removed,
        deviations_written=mined.deviations.take(deviations),
        deviations_are_new=is_new_deviation[deviations],
    )


def _compare(stored: Rows, mined: Rows, key: tuple[str, ...]) -> tuple[Rows, Int64s, Bools]:
    """Keys that are stored only; which of the mined rows are not stored as they are; and of each
    mined row whether its key is not stored."""
    columns = [np.concatenate([stored[column], mined[column]]) for column in key]
    order = order_by(*columns)
    again = np.flatnonzero(~is_first(*(column[order] for column in columns)))
    # of two rows with one key the stored one has the lower number
    in_stored = np.minimum(order[again - 1], order[again])
    in_mined = np.maximum(order[again - 1], order[again]) - len(stored)

    is_gone = np.ones(len(stored), dtype=np.bool_)
    is_gone[in_stored] = False
    is_other = np.ones(len(mined), dtype=np.bool_)
    known = stored.dtype.names or ()
    is_other[in_mined] = stored.take(in_stored) != _columns(mined.take(in_mined), known)
    is_new = np.ones(len(mined), dtype=np.bool_)
    is_new[in_mined] = False
    return _columns(stored[is_gone], key), np.flatnonzero(is_other), is_new


def _with_another(
    stored: tuple[Rows, tuple[bytes, ...]],
    mined: tuple[Rows, tuple[bytes, ...]],
    key: tuple[str, ...],
) -> Int64s:
    """Which of the mined rows are stored with other bytes beside them."""
    beside = dict(zip(_columns(stored[0], key).tolist(), stored[1], strict=True))
    rows = zip(_columns(mined[0], key).tolist(), mined[1], strict=True)
    other = [at for at, (place, own) in enumerate(rows) if beside.get(place, own) != own]
    return np.array(other, dtype=np.int64)


def _columns(rows: Rows, names: tuple[str, ...]) -> Rows:
    if rows.dtype.names == names:
        return rows
    chosen = np.empty(len(rows), dtype=[(name, rows.dtype[name]) for name in names])
    for name in names:
        chosen[name] = rows[name]
    return chosen
