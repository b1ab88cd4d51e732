"""Pictures: nothing is left out or drawn over, and every shape says what it stands for."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from procesmijn.flows import graph_picture, network_picture
from procesmijn.flows.canvas import SVG, Caption
from procesmijn.flows.graph_picture import Arrow
from procesmijn.flows.layers import Edge, Place, in_layers
from procesmijn.flows.network_picture import Link
from procesmijn.flows.time_axis import ticks
from procesmijn.flows.timeline_pictures import dotted_chart, performance_spectrum
from procesmijn.flows.timelines import Dot, Segment

GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), st.integers(1, 99), min_size=1, max_size=40
)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
AWKWARD = 'Ask <the> "manager" & \0'


ZONE = ZoneInfo("Europe/Amsterdam")
CAPTION = Caption("Work", "10 cases that started on 2 March; 1 in 5 is drawn")


def words(picture: bytes) -> list[str]:
    """What is written in it."""
    return [str(text.text) for text in etree.fromstring(picture).iterfind(f"{{{SVG}}}text")]


def tips(picture: bytes) -> list[str]:
    """What its shapes stand for."""
    root = etree.fromstring(picture)
    return [str(title.text) for title in root.iterfind(f"{{{SVG}}}*/{{{SVG}}}title")]


@given(GRAPHS)
def test_nodes_and_arrows_keep_apart_and_arrows_pass_every_layer(edges: dict[Edge, int]) -> None:
    layers = in_layers(edges, 80, 16)
    assert layers.nodes.keys() == {node for edge in edges for node in edge}
    assert layers.stops.keys() == {(a, b) for a, b in edges if a != b}
    rows = defaultdict(list)
    for place in layers.nodes.values():
        rows[place.layer].append((place.y, 80))
    for stops in layers.stops.values():
        for place in stops:
            rows[place.layer].append((place.y, 16))
    for row in rows.values():
        for (y, one), (following, other) in pairwise(sorted(row)):
            assert following - y >= (one + other) / 2 - 1e-6
    assert min(y - thickness / 2 for row in rows.values() for y, thickness in row) >= -1e-6
    for (a, b), stops in layers.stops.items():
        way = [layers.nodes[a], *stops, layers.nodes[b]]
        steps = {after.layer - before.layer for before, after in pairwise(way)}
        assert steps in ({1}, {-1}), "it neither jumps nor turns"


def test_work_flows_to_the_right_as_it_mostly_does() -> None:
    layers = in_layers({(1, 2): 90, (2, 3): 80, (3, 2): 9, (2, 2): 5, (1, 3): 7}, 80, 16)
    assert {node: place.layer for node, place in layers.nodes.items()} == {1: 0, 2: 1, 3: 2}
    assert [place.layer for place in layers.stops[1, 3]] == [1]
    assert layers.stops[3, 2] == []
    assert in_layers({(1, 1): 1}, 80, 16).nodes == {1: Place(0, 40.0)}


def test_a_graph_has_every_activity_and_arrow_and_says_what_they_are() -> None:
    arrows = [
        Arrow("ask", AWKWARD, 9, "nine"),
        Arrow(AWKWARD, "ask", 2, "two"),
        Arrow("ask", "ask", 1, "one", is_dashed=True),
    ]
    picture = graph_picture.write(
        {"ask": 12, "alone": 1}, {"ask": 8}, {AWKWARD: 7}, arrows, AWKWARD
    )
    readable = AWKWARD.replace("\0", "\ufffd")
    assert sorted(tips(picture)) == sorted(
        [
            *("nine", "two", "one", "start", "end", "ask: 12", "alone: 1", readable),
            *("8 cases start with ask", f"7 cases end with {readable}"),
        ]
    )
    assert tips(graph_picture.write({}, {}, {}, [], "nothing")) == []
    [dashed] = etree.fromstring(picture).iterfind(f"{{{SVG}}}path[@stroke-dasharray]")
    assert dashed[0].text == "one"


def test_a_network_has_every_party_and_link_and_says_what_they_are() -> None:
    links = [Link("hr", AWKWARD, 9, "nine"), Link(AWKWARD, "hr", 2, "two"), Link("hr", "it", 1, "")]
    found = tips(network_picture.write(links, "hiring", is_directed=True))
    assert {"nine", "two", "hr: 12", "it: 1"} <= {*found}
    assert len(found) == 6
    assert tips(network_picture.write([], "hiring", is_directed=False)) == []


def test_a_dotted_chart_has_a_colour_for_what_is_frequent_and_one_for_the_rest() -> None:
    seen = [
        Dot(str(case), f"a{number}", NINE + timedelta(days=case, hours=number), 0.0)
        for number in range(10)
        for case in range(10 - number)
    ]
    picture = dotted_chart(seen, CAPTION, ZONE)
    assert {CAPTION.title, CAPTION.told, "time in Europe/Amsterdam", "2026"} <= {*words(picture)}
    assert sorted(tips(picture)) == sorted([*(f"a{number}" for number in range(8)), "others"])
    marks = [path.get("d", "") for path in etree.fromstring(picture).iterfind(f"{{{SVG}}}path")]
    assert sum(len(re.findall("h0(?![.0-9])", d)) for d in marks) == len(seen)
    assert tips(dotted_chart([], CAPTION, ZONE)) == []


def test_a_spectrum_counts_all_and_draws_some() -> None:
    lines = [
        Segment("ask", AWKWARD, str(n), NINE, NINE + timedelta(hours=n), 3600.0 * n, 1 + n % 4)
        for n in range(8)
    ]
    picture = performance_spectrum(lines, {"0", "4"}, CAPTION, ZONE)
    assert {"ask  (8 times)", CAPTION.told, "2 Mar 2026", "10:30"} <= {*words(picture)}
    paths = etree.fromstring(picture).iterfind(f"{{{SVG}}}path")
    assert sum(path.get("d", "").count("L") for path in paths) == 2


@pytest.mark.parametrize(
    ("length", "fine", "coarse"),
    [
        (timedelta(minutes=9), ["09:00", "09:01", "09:02"], ["2 Mar 2026"] * 3),
        (timedelta(hours=30), ["09:00", "12:00", "15:00"], ["2 Mar 2026"] * 3),
        (timedelta(days=60), ["9 Mar", "16 Mar", "23 Mar"], ["2026"] * 3),
        (timedelta(days=500), ["Apr", "Jul", "Oct"], ["2026"] * 3),
        (timedelta(days=4_000), ["2027", "2028", "2029"], [""] * 3),
    ],
)
def test_lines_stand_at_round_times(length: timedelta, fine: list[str], coarse: list[str]) -> None:
    """In the time of the place, also where the clocks change: on 29 March, in the third."""
    first = datetime(2026, 3, 2, 9, tzinfo=ZONE)
    found = [*ticks(first, first + length, ZONE)]
    assert len(found) <= 14
    assert [tick.fine for tick in found[:3]] == fine
    assert [tick.coarse for tick in found[:3]] == coarse
    if length >= timedelta(days=2):
        assert {(tick.at.hour, tick.at.minute) for tick in found} == {(0, 0)}
    assert {tick.at.weekday() for tick in found} == {0} or length != timedelta(days=60)


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 14), st.randoms(use_true_random=False))
def test_no_number_stands_over_another(parties: int, chance: Random) -> None:
    names = [f"party {number}" for number in range(parties)]
    links = [
        Link(one, other, chance.randint(1, 9_999), "")
        for one in names
        for other in names
        if one != other
    ]
    arrows = [Arrow(link.party, link.other, link.weight, "") for link in links[:30]]
    for picture in (
        network_picture.write(links, CAPTION, is_directed=True),
        graph_picture.write({}, {}, {}, arrows, CAPTION),
    ):
        numbers = [
            (float(text.get("x", "")), float(text.get("y", "")), len(text.text or ""))
            for text in etree.fromstring(picture).iterfind(f"{{{SVG}}}text[@paint-order]")
        ]
        assert numbers
        for (x, y, letters), (other_x, other_y, others) in combinations(numbers, 2):
            assert abs(y - other_y) >= 11 or abs(x - other_x) >= 5.5 * (letters + others) / 2
