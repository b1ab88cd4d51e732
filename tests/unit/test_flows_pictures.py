"""Pictures: nothing is left out or drawn over, and every shape says what it stands for."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from procesmijn.flows import chain_picture, graph_picture, network_picture
from procesmijn.flows.canvas import SVG
from procesmijn.flows.chain_picture import Stretch
from procesmijn.flows.graph_picture import Arrow
from procesmijn.flows.layers import Edge, Place, in_layers
from procesmijn.flows.network_picture import Link
from procesmijn.flows.timeline_pictures import dotted_chart, performance_spectrum
from procesmijn.flows.timelines import Dot, Segment

GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), st.integers(1, 99), min_size=1, max_size=40
)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
AWKWARD = 'Ask <the> "manager" & \0'


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
    picture = dotted_chart(seen, "hiring")
    assert sorted(tips(picture)) == sorted([*(f"a{number}" for number in range(8)), "others"])
    marks = [path.get("d", "") for path in etree.fromstring(picture).iterfind(f"{{{SVG}}}path")]
    assert sum(d.count("h0") for d in marks) == len(seen)
    assert tips(dotted_chart([], "hiring")) == []


def test_a_spectrum_has_a_band_for_each_frequent_step() -> None:
    lines = [
        Segment("ask", AWKWARD, str(n), NINE, NINE + timedelta(hours=n), 3600.0 * n, 1 + n % 4)
        for n in range(8)
    ]
    root = etree.fromstring(performance_spectrum(lines, "hiring"))
    said = [text.text for text in root.iterfind(f"{{{SVG}}}text")]
    assert f"ask  ({len(lines)})" in said
    assert sum(path.get("d", "").count("L") for path in root.iterfind(f"{{{SVG}}}path")) == 8


def test_a_belt_goes_from_link_to_link_and_bars_are_as_long_as_their_shares() -> None:
    picture = chain_picture.write(
        [
            Stretch(f"{AWKWARD} \N{RIGHTWARDS ARROW} b", 0.25, 0.5, "25%", True, False),
            Stretch("b \N{RIGHTWARDS ARROW} c", 0.5, 1.0, "50%", True, True),
            Stretch("work", 0.25, 1.0, "25%", False, False),
        ],
        AWKWARD,
    )
    root = etree.fromstring(picture)
    widths = [float(bar.attrib["width"]) for bar in root.iterfind(f"{{{SVG}}}rect")]
    longest = max(widths)
    assert [width / longest for width in widths] == [0.5, 0.25, 1, 1, 0.5, 0.5]
    circles = [circle.attrib["fill"] for circle in root.iterfind(f"{{{SVG}}}circle")]
    assert circles == ["white", "black"]
    assert len([*root.iterfind(f"{{{SVG}}}path[@marker-end]")]) == 1
    assert chain_picture.write([], "nothing")
