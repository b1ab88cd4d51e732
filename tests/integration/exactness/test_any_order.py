"""The same events give the same tables: in any order, any number of times, cut and dealt anyhow,
under whatever catalogues were in force meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from procesmijn.batch import Batch
from procesmijn.catalogue import Catalogue
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground, side_by_side
from tests.integration.exactness.histories import (
    CATALOGUE,
    CATALOGUES,
    histories,
    in_batches,
    sorted_pass,
)
from tests.integration.exactness.tables import Tables, assert_same

WORKERS = 3
WITHIN_REASON = settings(
    deadline=None,
    # The grounds are shared by the examples, and emptied before each.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    return make_ground(WORKERS)


def told_once(events: Sequence[Event], catalogue: Catalogue, plain: Ground) -> Tables:
    plain.clear()
    plain.activate(catalogue)
    plain.applier.apply(sorted_pass(events))
    return plain.tables()


@settings(WITHIN_REASON, max_examples=120)
@given(st.data())
def test_any_way_of_telling_a_history_gives_the_same_tables(
    ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    events = data.draw(histories())
    work = data.draw(st.composite(in_batches)(events, WORKERS))
    event(f"workers: {sum(map(bool, work))}")

    ground.clear()
    ground.apply_side_by_side(work)

    assert_same(ground.tables(), told_once(events, CATALOGUE, plain))
    ground.assert_sound()


@settings(WITHIN_REASON, max_examples=50)
@given(st.data())
def test_any_catalogues_before_the_last_one_leave_no_trace(
    ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    """They are activated while two workers are at it, each time by another session."""
    events = data.draw(histories())
    work = data.draw(st.composite(in_batches)(events, WORKERS - 1))
    series = data.draw(st.lists(st.sampled_from(CATALOGUES), min_size=1, max_size=4))

    ground.clear()
    side_by_side(
        lambda: ground.apply_side_by_side(work),
        lambda: ground.activate(*series, worker=WORKERS - 1),
    )

    assert_same(ground.tables(), told_once(events, series[-1], plain))
    ground.assert_sound()


@settings(WITHIN_REASON, max_examples=30)
@given(st.data())
def test_a_rebuild_beside_the_batches_changes_nothing(
    ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    events = data.draw(histories())
    before: tuple[tuple[Batch, ...], ...] = data.draw(st.composite(in_batches)(events, 1))
    work = data.draw(st.composite(in_batches)(events, WORKERS - 1))
    told = data.draw(st.integers(0, len(before[0])))

    ground.clear()
    ground.activate(CATALOGUE)
    ground.apply_side_by_side([before[0][:told]])
    side_by_side(
        lambda: ground.apply_side_by_side(work),
        lambda: ground.rebuild(WORKERS - 1),
    )

    assert_same(ground.tables(), told_once(events, CATALOGUE, plain))
    ground.assert_sound()
