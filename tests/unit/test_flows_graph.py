"""The directly-follows graph as JSON, and pm4py as its oracle."""

from __future__ import annotations

import json

import pytest

from procesmijn.core.flow import DirectlyFollows, Edge, Variant, activities_of
from procesmijn.flows import dfg
from procesmijn.flows.forms import Form, write
from procesmijn.flows.tree import Activity, Block, Operator
from tests import pm4py_oracle
from tests.flow_logs import LOGS, frame_of, graph_of, variants_of

GRAPH = DirectlyFollows(
    {
        ("b", "c"): Edge(2, 3_000_000),
        ("a", "c"): Edge(2, 1),
        ("a", "b"): Edge(7, 7_000_000),
    },
    {"b": 2, "a": 9, "c": 2},
    {"c": 13},
)


def test_the_most_frequent_comes_first_then_by_name() -> None:
    document = json.loads(dfg.write(GRAPH))
    assert list(document) == ["edges", "start", "end"]
    assert document["edges"] == [
        {"from": "a", "to": "b", "count": 7, "seconds_mean": 1.0},
        {"from": "a", "to": "c", "count": 2, "seconds_mean": 5e-07},
        {"from": "b", "to": "c", "count": 2, "seconds_mean": 1.5},
    ]
    assert list(document["start"].items()) == [("a", 9), ("b", 2), ("c", 2)]
    assert document["end"] == {"c": 13}


@pytest.mark.parametrize("log", LOGS)
def test_pm4py_counts_what_plain_loops_count(log: str) -> None:
    frame = frame_of(log)
    assert pm4py_oracle.directly_follows(frame) == graph_of(frame)
    assert pm4py_oracle.variants(frame) == variants_of(frame)


@pytest.mark.parametrize("log", LOGS)
def test_graph_and_variants_count_the_same_activities(log: str) -> None:
    frame = frame_of(log)
    assert graph_of(frame).activities == activities_of(variants_of(frame))


@pytest.mark.parametrize("log", LOGS)
def test_a_log_is_the_one_we_know(log: str) -> None:
    found = variants_of(frame_of(log))
    cases = sum(variant.cases for variant in found)
    assert (cases, len(found)) == {"generated": (300, 12), "hiring": (10_000, 386)}[log]


@pytest.mark.parametrize("form", Form)
def test_every_form_is_text_with_the_names_in_it(form: Form) -> None:
    tree = Block(Operator.SEQUENCE, (Activity("Überweisen"), Activity("b")))
    assert "Überweisen" in write(tree, form, "hiring").decode()


def test_activities_are_counted_by_cases() -> None:
    found = [Variant(("a", "b", "a"), 3), Variant((), 9)]
    assert activities_of(found) == {"a": 6, "b": 3}
