"""Discovery: known processes are found again, nothing is lost unasked, every run says the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.flow import DirectlyFollows, Edge, Variant
from procesmijn.errors import UsageError
from procesmijn.flows import bpmn, pnml
from procesmijn.flows.discovery import discover
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.noise import without_noise
from procesmijn.flows.tree import names, text
from tests import languages
from tests.flow_logs import (
    LOGS,
    frame_of,
    graph_of,
    graph_of_variants,
    variants_of,
    wide_variants,
)

SEQUENCE = [Variant(("a", "b", "c"), 3)]
CHOICE = [Variant(("a", "b", "d"), 7), Variant(("a", "c", "d"), 9)]
SKIP = [Variant(("a", "b"), 7), Variant(("a",), 1)]
PARALLEL = [Variant(("a", "b", "c", "d"), 5), Variant(("a", "c", "b", "d"), 4)]
LOOP = [Variant(("a", "b"), 5), Variant(("a", "b", "r", "a", "b"), 4)]

variant = st.builds(
    Variant,
    st.lists(st.sampled_from("abcde"), min_size=1, max_size=7).map(tuple),
    st.integers(1, 20),
)
variants = st.lists(variant, min_size=1, max_size=10)


@pytest.mark.parametrize("of_graph", [False, True])
@pytest.mark.parametrize(
    ("log", "tree"),
    [
        (SEQUENCE, "->( 'a', 'b', 'c' )"),
        (CHOICE, "->( 'a', X( 'c', 'b' ), 'd' )"),
        (SKIP, "->( 'a', X( 'b', tau ) )"),
        (PARALLEL, "->( 'a', +( 'b', 'c' ), 'd' )"),
        (LOOP, "*( ->( 'a', 'b' ), 'r' )"),
    ],
)
def test_a_known_process_is_found_again(log: list[Variant], tree: str, of_graph: bool) -> None:
    model = discover(graph_of_variants(log) if of_graph else log)
    assert text(model.tree) == tree
    assert model.left_out == ()


@settings(max_examples=50, deadline=None)  # the exact check tries every way through the model
@given(st.lists(variant, min_size=1, max_size=6))
def test_without_noise_every_case_fits(log: list[Variant]) -> None:
    model = discover(log)
    found = pnml.of_tree(model.tree)
    assert model.left_out == ()
    assert all(languages.accepts(found, variant.activities) for variant in log)


@pytest.mark.parametrize("log", LOGS)
def test_without_noise_every_case_of_a_log_fits(log: str) -> None:
    found = variants_of(frame_of(log))
    model = pnml.of_tree(discover(found).tree)
    assert all(languages.accepts(model, variant.activities) for variant in found)


@given(variants, st.sampled_from([0.0, 0.2, 1.0]))
def test_from_a_graph_no_activity_is_lost(log: list[Variant], noise: float) -> None:
    model = discover(graph_of_variants(log), noise)
    assert set(names(model.tree)) == {name for variant in log for name in variant.activities}
    assert model.left_out == ()


def test_noise_takes_out_what_is_rare_and_says_which() -> None:
    log = [Variant(("a", "b", "c"), 99), Variant(("c", "a", "b"), 1)]
    assert text(discover(log).tree) != "->( 'a', 'b', 'c' )"
    assert text(discover(log, noise=0.2).tree) == "->( 'a', 'b', 'c' )"
    assert text(discover(graph_of_variants(log), noise=0.2).tree) == "->( 'a', 'b', 'c' )"
    rare = [Variant(("a", "b", "c"), 99), Variant(("b", "x", "a"), 1)]
    assert discover(rare).left_out == ()
    assert discover(rare, noise=0.2).left_out == ("x",)


def test_cases_without_a_completed_activity_say_nothing() -> None:
    assert discover([*SEQUENCE, Variant((), 5)]) == discover(SEQUENCE)


@pytest.mark.parametrize("nothing", [[], [Variant((), 5)], DirectlyFollows({}, {}, {})])
def test_no_activity_no_model(nothing: list[Variant] | DirectlyFollows) -> None:
    with pytest.raises(NothingHappened, match="import events"):
        discover(nothing)


@pytest.mark.parametrize("noise", [-0.1, 1.1, float("nan")])
def test_noise_is_a_share(noise: float) -> None:
    with pytest.raises(UsageError, match="give a share from 0"):
        discover(SEQUENCE, noise)


@pytest.mark.parametrize("log", LOGS)
def test_every_run_gives_the_same_files(log: str) -> None:
    script = (
        "import sys; from procesmijn.flows import bpmn; "
        "from procesmijn.flows.discovery import discover; "
        "from tests.flow_logs import frame_of, graph_of, variants_of; "
        f"frame = frame_of({log!r}); "
        "sys.stdout.buffer.write(bpmn.write(discover(variants_of(frame), 0.1).tree, 'log')); "
        "sys.stdout.buffer.write(bpmn.write(discover(graph_of(frame), 0.1).tree, 'log'))"
    )
    frame = frame_of(log)
    here = bpmn.write(discover(variants_of(frame), 0.1).tree, "log")
    here += bpmn.write(discover(graph_of(frame), 0.1).tree, "log")
    there = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
    )
    assert there.stdout == here


def test_a_hundred_activities_are_drawn_within_a_second() -> None:
    graph = graph_of_variants(wide_variants(100))
    began = time.perf_counter()
    document = bpmn.write(discover(graph, noise=0.2).tree, "wide")
    assert time.perf_counter() - began < 1
    assert document.count(b"<bpmn:task ") == 100


@given(variants, st.sampled_from([0.0, 0.3, 1.0]))
def test_noise_leaves_every_activity_on_a_way_from_start_to_end(
    log: list[Variant], noise: float
) -> None:
    graph = graph_of_variants(log)
    kept = without_noise(graph, noise)
    onwards = {a: {b for x, b in kept.edges if x == a} for a in graph.activities}
    back = {a: {b for b, x in kept.edges if x == a} for a in graph.activities}
    assert _reached(set(kept.starts), onwards) == set(graph.activities)
    assert _reached(set(kept.ends), back) == set(graph.activities)


def _reached(found: set[str], steps: dict[str, set[str]]) -> set[str]:
    while more := {b for a in found for b in steps[a]} - found:
        found |= more
    return found


@given(variants)
def test_without_a_threshold_nothing_is_noise(log: list[Variant]) -> None:
    graph = graph_of_variants(log)
    assert without_noise(graph, 0) == graph


def test_a_step_is_rare_for_the_activity_that_it_leaves() -> None:
    graph = DirectlyFollows(
        {
            ("a", "b"): Edge(100, 0),
            ("a", "c"): Edge(9, 0),
            ("b", "c"): Edge(11, 0),
            ("b", "d"): Edge(2, 0),
            ("c", "d"): Edge(3, 0),
        },
        {"a": 100, "b": 5},
        {"b": 90, "c": 17, "d": 5},
    )
    kept = without_noise(graph, 0.1)
    assert set(kept.edges) == {("a", "b"), ("b", "c"), ("c", "d")}
    assert kept.starts == {"a": 100}
    assert kept.ends == {"b": 90, "c": 17, "d": 5}
