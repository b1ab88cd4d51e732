"""Zones are those of the pinned package, for whoever asks, on whatever machine."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from procesmijn.catalogue import CatalogueErrors, parse
from procesmijn.files.instants import Clock
from procesmijn.zones import UnknownZoneError, load_zone


@pytest.mark.parametrize(
    ("zone", "suggested"),
    [
        ("Europe/Amsterdm", "Europe/Amsterdam"),
        ("america/new_york", "America/New_York"),
        ("", "Europe/Amsterdam"),
        ("../zones", "Europe/Amsterdam"),
        ("localtime", "Europe/Amsterdam"),  # that of a machine, so not the same everywhere
    ],
)
def test_an_unknown_zone_is_answered_with_a_known_one(zone: str, suggested: str) -> None:
    with pytest.raises(UnknownZoneError, match=f"IANA name such as {suggested}"):
        load_zone(zone)


@pytest.fixture
def machine_of_another_time(tmp_path: Path) -> Iterator[None]:
    """A machine on which Amsterdam keeps the time of Kolkata, and which knows a zone of Delft."""
    before = zoneinfo.TZPATH
    (tmp_path / "Europe").mkdir()
    kolkata = files("tzdata") / "zoneinfo" / "Asia" / "Kolkata"
    for name in ("Amsterdam", "Delft"):
        (tmp_path / "Europe" / name).write_bytes(kolkata.read_bytes())
    zoneinfo.reset_tzpath(to=[tmp_path])
    load_zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=before)


@pytest.mark.usefixtures("machine_of_another_time")
def test_zones_come_from_the_pinned_package_and_not_from_the_machine() -> None:
    noon = datetime(2020, 7, 1, 12, tzinfo=UTC)
    assert noon.astimezone(zoneinfo.ZoneInfo.no_cache("Europe/Amsterdam")).hour == 17
    assert noon.astimezone(load_zone("Europe/Amsterdam")).hour == 14


@pytest.mark.usefixtures("machine_of_another_time")
def test_times_of_files_and_zones_of_catalogues_are_not_the_machines_either() -> None:
    noon = datetime(2020, 7, 1, 10, tzinfo=UTC)
    assert Clock("Europe/Amsterdam").read("2020-07-01T12:00") == noon.timestamp() * 1e6
    assert "Europe/Delft" in zoneinfo.available_timezones()
    process = "processes: {hiring: {case: hiring, zone: %s}}"
    assert parse(process % "Europe/Amsterdam").zone_of("hiring") == "Europe/Amsterdam"
    with pytest.raises(CatalogueErrors, match="'Europe/Delft' is no IANA time zone"):
        parse(process % "Europe/Delft")
