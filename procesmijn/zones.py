"""Time zones come from the pinned ``tzdata`` package, never from the machine.

``ZoneInfo(name)`` takes the data of the operating system where it has any, and two machines would
mine one case differently, or know other zones.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

from procesmijn.errors import UsageError


class UnknownZoneError(UsageError):
    """A time zone has a name that the time zone data do not know: use an IANA name."""


@cache
def zone_names() -> frozenset[str]:
    """All IANA names that there are data of."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def release() -> str:
    """Which release of the data this is: the year, and its number in that year."""
    return version("tzdata")


@cache
def load_zone(zone: str) -> ZoneInfo:
    """An IANA zone.

    Raises:
        UnknownZoneError: there is no such zone.
    """
    if zone not in zone_names():
        near = get_close_matches(zone, sorted(zone_names()), n=1) or ["Europe/Amsterdam"]
        raise UnknownZoneError(f"unknown time zone {zone!r}: give an IANA name such as {near[0]}")
    with (files("tzdata") / "zoneinfo" / zone).open("rb") as data:
        return ZoneInfo.from_file(data, key=zone)
