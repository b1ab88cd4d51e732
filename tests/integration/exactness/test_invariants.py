"""Each guard of the way of a batch, at the moment for which it is there.

Two sessions meet where one of them is halted between two steps, so that nothing is left to chance.
``tests/guards.py`` takes the guards out, one by one, and sees these tests fail.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Final

import pytest

from procesmijn.batch import Arrival, Batch, Origin, Partition, Span
from procesmijn.catalogue import Catalogue
from procesmijn.errors import PositionLost
from procesmijn.persons import Persons
from procesmijn.rebuild import RebuildRunning, rebuild
from procesmijn.versions import version_of
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.halted import Abandoned, Outcome, halted
from tests.integration.exactness.histories import CATALOGUE, CATALOGUES, batch_of, sorted_pass
from tests.integration.exactness.tables import assert_same

NOON_US: Final = 1_774_612_800_000_000


def happened(id_: str, hour: float, type_: str, party: str, ticket: str = "T1") -> Event:
    return Event(
        source="/desk",
        id=id_,
        type=type_,
        occurred_us=NOON_US + int(hour * 3_600_000_000),
        objects=(("ticket", ticket),),
        party=party,
    )


OPENED: Final = happened("e1", 0, "ticket.opened", "desk")
SOLVED: Final = happened("e2", 5, "ticket.resolved", "lab")
CLOSED: Final = happened("e3", 9, "ticket.closed", "desk")


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    one_ground.activate(CATALOGUE)
    return one_ground


def assert_as_told_once(
    ground: Ground, plain: Ground, *events: Event, catalogue: Catalogue = CATALOGUE
) -> None:
    plain.clear()
    plain.activate(catalogue)
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


# -- positions ------------------------------------------------------------------------------------


PARTITION: Final = Partition(uuid.UUID(int=7), 0, "events")


def spanning(first: int, until: int, epoch: int, *events: Event) -> Batch:
    span = Span(PARTITION, epoch, first, until, until - first, until - first - len(events))
    places = (Origin(PARTITION, offset) for offset in range(first, until))
    return Batch((span,), tuple(Arrival(*pair) for pair in zip(events, places, strict=False)))


def test_only_the_next_offset_is_taken(ground: Ground) -> None:
    """Offsets that were applied already, or that come after some that were not, change nothing."""
    held = ground.store.take([PARTITION], "worker")[PARTITION]
    ground.applier.apply(spanning(0, 5, held.epoch, OPENED))
    before = ground.tables()
    for first, until in ((0, 5), (3, 8), (6, 9)):
        with pytest.raises(PositionLost):
            ground.applier.apply(spanning(first, until, held.epoch, SOLVED))
        assert_same(ground.tables(), before)
    ground.applier.apply(spanning(5, 9, held.epoch, SOLVED))
    assert _positions(ground) == [(9, held.epoch)]


def test_an_older_claim_is_refused(ground: Ground) -> None:
    """A worker that was paused while another took over writes nothing, whatever it still holds."""
    first = ground.stores[0].take([PARTITION], "first")[PARTITION]
    ground.appliers[0].apply(spanning(0, 5, first.epoch, OPENED))
    second = ground.stores[1].take([PARTITION], "second")[PARTITION]
    before = ground.tables()
    with pytest.raises(PositionLost):
        ground.appliers[0].apply(spanning(5, 6, first.epoch, SOLVED))
    assert_same(ground.tables(), before)
    ground.appliers[1].apply(spanning(5, 6, second.epoch, SOLVED))
    assert _positions(ground) == [(6, second.epoch)]


def test_a_batch_of_two_workers_is_applied_once(ground: Ground, persons: Persons) -> None:
    """The position is locked before it is looked at: the second waits, and finds it moved."""
    held = ground.store.take([PARTITION], "worker")[PARTITION]
    batch = spanning(0, 1, held.epoch, OPENED)
    with halted(ground, persons, "after claim") as first:
        first.apply(batch)
        second = Outcome(lambda: ground.applier.apply(batch))
        assert second.waits, "it did not wait for the position"
        first.go_on()
        first.join()
        with pytest.raises(PositionLost):
            second.get()
    ledger = ground.observer.execute("SELECT stored, duplicate FROM stream.ledger").fetchall()
    assert ledger == [(1, 0)]


def _positions(ground: Ground) -> list[tuple[object, ...]]:
    return ground.observer.execute("SELECT next_offset, epoch FROM stream.position").fetchall()


# -- events ---------------------------------------------------------------------------------------


def test_a_known_event_changes_nothing(ground: Ground, plain: Ground) -> None:
    for _ in range(3):
        ground.applier.apply(batch_of([OPENED, SOLVED]))
    assert_as_told_once(ground, plain, OPENED, SOLVED)


def test_an_event_that_two_bring_at_once_is_there_once(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """The second finds nothing when it looks, and waits when it writes; then it looks again."""
    with halted(ground, persons, "after insert") as first:
        first.apply(batch_of([OPENED]))
        second = Outcome(lambda: ground.applier.apply(batch_of([OPENED])))
        first.go_on()
        first.join()
        second.get()
    assert_as_told_once(ground, plain, OPENED)


def test_two_corrections_of_one_event_wait_for_each_other(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """The one that loses is compared with what stands when it is its turn."""
    better, best = (OPENED._replace(revision=n, party=p) for n, p in ((1, "lab"), (2, "firm")))
    ground.applier.apply(batch_of([OPENED, SOLVED]))
    with halted(ground, persons, "after insert") as first:
        first.apply(batch_of([best]))
        second = Outcome(lambda: ground.applier.apply(batch_of([better])))
        assert second.waits
        first.go_on()
        first.join()
        second.get()
    assert_as_told_once(ground, plain, OPENED, SOLVED, better, best)


def test_a_content_that_two_bring_at_once_is_counted_once(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """It loses to what stands. The second waits for that, and finds the loser known."""
    stands = OPENED._replace(revision=1, party="firm")
    ground.applier.apply(batch_of([stands]))
    with halted(ground, persons, "after insert") as first:
        first.apply(batch_of([OPENED]))
        second = Outcome(lambda: ground.applier.apply(batch_of([OPENED])))
        first.go_on()
        first.join()
        applied = second.get()
    assert (applied.stored, applied.duplicates) == (0, 1)
    assert_as_told_once(ground, plain, stands, OPENED)


def test_new_events_are_written_in_one_order(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """Two sessions that bring the same ones crosswise wait for each other; they do not deadlock.

    A third holds the event in the middle until both have begun.
    """
    middle, *rest = (happened(f"e{n}", n, "ticket.opened", "desk", f"T{n}") for n in range(9))
    before = ground.deadlocks()
    with halted(ground, persons, "after insert") as third:
        third.apply(batch_of([middle]))
        forth = batch_of([*rest[:4], middle, *rest[4:]])
        back = batch_of([*reversed(rest[4:]), middle, *reversed(rest[:4])])
        crosswise = [
            Outcome(partial(applier.apply, batch))
            for applier, batch in zip(ground.appliers, (forth, back), strict=True)
        ]
        assert all(session.waits for session in crosswise)
        third.go_on(Abandoned())
        for session in crosswise:
            session.get()
    assert ground.deadlocks() == before
    assert_as_told_once(ground, plain, middle, *rest)


def test_keys_sort_otherwise_than_they_come(persons: Persons) -> None:
    """What the test above tells crosswise is in neither order the order of the keys."""
    events = (happened(f"e{n}", n, "ticket.opened", "desk", f"T{n}") for n in range(9))
    keys = [version_of(Arrival(event), persons).key for event in events]
    assert sorted(keys) not in (keys, keys[::-1])


# -- objects --------------------------------------------------------------------------------------


def test_an_object_is_read_after_it_is_locked(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """What another session wrote while this one waited for the lock is in the case."""
    with halted(ground, persons, "after advance") as first:
        first.apply(batch_of([OPENED]))
        second = Outcome(lambda: ground.applier.apply(batch_of([SOLVED])))
        assert second.waits, "it did not wait for the lock"
        first.go_on()
        first.join()
        second.get()
    assert_as_told_once(ground, plain, OPENED, SOLVED)


def test_facts_are_read_after_the_lock(ground: Ground, plain: Ground, persons: Persons) -> None:
    """A handover that another session wrote meanwhile goes where it no longer holds."""
    closed = CLOSED._replace(party="lab")
    between = happened("e4", 3, "ticket.assigned", "lab")
    ground.applier.apply(batch_of([OPENED]))
    with halted(ground, persons, "after advance") as first:
        first.apply(batch_of([closed]))
        second = Outcome(lambda: ground.applier.apply(batch_of([between])))
        first.go_on()
        first.join()
        second.get()
    assert_as_told_once(ground, plain, OPENED, closed, between)


# -- roll-ups -------------------------------------------------------------------------------------


def test_roll_ups_lose_what_no_longer_holds(ground: Ground, plain: Ground) -> None:
    """A late event, a correction and a retraction each change a handover or take one away."""
    late = happened("e4", 3, "ticket.assigned", "firm")
    moved = SOLVED._replace(revision=1, occurred_us=SOLVED.occurred_us + 60_000_000)
    gone = CLOSED._replace(revision=1, objects=(), party=None, is_retracted=True)
    told = [OPENED, SOLVED, CLOSED, late, moved, gone]
    for event in told:
        ground.applier.apply(batch_of([event]))
        ground.assert_sound()
    assert_as_told_once(ground, plain, *told)


# -- rules ----------------------------------------------------------------------------------------


def test_rules_stay_while_a_batch_runs(ground: Ground, plain: Ground, persons: Persons) -> None:
    """A catalogue waits until the batches that are mined by the one before are in; so none of their
    cases is missed when it mines anew what is stale."""
    with halted(ground, persons, "after write") as first:
        first.apply(batch_of([OPENED, SOLVED]))
        activation = Outcome(lambda: ground.activate(CATALOGUES[1]))
        assert activation.waits, "it did not wait for the batch"
        first.go_on()
        first.join()
        activation.get()
    assert_as_told_once(ground, plain, OPENED, SOLVED, catalogue=CATALOGUES[1])


def test_a_batch_that_waited_for_a_catalogue_is_mined_by_it(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """The session has compiled the one before; it notices before it writes anything."""
    with halted(ground, persons, "before share_rules") as first:
        first.apply(batch_of([OPENED, SOLVED]))
        ground.activate(CATALOGUES[2])
        first.go_on()
        first.join()
    assert_as_told_once(ground, plain, OPENED, SOLVED, catalogue=CATALOGUES[2])


# -- rebuild --------------------------------------------------------------------------------------


def test_a_rebuild_leaves_alone_what_moved_on(
    ground: Ground, plain: Ground, persons: Persons
) -> None:
    """It has read the events of an object, and another session adds one, of a name it never met."""
    ground.applier.apply(batch_of([OPENED, SOLVED]))
    look = happened("e4", 3, "step", "firm")._replace(process="service", activity="look again")
    with halted(ground, persons, "before share_rules") as first:
        first.rebuild()
        ground.applier.apply(batch_of([look]))
    assert_as_told_once(ground, plain, OPENED, SOLVED, look)


def test_a_second_rebuild_is_refused(ground: Ground) -> None:
    """Both would add what the counts lack."""
    first = rebuild(ground.stores[0], ground.appliers[0])
    ground.applier.apply(batch_of([OPENED, SOLVED]))
    next(first)
    with pytest.raises(RebuildRunning):
        ground.rebuild(1)
    for _ in first:
        pass
    ground.rebuild(1)
    ground.assert_sound()
