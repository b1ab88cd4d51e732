"""One row for each delivery, as it stands, and how it stood before as bytes beside it.

Only looking back asks for what a delivery went through. Kept as rows it would be several of them to
write for each that is read; as bytes they go where the delivery goes.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np

from procesmijn.core.frames import DELIVERY, DELIVERY_KEY, STRETCH, Rows
from procesmijn.core.order import is_first

_DIGEST: Final = np.dtype("<i8")


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
    past, rows = stretches.tobytes(), deliveries.tobytes()
    width, size = STRETCH.itemsize, DELIVERY.itemsize
    ends = zip((begins * width).tolist(), (lasts * width).tolist(), strict=True)
    courses = tuple(past[begin:end] for begin, end in ends)
    digests = [
        blake2b(rows[at * size : (at + 1) * size] + course, digest_size=_DIGEST.itemsize).digest()
        for at, course in enumerate(courses)
    ]
    deliveries["digest"] = np.frombuffer(b"".join(digests), dtype=_DIGEST)
    return deliveries, courses
