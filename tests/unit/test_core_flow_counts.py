"""Directly-follows counts add up: by day, by process, and from what was written."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from procesmijn.core.flow_counts import flow_counts, net
from procesmijn.core.frames import FLOW, NO_TERM, STEP, Rows

Trace = list[tuple[int, int, int]]
"""(activity, local date, completion)."""


def _bytes(trace: Trace) -> bytes:
    return np.array(trace, dtype=STEP).tobytes()


def _counts(traces: list[tuple[int, Trace]]) -> Rows:
    process = np.array([term for term, _ in traces], dtype=np.int32)
    return flow_counts(process, [_bytes(trace) for _, trace in traces])


def _counted(traces: list[tuple[int, Trace]]) -> dict[tuple[int, ...], tuple[int, int]]:
    """The same, one by one."""
    number: Counter[tuple[int, ...]] = Counter()
    wait_us: Counter[tuple[int, ...]] = Counter()
    for process, trace in traces:
        if not trace:
            continue
        number[process, trace[0][1], NO_TERM, trace[0][0]] += 1
        number[process, trace[-1][1], trace[-1][0], NO_TERM] += 1
        for (before, _, since_us), (after, day, until_us) in pairwise(trace):
            number[process, day, before, after] += 1
            wait_us[process, day, before, after] += until_us - since_us
    return {key: (number[key], wait_us[key]) for key in sorted(number)}


def test_a_trace_starts_follows_and_ends_on_the_days_of_its_completions() -> None:
    trace = [(1, 100, 10), (2, 100, 30), (2, 101, 70)]
    assert _counts([(5, trace)]).tolist() == [
        (5, 100, NO_TERM, 1, 1, 0),
        (5, 100, 1, 2, 1, 20),
        (5, 101, 2, NO_TERM, 1, 0),
        (5, 101, 2, 2, 1, 40),
    ]


def test_a_trace_in_which_nothing_was_completed_counts_nothing() -> None:
    assert _counts([]).tolist() == []
    assert _counts([(5, []), (6, [])]).dtype == FLOW
    assert _counts([(5, []), (6, [(1, 7, 10)]), (5, [])]).tolist() == [
        (6, 7, NO_TERM, 1, 1, 0),
        (6, 7, 1, NO_TERM, 1, 0),
    ]


def test_a_step_that_only_moved_in_time_changes_the_sum_and_not_the_number() -> None:
    before, after = (
        _counts([(5, [(1, 7, 10), (2, 7, 30)])]),
        _counts([(5, [(1, 7, 10), (2, 7, 25)])]),
    )
    assert net(before, after).tolist() == [(5, 7, 1, 2, 0, -5)]


STEPS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 50)), max_size=6
).map(lambda trace: sorted(trace, key=lambda step: step[2]))
TRACES = st.lists(st.tuples(st.integers(1, 2), STEPS), max_size=8)


@given(TRACES)
def test_counts_are_those_of_counting_one_by_one(traces: list[tuple[int, Trace]]) -> None:
    assert {row[:4]: row[4:] for row in _counts(traces).tolist()} == _counted(traces)


@given(TRACES, TRACES)
def test_what_is_replaced_is_taken_off_and_nothing_else_is_touched(
    before: list[tuple[int, Trace]], after: list[tuple[int, Trace]]
) -> None:
    minus, plus = _counts(before), _counts(after)
    delta = net(minus, plus)
    assert not np.any((delta["n"] == 0) & (delta["wait_us"] == 0))
    assert net(net(delta, plus), minus).tolist() == []
    assert net(minus, minus).tolist() == []
