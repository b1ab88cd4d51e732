"""Instants that are found by division are those that a search finds."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from procesmijn.core.frames import NO_INSTANT
from procesmijn.core.marks import DAY_US, Marks

NEAR = st.integers(-3 * DAY_US, 3 * DAY_US)
ON_THE_DAY = st.integers(-3, 3).map(lambda day: day * DAY_US)
ANYWHERE = st.sampled_from([-(2**63), 2**62, NO_INSTANT])


@given(st.lists(NEAR | ON_THE_DAY, max_size=12), st.lists(NEAR | ON_THE_DAY | ANYWHERE))
def test_marks_passed_are_those_at_or_before(marks: list[int], instants: list[int]) -> None:
    marks_us = np.array(sorted(marks), dtype=np.int64)
    instants_us = np.array(instants + marks, dtype=np.int64)
    found = np.searchsorted(marks_us, instants_us, side="right")
    assert Marks(marks_us).passed(instants_us).tolist() == found.tolist()
