"""Handover counts add up: each day, pair and basis once, with the sums of its handovers."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from procesmijn.core.frames import HANDOVER
from procesmijn.core.roll_up import handover_counts

FEW = st.integers(1, 3)


@given(st.lists(st.tuples(FEW, FEW, FEW, FEW, st.integers(1, 2), st.integers(0, 2**40))))
def test_each_handover_is_counted_once(told: list[tuple[int, ...]]) -> None:
    handovers = np.zeros(len(told), dtype=HANDOVER)
    for row, (process, day, supplier, customer, basis, wait_us) in zip(
        handovers, told, strict=True
    ):
        row["process"], row["picked_up_on"] = process, day
        row["supplier"], row["customer"], row["pickup_basis"] = supplier, customer, basis
        row["wait_us"], row["wait_working_us"] = wait_us, wait_us // 3
    number: Counter[tuple[int, ...]] = Counter()
    waited: Counter[tuple[int, ...]] = Counter()
    worked: Counter[tuple[int, ...]] = Counter()
    for *key, wait_us in told:
        number[tuple(key)] += 1
        waited[tuple(key)] += wait_us
        worked[tuple(key)] += wait_us // 3
    assert handover_counts(handovers).tolist() == [
        (*key, number[key], waited[key], worked[key]) for key in sorted(number)
    ]
