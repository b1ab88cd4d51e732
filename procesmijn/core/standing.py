"""Which entries of the packs stand: a later one replaces an earlier one, and void ones drop out."""

from __future__ import annotations

import numpy as np

from procesmijn.core.frames import MAX_EVENTS_OF_CASE, Bools, Int64s, ObjectEvents
from procesmijn.core.order import is_first, order_by


def standing(events: ObjectEvents) -> Int64s:
    """Rows of the entries that count, of the objects that are mined, ascending.

    Of the entries of one object with one key the last counts; where that one is void, none does.
    An object with more than ``MAX_EVENTS_OF_CASE`` such entries keeps none at all: its id names no
    one thing (``UNKNOWN``), and every figure on it would be wrong.
    """
    stands = _is_last(events) & (events.events["is_void"] == 0)
    of_object = np.bincount(events.owner[stands], minlength=len(events.keys))
    return np.flatnonzero(stands & (of_object <= MAX_EVENTS_OF_CASE)[events.owner])


def _is_last(events: ObjectEvents) -> Bools:
    """Whether each entry is the last of its object with its key."""
    owner, high, low = events.owner, events.events["key_hi"], events.events["key_lo"]
    rows = order_by(owner, high, low, np.arange(len(owner)))
    is_last = np.zeros(len(rows), dtype=np.bool_)
    is_last[rows] = np.roll(is_first(owner[rows], high[rows], low[rows]), -1)
    return is_last
