"""Every order in which the versions of one event can arrive, one by one."""

from __future__ import annotations

from itertools import permutations

import pytest

from procesmijn.persons import Persons
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import batch_of
from tests.integration.exactness.tables import assert_same

NOON_US = 1_774_612_800_000_000
SAID = Event(
    source="/desk",
    id="e1",
    type="ticket.opened",
    occurred_us=NOON_US,
    objects=(("ticket", "T1"),),
    party="desk",
    is_time_of_record=True,
)
OTHER = SAID._replace(party="lab", objects=(("employee", "Eva"), ("ticket", "T2")))

HISTORIES = {
    "told again, and contradicted": [
        SAID._replace(sequence=1, occurred_us=NOON_US + 10),
        SAID._replace(sequence=2, occurred_us=NOON_US + 5),
        SAID._replace(occurred_us=NOON_US + 7),
        OTHER,
    ],
    "told again, and contradicted by what stands": [
        SAID._replace(sequence=1, occurred_us=NOON_US + 10),
        SAID._replace(sequence=2, occurred_us=NOON_US + 5),
        OTHER._replace(party="firm"),
        OTHER._replace(party="desk"),
    ],
    "corrected, contradicted, and contradicted in the correction": [
        SAID,
        OTHER,
        SAID._replace(revision=1, party="firm"),
        OTHER._replace(revision=1, receiver="firm"),
    ],
    "taken back, and told anew": [
        SAID,
        Event("/desk", "e1", "ticket.opened", NOON_US, (), revision=1, is_retracted=True),
        Event("/desk", "e1", "ticket.opened", NOON_US + 9, (), revision=1, is_retracted=True),
        OTHER._replace(revision=2),
    ],
}


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    return make_ground(1)


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_no_order_of_arrival_shows(ground: Ground, history: list[Event]) -> None:
    first = None
    for arrivals in permutations(history):
        ground.clear()
        for event in arrivals:
            ground.applier.apply(batch_of([event]))
        first = first or ground.tables()
        assert_same(ground.tables(), first)
    ground.assert_sound()


def test_contents_win_and_lose_above(persons: Persons) -> None:
    """Which of two contents stands is the keys' choice; what is told again has met both fates."""
    told, lost_to = (HISTORIES[name] for name in list(HISTORIES)[:2])
    assert persons.content_mac(told[0]) > persons.content_mac(told[-1])
    assert persons.content_mac(lost_to[0]) < max(map(persons.content_mac, lost_to[2:]))
