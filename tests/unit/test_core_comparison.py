"""Two groups of cases beside each other: what is found, how sure, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from procesmijn.core.comparison import Compared, Verdict, compare
from procesmijn.core.improvement import ranked
from procesmijn.documents.comparing import sentence
from procesmijn.documents.words import Language

DICE = np.random.default_rng(7)
SLOW, QUICK = DICE.gamma(2, 20, 200).tolist(), DICE.gamma(2, 12, 160).tolist()


def times(first: list[float], second: list[float], still_open: float = 0.0) -> Compared:
    return compare(first, second, is_share=False, less_is_better=True, still_open=still_open)


def test_as_scipy_has_it() -> None:
    found = times(SLOW, QUICK)
    oracle = ttest_ind(QUICK, SLOW, equal_var=False)
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.95)))
    assert found.p_value == pytest.approx(oracle.pvalue)
    assert found.verdict is Verdict.BETTER
    assert found.effect is not None
    assert -1.5 < found.effect < -0.4


def test_shares_as_newcombe_published_them() -> None:
    """56 of 70 and 48 of 80: his table II, method 10."""
    first, second = [1.0] * 48 + [0.0] * 32, [1.0] * 56 + [0.0] * 14
    found = compare(first, second, is_share=True, less_is_better=False)
    assert found.difference == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=1e-4)
    assert found.high == pytest.approx(0.3339, abs=1e-4)
    assert found.verdict is Verdict.BETTER


@pytest.mark.parametrize(
    ("first", "second", "still_open", "verdict"),
    [
        (SLOW[:19], QUICK, 0.0, Verdict.TOO_FEW),
        (SLOW, SLOW[::-1], 0.0, Verdict.NOT_SHOWN),
        (SLOW, QUICK, 0.2, Verdict.STILL_OPEN),
        (QUICK, SLOW, 0.0, Verdict.WORSE),
        ([3.0] * 20, [3.0] * 20, 0.0, Verdict.NOT_SHOWN),
    ],
)
def test_when_nothing_may_be_said(
    first: list[float], second: list[float], still_open: float, verdict: Verdict
) -> None:
    found = times(first, second, still_open)
    assert found.verdict is verdict
    assert (found.difference is None) == (verdict is Verdict.TOO_FEW)
    for language in Language:
        assert sentence("delivery time", found, language)


def test_of_many_that_are_chance_hardly_any_is_said_to_have_improved() -> None:
    """Uncorrected a twentieth of 400 would be; one that did improve stands first all the same."""
    by_chance = [
        (f"{number}", times(*DICE.normal(0, 1, (2, 60)).tolist()), True) for number in range(400)
    ]
    few = ("few", times([1.0], [2.0]), True)
    real = ("real", times(SLOW, QUICK), True)
    moved, silent = ranked([*by_chance, few, real])
    assert (len(moved), silent) == (401, 1)
    told = [each for each in moved if each.compared.verdict is not Verdict.NOT_SHOWN]
    assert len(told) <= 3
    assert moved[0].place == "real"
    assert 0 < moved[0].improvement_low < moved[0].improvement < moved[0].improvement_high


def test_a_sentence_says_no_more_than_was_found() -> None:
    found = times([36_000.0] * 10 + [39_600.0] * 10, [18_000.0] * 19 + [21_600.0])
    assert sentence("delivery time", found, Language.NL).startswith(
        "De levertijd is beter: 5,0 werkuren tegen 10,5 werkuren ("
    )
    assert "over 20 and 20 cases" in sentence("delivery time", found, Language.EN)
