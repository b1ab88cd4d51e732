"""Cases in time: the dots of a dotted chart, and the segments of a performance spectrum.

Both need every case with its instants, where a model needs only how often what happened. Dots come
as they are read. Of segments all have to be known before the first is classed: they take some 20
bytes each meanwhile.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.flow import CaseTrace, instant

_QUARTILES: Final = (0.25, 0.5, 0.75)


class Dot(NamedTuple):
    """A completed activity, on the line of its case."""

    case_key: str
    activity: str
    completed_at: datetime
    seconds: float
    """Since the first completion of the case."""


class Segment(NamedTuple):
    """One activity came directly after another in a case: a line between two instants."""

    from_activity: str
    to_activity: str
    case_key: str
    from_at: datetime
    to_at: datetime
    seconds: float
    """From completion to completion."""
    quartile: int
    """Among all segments of these two activities: 1 is the quickest quarter, 4 the slowest."""


def dots(traces: Iterable[CaseTrace]) -> Iterator[Dot]:
    """What a dotted chart shows, case by case in the order of the traces.

    (Song, van der Aalst: Supporting process mining by showing events at a glance, WITS 2007.)
    """
    for trace in traces:
        for activity, at_us in zip(trace.activities, trace.completed_us, strict=True):
            seconds = (at_us - trace.completed_us[0]) / 1_000_000
            yield Dot(trace.case_key, activity, instant(at_us), seconds)


def segments(traces: Iterable[CaseTrace]) -> Iterator[Segment]:
    """What a performance spectrum shows, by pair of activities, then by when a segment begins.

    Equal times are in one class, the lower. (Denisov, Fahland, van der Aalst: Unbiased,
    fine-grained description of processes performance from event data, BPM 2018.)
    """
    found: defaultdict[tuple[str, str], _Lines] = defaultdict(_Lines)
    keys: list[str] = []
    for trace in traces:
        steps = zip(trace.activities, trace.completed_us, strict=True)
        for (before, from_us), (after, to_us) in pairwise(steps):
            found[before, after].add(from_us, to_us, len(keys))
        keys.append(trace.case_key)
    for before, after in sorted(found):
        for from_us, to_us, case, quartile in found.pop((before, after)).classed():
            yield Segment(
                before,
                after,
                keys[case],
                instant(from_us),
                instant(to_us),
                (to_us - from_us) / 1_000_000,
                quartile,
            )


class _Lines:
    """The segments of two activities, in columns: objects would take twenty times the memory."""

    def __init__(self) -> None:
        self._from_us, self._to_us, self._case = array("q"), array("q"), array("i")

    def add(self, from_us: int, to_us: int, case: int) -> None:
        self._from_us.append(from_us)
        self._to_us.append(to_us)
        self._case.append(case)

    def classed(self) -> Iterator[tuple[int, int, int, int]]:
        """Each by when it begins, with its quarter."""
        from_us, to_us = np.array(self._from_us), np.array(self._to_us)
        waits_us = to_us - from_us
        classes = np.searchsorted(np.quantile(waits_us, _QUARTILES), waits_us, side="left") + 1
        for at in np.lexsort((to_us, from_us)).tolist():
            yield self._from_us[at], self._to_us[at], self._case[at], int(classes[at])
