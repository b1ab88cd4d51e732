"""What was completed in a case, in order: as bytes to keep, and as hashes to compare and group by.

The hashes are of names and times, not of codes, so they are the same in every database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_MOMENT: Final = np.dtype([(name, STEP[name]) for name in ("completed_on", "completed_us")])


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """One for each case; that of a case in which nothing was completed is empty."""

    steps: tuple[bytes, ...]
    """:data:`~procesmijn.core.frames.STEP` bytes, by completion."""
    variant: Int64s
    """BLAKE2b, 8 bytes long, of the activity names with ``NAME_SEPARATOR`` between them."""
    trace_hash: Int64s
    """Likewise of those 8 bytes and, for each step, its local date (days, 4 bytes) and completion
    (microseconds, 8 bytes). All numbers are signed and little-endian."""


def trace(cases: Cases, instances: Instances, names: Mapping[int, str]) -> Traces:
    """Trace each case. Transparent instances are in it, open ones are not."""
    completed = instances.completed
    case, completed_us = instances.case[completed], instances.completion_us[completed]
    steps = np.empty(len(completed), dtype=STEP)
    moments = np.empty(len(completed), dtype=_MOMENT)
    steps["activity"] = instances.activity[completed]
    steps["completed_on"] = moments["completed_on"] = cases.local_day(case, completed_us)
    steps["completed_us"] = moments["completed_us"] = completed_us
    ends = np.cumsum(count_by(case, len(cases)))

    text_of = {code: names[code].encode() for code in np.unique(steps["activity"]).tolist()}
    activities = _cut(steps["activity"], ends)
    hash_of = {  # of each distinct one: there are far fewer than cases
        codes: _hash(NAME_SEPARATOR.join([text_of[code] for code in memoryview(codes).cast("i")]))
        for codes in set(activities)
    }
    variants = [hash_of[codes] for codes in activities]
    hashes = [
        _hash(variant + when) for variant, when in zip(variants, _cut(moments, ends), strict=True)
    ]
    return Traces(tuple(_cut(steps, ends)), _numbers(variants), _numbers(hashes))


def variant_key(activities: Iterable[str]) -> int:
    """Key of the variant with these activities, in this order: the same in every database."""
    (key,) = _numbers([_hash(NAME_SEPARATOR.join(name.encode() for name in activities))])
    return int(key)


def _cut(values: Rows, ends: Int64s) -> list[bytes]:
    """The bytes of the values of each case: up to its end, from the end of the one before."""
    whole = values.tobytes()
    stops = (ends * values.dtype.itemsize).tolist()
    return [whole[start:stop] for start, stop in pairwise([0, *stops])]


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=_HASH.itemsize).digest()


def _numbers(hashes: list[bytes]) -> Int64s:
    return np.frombuffer(b"".join(hashes), dtype=_HASH)
