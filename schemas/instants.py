"""One grammar of time for the whole contract: RFC 3339, always with a zone.

``datetime.fromisoformat`` alone takes more than RFC 3339 (week dates, basic format, no zone), so
what it reads is matched first. Digits below the microsecond are cut off.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US_PER_SECOND: Final = 1_000_000
DAY_US: Final = 86_400 * _US_PER_SECOND
YEAR_2100_US: Final = 4_102_444_800 * _US_PER_SECOND
"""2100-01-01T00:00:00Z: no event of a running organisation lies there or later."""

_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


class ZoneMissingError(ValueError):
    """A time that says no offset: which instant it means is anybody's guess."""


def read_instant(text: str) -> datetime:
    """Read an RFC 3339 timestamp.

    Raises :class:`ZoneMissingError` where the offset is missing, ``ValueError`` where the text is
    no timestamp, such as a leap second or 30 February.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("should be an RFC 3339 timestamp such as 2026-11-20T09:56:24+01:00")
    if match[1] is None:
        raise ZoneMissingError("has no zone; write an offset, as in 2026-11-20T09:56:24+01:00")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("names a date, a time or an offset that does not exist") from None


def write_instant(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC, to the microsecond."""
    if instant.tzinfo is None:
        raise ZoneMissingError("the instant has no zone; give an aware datetime")
    return instant.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def to_us(instant: datetime) -> int:
    """Whole microseconds since 1970 UTC, exactly: no floating point on the way."""
    since = instant - _EPOCH
    return since.days * DAY_US + since.seconds * _US_PER_SECOND + since.microseconds


def is_plausible(instant_us: int) -> bool:
    """Whether an instant lies from 1970 on and before 2100."""
    return 0 <= instant_us < YEAR_2100_US
