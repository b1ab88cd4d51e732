"""Which entries of the packs stand: a later one replaces an earlier one, and void ones drop out."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from procesmijn.core.frames import MAX_EVENTS_OF_CASE, Bools, Int64s, ObjectEvents
from procesmijn.core.order import is_first, order_by

_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number without a pattern: multiples of it differ in all their bits."""


def standing(events: ObjectEvents) -> Int64s:
    """Rows of the entries that count, of the objects that are mined, ascending.

    Of the entries of one object with one key the last counts; where that one is void, none does.
    An object with more than ``MAX_EVENTS_OF_CASE`` such entries keeps none at all: its id names no
    one thing (``UNKNOWN``), and every figure on it would be wrong.
    """
    stands = _is_last(events) & (events.events["is_void"] == 0)
    owner = events.owner
    if np.any(owner[MAX_EVENTS_OF_CASE:] == owner[:-MAX_EVENTS_OF_CASE]):  # one has that many
        of_object = np.bincount(owner[stands], minlength=len(events.keys))
        stands &= (of_object <= MAX_EVENTS_OF_CASE)[owner]
    return np.flatnonzero(stands)


def _is_last(events: ObjectEvents) -> Bools:
    """Whether each entry is the last of its object with its key."""
    owner, high, low = events.owner, events.events["key_hi"], events.events["key_lo"]
    is_last = np.ones(len(owner), dtype=np.bool_)
    words = owner.astype(np.uint64)
    words *= _SPREAD
    words ^= high
    words ^= low
    rows = _perhaps_again(words)
    if not len(rows):
        return is_last
    rows = rows[order_by(owner[rows], high[rows], low[rows], rows)]
    is_last[rows] = np.roll(is_first(owner[rows], high[rows], low[rows]), -1)
    return is_last


def _perhaps_again(words: npt.NDArray[np.uint64]) -> Int64s:
    """Rows whose word another row has, too: of what is equal the words are, and of little else."""
    in_order = np.sort(words)  # three times as fast as finding the order
    again = in_order[1:][in_order[1:] == in_order[:-1]]
    return np.flatnonzero(np.isin(words, again))
