"""The home of the demonstration: fresh at each start, kept where that is asked, never another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from procesmijn.cli.demo_home import NotADemoHome, OtherSeed, Stay, move_in
from procesmijn.embedded import HomeInUseError
from procesmijn.embedded.home import Home

BEGIN = datetime(2026, 7, 27, tzinfo=UTC)
END = BEGIN + timedelta(days=91)
STAY = Stay(1, BEGIN, END, True, END)


def test_a_new_start_empties_what_the_last_one_left(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    assert move_in(home, STAY, keep=False) == STAY
    (home / "postgres").mkdir()
    (home / "postgres" / "data").touch()
    (home / "keys").touch()
    other = STAY._replace(seed=2)
    assert move_in(home, other, keep=False) == other
    assert {each.name for each in home.iterdir()} == {"demo.json", "keys", "lock", "log", "run"}
    assert (home / "keys").stat().st_size
    assert Stay.of(home) == other


def test_a_kept_home_goes_on_where_it_was(tmp_path: Path) -> None:
    assert move_in(tmp_path, STAY, keep=True) == STAY
    (tmp_path / "keys").touch()
    reached = STAY._replace(present=STAY.present + timedelta(days=2))
    reached.write(tmp_path)
    later = Stay(1, BEGIN + timedelta(days=1), END, False, END + timedelta(days=1))
    assert move_in(tmp_path, later, keep=True) == reached
    much_later = later._replace(present=STAY.present + timedelta(days=9))
    assert move_in(tmp_path, much_later, keep=True) == reached._replace(present=much_later.present)
    assert (tmp_path / "keys").exists()


def test_another_seed_is_another_organisation(tmp_path: Path) -> None:
    move_in(tmp_path, STAY, keep=True)
    with pytest.raises(OtherSeed, match="seed 1"):
        move_in(tmp_path, STAY._replace(seed=2), keep=True)


@pytest.mark.parametrize("keep", [False, True])
def test_the_home_of_something_else_is_left_alone(tmp_path: Path, keep: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotADemoHome, match=r"thesis\.txt"):
        move_in(tmp_path, STAY, keep=keep)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_home_in_use_is_left_alone(tmp_path: Path) -> None:
    move_in(tmp_path, STAY, keep=False)
    (tmp_path / "keys").touch()
    running = Home(tmp_path)
    running.hold()
    try:
        with pytest.raises(HomeInUseError, match="in use by process"):
            move_in(tmp_path, STAY, keep=False)
    finally:
        running.release()
    assert (tmp_path / "keys").exists()
