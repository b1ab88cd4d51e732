"""What is too large to be mined comes and goes: the tables never depend on how it got there."""

from __future__ import annotations

import time
from typing import Final

import pytest

from procesmijn.apply import Applier
from procesmijn.core.frames import MAX_CASES_OF_EVENT, MAX_EVENTS_OF_CASE
from procesmijn.errors import StoreUnavailable
from procesmijn.persons import Persons
from procesmijn.store import Store, reports
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground, side_by_side
from tests.integration.exactness.histories import CATALOGUES, batch_of
from tests.integration.exactness.tables import assert_same

NOON_US: Final = 1_774_612_800_000_000


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    return one_ground


def happened(number: int, objects: tuple[tuple[str, str], ...]) -> Event:
    return Event(
        source="/desk",
        id=f"e{number}",
        type=("ticket.opened", "ticket.assigned", "ticket.resolved")[number % 3],
        occurred_us=NOON_US + number * 60_000_000,
        objects=objects,
        party=("desk", "lab", "firm", "robot")[number % 4],
    )


def retracted(event: Event) -> Event:
    return event._replace(objects=(), party=None, revision=1, is_retracted=True)


def flagged(ground: Ground) -> list[tuple[str, str]]:
    with ground.store.reader() as connection:
        return [(each.kind, each.id) for each in reports.flagged(connection)]


def test_an_object_grows_too_large_and_becomes_small_again(ground: Ground, plain: Ground) -> None:
    """Two workers bring its events at the same time; retractions take it back over the line."""
    unknown = (("ticket", "UNKNOWN"),)
    events = [happened(number, unknown) for number in range(MAX_EVENTS_OF_CASE + 2)]
    events[7] = happened(7, (("ticket", "T1"), *unknown))
    halves = [[batch_of(events[since::4])] for since in range(4)]
    ground.apply_side_by_side([halves[0] + halves[1], halves[2] + halves[3]])
    assert flagged(ground) == [("object", "UNKNOWN")]
    ground.assert_sound()

    back = [retracted(event) for event in events[100:102]]
    plain.clear()
    plain.applier.apply(batch_of([*back, *events]))
    side_by_side(
        lambda: ground.appliers[0].apply(batch_of(back[:1])),
        lambda: ground.appliers[1].apply(batch_of(back[1:])),
    )
    assert flagged(ground) == []
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()

    again = [happened(MAX_EVENTS_OF_CASE + 5, unknown)]
    ground.applier.apply(batch_of(again))
    plain.clear()
    plain.applier.apply(batch_of([*again, *events, *back]))
    assert flagged(ground) == [("object", "UNKNOWN")]
    assert_same(ground.tables(), plain.tables())
    ground.rebuild()
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_an_event_about_too_many_objects_is_corrected(
    ground: Ground, plain: Ground, order: tuple[int, ...]
) -> None:
    """Beside other events of the same objects, of which it is in none, in all, or in some."""
    tickets = tuple(("ticket", f"T{number:04}") for number in range(MAX_CASES_OF_EVENT + 1))
    others = [happened(number, (tickets[number],)) for number in range(1, 40)]
    versions = [
        happened(0, tickets),
        happened(0, tickets[1:])._replace(revision=1),
        happened(0, tickets[:20])._replace(revision=2),
    ]
    ground.applier.apply(batch_of(others))
    for version in order:
        ground.applier.apply(batch_of([versions[version]]))
        ground.assert_sound()
    plain.clear()
    plain.applier.apply(batch_of([*others, *versions]))
    assert_same(ground.tables(), plain.tables())


def test_too_many_objects_in_the_version_that_stands(ground: Ground, plain: Ground) -> None:
    """It leaves every pack that it was in, and is shown as too large."""
    tickets = tuple(("ticket", f"T{number:04}") for number in range(MAX_CASES_OF_EVENT + 1))
    small, large = happened(0, tickets[:3]), happened(0, tickets)._replace(revision=1)
    for event in (small, large, small):
        ground.applier.apply(batch_of([event]))
    plain.clear()
    plain.applier.apply(batch_of([large, small]))
    assert flagged(ground) == [("event", ground.persons.conceal(large).id)]
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


def test_catalogues_pass_by_while_an_object_is_too_large(ground: Ground, plain: Ground) -> None:
    """It is marked as mined by each, so that nobody tries for ever, and mined when it shrinks."""
    unknown = (("ticket", "UNKNOWN"),)
    events = [happened(number, unknown) for number in range(MAX_EVENTS_OF_CASE + 1)]
    ground.activate(CATALOGUES[0])
    ground.applier.apply(batch_of(events))
    ground.activate(CATALOGUES[1])
    ground.assert_sound()
    ground.applier.apply(batch_of([retracted(events[5])]))
    plain.clear()
    plain.activate(CATALOGUES[1])
    plain.applier.apply(batch_of([*events, retracted(events[5])]))
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


class Sleepy(Store):
    """A store whose server ends a session that stands still for a moment in a transaction."""

    def fall_asleep(self) -> None:
        """Stand still in one for longer than that, and go on."""
        with self.transaction() as tx:
            self._open().execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
            time.sleep(0.5)
            tx.claim(())


def test_a_session_that_stood_still_is_the_store_away(ground: Ground, persons: Persons) -> None:
    """As a worker is that was frozen in a batch: it is told to try again, and does not stop."""
    store = Sleepy(ground.url)
    with pytest.raises(StoreUnavailable, match="stood still"):
        store.fall_asleep()
    assert Applier(store, persons).apply(batch_of([happened(1, (("ticket", "T1"),))])).stored == 1
    store.close()
