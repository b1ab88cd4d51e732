"""Counts by day that add up: one row for each key, so that a batch changes each count once."""

from __future__ import annotations

import numpy as np

from procesmijn.core.frames import HANDOVER_DAY, Rows
from procesmijn.core.order import is_first, order_by

_HANDOVER_KEY = ("process", "day", "supplier", "customer", "pickup_basis")
_HANDOVER_SUMS = ("n", "wait_us", "wait_working_us")


def summed(rows: Rows, key: tuple[str, ...], sums: tuple[str, ...]) -> Rows:
    """One row for each ``key``, in order of the keys, with the sums of the columns ``sums``."""
    rows = rows.take(order_by(*(rows[column] for column in key)))
    begins = np.flatnonzero(is_first(*(rows[column] for column in key)))
    together = rows.take(begins)
    for column in sums:
        together[column] = np.add.reduceat(rows[column], begins)
    return together


def handover_counts(handovers: Rows) -> Rows:
    """What handovers come to by local day of their pick-up:
    :data:`~procesmijn.core.frames.HANDOVER_DAY` rows, by key."""
    counts = np.empty(len(handovers), dtype=HANDOVER_DAY)
    counts["day"] = handovers["picked_up_on"]
    counts["n"] = 1
    for column in ("process", *_HANDOVER_KEY[2:], *_HANDOVER_SUMS[1:]):
        counts[column] = handovers[column]
    return summed(counts, _HANDOVER_KEY, _HANDOVER_SUMS)
