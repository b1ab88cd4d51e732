"""Pairs that run side by side are told from those that take turns, with the counts for it."""

from __future__ import annotations

import pytest

from procesmijn.core.flow import Variant
from procesmijn.flows.concurrency import Pair, pairs


def test_both_orders_speak_for_it_and_short_loops_do_not() -> None:
    log = [
        Variant(("a", "b", "c", "d"), 9),
        Variant(("a", "c", "b", "d"), 7),
        Variant(("b", "x", "c"), 3),
        Variant(("c", "d", "c"), 20),
        Variant((), 5),
    ]
    assert pairs(log) == [Pair("b", "c", 9, 7, 0, 3, 19, 2 / 17)]


@pytest.mark.parametrize(
    ("forth", "back", "is_suggested"),
    [(5, 5, True), (4, 5, False), (30, 10, True), (31, 10, False), (10, 31, False)],
)
def test_it_takes_enough_of_both_and_none_that_rules(
    forth: int, back: int, is_suggested: bool
) -> None:
    (pair,) = pairs([Variant(("a", "b"), forth), Variant(("b", "a"), back)])
    assert (pair.forth, pair.back, pair.is_suggested) == (forth, back, is_suggested)


def test_a_loop_that_also_changes_its_order_is_counted_by_what_is_outside() -> None:
    """Of *a b a b* every step is in a loop; of *a b c a b c* none is."""
    (pair,) = pairs(
        [
            Variant(("a", "b", "a", "b"), 6),
            Variant(("a", "b", "c", "a", "b"), 2),
            Variant(("b", "a"), 1),
        ]
    )
    assert (pair.forth, pair.back, pair.loops, pair.cases, pair.apart) == (4, 1, 12, 9, 0)
