"""Dependencies from variants are those that pm4py finds when it sees every case."""

from __future__ import annotations

from typing import Any

import orjson
import pm4py
import pytest
from pm4py.algo.discovery.heuristics.variants.classic import Parameters, apply_heu_pandas

from procesmijn.core.flow import Variant
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.heuristics import Dependency, SideBySide, heuristics, write
from tests.flow_logs import LOGS, frame_of, variants_of
from tests.pm4py_oracle import prepared


@pytest.mark.parametrize("certain", [0.5, 0.9])
@pytest.mark.parametrize("log", LOGS)
def test_variants_tell_what_all_cases_tell(log: str, certain: float) -> None:
    frame = frame_of(log)
    net = heuristics(variants_of(frame), certain)
    parameters = {
        Parameters.DEPENDENCY_THRESH: certain,
        Parameters.DFG_PRE_CLEANING_NOISE_THRESH: 0.0,
    }
    seen: Any = apply_heu_pandas(prepared(frame), parameters)
    edges = {
        (name, other.node_name): seen.dfg_matrix.get(name, {}).get(other.node_name, 0)
        for name, node in seen.nodes.items()
        for other in node.output_connections
    }
    assert {(d.before, d.after): d.times for d in net.dependencies} == edges
    for found in net.dependencies:
        certainty = seen.dependency_matrix.get(found.before, {}).get(found.after, 0.0)
        assert (found.certainty, found.is_loop) == (certainty, certainty < certain)
    splits = {
        (one, other, name): measure
        for name, node in seen.nodes.items()
        for one, others in node.and_measures_out.items()
        for other, measure in others.items()
    }
    assert {(p.one, p.other, p.after): p.measure for p in net.side_by_side if p.after} == splits
    starts, ends = (find(prepared(frame)) for find in (
        pm4py.get_start_activities, pm4py.get_end_activities
    ))  # fmt: skip
    assert (net.starts, net.ends) == (starts, ends)


def test_what_comes_both_ways_round_runs_side_by_side() -> None:
    log = [Variant(("a", "b", "c", "d"), 5), Variant(("a", "c", "b", "d"), 4)]
    net = heuristics(log)
    assert net.dependencies == (
        Dependency("a", "b", 5, 5 / 6, is_loop=False),
        Dependency("c", "d", 5, 5 / 6, is_loop=False),
        Dependency("a", "c", 4, 4 / 5, is_loop=False),
        Dependency("b", "d", 4, 4 / 5, is_loop=False),
    )
    assert net.side_by_side == (
        SideBySide("b", "c", "a", None, 9 / 10),
        SideBySide("b", "c", None, "d", 9 / 10),
    )


def test_two_that_repeat_each_other_are_a_loop() -> None:
    """'b' follows 'a' as often as 'a' follows 'b', and still they are not side by side."""
    net = heuristics([Variant(("s", "a", "b", "a", "b", "a", "e"), 10)])
    loops = {(d.before, d.after): d.times for d in net.dependencies if d.is_loop}
    assert loops == {("a", "b"): 20, ("b", "a"): 20}


def test_every_activity_is_there_also_where_nothing_depends_on_it() -> None:
    """pm4py leaves out 'x', and says of no activity that a case starts with it."""
    log = [Variant(("a", "b"), 9), Variant(("x",), 1), Variant((), 5)]
    net = heuristics(log)
    assert net.activities == {"a": 9, "b": 9, "x": 1}
    assert net.starts == {"a": 9, "x": 1}
    assert net.ends == {"b": 9, "x": 1}
    assert orjson.loads(write(net)) == {
        "activities": {"a": 9, "b": 9, "x": 1},
        "start": {"a": 9, "x": 1},
        "end": {"b": 9, "x": 1},
        "edges": [{"from": "a", "to": "b", "count": 9, "dependency": 0.9, "is_loop": False}],
        "side_by_side": [],
    }
    with pytest.raises(NothingHappened):
        heuristics([Variant((), 5)])


def test_more_certainty_is_fewer_dependencies() -> None:
    log = [Variant(("a", "b"), 9), Variant(("b", "a"), 2)]
    assert [d.certainty for d in heuristics(log).dependencies] == [7 / 12]
    assert heuristics(log, certain=0.9).dependencies == ()
