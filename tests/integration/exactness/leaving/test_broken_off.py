"""Cases that leave or come back, broken off anywhere: it goes on, or says what to do first."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from procesmijn import retire as retiring
from procesmijn.apply import Applier
from procesmijn.files.archive import ArchiveError
from procesmijn.persons import Keys, Persons
from procesmijn.retire import RetirementOpen, lost
from procesmijn.store import retirements
from tests.integration.exactness.conftest import KEYS
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import batch_of
from tests.integration.exactness.leaving.tickets import (
    APRIL,
    EVERYTHING,
    MARCH,
    assert_as_told_once,
    come_back,
    happened,
    leave,
    let_leave,
    let_return,
    stored,
)
from tests.integration.exactness.stepped import (
    STEPS_OF_RETIRING,
    STEPS_OF_RETURNING,
    SteppedStore,
)


class Died(BaseException):
    """As if the process were gone."""


def moments(steps: tuple[str, ...]) -> list[str]:
    return [f"{moment} {step}" for step in steps for moment in ("before", "after")]


def broken_off(ground: Ground, persons: Persons, step: str, work: Callable[..., object]) -> None:
    """Begin, and die at the second time that a step comes; or at the first."""
    for times in (2, 1):
        met: list[str] = []

        def hook(name: str, times: int = times, met: list[str] = met) -> None:
            met.extend([name] if name == step else [])
            if len(met) == times:
                raise Died

        store = SteppedStore(ground.url, hook)
        with suppress(Died):
            work(store, Applier(store, persons))
        store.close()


@pytest.mark.parametrize("step", moments(STEPS_OF_RETIRING))
def test_leaving_is_broken_off_and_gone_on_with(
    step: str, ground: Ground, persons: Persons, plain: Ground, tmp_path: Path
) -> None:
    march = tmp_path / "march"
    ground.applier.apply(batch_of(EVERYTHING))
    broken_off(ground, persons, step, partial(let_leave, folder=march))
    ground.assert_sound()
    ground.applier.apply(batch_of(EVERYTHING))
    leave(ground, march)
    assert stored(ground) == 3
    come_back(ground, march)
    assert_as_told_once(ground, plain, *EVERYTHING)


@pytest.mark.parametrize("step", moments(STEPS_OF_RETURNING))
def test_coming_back_is_broken_off_and_gone_on_with(
    step: str, ground: Ground, persons: Persons, plain: Ground, tmp_path: Path
) -> None:
    march = tmp_path / "march"
    ground.applier.apply(batch_of(EVERYTHING))
    leave(ground, march)
    broken_off(ground, persons, step, partial(let_return, folder=march))
    ground.assert_sound()
    meanwhile = happened("resolved", "T3", 4, "lab")
    ground.applier.apply(batch_of([*EVERYTHING, meanwhile]))
    come_back(ground, march)
    assert_as_told_once(ground, plain, *EVERYTHING, meanwhile)


def die(url: str, keys: str, work: Callable[..., object], folder: Path, step: str) -> None:
    """In a process of its own: begin, and be killed at a step."""

    def hook(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    pytest.MonkeyPatch().setattr(retiring, "OBJECTS_AT_ONCE", 2)
    store = SteppedStore(url, hook)
    work(store, Applier(store, Persons(Keys.parse(keys))), folder)


@pytest.mark.parametrize(
    ("work", "step"),
    [(let_leave, "before retire"), (let_leave, "after commit"), (let_return, "after roll_up")],
)
def test_killed_on_the_way(
    work: Callable[..., object], step: str, ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    march = tmp_path / "march"
    ground.applier.apply(batch_of(EVERYTHING))
    if work is let_return:
        leave(ground, march)
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=die, args=(ground.url, KEYS.text(), work, march, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    ground.assert_sound()
    if work is let_leave:
        leave(ground, march)
        assert stored(ground) == 3
    come_back(ground, march)
    assert_as_told_once(ground, plain, *EVERYTHING)


def lost_archives(ground: Ground, *, are_read: bool = True) -> list[str]:
    with ground.store.reader() as connection:
        return list(lost(retirements.retirements(connection), are_read=are_read))


def test_it_says_what_to_do_first(ground: Ground, tmp_path: Path) -> None:
    march, april = tmp_path / "march", tmp_path / "april"
    ground.applier.apply(batch_of(EVERYTHING))
    leave(ground, march)
    ground.observer.execute("UPDATE stream.retirement SET ended_at = NULL")
    for refused in (lambda: leave(ground, april, APRIL), lambda: come_back(ground, march)):
        with pytest.raises(RetirementOpen, match=f"--before {MARCH} --archive {march}"):
            refused()
    assert leave(ground, march) == 0  # the archive was whole: only that was to be written down
    march.rename(tmp_path / "march.retiring")
    ground.observer.execute("UPDATE stream.retirement SET ended_at = NULL")
    (kept := tmp_path / "march.retiring" / "events-00002.parquet").rename(tmp_path / "lost")
    with pytest.raises(ArchiveError, match="put it back"):
        leave(ground, march)
    [line] = lost_archives(ground)
    assert "events-00002.parquet is missing" in line
    (tmp_path / "lost").rename(kept)
    leave(ground, march)
    assert lost_archives(ground) == []
    (march / "events-00002.parquet").rename(tmp_path / "lost")
    with pytest.raises(ArchiveError, match=r"lacks events-00002.parquet"):
        come_back(ground, march)
    ground.assert_sound()
    (march / "events-00002.parquet").write_bytes(b"another")
    assert lost_archives(ground, are_read=False) == []
    [line] = lost_archives(ground)
    assert f"are in {march} and nowhere else: put a whole copy of it there" in line
    (tmp_path / "lost").rename(march / "events-00002.parquet")
    ground.observer.execute("UPDATE stream.retirement SET is_returning = true")
    with pytest.raises(RetirementOpen, match="being taken back"):
        leave(ground, april, APRIL)
    come_back(ground, march)
    (tmp_path / "april.retiring").mkdir()
    (tmp_path / "april.retiring" / "events-00001.parquet").touch()
    with pytest.raises(ArchiveError, match="another retirement has begun"):
        leave(ground, april, APRIL)
    ground.assert_sound()
