"""What was completed in a case, in order: as bytes to keep, and as hashes to compare and group by.

The hashes are of names and times, not of codes, so they are the same in every database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Final

import numpy as np

from procesmijn.core.assign import Cases
from procesmijn.core.frames import STEP, Int64s, Rows
from procesmijn.core.instances import Instances
from procesmijn.core.order import count_by

NAME_SEPARATOR: Final = b"\x1f"
_HASH: Final = np.dtype("<i8")


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """One for each case; that of a case in which nothing was completed is empty."""

    steps: tuple[bytes, ...]
    """:data:`~procesmijn.core.frames.STEP` bytes, by completion."""
    variant: Int64s
    """BLAKE2b, 8 bytes long, of the activity names with ``NAME_SEPARATOR`` between them."""
    trace_hash: Int64s
    """Likewise of those 8 bytes, the completions (microseconds, 8 bytes each) and their local dates
    (days, 4 bytes each). All numbers are signed and little-endian."""


def trace(cases: Cases, instances: Instances, names: Mapping[int, str]) -> Traces:
    """Trace each case. Transparent instances are in it, open ones are not."""
    completed = instances.completed
    steps = np.empty(len(completed), dtype=STEP)
    steps["activity"] = instances.activity[completed]
    case = instances.case[completed]
    steps["completed_us"] = instances.completion_us[completed]
    steps["completed_on"] = cases.local_day(case, steps["completed_us"])
    ends = np.cumsum(count_by(case, len(cases)))

    text_of = {code: names[code].encode() for code in np.unique(steps["activity"]).tolist()}
    activities = _cut(steps["activity"], ends)
    hash_of = {  # of each distinct one: there are far fewer than cases
        codes: _hash(NAME_SEPARATOR.join([text_of[code] for code in memoryview(codes).cast("i")]))
        for codes in set(activities)
    }
    variants = [hash_of[codes] for codes in activities]
    moments, dates = _cut(steps["completed_us"], ends), _cut(steps["completed_on"], ends)
    hashes = [_hash(b"".join(parts)) for parts in zip(variants, moments, dates, strict=True)]
    return Traces(tuple(_cut(steps, ends)), _numbers(variants), _numbers(hashes))


def _cut(values: Rows, ends: Int64s) -> list[bytes]:
    """The bytes of the values of each case: up to its end, from the end of the one before."""
    whole = values.tobytes()
    stops = (ends * values.dtype.itemsize).tolist()
    return [whole[start:stop] for start, stop in pairwise([0, *stops])]


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=_HASH.itemsize).digest()


def _numbers(hashes: list[bytes]) -> Int64s:
    return np.frombuffer(b"".join(hashes), dtype=_HASH)
