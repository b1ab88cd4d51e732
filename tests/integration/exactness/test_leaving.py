"""Cases that leave and come back: beside live traffic, broken off anywhere, and what comes late."""

from __future__ import annotations

import multiprocessing
import multiprocessing.dummy
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from procesmijn import retire as retiring
from procesmijn.apply import Applier
from procesmijn.catalogue import Catalogue
from procesmijn.files.archive import ArchiveError, open_archive
from procesmijn.persons import Keys, Persons
from procesmijn.rebuild import RebuildRunning, only_rebuild
from procesmijn.retire import (
    RetirementNeeded,
    RetirementOpen,
    Wanted,
    find,
    retire,
    take_back,
)
from procesmijn.store import Store, retirements
from schemas.event import Event
from tests.integration.exactness.conftest import KEYS, MakeGround
from tests.integration.exactness.ground import Ground, side_by_side
from tests.integration.exactness.histories import CLOSING, PLAIN, batch_of, sorted_pass
from tests.integration.exactness.stepped import (
    STEPS_OF_RETIRING,
    STEPS_OF_RETURNING,
    SteppedStore,
)
from tests.integration.exactness.tables import assert_same

MARCH: Final = date(2026, 3, 15)
APRIL: Final = date(2026, 4, 15)
_DAY_US: Final = 86_400_000_000
_FIRST_US: Final = 1_772_359_200_000_000  # 1 March 2026, 10:00 UTC


def happened(what: str, ticket: str, day: float, party: str, *more: tuple[str, str]) -> Event:
    return Event(
        source="/desk",
        id=f"{what} {ticket}",
        type=f"ticket.{what}",
        occurred_us=_FIRST_US + int(day * _DAY_US),
        objects=(*more, ("ticket", ticket)),
        party=party,
    )


def case(ticket: str, day: float, *more: tuple[str, str]) -> list[Event]:
    """A ticket that goes from one party to another and is closed."""
    return [
        happened("opened", ticket, day, "desk", *more),
        happened("assigned", ticket, day + 1, "lab"),
        happened("closed", ticket, day + 3, "firm"),
    ]


EARLY: Final = [event for number in range(6) for event in case(f"T{number}", number)]
LATER: Final = case("T9", 33)
EVERYTHING: Final = [*EARLY, *LATER]


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    one_ground.activate(PLAIN)
    return one_ground


@pytest.fixture(autouse=True)
def chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two objects at a time leave."""
    monkeypatch.setattr(retiring, "OBJECTS_AT_ONCE", 2)


def let_leave(store: Store, applier: Applier, folder: Path, before: date = MARCH) -> int:
    return sum(retire(Wanted(before, folder, "operator"), store, applier, KEYS.fingerprint))


def let_return(store: Store, applier: Applier, folder: Path) -> None:
    with store.reader() as connection:
        retirement = find(open_archive(folder, KEYS.fingerprint), connection)
    if retirement is not None:
        list(take_back(folder, retirement, store, applier))


def leave(ground: Ground, folder: Path, before: date = MARCH) -> int:
    return let_leave(ground.store, ground.applier, folder, before)


def come_back(ground: Ground, folder: Path) -> None:
    let_return(ground.store, ground.applier, folder)


def late(ground: Ground) -> int:
    with ground.store.reader() as connection:
        return retirements.late_events(connection)


def stored(ground: Ground) -> int:
    row: Any = ground.observer.execute("SELECT count(*) FROM stream.event").fetchone()
    return int(row[0])


def assert_as_told_once(
    ground: Ground, plain: Ground, *events: Event, catalogue: Catalogue = PLAIN
) -> None:
    plain.clear()
    plain.activate(catalogue)
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


# -- what comes late ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        happened("resolved", "T1", 2, "lab"),
        EARLY[4]._replace(revision=1, party="firm"),
        EARLY[4]._replace(revision=1, objects=(("ticket", "T9"),)),
        EARLY[4]._replace(revision=1, objects=(), party=None, is_retracted=True),
    ],
    ids=["new", "corrected", "about another case", "retracted"],
)
def test_what_comes_for_a_case_that_has_left_is_kept_and_told(
    event: Event, ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    ground.applier.apply(batch_of(EVERYTHING))
    assert leave(ground, tmp_path / "march") == 6
    assert (late(ground), stored(ground)) == (0, 3)
    before = ground.tables()

    for _ in range(2):
        applied = ground.applier.apply(batch_of([event, *EARLY]))
        ground.assert_sound()
        assert late(ground) == 1
        assert stored(ground) == 4
    assert (applied.stored, applied.duplicates) == (0, len(EARLY) + 1)
    assert ground.tables()["handover_day"].items() >= before["handover_day"].items()

    assert leave(ground, tmp_path / "again") == 0
    come_back(ground, tmp_path / "march")
    assert late(ground) == 0
    assert_as_told_once(ground, plain, *EVERYTHING, event)


def test_an_object_that_no_process_is_about_goes_with_its_cases(
    ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    """And is missed nowhere when it comes again; the cases come back in the reverse order."""
    device = ("device", "D1")
    first, then = case("T1", 0, device), case("T2", 20, device)
    alone = happened("opened", "none", 1, "desk")._replace(objects=(("device", "D2"),))
    ground.applier.apply(batch_of([*first, alone]))
    assert leave(ground, tmp_path / "march") == 2
    assert stored(ground) == 1
    ground.applier.apply(batch_of(then))
    assert late(ground) == 0
    assert leave(ground, tmp_path / "april", APRIL) == 1
    assert stored(ground) == 1
    ground.assert_sound()
    with pytest.raises(RetirementNeeded, match="april first"):
        come_back(ground, tmp_path / "march")
    for folder in ("april", "march"):
        come_back(ground, tmp_path / folder)
        ground.assert_sound()
    assert_as_told_once(ground, plain, *first, *then, alone)


def test_deliveries_leave_as_they_stand_once_nothing_is_waited_for(
    ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    """One of three is halted and was never delivered: its case stays, and so does every figure."""
    ground.activate(CLOSING[0])
    said = {"deliverable": "repaired"}
    events = [
        event
        for number in range(3)
        for event in (
            *case(f"T{number}", number),
            *(
                happened(what, f"T{number}", number + hours / 24, party)._replace(
                    type=f"deliverable.{what}", data=said
                )
                for what, hours, party in (
                    ("requested", 1, "desk"),
                    *([("delivered", 30, "lab")] if number else [("paused", 2, "lab")]),
                )
            ),
        )
    ]
    ground.applier.apply(batch_of(events))
    [row] = ground.observer.execute("SELECT count(*) FROM bi.agg_delivery_daily WHERE due > 0")
    assert row[0] > 1
    figures = ["agg_delivery_daily", "agg_delivery_monthly", "agg_handover_daily"]
    before = [ground.observer.execute(f"TABLE bi.{name}").fetchall() for name in figures]
    assert leave(ground, tmp_path / "april", APRIL) == 2
    for name, were in zip(figures, before, strict=True):
        assert sorted(ground.observer.execute(f"TABLE bi.{name}"), key=str) == sorted(were, key=str)
    ground.assert_sound()
    come_back(ground, tmp_path / "april")
    assert_as_told_once(ground, plain, *events, catalogue=CLOSING[0])


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


# -- beside others --------------------------------------------------------------------------------


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


# -- broken off -----------------------------------------------------------------------------------


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


def die(url: str, keys: str, folder: Path, step: str) -> None:
    """In a process of its own: begin to let cases leave, and be killed at a step."""

    def hook(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    pytest.MonkeyPatch().setattr(retiring, "OBJECTS_AT_ONCE", 2)
    store = SteppedStore(url, hook)
    let_leave(store, Applier(store, Persons(Keys.parse(keys))), folder)


@pytest.mark.parametrize("step", ["before retire", "after commit"])
def test_killed_while_cases_leave(step: str, ground: Ground, plain: Ground, tmp_path: Path) -> None:
    march = tmp_path / "march"
    ground.applier.apply(batch_of(EVERYTHING))
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=die, args=(ground.url, KEYS.text(), march, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    ground.assert_sound()
    leave(ground, march)
    assert stored(ground) == 3
    come_back(ground, march)
    assert_as_told_once(ground, plain, *EVERYTHING)


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
    (lost := tmp_path / "march.retiring" / "events-00002.parquet").rename(tmp_path / "lost")
    with pytest.raises(ArchiveError, match="put it back"):
        leave(ground, march)
    (tmp_path / "lost").rename(lost)
    leave(ground, march)
    (march / "events-00002.parquet").rename(tmp_path / "lost")
    with pytest.raises(ArchiveError, match="lacks 6 of its"):
        come_back(ground, march)
    ground.assert_sound()
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
