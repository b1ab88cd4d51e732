"""What several parts have: clocks and disks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from procesmijn.cli.checks.check import Verdict, failure, warning, well

CLOCKS_APART: Final = timedelta(seconds=5)
"""More than the way of an answer takes; less than people would notice in a freshness."""
LITTLE_LEFT: Final = 0.10
"""Of a disk: the usual share at which somebody should look."""
NOTHING_LEFT: Final = 0.02


class Disk(NamedTuple):
    """A file system that data lie on."""

    place: str
    total_bytes: int
    free_bytes: int


def of_clock(there: datetime, here: datetime, whose: str) -> Verdict:
    """Whether two clocks, read at the same time, agree."""
    apart = abs(here - there)
    if apart <= CLOCKS_APART:
        return well(f"that of the {whose} agrees with ours")
    return failure(
        f"that of the {whose} is {apart.total_seconds():.0f} s apart from ours: let both follow"
        " NTP, else fresh events may be refused as future ones"
    )


def of_disk(disk: Disk) -> Verdict:
    """Whether there is room."""
    free = disk.free_bytes / disk.total_bytes if disk.total_bytes else 0.0
    said = f"{disk.free_bytes / 2**30:,.1f} GiB ({free:.0%}) free at {disk.place}"
    if free < NOTHING_LEFT:
        return failure(f"{said}: make room, or give it a larger disk, before work stands still")
    if free < LITTLE_LEFT:
        return warning(f"{said}: make room, or give it a larger disk")
    return well(said)
