"""Reads the times of a file: any ISO 8601 form, and local times in a zone that is told."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import numpy as np

from procesmijn.core.days import Days
from schemas.instants import is_plausible, to_us

_SLASHED: Final = re.compile(r"\d{4}/\d\d/\d\d")
_TICKS_PER_SECOND: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}
"""By the number of digits of a bare number: from 2001 to 2286 these are seconds since 1970, and
their thousandths, millionths and billionths."""
_UTC_SUFFIX: Final = re.compile(r" ?(?:UTC|GMT)$")


class Clock:
    """Reads times, and counts the local ones that the clock does not make plain.

    The rule is that of :mod:`procesmijn.core.days`. Where a clock goes back, a local time occurs
    twice: the first is taken. Where it goes forward, a local time does not occur at all: it stands
    for the moment of the change.
    """

    def __init__(self, zone: str | None) -> None:
        """Take the IANA zone of times without an offset; None: there may be none.

        Raises :class:`~procesmijn.zones.UnknownZoneError`.
        """
        self._days = None if zone is None else Days.of(zone)
        self.twice = 0
        self.never = 0

    def read(self, text: str) -> int:
        """Give microseconds since 1970 UTC; digits below the microsecond are cut off.

        Raises ``ValueError`` with the reason, to follow the name of the column.
        """
        if text.isdecimal() and len(text) in _TICKS_PER_SECOND:
            us = int(text) * 10**6 // _TICKS_PER_SECOND[len(text)]
        else:
            instant = _local_or_aware(text)
            us = to_us(instant) if instant.tzinfo else self._located_us(instant)
        if not is_plausible(us):
            raise ValueError(f"is {text!r}, which lies before 1970, or in 2100 or later")
        return us

    def _located_us(self, local: datetime) -> int:
        days = self._days
        if days is None:
            raise ValueError("has no zone: say in which it is, with --timezone")
        reading_us = to_us(local.replace(tzinfo=UTC))
        us = int(days.instant_us(np.array([reading_us], dtype=np.int64))[0])
        shown = int(np.searchsorted(days.since_us, us, side="right")) - 1
        if us + days.offset_us[shown] != reading_us:
            self.never += 1
        elif shown + 1 < len(days.since_us):
            again_us = reading_us - days.offset_us[shown + 1]
            self.twice += int(again_us >= days.since_us[shown + 1])
        return us


def _local_or_aware(text: str) -> datetime:
    """Read ISO 8601, and beside it what leaves no doubt: 2011/10/01, and UTC as a word."""
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    plain = _UTC_SUFFIX.sub("+00:00", text.strip())
    if _SLASHED.match(plain):
        plain = plain.replace("/", "-")
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"is {text!r}, and should be as 2026-11-20 09:56:24+01:00") from None
