"""Counts of durations: they add up, and no percentile is more than 1% off."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.frames import NO_DAY
from procesmijn.core.tally import (
    BINS,
    BOUNDS,
    ELAPSED,
    PREVIOUS,
    WORKING,
    Tally,
    add,
    bins_of,
    month_bin,
    months,
    tally,
)

DURATIONS = st.one_of(st.integers(0, 200), st.integers(0, 2**40), st.integers(0, 2**62))
ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.sampled_from([ELAPSED, WORKING]), DURATIONS),
    max_size=60,
)


def counted(rows: list[tuple[int, int, int, int]]) -> Tally:
    parts = []
    for measure in (ELAPSED, WORKING):
        own = [(left, right, us) for left, right, which, us in rows if which == measure]
        us = np.array([each[2] for each in own], dtype=np.int64)
        keys = [(left, right, 1) for left, right, _ in own]
        parts.append(tally(keys, [1] * len(own), measure, bins_of(us), us))
    return add(parts)


def content(it: Tally) -> tuple[bytes, bytes, bytes]:
    return it.groups.tobytes(), it.bins.tobytes(), it.counts.tobytes()


def test_the_bin_of_a_duration_is_the_last_that_begins_at_it_or_before() -> None:
    around = np.concatenate([BOUNDS - 1, BOUNDS, BOUNDS + 1, [2**53 + 1, 2**63 - 513, 2**63 - 1]])
    durations = np.sort(around[around >= 0])
    assert np.array_equal(bins_of(durations), np.searchsorted(BOUNDS, durations, side="right") - 1)


@settings(deadline=None)
@given(ROWS, st.integers(0, 60))
def test_parts_add_up_to_the_whole_byte_for_byte(
    rows: list[tuple[int, int, int, int]], cut: int
) -> None:
    whole = counted(rows)
    assert content(add([counted(rows[cut:]), counted(rows[:cut])])) == content(whole)
    assert int(whole.counts.sum()) == len(rows) == int(whole.groups["n"].sum())
    assert sum(whole.sums_us()) == sum(us for *_, us in rows)


@settings(deadline=None)
@given(ROWS, st.sampled_from([0.0, 0.5, 0.9, 0.95, 1.0]))
def test_no_percentile_is_more_than_one_percent_off(
    rows: list[tuple[int, int, int, int]], share: float
) -> None:
    whole = counted(rows)
    for group, found in zip(whole.groups, whole.percentiles(share), strict=True):
        key = (group["left"], group["right"], group["measure"])
        exact = np.quantile([float(us) for *own, us in rows if tuple(own) == key], share)
        assert abs(found - exact) <= 0.01 * exact + 1e-6


def test_of_one_measure_and_of_months_before_another() -> None:
    days = np.array([NO_DAY, -800, 0, 31, 59, 19_000], dtype=np.int32)  # 31 is 1 February 1970
    bins = months(days)
    assert bins.tolist() == sorted(set(bins.tolist()))
    assert bins[0] == 0 < bins[1] < bins[-1] < BINS
    both = add([tally([(1, 2, 1)], [6], PREVIOUS, bins), counted([(1, 2, WORKING, 5)])])
    since = [None, date(1970, 1, 1), date(1970, 2, 1), date(1970, 3, 1), date(2030, 1, 1)]
    below = [both.of(PREVIOUS).counted_below(month_bin(month)).tolist() for month in since]
    assert below == [[1], [2], [3], [4], [6]]
