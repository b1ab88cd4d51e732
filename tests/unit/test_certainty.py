"""How sure a figure is, against statistics of others, and by drawing again and again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from procesmijn.core import certainty
from procesmijn.core.certainty import Estimate
from procesmijn.store.deliveries import QUANTILES


@pytest.mark.parametrize(("met", "of"), [(0, 5), (5, 5), (83, 100), (1, 1), (4_146, 6_000)])
def test_the_interval_of_a_share_is_that_of_wilson(met: int, of: int) -> None:
    theirs = stats.binomtest(met, of).proportion_ci(method="wilson")
    ours = certainty.share(met, of)
    assert ours.value == met / of
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_the_interval_of_a_median_holds_it_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    for n in (20, 60, 400):
        samples = random.exponential(1.0, (2_000, n))
        hits = 0
        for quantiles in np.quantile(samples, QUANTILES, axis=1).T.tolist():
            estimate = certainty.median(quantiles, n)
            hits += estimate.low <= np.log(2) <= estimate.high
        assert 0.93 <= hits / len(samples) <= 0.985, n


def test_the_interval_of_a_difference_is_that_of_newcombe() -> None:
    # Newcombe (1998), Statistics in Medicine 17: 56 of 70 against 48 of 80, method 10
    change = certainty.difference(certainty.share(56, 70), certainty.share(48, 80))
    assert (change.value, change.low, change.high) == pytest.approx(
        (0.2000, 0.0524, 0.3339), abs=5e-5
    )


def test_only_what_is_sure_has_a_direction() -> None:
    assert certainty.direction(Estimate(1.0, 0.1, 2.0)) == 1
    assert certainty.direction(Estimate(-1.0, -2.0, -0.1)) == -1
    assert certainty.direction(Estimate(1.0, -0.1, 2.0)) == 0
