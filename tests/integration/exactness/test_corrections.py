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


def assert_no_order_shows(ground: Ground, history: list[Event]) -> None:
    first = None
    for arrivals in permutations(history):
        ground.clear()
        for event in arrivals:
            ground.applier.apply(batch_of([event]))
        first = first or ground.tables()
        assert_same(ground.tables(), first)
    ground.assert_sound()


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_no_order_of_corrections_shows(ground: Ground, history: list[Event]) -> None:
    assert_no_order_shows(ground, history)


@pytest.mark.parametrize("stands", [True, False], ids=["and stands", "and loses"])
def test_no_order_shows_where_one_content_is_told_again(
    ground: Ground, persons: Persons, stands: bool
) -> None:
    """Which of two contents stands is the choice of the keys, so they are asked."""
    contents = sorted(
        (OTHER._replace(party=f"party {number}") for number in range(2)),
        key=persons.content_mac,
        reverse=stands,
    )
    said, other = contents
    assert_no_order_shows(
        ground,
        [
            said._replace(sequence=1, occurred_us=NOON_US + 10),
            said._replace(sequence=2, occurred_us=NOON_US + 5),
            said._replace(occurred_us=NOON_US + 7),
            other,
        ],
    )
