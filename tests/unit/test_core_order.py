"""Sorting by packed words is exact, whatever does not fit into a word."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from procesmijn.core.order import (
    NO_ROW,
    first_above,
    is_first,
    next_alike,
    order_by,
    previous_alike,
)

WIDE = st.sampled_from([-(2**63), -1, 0, 1, 2**62, 2**63 - 1])


@given(st.lists(st.tuples(WIDE, st.integers(0, 1), WIDE | st.integers(0, 9)), max_size=30))
def test_rows_are_ordered_as_tuples_are(rows: list[tuple[int, int, int]]) -> None:
    first, second, third = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    order = order_by(first, second.astype(np.uint8), third)
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert [rows[row] for row in order] == sorted(rows)


def test_unsigned_keys_sort_above_the_signed_range() -> None:
    keys = np.array([2**64 - 1, 0, 2**63, 2**63 - 1], dtype=np.uint64)
    assert order_by(keys).tolist() == [1, 3, 2, 0]


def test_a_key_that_is_crowded_out_of_the_word_still_decides() -> None:
    wide = np.array([0, 2**63 - 1, 2**63 - 1], dtype=np.int64)
    crowded = np.array([0, 2, 1], dtype=np.int64)
    assert order_by(wide, wide, crowded).tolist() == [0, 2, 1]


def test_stretches_of_equal_rows_begin_where_any_code_changes() -> None:
    first, second = np.array([1, 1, 1, 2, 2]), np.array([5, 5, 6, 6, 6])
    assert is_first(first, second).tolist() == [True, False, True, True, False]


@pytest.fixture
def case() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([0, 0, 0, 0, 1, 1])


def test_looking_back_stays_in_the_case(case: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    codes = np.array([7, 8, 7, 7, 7, 7])
    assert previous_alike(case, codes).tolist() == [NO_ROW, NO_ROW, 0, 2, NO_ROW, 4]


def test_looking_ahead_stays_in_the_case_and_among_the_rows(
    case: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    codes = np.array([7, 8, 7, 7, 8, 7], dtype=np.int32)
    among = np.array([2, 3, 4, 5])
    after = np.array([0, 2, 3, 0, 4])
    wanted = np.array([7, 7, 7, 8, 7], dtype=np.int32)
    none = len(case)
    assert next_alike(case, codes, among, wanted, after).tolist() == [2, 3, none, none, 5]


@given(st.lists(st.lists(st.integers(0, 9), max_size=9).map(sorted), min_size=1), st.data())
def test_searches_in_stretches_agree_with_a_walk(
    stretches: list[list[int]], data: st.DataObject
) -> None:
    values = np.array([value for stretch in stretches for value in stretch], dtype=np.int64)
    ends = np.cumsum([len(stretch) for stretch in stretches])
    starts = ends - [len(stretch) for stretch in stretches]
    bounds = data.draw(
        st.lists(st.integers(-1, 10), min_size=len(stretches), max_size=len(stretches))
    )
    walked = [
        start + sum(value <= bound for value in stretch)
        for start, stretch, bound in zip(starts, stretches, bounds, strict=True)
    ]
    assert first_above(values, starts, ends, np.array(bounds)).tolist() == walked
