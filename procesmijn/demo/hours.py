"""When somebody works, one instant at a time: people begin, stop and go on by their calendar.

:mod:`procesmijn.core.worktime` answers how much was worked between many pairs of instants at once;
a simulation asks the reverse, for one instant: when will so much have been worked?
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from procesmijn.core.worktime import Calendar


class Hours:
    """The open hours of a calendar. Instants and durations are whole microseconds."""

    def __init__(self, calendar: Calendar) -> None:
        self._opens_us: list[int] = calendar.opens_us.tolist()
        self._closes_us: list[int] = calendar.closes_us.tolist()
        self._worked_us: list[int] = calendar.worked_us.tolist()

    def opening_us(self, at_us: int) -> int:
        """First instant from ``at_us`` on at which it is open."""
        stretch = bisect_right(self._closes_us, at_us)
        return max(at_us, self._opens_us[stretch])

    def closing_us(self, at_us: int) -> int:
        """End of the stretch that is open at ``at_us``, or of the next one."""
        return self._closes_us[bisect_right(self._closes_us, at_us)]

    def is_open(self, at_us: int) -> bool:
        """Whether it is open at an instant; closing time itself is not."""
        return self.opening_us(at_us) == at_us

    def after_us(self, at_us: int, work_us: int) -> int:
        """Instant at which ``work_us`` of open time will have passed since ``at_us``."""
        if work_us <= 0:
            return self.opening_us(at_us)
        first = bisect_right(self._closes_us, at_us)
        done_us = self._worked_us[first] + max(0, at_us - self._opens_us[first])
        last = bisect_left(self._worked_us, done_us + work_us) - 1
        return self._opens_us[last] + done_us + work_us - self._worked_us[last]
