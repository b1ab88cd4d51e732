"""What people type as a moment becomes an instant: one reading of it for the whole command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from procesmijn.core.days import EPOCH, FIRST_YEAR, LAST_YEAR, Days
from procesmijn.errors import UsageError


def parse_instant(text: str, zone: str) -> int:
    """Microseconds since 1970 UTC of a moment in ISO 8601.

    A moment with an offset or ``Z`` speaks for itself; one without is a clock reading in ``zone``
    (IANA), by the rule of :mod:`procesmijn.core.days` where the clock skips it or shows it twice. A
    date alone is the beginning of that date.

    Raises:
        UsageError: not a moment, or outside the years of the contract.
        UnknownZoneError: the time zone data have no such zone.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is not a moment: write it as 2020-10-02T07:00, "
            "with +02:00 or Z behind it when it is not the local time of the calendar"
        ) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UsageError(f"{text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    reading_us = (moment.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    offset = moment.utcoffset()
    if offset is not None:
        return reading_us - offset // timedelta(microseconds=1)
    return int(Days.of(zone).instant_us(np.array([reading_us], dtype=np.int64))[0])
