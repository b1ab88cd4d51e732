"""The clock of the organisation: faster than the one on the wall, and never ahead of it."""

from __future__ import annotations

from typing import Final

from procesmijn.demo.hours import Hours
from procesmijn.demo.systems import SECOND_US

CLOSED_FACTOR: Final = 240.0
"""When everybody is at home, time passes so much faster still: a night takes seconds."""


class Clock:
    """Simulated time, ``speed`` times as fast as the wall's while somebody is at work."""

    def __init__(self, at_us: int, speed: float, hours: Hours) -> None:
        self.at_us = at_us
        self._speed = speed
        self._hours = hours

    def advance(self, seconds: float, until_us: int) -> int:
        """Let so much time pass on the wall, and give the simulated instant, ``until_us`` at most.

        An organisation that has caught up with the present goes on at its pace.
        """
        at_us, left_us = self.at_us, seconds * SECOND_US
        while left_us >= 1:
            is_open = self._hours.is_open(at_us)
            edge_us = self._hours.closing_us(at_us) if is_open else self._hours.opening_us(at_us)
            speed = self._speed if is_open else self._speed * CLOSED_FACTOR
            step_us = min(edge_us - at_us, max(1, round(left_us * speed)))
            at_us += step_us
            left_us -= step_us / speed
        self.at_us = min(at_us, until_us)  # at once: other threads look at it
        return self.at_us
