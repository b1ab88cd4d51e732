"""Fitness and precision from variants are those that pm4py finds when it sees every case."""

from __future__ import annotations

import dataclasses

import pm4py
import pytest

from procesmijn.core.flow import Variant
from procesmijn.flows import pnml
from procesmijn.flows.discovery import discover
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.quality import Quality, quality
from procesmijn.flows.tree import Activity, Block, Operator, Tree
from tests.flow_logs import LOGS, frame_of, variants_of
from tests.pm4py_oracle import prepared

A, B, C = Activity("a"), Activity("b"), Activity("c")
SEQUENCE = Block(Operator.SEQUENCE, (A, B))


@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize("log", LOGS)
def test_variants_tell_what_all_cases_tell(
    log: str, noise: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = frame_of(log)
    found = variants_of(frame)
    tree = discover(found, noise).tree
    file = tmp_path_factory.mktemp("model") / "net.pnml"
    file.write_bytes(pnml.write(tree, log))
    model = pm4py.read_pnml(str(file))
    fitness = pm4py.fitness_token_based_replay(prepared(frame), *model)["log_fitness"]
    precision = pm4py.precision_token_based_replay(prepared(frame), *model)
    generalisation = pm4py.generalization_tbr(prepared(frame), *model)
    simplicity = pm4py.simplicity_petri_net(*model)
    said = (fitness, precision, generalisation, simplicity)
    assert dataclasses.astuple(quality(tree, found)) == pytest.approx(said, abs=1e-12)


def test_a_case_that_goes_as_modelled_fits() -> None:
    """In a line of places and transitions, four arcs have eight ends at five nodes."""
    found = quality(SEQUENCE, [Variant(("a", "b"), 4)])
    assert found == Quality(1.0, 1.0, generalisation=1 / 2, simplicity=1.0)


def test_what_was_met_once_or_never_is_not_believed() -> None:
    """'a' was met nine times, 'b' once, 'c' never."""
    tree = Block(Operator.CHOICE, (A, B, C))
    found = quality(tree, [Variant(("a",), 9), Variant(("b",), 1)])
    assert found.generalisation == pytest.approx(1 - (1 / 3 + 1 + 1) / 3)


def test_more_than_two_arcs_at_a_place_are_less_simple() -> None:
    """Three transitions between two places: six arcs have twelve ends at five nodes."""
    tree = Block(Operator.CHOICE, (A, B, C))
    assert quality(tree, [Variant(("a",), 9)]).simplicity == pytest.approx(1 / (1 + 12 / 5 - 2))


def test_a_variant_counts_for_its_cases() -> None:
    """'a' leaves 'b' undone: of two tokens consumed one is missing, of two produced one is left."""
    few = quality(SEQUENCE, [Variant(("a", "b"), 9), Variant(("a",), 1)])
    many = quality(SEQUENCE, [Variant(("a", "b"), 1), Variant(("a",), 9)])
    assert few.fitness == pytest.approx(1 - 1 / 29)
    assert many.fitness == pytest.approx(1 - 9 / 21)


def test_what_could_come_but_never_does_costs_precision() -> None:
    """At the start 1 of 3 is taken: 2 of 3 ways escape."""
    tree = Block(Operator.CHOICE, (A, B, C))
    assert quality(tree, [Variant(("a",), 5)]).precision == pytest.approx(1 / 3)


def test_activities_that_the_model_does_not_know_cost_fitness() -> None:
    """Of four tokens consumed one is missing, of four produced one is left; after 'a', 'b' could
    have come, and did not."""
    strange = quality(SEQUENCE, [Variant(("a", "x", "b"), 1)])
    assert strange.fitness == pytest.approx(3 / 4)
    assert strange.precision == pytest.approx(1 / 2)


def test_cases_without_activities_do_not_count() -> None:
    log = [Variant(("a", "b"), 3), Variant((), 7)]
    assert quality(SEQUENCE, log) == quality(SEQUENCE, log[:1])


@pytest.mark.parametrize("nothing", [[], [Variant((), 7)]])
def test_no_activity_no_quality(nothing: list[Variant]) -> None:
    with pytest.raises(NothingHappened, match="import events"):
        quality(SEQUENCE, nothing)


@pytest.mark.parametrize("name", ["a,b", "it's", "tau", "a;b\n"])
def test_any_name_will_do(name: str) -> None:
    tree: Tree = Block(Operator.SEQUENCE, (Activity(name), B, C))
    found = quality(tree, [Variant((name, "b", "c"), 1)])
    assert (found.fitness, found.precision) == (1.0, 1.0)
