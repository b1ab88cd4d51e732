"""Which entries of a pack count, when the same event comes more than once."""

from __future__ import annotations

from procesmijn.core.frames import MAX_EVENTS_OF_CASE
from tests.frames import PROCESS, mine, mine_steps, step
from tests.reference import Event, Rules


def _trace(*steps: Event) -> tuple[tuple[str, int], ...]:
    [case] = mine_steps(*steps).cases
    return case.trace


def test_a_later_entry_replaces_an_earlier_one_with_its_key() -> None:
    assert _trace(step(1, "a", 10), step(2, "b", 20), step(1, "c", 30)) == (("b", 20), ("c", 30))


def test_a_void_entry_takes_the_event_away() -> None:
    first, second = step(1, "a", 10), step(2, "b", 20)
    assert _trace(first, second, first._replace(is_void=True)) == (("b", 20),)


def test_an_event_can_come_back_after_it_was_void() -> None:
    first = step(1, "a", 10)
    assert _trace(first._replace(is_void=True), first) == (("a", 10),)


def test_an_object_of_which_nothing_stands_is_no_case() -> None:
    first = step(1, "a", 10)
    assert mine_steps(first, first._replace(is_void=True)).cases == []


def test_keys_are_those_of_an_object_and_both_halves_count() -> None:
    high = 1 << 64
    mined = mine_steps(
        step(1, "a", 10, object="c"),
        step(1, "a", 20, object="d"),
        step(1 + high, "b", 30, object="d"),
    )
    assert [len(case.trace) for case in mined.cases] == [1, 2]


def test_an_object_with_too_many_events_is_not_mined() -> None:
    steps = [step(key, "a", key) for key in range(MAX_EVENTS_OF_CASE + 1)]
    other = step(1, "a", 10, object="d")
    gone = steps[0]._replace(is_void=True)
    rules = Rules([PROCESS])
    assert [case.object for case in mine([*steps, other], rules).cases] == ["d"]
    assert [case.events for case in mine([*steps, other, gone], rules).cases] == [10_000, 1]
