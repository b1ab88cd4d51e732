"""Several thresholds side by side, and why one of them is to be taken."""

from __future__ import annotations

import pytest

from procesmijn.core.flow import Variant
from procesmijn.flows.choice import NOISES, Tried, models, recommend
from procesmijn.flows.discovery import Model, discover
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.quality import Quality, quality
from procesmijn.flows.tree import Activity
from tests.flow_logs import frame_of, variants_of


def _tried(noise: float, name: str, fitness: float, precision: float, simplicity: float) -> Tried:
    measured = Quality(fitness, precision, 0.9, simplicity)
    return Tried(noise, Model(Activity(name), ()), measured)


def test_each_model_is_the_one_of_its_threshold_with_its_quality() -> None:
    found = variants_of(frame_of("generated"))
    tried = list(models(found))
    assert [each.noise for each in tried] == list(NOISES)
    for each in (tried[0], tried[-1]):
        assert each.model == discover(found, each.noise)
        assert each.quality == quality(each.model.tree, found)


def test_rare_disorder_makes_noise_worth_leaving_out() -> None:
    """One case of a hundred goes the wrong way round: a model of all allows anything."""
    log = [Variant(("a", "b", "c"), 99), Variant(("c", "a", "b"), 1)]
    rows = recommend(list(models(log)))
    (taken,) = (row for row in rows if row.is_recommended)
    assert (rows[0].fitness, rows[0].noise, taken.noise) == (1.0, 0.0, 0.1)
    assert taken.balance > rows[0].balance
    assert taken.reason is not None
    assert taken.reason.startswith("the best balance")
    assert all(row.reason is None for row in rows if row is not taken)


def test_of_models_as_good_as_the_best_the_simplest_is_taken() -> None:
    rows = recommend(
        [
            _tried(0.0, "all", 1.0, 0.5, 0.9),
            _tried(0.1, "best", 0.90, 0.90, 0.6),
            _tried(0.2, "simple", 0.895, 0.895, 0.7),
            _tried(0.3, "as simple", 0.895, 0.895, 0.7),
            _tried(0.4, "too little", 0.5, 1.0, 0.9),
        ]
    )
    assert [row.is_recommended for row in rows] == [False, False, True, False, False]
    assert rows[2].reason == (
        "the simplest of those within 0.01 of the best balance of fitness and precision (0.900)"
    )
    assert rows[0].balance == pytest.approx(2 / 3)


def test_no_case_no_models() -> None:
    with pytest.raises(NothingHappened):
        list(models([Variant((), 3)]))
