"""How busy it is: by the day of the week, the day of the month, and the time of the year."""

from __future__ import annotations

from datetime import date
from math import cos, tau
from typing import Final

WEEKDAYS: Final = (1.25, 1.10, 1.00, 0.95, 0.80, 0.50, 0.50)
"""From Monday on. What broke over the weekend is reported on Monday."""
MONTH_START: Final = 1.20
"""New colleagues begin on the first days of a month, and so do their questions."""
MONTH_START_DAYS: Final = 3
SWING: Final = 0.20
BUSIEST_DAY: Final = 300
"""Day of the year, near the end of October; half a year from it is the quietest."""


def busyness(day: date) -> float:
    """Factor by which the work that arrives on a local date differs from that of a mean day."""
    of_year = 1 + SWING * cos(tau * (day.timetuple().tm_yday - BUSIEST_DAY) / 365.25)
    of_month = MONTH_START if day.day <= MONTH_START_DAYS else 1.0
    return WEEKDAYS[day.weekday()] * of_month * of_year
