"""Closed cases leave and come back, in any order with all else: no figure and no table differs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, LiteralString

import pytest
from hypothesis import event as happens
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from procesmijn.catalogue import Catalogue
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.departures import Departures
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CLOSING, batch_of, histories, sorted_pass
from tests.integration.exactness.tables import assert_same
from tests.integration.exactness.test_any_order import WITHIN_REASON

_FIGURES: Final[tuple[LiteralString, ...]] = (
    "SELECT * FROM bi.agg_handover_daily",
    "SELECT * FROM bi.agg_handover_monthly",
    "SELECT * FROM bi.agg_delivery_daily",
    "SELECT * FROM bi.agg_delivery_monthly",
    """SELECT process, picked_up_on, supplier, customer, pickup_basis, wait_us, wait_working_us
       FROM mining.measured_handover""",
    """SELECT process, day, from_activity, to_activity, sum(n), sum(wait_us)
       FROM mining.flow_day GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0""",
)


class Course:
    """A database in which cases leave and come back while events are told."""

    def __init__(self, ground: Ground, departures: Departures, events: Sequence[Event]) -> None:
        self.ground = ground
        self.departures = departures
        self.events = events
        self.told: list[Event] = []
        self.catalogue: Catalogue = CLOSING[0]

    def tell(self, number: int) -> None:
        """The next events."""
        first = len(self.told)
        following = self.events[first : first + number + 1]
        self.told += following
        self.ground.applier.apply(batch_of(following))

    def repeat(self, _: int) -> None:
        """All that was told: nothing of it is new, and nothing comes back by it."""
        before = self.ground.tables()
        assert self.ground.applier.apply(batch_of(self.told)).stored == 0
        assert_same(self.ground.tables(), before)

    def retire(self, number: int) -> None:
        """Cases leave, and no figure changes."""
        figures = self.figures()
        happens(f"{min(self.departures.leave(number), 3)} left")
        assert self.figures() == figures

    def take_back(self, number: int) -> None:
        self.departures.come_back(number)

    def archive(self, _: int) -> None:
        self.departures.archive()

    def rebuild(self, _: int) -> None:
        before = self.ground.tables()
        self.ground.rebuild()
        assert_same(self.ground.tables(), before)

    def activate(self, number: int) -> None:
        self.catalogue = CLOSING[number % len(CLOSING)]
        self.ground.activate(self.catalogue)

    def figures(self) -> list[Counter[tuple[Any, ...]]]:
        return [Counter(self.ground.observer.execute(query)) for query in _FIGURES]


_STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("tell", "tell", "retire", "retire", "repeat"),
                *("take_back", "archive", "rebuild", "activate"),
            ]
        ),
        st.integers(0, 11),
    ),
    min_size=3,
    max_size=10,
)


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@tried(WITHIN_REASON, max_examples=25)
@given(st.data())
def test_cases_leave_and_come_back_in_any_order_with_all_else(
    ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    events = data.draw(st.permutations(data.draw(histories())))
    ground.clear()
    ground.activate(CLOSING[0])
    with tempfile.TemporaryDirectory() as folder:
        course = Course(ground, Departures(ground, Path(folder)), events)
        course.tell(11)
        for step, number in data.draw(_STEPS):
            getattr(course, step)(number)
            ground.assert_sound()
        course.tell(len(events))
        course.departures.all_come_back(data.draw(st.integers(0, 11)))
        ground.assert_sound()
        course.repeat(0)

    plain.clear()
    plain.activate(course.catalogue)
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
