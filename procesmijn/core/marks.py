"""Finding instants among others by division: a calendar has thirty thousand openings in order.

A binary search of them takes fifteen steps, each of which waits for memory. But they are spread
evenly, so the day of an instant tells all but one or two.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from procesmijn.core.frames import NO_INSTANT, Int64s

DAY_US: Final = 86_400_000_000


class Marks:
    """Instants in order, and how many of them lie before each day (of UTC) begins."""

    def __init__(self, marks_us: Int64s) -> None:
        first_us, last_us = (int(marks_us[0]), int(marks_us[-1])) if len(marks_us) else (0, 0)
        self._first_day = (first_us - 1) // DAY_US
        days = np.arange(self._first_day, last_us // DAY_US + 2)
        self._before = np.searchsorted(marks_us, days * DAY_US)
        self._most_a_day = int(np.diff(self._before).max())
        self._until_us = np.append(marks_us - 1, NO_INSTANT)  # nothing comes after the last

    def passed(self, instants_us: Int64s) -> Int64s:
        """How many of the marks lie at or before each instant, int64[n]."""
        days = instants_us // DAY_US
        days -= self._first_day
        passed = self._before.take(days, mode="clip")
        for _ in range(self._most_a_day):
            passed += instants_us > self._until_us.take(passed)
        return passed
