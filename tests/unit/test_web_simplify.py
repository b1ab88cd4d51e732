"""A map with fewer activities and paths: whatever is left out, what is left holds together."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from procesmijn.web.simplify import Way, simplify

NAMES = "abcdefgh"
CASES = st.integers(1, 40)


@given(
    st.dictionaries(st.sampled_from(NAMES), CASES, min_size=1),
    st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), CASES, max_size=30),
    st.data(),
    st.floats(0, 45),
    st.floats(0, 45),
)
def test_what_can_be_reached_still_is(
    activities: dict[str, int],
    ways: dict[Way, int],
    data: st.DataObject,
    least_activity: float,
    least_way: float,
) -> None:
    ways = {way: n for way, n in ways.items() if activities.keys() >= set(way)}
    some = st.sets(st.sampled_from(sorted(activities)), min_size=1)
    starts, ends = (dict.fromkeys(data.draw(some), 9) for _ in range(2))
    minor = {way for way in sorted(ways) if data.draw(st.booleans())}
    kept = simplify(activities, ways, starts, ends, least_activity, least_way, minor)
    assert {name for name, n in activities.items() if n >= least_activity} <= kept.activities
    assert all(kept.activities.issuperset(way) for way in kept.ways)
    back = {(after, before) for before, after in ways}
    kept_back = {(after, before) for before, after in kept.ways}
    assert reached(starts, ways) & kept.activities == reached(starts, kept.ways) & kept.activities
    assert reached(ends, back) & kept.activities == reached(ends, kept_back) & kept.activities
    for side in (0, 1):
        for name in kept.activities:
            own = [
                (n, way)
                for way, n in ways.items()
                if way[side] == name
                and way[0] != way[1]
                and kept.activities.issuperset(way)
                and way not in minor
            ]
            if own:
                strongest = max(n for n, _ in own)
                assert any(way in kept.ways for n, way in own if n == strongest)


def test_everything_is_kept_unless_less_is_asked_for() -> None:
    ways = {("a", "b"): 5, ("b", "c"): 1, ("a", "c"): 2}
    kept = simplify({"a": 5, "b": 5, "c": 2}, ways, {"a": 5}, {"c": 2}, 0, 0)
    assert kept.ways == set(ways)
    less = simplify({"a": 5, "b": 5, "c": 2}, ways, {"a": 5}, {"b": 3, "c": 2}, 3, 3)
    assert (set(less.activities), set(less.ways)) == ({"a", "b"}, {("a", "b")})


def test_what_holds_another_together_is_held_itself() -> None:
    # b is kept as the way out of c; from then on it has to be reached from where cases start.
    ways = {("a", "b"): 1, ("c", "b"): 1}
    kept = simplify({"a": 1, "b": 1, "c": 2}, ways, {"a": 1}, {"a": 1, "b": 1}, 2, 0)
    assert kept.ways == set(ways)


def reached(roots: Iterable[str], ways: Iterable[Way]) -> set[str]:
    """Whatever can be reached from somewhere."""
    found, ways = set(roots), set(ways)
    while more := {after for before, after in ways if before in found} - found:
        found |= more
    return found
