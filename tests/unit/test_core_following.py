"""What follows what, with its cases: as counting by hand has it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.core.following import following
from procesmijn.core.frames import NO_TERM, STEP

TRACES = st.lists(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), min_size=1, max_size=8), max_size=8
)


@given(TRACES, st.integers(0, 5), st.integers(4, 12), st.integers(2, 12))
def test_counts_are_those_of_a_walk_along_each_case(
    traces: list[list[tuple[int, int]]], since: int, until: int, last_day: int
) -> None:
    steps, lengths = [], []
    activities: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    pairs: defaultdict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
    for case, trace in enumerate(traces):
        in_order = sorted((day, activity) for activity, day in trace)
        lengths.append(len(in_order))
        steps += [(activity, day, day * 100) for day, activity in in_order]
        before, seen = NO_TERM, list[int]()
        for day, activity in (each for each in in_order if each[0] <= last_day):
            if since <= day < until:
                activities[activity].append((case, activity in seen))
                pairs[before, activity].append((case, activity in seen))
            before = activity
            seen.append(activity)
        if before != NO_TERM and since <= seen_day(in_order, last_day) < until:
            pairs[before, NO_TERM].append((case, False))
    found = following(
        np.array(steps, dtype=STEP),
        np.array(lengths, dtype=np.int64),
        since,
        until,
        last_day * 100,
    )
    assert found.activities == {name: counted(rows) for name, rows in activities.items()}
    assert found.pairs == {pair: counted(rows) for pair, rows in pairs.items()}
    assert found.cases == len({case for rows in activities.values() for case, _ in rows})


def seen_day(in_order: list[tuple[int, int]], last_day: int) -> int:
    """Of the last step that was known."""
    return max(day for day, _ in in_order if day <= last_day)


def counted(rows: list[tuple[int, bool]]) -> tuple[int, int, int]:
    """Times, cases, and cases in which it was done again."""
    return len(rows), len({case for case, _ in rows}), len({case for case, again in rows if again})
