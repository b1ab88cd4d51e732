"""How sure what customers say is."""

from __future__ import annotations

from math import comb

import pytest

from procesmijn.core.ratings import ENOUGH, mean_mark, recommendation


@pytest.mark.parametrize("answers", [10, 30])
@pytest.mark.parametrize(("pro", "contra"), [(0.33, 0.21), (0.6, 0.05), (0.1, 0.6), (0.9, 0.02)])
def test_the_interval_of_a_recommendation_holds_the_truth_as_often_as_it_says(
    answers: int, pro: float, contra: float
) -> None:
    """Counted over all that so many answers can be, not drawn."""
    held = 0.0
    for promoters in range(answers + 1):
        for detractors in range(answers + 1 - promoters):
            rest = answers - promoters - detractors
            chance = (
                comb(answers, promoters)
                * comb(answers - promoters, detractors)
                * pro**promoters
                * contra**detractors
                * (1 - pro - contra) ** rest
            )
            found = recommendation(promoters, detractors, answers)
            assert found is not None
            held += chance * (found.low <= pro - contra <= found.high)
    assert held > 0.92


def test_a_score_is_promoters_less_detractors_and_too_few_answers_give_none() -> None:
    found = recommendation(6, 1, 10)
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high
    assert recommendation(ENOUGH - 1, 0, ENOUGH - 1) is None
    all_promote = recommendation(5, 0, 5)
    assert all_promote is not None
    assert -1 < all_promote.low < all_promote.value == all_promote.high == 1


def test_a_mean_mark_has_the_interval_of_student() -> None:
    """Of 7, 8, 8, 9, 8: mean 8, variance a half; 2.776 is Student's t of four degrees."""
    found = mean_mark(8.0, 0.5, 5)
    assert found is not None
    assert found.high - found.value == pytest.approx(2.776 * (0.5 / 5) ** 0.5, abs=1e-3)
    assert mean_mark(8.0, 0.5, 4) is None
