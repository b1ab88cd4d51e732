"""What is usual: limits as they were published, and what lies outside them."""

from __future__ import annotations

import pytest

from procesmijn.core.control import FEWEST, Limits, Signal, limits, signals

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
USUAL = Limits(10.0, 5.0, 15.0)


def test_limits_as_nist_published_them() -> None:
    """The batches of 6.3.2.2 of the e-Handbook."""
    found = limits(FLOW)
    assert found is not None
    assert found == pytest.approx((50.81, 45.8159, 55.8041), abs=1e-4)
    assert signals(FLOW, found) == [None] * len(FLOW)


def test_limits_stay_within_what_can_be_and_need_enough() -> None:
    assert limits([0.9, 1.0] * 5, 0.0, 1.0) == pytest.approx((0.95, 0.95 - 0.1 * 3 / 1.128, 1.0))
    assert limits(FLOW[: FEWEST - 1]) is None


def test_what_lies_outside_and_what_lies_long_on_one_side() -> None:
    assert signals([16, 10, 4], USUAL) == [Signal.ABOVE, None, Signal.BELOW]
    assert signals([11] * 7, USUAL) == [None] * 7
    assert signals([11] * 8, USUAL) == [Signal.LONG_ABOVE] * 8
    assert signals([9] * 8 + [16], USUAL) == [Signal.LONG_BELOW] * 8 + [Signal.ABOVE]
    assert signals([11] * 4 + [10] + [11] * 4, USUAL) == [None] * 9, "the mean is on no side"
    assert signals([11] * 9 + [16], USUAL)[-1] is Signal.ABOVE
