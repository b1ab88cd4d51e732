"""Cases that leave and come back beside live traffic."""

from __future__ import annotations

import multiprocessing.dummy
import random
from pathlib import Path
from typing import Any

import pytest

from procesmijn import retire as retiring
from procesmijn.apply import Applier
from procesmijn.persons import Persons
from procesmijn.rebuild import RebuildRunning, only_rebuild
from procesmijn.store import retirements
from tests.integration.exactness.ground import Ground, side_by_side
from tests.integration.exactness.histories import batch_of
from tests.integration.exactness.leaving.tickets import (
    EARLY,
    EVERYTHING,
    MARCH,
    assert_as_told_once,
    come_back,
    happened,
    late,
    leave,
    let_leave,
    stored,
)
from tests.integration.exactness.stepped import SteppedStore


def test_an_object_that_moved_on_stays(ground: Ground, plain: Ground, tmp_path: Path) -> None:
    """What was read of it before it was locked is not what would leave."""
    again = happened("resolved", "T0", 2, "lab")
    ground.applier.apply(batch_of(EARLY))
    with ground.store.reader() as connection:
        looked_at = retirements.leaving(retirements.closed_objects(MARCH, connection), connection)
        retirements.begin(MARCH, str(tmp_path), "operator", connection)
        [begun] = retirements.retirements(connection)
    ground.applier.apply(batch_of([again]))
    written: list[Any] = []
    left = retiring.let_leave(
        looked_at,
        begun.number,
        lambda *what: written.append(what),
        ground.applier,
        are_companions=False,
    )
    assert left == 5
    assert stored(ground) == 4
    assert [(number, len(versions)) for number, versions in written] == [(1, 15)]
    ground.assert_sound()


def test_who_waits_for_an_event_that_leaves_finds_it_known(
    ground: Ground, persons: Persons, plain: Ground, tmp_path: Path
) -> None:
    """It waits for the row, which is gone then; what has left is looked up after that."""
    ground.applier.apply(batch_of(EARLY))
    applied: list[Any] = []
    began: list[int] = []

    def tell_meanwhile(step: str) -> None:
        if step == "after retire" and not began:
            began.append(1)
            pool.start()
            _wait_for_a_lock(ground)

    pool = multiprocessing.dummy.Process(
        target=lambda: applied.append(ground.appliers[1].apply(batch_of(EARLY)))
    )
    store = SteppedStore(ground.url, tell_meanwhile)
    assert let_leave(store, Applier(store, persons), tmp_path / "march") == 6
    pool.join()
    store.close()
    assert (applied[0].stored, applied[0].duplicates) == (0, len(EARLY))
    assert stored(ground) == 0
    ground.assert_sound()
    come_back(ground, tmp_path / "march")
    assert_as_told_once(ground, plain, *EARLY)


def _wait_for_a_lock(ground: Ground) -> None:
    for _ in range(2_000):
        row: Any = ground.observer.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
        if row[0]:
            return
    raise AssertionError("nobody waited")


def test_beside_live_traffic(ground: Ground, plain: Ground, tmp_path: Path) -> None:
    """One worker tells everything over and over, the other lets cases leave and come back."""
    pick = random.Random(3)
    corrected = [event._replace(revision=1, party="firm") for event in EARLY[::4]]
    late_ones = [happened("resolved", f"T{number}", 2.5, "lab") for number in range(0, 6, 2)]
    told = [*EVERYTHING, *corrected, *late_ones]
    ground.applier.apply(batch_of(EARLY[:12]))

    def tell() -> None:
        for _ in range(25):
            ground.appliers[1].apply(batch_of(pick.sample(told, 12)))
        ground.appliers[1].apply(batch_of(told))

    def leave_and_return() -> None:
        for turn in range(8):
            if leave(ground, tmp_path / str(turn)):
                come_back(ground, tmp_path / str(turn))

    side_by_side(tell, leave_and_return)
    ground.assert_sound()
    assert late(ground) == 0
    assert_as_told_once(ground, plain, *told)


def test_one_at_a_time(ground: Ground, tmp_path: Path) -> None:
    ground.applier.apply(batch_of(EARLY))
    with only_rebuild(ground.store), pytest.raises(RebuildRunning):
        leave(ground, tmp_path / "march")
