"""What several parts have: clocks and disks, and how far off they may be."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from procesmijn.cli.checks.check import Verdict, failure, warning, well
from procesmijn.settings import Settings

_NOTHING_LEFT: Final = 0.2
"""Of what should be free: work is about to stand still."""


class Limits(NamedTuple):
    """What is still well."""

    disk_free: float
    """Share of a disk."""
    clock_seconds: float
    transaction_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """As the settings have them."""
        return cls(
            settings.doctor_disk_percent / 100,
            settings.doctor_clock_seconds,
            settings.doctor_transaction_seconds,
        )


class Disk(NamedTuple):
    """A file system that data lie on."""

    place: str
    total_bytes: int
    free_bytes: int


def of_clock(there: datetime, here: datetime, whose: str, limits: Limits) -> Verdict:
    """Whether two clocks, read at the same time, agree."""
    apart_seconds = abs(here - there).total_seconds()
    if apart_seconds <= limits.clock_seconds:
        return well(f"that of the {whose} agrees with ours")
    return failure(
        f"that of the {whose} is {apart_seconds:,.6g} s apart from ours: let both follow NTP, else"
        " fresh events may be refused as future ones"
    )


def of_disk(disk: Disk, limits: Limits) -> Verdict:
    """Whether there is room."""
    free = disk.free_bytes / disk.total_bytes if disk.total_bytes else 0.0
    said = f"{disk.free_bytes / 2**30:,.1f} GiB ({free:.0%}) free at {disk.place}"
    if free < limits.disk_free * _NOTHING_LEFT:
        return failure(f"{said}: make room, or give it a larger disk, before work stands still")
    if free < limits.disk_free:
        return warning(f"{said}: make room, or give it a larger disk")
    return well(said)
