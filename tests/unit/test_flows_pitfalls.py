"""What pm4py gets wrong, each shown beside what we do: a warning that ends when pm4py is mended."""

from __future__ import annotations

import subprocess
import sys
from datetime import time
from typing import Any

import numpy as np
import pandas as pd
import pm4py
import pytest
from pm4py.algo.discovery.inductive.algorithm import Variants, apply
from pm4py.algo.discovery.performance_spectrum import algorithm as spectrum
from pm4py.objects.dfg.obj import DFG
from pm4py.objects.petri_net.obj import PetriNet

from procesmijn.core.flow import Variant
from procesmijn.core.worktime import build_calendar, working_us
from procesmijn.flows import bpmn, pnml
from procesmijn.flows.discovery import discover
from procesmijn.flows.heuristics import heuristics
from procesmijn.flows.quality import quality
from procesmijn.flows.reading import read
from procesmijn.flows.replay import Replay
from procesmijn.flows.tree import Activity, Block, Operator, names
from tests import languages, pm4py_oracle
from tests.flow_logs import graph_of_variants
from tests.pm4py_oracle import ACTIVITY, CASE, TIMESTAMP

START = pd.Timestamp("2024-01-01", tz="UTC")


def test_unsorted_frames_give_wrong_variants_and_networks() -> None:
    frame = _frame([("1", "a", 0), ("2", "a", 0), ("1", "c", 120), ("2", "c", 120), ("1", "b", 60)])
    right = [Variant(("a", "b", "c"), 1), Variant(("a", "c"), 1)]
    assert pm4py.get_variants_as_tuples(_raw(frame)) != dict(right)
    assert pm4py_oracle.variants(frame) == right

    resources = _raw(frame).assign(**{"org:resource": _raw(frame)[ACTIVITY]})
    unsorted = pm4py.discover_handover_of_work_network(resources).connections
    in_order = resources.sort_values([CASE, TIMESTAMP])
    assert unsorted != pm4py.discover_handover_of_work_network(in_order).connections


def test_microseconds_make_the_spectrum_a_thousand_times_off() -> None:
    frame = _frame([("1", "a", 0), ("1", "b", 60)])
    assert str(_raw(frame)[TIMESTAMP].dtype) == "datetime64[us, UTC]"
    assert _first_wait(_raw(frame)) == pytest.approx(0.06)
    assert _first_wait(pm4py_oracle.prepared(frame)) == pytest.approx(60)


def test_with_pyarrow_the_top_variants_of_a_formatted_frame_raise() -> None:
    frame = _frame([("1", "a", 0), ("1", "b", 60), ("2", "a", 0), ("2", "b", 9), ("3", "b", 0)])
    formatted = pm4py.format_dataframe(_raw(frame), CASE, ACTIVITY, TIMESTAMP)
    with pytest.raises(NotImplementedError):
        pm4py.filter_variants_top_k(formatted, 1)
    with pytest.raises(NotImplementedError):
        pm4py.get_variants_paths_duration(formatted)
    assert pm4py_oracle.variants(frame)[0] == Variant(("a", "b"), 2)


def test_discovery_writes_into_the_frame_of_its_caller() -> None:
    frame = _frame([("1", "a", 0), ("1", "b", 60)])
    raw, before = _raw(frame), frame.copy()
    pm4py.discover_dfg(raw)
    assert "start_timestamp" in raw.columns
    pm4py_oracle.directly_follows(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_business_hours_are_wrong_in_utc_and_wide_by_default() -> None:
    """Friday 2 October 2020 7:00 to Tuesday 15:00 in Amsterdam is 22 hours at the office."""
    local = pd.DatetimeIndex(["2020-10-02 07:00", "2020-10-06 15:00"], tz="Europe/Amsterdam")
    frame = pd.DataFrame(
        {"case": "1", "activity": ["a", "b"], "timestamp": local.tz_convert("UTC")}
    )
    slots = [(day * 86_400 + 9 * 3_600, day * 86_400 + 17 * 3_600) for day in range(5)]
    raw = pm4py_oracle.prepared(frame.assign(order=0))
    assert _business_hours(raw, slots) == 20
    assert _business_hours(raw, None) == 26

    office = build_calendar([[(time(9), time(17))]] * 5 + [[], []], "Europe/Amsterdam")
    from_us, to_us = (int(instant.timestamp()) * 1_000_000 for instant in local)
    ours = working_us(office, np.array([from_us]), np.array([to_us]))
    assert ours[0] == 22 * 3_600_000_000


def test_the_miner_of_graphs_loses_activities_or_fails() -> None:
    loses = [
        Variant(("b",), 18),
        Variant(("c",), 16),
        Variant(("b", "c", "c", "c", "b"), 14),
        Variant(("c", "c"), 10),
        Variant(("c", "a", "c", "c", "b", "c"), 2),
    ]
    assert "'a'" not in str(_of_pm4py(loses))
    assert set(names(discover(graph_of_variants(loses)).tree)) == set("abc")

    fails = [
        Variant(tuple("ddacaad"), 20),
        Variant(tuple("aacbadb"), 19),
        Variant(tuple("d"), 16),
        Variant(tuple("bbaabbb"), 13),
        Variant(tuple("ddbdadba"), 9),
        Variant(tuple("aad"), 7),
    ]
    with pytest.raises(IndexError):
        _of_pm4py(fails)
    assert set(names(discover(graph_of_variants(fails)).tree)) == set("abcd")


def test_the_front_door_of_the_miner_does_not_know_variants() -> None:
    with pytest.raises(AttributeError):
        apply({("a", "b"): 3}, variant=Variants.IMf)
    assert discover([Variant(("a", "b"), 3)]).left_out == ()


def test_a_comma_in_a_name_breaks_precision(tmp_path_factory: pytest.TempPathFactory) -> None:
    frame = _frame([("1", "a,b", 0), ("1", "c", 60), ("1", "d", 90)])
    tree = Block(Operator.SEQUENCE, (Activity("a,b"), Activity("c"), Activity("d")))
    file = tmp_path_factory.mktemp("model") / "net.pnml"
    file.write_bytes(pnml.write(Block(Operator.CHOICE, (tree, Activity("e"))), "comma"))
    model = pm4py.read_pnml(str(file))
    theirs = pm4py.precision_token_based_replay(pm4py_oracle.prepared(frame), *model)
    ours = quality(Block(Operator.CHOICE, (tree, Activity("e"))), pm4py_oracle.variants(frame))
    assert ours.precision == pytest.approx(3 / 4)
    assert theirs != pytest.approx(3 / 4)


def test_replay_passes_over_activities_that_the_model_does_not_know(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    frame = _frame([("1", "a", 0), ("1", "x", 30), ("1", "b", 60)])
    tree = Block(Operator.SEQUENCE, (Activity("a"), Activity("b")))
    file = tmp_path_factory.mktemp("model") / "net.pnml"
    file.write_bytes(pnml.write(tree, "unknown"))
    model = pm4py.read_pnml(str(file))
    theirs = pm4py.fitness_token_based_replay(pm4py_oracle.prepared(frame), *model)
    assert theirs["log_fitness"] == 1
    assert quality(tree, pm4py_oracle.variants(frame)).fitness == pytest.approx(3 / 4)


def test_reading_bpmn_passes_over_what_it_does_not_know(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    steps = ("startEvent", "task", "intermediateCatchEvent", "task", "endEvent")
    nodes = [f'<{tag} id="n{at}" name="{at}"/>' for at, tag in enumerate(steps)]
    flows = [
        f'<sequenceFlow id="f{at}" sourceRef="n{at}" targetRef="n{at + 1}"/>' for at in range(4)
    ]
    document = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'
        f"{''.join(nodes + flows)}</process></definitions>"
    )
    file = tmp_path_factory.mktemp("model") / "waiting.bpmn"
    file.write_text(document)
    theirs = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(file)))
    assert languages.of_pm4py(theirs, 3) == set()
    assert languages.of_net(read(document.encode(), ()), 3) == {("1", "3")}


def test_bpmn_needs_no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    tree = Block(Operator.SEQUENCE, (Activity("a"), Activity("b")))
    assert b"BPMNShape" in bpmn.write(tree, "hiring")


def test_pm4py_is_imported_when_asked_for_and_says_nothing() -> None:
    script = (
        "import sys; from procesmijn.core import flow; from procesmijn.flows import dfg, forms; "
        "assert 'pm4py' not in sys.modules; "
        "from procesmijn.flows.discovery import discover; "
        "from procesmijn.flows.quality import quality; "
        "log = [flow.Variant(('a', 'b'), 3)]; quality(discover(log).tree, log); "
        "assert 'pm4py' in sys.modules"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"", b"")


def _frame(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    """Completions some seconds after the start, ties in the order given."""
    return pd.DataFrame(
        [
            (case, activity, START + pd.Timedelta(seconds=seconds), order)
            for order, (case, activity, seconds) in enumerate(rows)
        ],
        columns=["case", "activity", "timestamp", "order"],
    )


def _raw(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as a newcomer would hand it to pm4py."""
    return frame.rename(columns={"case": CASE, "activity": ACTIVITY, "timestamp": TIMESTAMP})


def _first_wait(frame: pd.DataFrame) -> float:
    first, second = spectrum.apply(frame, ["a", "b"])["points"][0]
    return float(second - first)


def _business_hours(frame: pd.DataFrame, slots: Any) -> float:
    times, _, _ = pm4py.discover_performance_dfg(
        frame, business_hours=True, **({"business_hour_slots": slots} if slots else {})
    )
    return float(times["a", "b"]["mean"]) / 3_600


def _of_pm4py(log: list[Variant]) -> Any:
    graph = graph_of_variants(log)
    counts = {pair: edge.count for pair, edge in graph.edges.items()}
    return apply(DFG(counts, graph.starts, graph.ends), variant=Variants.IMd)


def test_a_heuristics_net_knows_no_starts_and_drops_what_nothing_depends_on() -> None:
    frame = _frame([("1", "a", 0), ("1", "b", 60), ("2", "x", 0)])
    seen = pm4py.discover_heuristics_net(pm4py_oracle.prepared(frame))
    assert set(seen.nodes) == {"a", "b"}
    assert not any(node.is_start_activity or node.is_end_activity for node in seen.nodes.values())

    net = heuristics(pm4py_oracle.variants(frame))
    assert net.activities == {"a": 1, "b": 1, "x": 1}
    assert (net.starts, net.ends) == ({"a": 1, "x": 1}, {"b": 1, "x": 1})


def test_a_heuristics_net_leaves_out_rare_steps_before_it_subtracts() -> None:
    """'a' came after 'b' twice, and 'b' after 'a' fifty times: (50 - 2) / (50 + 2 + 1)."""
    there = [(str(case), name, at) for case in range(50) for name, at in (("a", 0), ("b", 60))]
    back = [(f"{case} back", name, at) for case in range(2) for name, at in (("b", 0), ("a", 60))]
    frame = _frame(there + back)
    seen = pm4py.discover_heuristics_net(pm4py_oracle.prepared(frame))
    assert seen.dependency_matrix["a"]["b"] == 50 / 51

    (found,) = heuristics(pm4py_oracle.variants(frame)).dependencies
    assert found.certainty == 48 / 53


def test_replay_chooses_by_the_addresses_of_its_nodes() -> None:
    """They come out of sets in the order of their hashes, which in pm4py are their addresses."""
    places = [PetriNet.Place("p") for _ in range(2)]
    assert hash(places[0]) != hash(places[1])

    def hashed() -> list[int]:
        net, *_ = Replay(pnml.of_tree(Activity("a")), {"a": "1", "b": "2"}).model
        return sorted(map(hash, (*net.places, *net.transitions, *net.arcs)))

    assert hashed() == hashed()
