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
        self._earliest_us = first_us - 1
        self._latest_us = last_us
        self._first_day = self._earliest_us // DAY_US
        days = np.arange(self._first_day, self._latest_us // DAY_US + 2)
        self._before = np.searchsorted(marks_us, days * DAY_US)
        self._most_a_day = int(np.diff(self._before).max())
        self._marks_us = np.append(marks_us, NO_INSTANT)

    def passed(self, instants_us: Int64s) -> Int64s:
        """How many of the marks lie at or before each instant, int64[n]."""
        within_us = np.clip(instants_us, self._earliest_us, self._latest_us)
        passed = self._before.take(within_us // DAY_US - self._first_day)
        for _ in range(self._most_a_day):
            passed += self._marks_us.take(passed) <= within_us
        return passed
