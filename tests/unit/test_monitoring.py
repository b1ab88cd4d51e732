"""Alert rules fire when they should, and no rule or panel names a metric that there is not."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client import CollectorRegistry

from consumers.metrics import Metrics
from tests.promtool import run

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
PROMETHEUS = {"up"}
"""What Prometheus itself says of what it scrapes."""


def selectors(expression: Any) -> Iterator[Any]:
    """Every selector in an expression."""
    if isinstance(expression, promql.VectorSelector):
        yield expression
    elif isinstance(expression, promql.MatrixSelector):
        yield expression.vector_selector
    for part in ("lhs", "rhs", "expr"):
        if hasattr(expression, part):
            yield from selectors(getattr(expression, part))
    for argument in getattr(expression, "args", ()):
        yield from selectors(argument)


def labels_by(expression: Any) -> Iterator[str]:
    """Every label that an expression groups by."""
    if isinstance(expression, promql.AggregateExpr) and expression.modifier is not None:
        yield from expression.modifier.labels
    for part in ("lhs", "rhs", "expr"):
        if hasattr(expression, part):
            yield from labels_by(getattr(expression, part))
    for argument in getattr(expression, "args", ()):
        yield from labels_by(argument)


def expressions() -> list[str]:
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in RULES), *shown]


@pytest.fixture(scope="module")
def metrics() -> dict[str, set[str]]:
    """The labels of every sample that a worker shows, by its name."""
    shown = Metrics(CollectorRegistry())
    shown.lag.labels("t", "0")
    shown.paused.labels("t", "0")
    shown.steps.labels("poll")
    return {
        sample.name: set(sample.labels)
        for family in shown.registry.collect()
        for sample in family.samples
    }


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_that_is_named_is_there(expression: str, metrics: dict[str, set[str]]) -> None:
    parsed = promql.parse(expression)
    named = {selector.name: selector for selector in selectors(parsed)}
    assert named.keys() <= metrics.keys() | PROMETHEUS
    for name in named.keys() - PROMETHEUS:
        used = {matcher.name for matcher in named[name].matchers.matchers}
        assert used | set(labels_by(parsed)) <= metrics[name], name


def test_each_rule_is_seen_to_fire_and_to_rest() -> None:
    file = MONITORING / "alerts.test.yaml"
    assert (done := run("check", "rules", MONITORING / "alerts.yaml")).returncode == 0, done.stderr
    assert (done := run("test", "rules", file)).returncode == 0, done.stdout + done.stderr
    cases = [
        case
        for test in yaml.safe_load(file.read_text("utf-8"))["tests"]
        for case in test["alert_rule_test"]
    ]
    names = {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_that_is_broken_is_found(rule: dict[str, Any], tmp_path: Path) -> None:
    """Each comparison the other way round: the tests of the rules have to notice."""
    text = (MONITORING / "alerts.yaml").read_text("utf-8")
    document = yaml.safe_load(text)
    (broken,) = (
        it for group in document["groups"] for it in group["rules"] if it["alert"] == rule["alert"]
    )
    turned = str.maketrans({">": "<", "<": ">"})
    broken["expr"] = (
        broken["expr"].replace("== 1", "== 2").replace("== 0", "== 2").translate(turned)
    )
    assert broken["expr"] != rule["expr"]
    (tmp_path / "alerts.yaml").write_text(yaml.safe_dump(document))
    (tmp_path / "alerts.test.yaml").write_text((MONITORING / "alerts.test.yaml").read_text("utf-8"))
    done = run("test", "rules", tmp_path / "alerts.test.yaml")
    assert done.returncode == 1
    assert f"alertname: {rule['alert']}, " in done.stdout + done.stderr


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in RULES:
        assert rule["alert"].startswith("Procesmijn")
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "description"}


def test_the_manual_lists_every_alert_and_no_other() -> None:
    page = (MONITORING.parents[1] / "docs" / "operations.md").read_text("utf-8")
    listed = re.findall(r"^\| `(Procesmijn\w+)` \|", page, re.MULTILINE)
    assert listed == [rule["alert"] for rule in RULES]


def test_the_panels_have_room_and_ids_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_below, (one, other)
