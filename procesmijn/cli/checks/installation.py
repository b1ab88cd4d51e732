"""Checks of what is here without any server: settings, keys, the disk of the home, zone data."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from procesmijn import zones
from procesmijn.cli.checks.check import Check, Verdict, failure, warning, well
from procesmijn.cli.checks.surroundings import Disk, Limits, of_disk
from procesmijn.cli.service import KEYS_NEEDED, kept_keys
from procesmijn.embedded import made_in
from procesmijn.errors import ProcesmijnError
from procesmijn.persons import Keys
from procesmijn.settings import Settings, misspelt, of_file, say_misspelt

_YEARS_OLD: Final = 2
"""Some twenty releases: governments give half a year of notice, or less, when they move a clock."""


class Installation(NamedTuple):
    """What was read of it."""

    misspelt: Mapping[str, str | None]
    """Variables with our prefix that mean nothing, each with the one that was meant perhaps."""
    keys: Keys | ProcesmijnError | None
    """None where there are none; an error where they cannot be used."""
    needs_keys: bool
    """Whether the database is one of our own, which has no keys beside it."""
    has_database: bool
    """Whether the home holds a database, which then was written with keys."""
    home: Disk
    limits: Limits
    zone_data: str
    """Release of the time zone data, such as ``2025.2``."""
    today: date


def read(settings: Settings, environment: Mapping[str, str]) -> Installation:
    """Look, and make nothing: neither a home nor keys."""
    keys: Keys | ProcesmijnError | None
    try:
        keys = kept_keys(settings)
    except ProcesmijnError as error:
        keys = error
    return Installation(
        misspelt=misspelt({**of_file(environment), **environment}),
        keys=keys,
        needs_keys=settings.database_url is not None,
        has_database=made_in(settings.home).database,
        home=disk_at(settings.home),
        limits=Limits.of(settings),
        zone_data=zones.release(),
        today=datetime.now(UTC).date(),
    )


def disk_at(path: Path) -> Disk:
    """The file system of a folder, or of the one above it that is there."""
    there = next(
        folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists()
    )
    usage = shutil.disk_usage(there)
    return Disk(str(path), usage.total, usage.free)


def of_settings(seen: Installation) -> Verdict:
    """Each variable with our prefix means something."""
    if not seen.misspelt:
        return well("every variable is known")
    return failure(f"no settings: {say_misspelt(seen.misspelt)}; see docs/settings.md")


def of_keys(seen: Installation) -> Verdict:
    """There are keys, and only their owner can read them."""
    match seen.keys:
        case Keys():
            return well(f"fingerprint {seen.keys.fingerprint}")
        case ProcesmijnError():
            return failure(str(seen.keys))
    if seen.needs_keys:
        return failure(KEYS_NEEDED)
    if seen.has_database:
        return failure(
            f"there are none in {seen.home.place}, and a database is: put back the copy of the file"
            " keys, without which nobody is who he was"
        )
    return well("none yet: they are made with the database")


def of_zone_data(seen: Installation) -> Verdict:
    """Time zone data know the clocks of today."""
    if seen.today.year - int(seen.zone_data[:4]) >= _YEARS_OLD:
        return warning(
            f"time zone data are of {seen.zone_data}: pip install --upgrade tzdata, for every"
            " worker, then procesmijn catalogue activate"
        )
    return well(f"time zone data of {seen.zone_data}")


CHECKS: Final = (
    Check("settings", of_settings),
    Check("keys", of_keys),
    Check[Installation]("home-disk", lambda seen: of_disk(seen.home, seen.limits)),
    Check("time-zones", of_zone_data),
)
