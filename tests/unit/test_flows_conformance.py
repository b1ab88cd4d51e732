"""Conformance: what fits a model is told to fit, and where a case leaves it is told by name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pm4py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.core.flow import Variant
from procesmijn.flows import bpmn, pnml
from procesmijn.flows.alignment import MOST_STEPS, Alignment, align
from procesmijn.flows.canonical import canonical
from procesmijn.flows.conformance import Kind, conform
from procesmijn.flows.discovery import discover
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.first_way import first_of_nearest
from procesmijn.flows.language import Language
from procesmijn.flows.moves import NoWayFound, Where
from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.quality import quality
from procesmijn.flows.reading import read
from procesmijn.flows.tokens import most_tokens
from procesmijn.flows.tree import Activity, Block, Operator, Tree, names
from procesmijn.flows.wide_alignment import align_widely, search_widely
from tests import languages
from tests.flow_logs import LOGS, frame_of, graph_of, variants_of
from tests.pm4py_oracle import prepared

A, B, C, D = (Activity(name) for name in "abcd")
MODEL = read(
    bpmn.write(Block(Operator.SEQUENCE, (A, Block(Operator.PARALLEL, (B, C)), D)), "model"), ()
)

variants = st.lists(
    st.builds(
        Variant,
        st.lists(st.sampled_from("abcde"), min_size=1, max_size=7).map(tuple),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=50, deadline=None)
@given(variants)
def test_what_was_discovered_without_noise_fits_when_it_is_read_back(log: list[Variant]) -> None:
    held = conform(read(bpmn.write(discover(log).tree, "ours"), ()), log)
    assert (held.fitness, held.fitting, held.never) == (1.0, held.cases, ())
    assert held.deviations() == []


@settings(max_examples=50, deadline=None)
@given(languages.trees("abcd"), variants)
def test_a_model_fits_as_well_in_either_form_as_where_it_was_found(
    tree: Tree, log: list[Variant]
) -> None:
    if not any(names(tree)):
        return
    fits = [conform(read(form.write(tree, "ours"), ()), log).fitness for form in (bpmn, pnml)]
    assert fits == [pytest.approx(quality(tree, log).fitness, abs=1e-12)] * 2
    assert fits[0] == fits[1]


@settings(max_examples=50, deadline=None)
@given(variants, variants)
def test_a_case_fits_or_is_told_where_it_does_not(seen: list[Variant], log: list[Variant]) -> None:
    held = conform(read(bpmn.write(discover(seen).tree, "ours"), ()), log)
    for outcome in held.outcomes:
        assert (outcome.fitness == 1) == (not outcome.deviations)
        assert all(names for _, names in outcome.deviations)
    assert (held.fitness == 1) == (held.fitting == held.cases)


@pytest.mark.parametrize("log", LOGS)
def test_a_log_against_a_model_of_what_is_usual(
    log: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Fitness, and how many cases fit, are what pm4py finds when it sees every case."""
    frame = frame_of(log)
    document = pnml.write(discover(graph_of(frame), 1.0).tree, log)
    file = tmp_path_factory.mktemp("model") / "net.pnml"
    file.write_bytes(document)
    theirs = pm4py.fitness_token_based_replay(prepared(frame), *pm4py.read_pnml(str(file)))
    done: list[int] = []
    held = conform(read(document, ()), variants_of(frame), done.append)
    assert held.fitness == pytest.approx(theirs["log_fitness"], abs=1e-12)
    assert held.fitting / held.cases == pytest.approx(theirs["percentage_of_fitting_traces"] / 100)
    assert (held.fitness < 1) == (log == "hiring")
    assert all(bool(outcome.deviations) == (outcome.fitness < 1) for outcome in held.outcomes)
    assert done[-1] == len(held.outcomes)
    usual = discover(variants_of(frame), 0.2).tree
    fits = [conform(read(each.write(usual, log), ()), variants_of(frame)) for each in (bpmn, pnml)]
    assert fits[0] == fits[1]
    assert (fits[0].fitness < 1) == (log == "hiring")


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("abcd", []),
        ("acbd", []),
        ("abd", [("out of turn", "d"), ("skipped", "c")]),
        ("abbcd", [("out of turn", "b")]),
        ("axbcd", [("unknown", "x")]),
        ("ab", [("skipped", "c"), ("skipped", "d")]),
        ("a", [("skipped", "b", "c")]),
        ("bacd", [("out of turn", "b"), ("skipped", "b")]),
    ],
)
def test_where_a_case_leaves_the_model(case: str, told: list[tuple[str, ...]]) -> None:
    held = conform(MODEL, [Variant(tuple(case), 3)])
    assert held.fitting == (0 if told else 3)
    assert [(kind, *names, cases) for (kind, names), cases in held.deviations()] == [
        (*each, 3) for each in told
    ]


def test_steps_of_the_same_name_are_told_apart_by_what_follows() -> None:
    either = Block(
        Operator.CHOICE,
        (Block(Operator.SEQUENCE, (A, B, D)), Block(Operator.SEQUENCE, (A, B, C, A))),
    )
    held = conform(
        read(bpmn.write(either, "twice"), ()),
        [Variant(("a", "b", "d"), 2), Variant(("a", "b", "c", "a"), 3), Variant(("a", "b"), 1)],
    )
    assert [(each.fitness == 1, bool(each.deviations)) for each in held.outcomes] == [
        (True, False),
        (True, False),
        (False, True),
    ]


@settings(max_examples=60, deadline=None)
@given(languages.trees("abc"), st.lists(st.sampled_from("abc"), max_size=5))
def test_what_a_net_allows_is_found_exactly(tree: Tree, case: list[str]) -> None:
    model = pnml.of_tree(tree)
    assert Language(model).allows(case) == languages.accepts(model, tuple(case))


def test_deviations_count_cases_and_what_would_do_is_told_together() -> None:
    model = pnml.of_tree(Block(Operator.SEQUENCE, (A, Block(Operator.CHOICE, (B, C)))))
    held = conform(
        model,
        [Variant(("a", "b"), 6), Variant(("a",), 3), Variant(("a", "x", "x"), 1), Variant((), 9)],
    )
    assert (held.cases, held.fitting, held.never) == (10, 6, ("c",))
    assert held.deviations() == [
        ((Kind.SKIPPED, ("b", "c")), 4),
        ((Kind.UNKNOWN, ("x",)), 1),
    ]
    with pytest.raises(NothingHappened):
        conform(model, [Variant((), 9)])


def test_a_model_that_cannot_end_is_told_as_such() -> None:
    dead = Net([SOURCE, SINK, "p"], {"t": "a"}, [(SOURCE, "t"), ("t", "p")])
    assert conform(dead, [Variant(("a",), 1)]).deviations() == [((Kind.SKIPPED, ()), 1)]
    with pytest.raises(NoWayFound, match="cannot come to its end"):
        align(dead, ["a"])


@pytest.mark.parametrize(
    ("case", "moves", "fitness"),
    [
        ("abcd", "a b c d", 1),
        ("axbcd", "a case:x b c d", 8 / 9),
        ("bcd", "model:a b c d", 6 / 7),
    ],
)
@pytest.mark.parametrize("aligned", [align, align_widely])
def test_one_case_step_by_step(
    aligned: Callable[[Net, str], Alignment], case: str, moves: str, fitness: float
) -> None:
    """A step on one side only costs 1, of those of the case and of the shortest way together."""
    found = aligned(MODEL, case)
    told = (
        name if where is Where.BOTH else f"{where.split()[0]}:{name}" for where, name in found.moves
    )
    assert " ".join(told) == moves
    assert found.fitness == pytest.approx(fitness, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(languages.trees("abc"), st.lists(st.sampled_from("abcx"), max_size=7))
def test_an_alignment_is_as_near_as_that_of_pm4py(tree: Tree, case: list[str]) -> None:
    """Of several ways that are equally near either may take another, so their costs are compared;
    each has the case on one side, and on the other a way that the model allows."""
    model = pnml.of_tree(tree)
    ours, theirs = align(model, case), align_widely(model, case)
    assert (ours.fitness, ours.shortest) == (theirs.fitness, theirs.shortest)
    for found in (ours, theirs):
        sides = {
            missing: [name for where, name in found.moves if where is not missing]
            for missing in (Where.MODEL, Where.CASE)
        }
        assert sides[Where.MODEL] == case
        assert languages.accepts(model, tuple(sides[Where.CASE]))


def test_cases_of_a_log_are_as_near_as_pm4py_finds_them() -> None:
    frame = frame_of(LOGS[-1])
    model = pnml.of_tree(discover(graph_of(frame), 1.0).tree)
    for variant in variants_of(frame)[:60]:
        found = align(model, variant.activities)
        assert found.fitness == align_widely(model, variant.activities).fitness


def net_of(arcs: str, **labels: str) -> Net:
    """A net of arcs such as 'source>a a>sink'; a step that is not told is silent."""
    pairs = [(start, end) for start, end in (arc.split(">") for arc in arcs.split())]
    steps = ["in", "more", *labels]
    places = [node for pair in pairs for node in pair if node not in steps]
    return Net(
        [*dict.fromkeys([SOURCE, SINK, *places])],
        {step: labels.get(step) for step in steps},
        pairs,
    )


def test_tokens_that_stay_behind_are_no_end_however_many() -> None:
    """r4pm counts the tokens of a place in 8 bits: 256 of them are not none."""
    model = net_of("source>in in>p in>left p>more more>p more>left p>a a>sink", a="a")
    with pytest.raises(NoWayFound, match="cannot come to its end"):
        align(model, ["a"])


def test_more_tokens_in_a_place_than_r4pm_counts_are_counted() -> None:
    """300 times 'a' puts 300 tokens in a place, which 'b' takes out again."""
    model = net_of("source>in in>p p>a a>p a>many many>b p>b b>p p>more more>sink", a="a", b="b")
    assert most_tokens(model) > 255
    assert most_tokens(MODEL) == 2
    case = ["a"] * 300 + ["b"] * 300
    assert align(model, case).fitness == 1


MANY_WAYS = pnml.of_tree(
    Block(
        Operator.SEQUENCE,
        (
            Block(Operator.LOOP, (Block(Operator.PARALLEL, (A, B, C)), D)),
            Block(Operator.CHOICE, (D, Block(Operator.PARALLEL, (C, B)))),
        ),
    )
)


@settings(max_examples=40, deadline=None)
@given(languages.trees("abc"), st.lists(st.sampled_from("abcx"), max_size=6))
def test_of_equally_near_ways_the_first_is_shown(tree: Tree, case: list[str]) -> None:
    """Whichever the search finds: here every way, made one of the found ones, leads to the same."""
    model = pnml.of_tree(tree)
    shown = align(model, case).moves
    for _ in range(3):
        assert align(model, case).moves == shown
    assert align(canonical(model), case).moves == shown
    assert first_of_nearest(model, case, align_widely(model, case).moves, search_widely) == shown


@pytest.mark.parametrize("case", ["axx", "", "dca", "bxaabd", "cbadcbacb"])
def test_a_model_with_many_ways_shows_one_in_every_run(case: str) -> None:
    shown = {align(MANY_WAYS, case).moves for _ in range(8)}
    assert len(shown) == 1


def test_a_model_with_very_many_ways_is_left_to_pm4py() -> None:
    anyhow = pnml.of_tree(
        Block(Operator.PARALLEL, tuple(Activity(name) for name in "abcdefghijklmnopqrst"))
    )
    found = align(anyhow, "tx")
    assert found.fitness == pytest.approx(1 - 20 / 22, abs=1e-12)
    assert [move.activity for move in found.moves] == [*"tx", *"abcdefghijklmnopqrs"]


def test_a_case_that_is_too_long_is_not_aligned_in_part() -> None:
    with pytest.raises(NoWayFound, match="65,536 steps"):
        align(MODEL, ["a"] * (MOST_STEPS + 1))
    assert align(pnml.of_tree(A), ["a"] * MOST_STEPS).shortest == 1


def test_one_case_is_aligned_without_pm4py() -> None:
    script = (
        "import sys; from procesmijn.cli import conformance; from procesmijn.flows import pnml; "
        "from procesmijn.flows.alignment import align; from procesmijn.flows.tree import Activity; "
        "assert align(pnml.of_tree(Activity('a')), ['a', 'b']).shortest == 1; "
        "assert 'pm4py' not in sys.modules"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"", b"")
