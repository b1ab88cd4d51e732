"""Closed cases leave and come back, in any order with all else: no figure and no table differs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, LiteralString

import pytest
from hypothesis import event as happens
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from procesmijn.batch import Applied
from procesmijn.catalogue import Catalogue
from procesmijn.retire import RetirementNeeded, Wanted, retire, take_back
from procesmijn.store import history, retirements
from schemas.event import Event
from tests.integration.exactness.conftest import KEYS, MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CLOSING, batch_of, histories, sorted_pass
from tests.integration.exactness.tables import assert_same
from tests.integration.exactness.test_any_order import WITHIN_REASON

LIMITS: Final = (date(2026, 3, 28), date(2026, 3, 30), date(2026, 4, 2), date(2026, 4, 2))

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

    def __init__(self, ground: Ground, folder: Path, events: Sequence[Event]) -> None:
        self.ground = ground
        self.folder = folder
        self.events = events
        self.told: list[Event] = []
        self.catalogue: Catalogue = CLOSING[0]
        self.archives = 0

    def tell(self, number: int) -> Applied:
        """The next events."""
        first = len(self.told)
        following = self.events[first : first + number + 1]
        self.told += following
        return self.ground.applier.apply(batch_of(following))

    def repeat(self, _: int) -> None:
        """All that was told: nothing of it is new, and nothing comes back by it."""
        before = self.ground.tables()
        assert self.ground.applier.apply(batch_of(self.told)).stored == 0
        assert_same(self.ground.tables(), before)

    def retire(self, number: int) -> None:
        """Cases leave, and no figure changes."""
        before, figures = LIMITS[number % len(LIMITS)], self.figures()
        self.archives += 1
        folder = self.folder / str(self.archives)
        wanted = Wanted(before, folder, "operator")
        left = sum(retire(wanted, self.ground.store, self.ground.applier, KEYS.fingerprint))
        happens(f"{min(left, 3)} left")
        assert self.figures() == figures
        assert folder.exists() == bool(left)

    def take_back(self, number: int) -> None:
        """One retirement never was."""
        if in_force := self.retirements():
            one = in_force[number % len(in_force)]
            try:
                list(take_back(Path(one.folder), one, self.ground.store, self.ground.applier))
            except RetirementNeeded:
                happens("leans on another")
                assert any(one.number in it.leans_on for it in in_force)

    def archive(self, _: int) -> None:
        """An archive of what is here brings nothing that is not."""
        with self.ground.store.snapshot() as moment:
            versions = list(history.read_versions(moment.stream))
        before = self.ground.tables()
        assert self.ground.applier.restore(versions).stored == 0
        assert_same(self.ground.tables(), before)

    def rebuild(self, _: int) -> None:
        before = self.ground.tables()
        self.ground.rebuild()
        assert_same(self.ground.tables(), before)

    def activate(self, number: int) -> None:
        self.catalogue = CLOSING[number % len(CLOSING)]
        self.ground.activate(self.catalogue)

    def retirements(self) -> list[retirements.Retirement]:
        with self.ground.store.reader() as connection:
            return retirements.retirements(connection)

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
        course = Course(ground, Path(folder), events)
        course.tell(11)
        for step, number in data.draw(_STEPS):
            getattr(course, step)(number)
            ground.assert_sound()
        course.tell(len(events))
        while course.retirements():
            course.take_back(data.draw(st.integers(0, 11)))
            ground.assert_sound()
        course.repeat(0)

    plain.clear()
    plain.activate(course.catalogue)
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
