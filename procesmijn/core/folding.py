"""One row for each delivery, as it stands, and how it stood before as bytes beside it.

Only looking back asks for what a delivery went through. Kept as rows it would be several of them to
write for each that is read; as bytes they go where the delivery goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from procesmijn.core.frames import DELIVERY, DELIVERY_KEY, STRETCH, Int64s, Rows
from procesmijn.core.order import is_first

_FACTOR: Final = np.uint64(0x9E37_79B9_7F4A_7C15)
_STIR: Final = (
    (np.uint64(30), np.uint64(0xBF58_476D_1CE4_E5B9)),
    (np.uint64(27), np.uint64(0x94D0_49BB_1331_11EB)),
    (np.uint64(31), np.uint64(1)),
)
"""The numbers of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""


def fold(stood: Rows) -> tuple[Rows, tuple[bytes, ...]]:
    """:data:`~procesmijn.core.frames.DELIVERY` rows and the course of each, from
    :data:`~procesmijn.core.frames.STOOD` rows by delivery and in order."""
    begins = np.flatnonzero(is_first(*(stood[column] for column in DELIVERY_KEY)))
    lasts = np.append(begins, len(stood))[1:] - 1
    deliveries = np.zeros(len(lasts), dtype=DELIVERY)
    for column in DELIVERY.names or ():
        if column != "digest":
            deliveries[column] = stood[column].take(lasts)
    stretches = np.empty(len(stood), dtype=STRETCH)
    for column in STRETCH.names or ():
        stretches[column] = stood[column]
    past, width = stretches.tobytes(), STRETCH.itemsize
    ends = zip((begins * width).tolist(), (lasts * width).tolist(), strict=True)
    nth = np.arange(len(stood)) - np.repeat(begins, lasts - begins + 1)
    course = np.add.reduceat(_mixed(nth, stood, STRETCH.names or ()), begins)
    deliveries["digest"] = _mixed(course, deliveries, DELIVERY.names or ())
    return deliveries, tuple(past[begin:end] for begin, end in ends)


def _mixed(seed: Int64s, rows: Rows, columns: Sequence[str]) -> Int64s:
    """A number for each row that says all of it: a polynomial in its columns, stirred."""
    mixed = seed.astype(np.uint64)
    for column in columns:
        mixed = mixed * _FACTOR + rows[column].astype(np.uint64)
    for shift, factor in _STIR:
        mixed = (mixed ^ mixed >> shift) * factor
    return mixed.view(np.int64)
