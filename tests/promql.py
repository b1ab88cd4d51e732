"""Enough of Prometheus to see alert rules at work: ``promtool test rules`` in small.

Expressions are parsed by the grammar of Prometheus (``promql-parser``), and evaluated for what our
rules have in them; another function or operator is an error. Rates are not extrapolated to the
edges of their window, as Prometheus does. Files have the format of ``promtool``, which runs them.
"""

from __future__ import annotations

import itertools
import operator
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import promql_parser as promql
import yaml

Labels: TypeAlias = frozenset[tuple[str, str]]
Vector: TypeAlias = dict[Labels, float]

LOOKBACK_SECONDS: Final = 300
"""For how long a sample stands for its series."""
_NAME: Final = "__name__"
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_AGGREGATE: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {"sum": sum, "max": max}
_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


class Series(NamedTuple):
    """Samples of one series, in order of time."""

    labels: Labels
    seconds: list[int]
    values: list[float]


class Alert(NamedTuple):
    """One that fires."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def seconds_of(text: str) -> int:
    """``5m`` in seconds."""
    return int(text[:-1]) * _UNITS[text[-1]]


def series_of(described: Mapping[str, str], interval: int) -> Series:
    """Read a series as ``promtool`` writes it: ``0x3 1+2x5 _x2``."""
    selector = promql.parse(described["series"])
    assert isinstance(selector, promql.VectorSelector)
    labels = {(each.name, each.value) for each in selector.matchers.matchers}
    seconds: list[int] = []
    values: list[float] = []
    at = 0
    for word in described["values"].split():
        match = re.fullmatch(r"(_|\d+)(?:([+-]\d+))?(?:x(\d+))?", word)
        assert match is not None, word
        first, step, times = match.groups()
        # "a+bxn" and "axn" are n + 1 values, "_xn" is n that are missing.
        for number in range(int(times or 0) + (first != "_")):
            if first != "_":
                seconds.append(at)
                values.append(float(first) + number * float(step or 0))
            at += interval
    return Series(frozenset({(_NAME, str(selector.name)), *labels}), seconds, values)


class Evaluator:
    """Values of expressions over some series."""

    def __init__(self, series: Sequence[Series]) -> None:
        self._series = series

    def vector(self, expression: Any, at: int) -> Vector:
        """The instant vector of an expression at a second."""
        match expression:
            case promql.ParenExpr():
                return self.vector(expression.expr, at)
            case promql.VectorSelector():
                return self._selected(expression, at)
            case promql.AggregateExpr():
                return self._aggregated(expression, at)
            case promql.BinaryExpr():
                return self._combined(expression, at)
            case promql.Call():
                return self._called(expression, at)
        raise NotImplementedError(type(expression).__name__)

    def _matching(self, selector: Any) -> Iterator[Series]:
        for series in self._series:
            labels = dict(series.labels)
            if labels[_NAME] == selector.name and all(
                _matches(each, labels.get(each.name, "")) for each in selector.matchers.matchers
            ):
                yield series

    def _selected(self, selector: Any, at: int) -> Vector:
        at -= round((selector.offset or timedelta()).total_seconds())
        found: Vector = {}
        for series in self._matching(selector):
            last = bisect_right(series.seconds, at) - 1
            if last >= 0 and series.seconds[last] > at - LOOKBACK_SECONDS:
                found[series.labels] = series.values[last]
        return found

    def _increases(self, matrix: Any, at: int) -> Vector:
        """Of counters, which begin anew at zero."""
        since = at - round(matrix.range.total_seconds())
        found: Vector = {}
        for series in self._matching(matrix.vector_selector):
            window = series.values[
                bisect_right(series.seconds, since) : bisect_right(series.seconds, at)
            ]
            if len(window) > 1:
                found[_nameless(series.labels)] = sum(
                    after - before if after >= before else after
                    for before, after in itertools.pairwise(window)
                )
        return found

    def _called(self, call: Any, at: int) -> Vector:
        match call.func.name, call.args:
            case "increase", [matrix]:
                return self._increases(matrix, at)
            case "rate", [matrix]:
                seconds = matrix.range.total_seconds()
                return {key: it / seconds for key, it in self._increases(matrix, at).items()}
            case "absent", [inner]:
                return {} if self.vector(inner, at) else {frozenset(): 1.0}
            case "histogram_quantile", [quantile, inner]:
                return _quantiles(quantile.val, self.vector(inner, at))
        raise NotImplementedError(call.func.name)

    def _aggregated(self, aggregate: Any, at: int) -> Vector:
        kept = set() if aggregate.modifier is None else set(aggregate.modifier.labels)
        groups: dict[Labels, list[float]] = defaultdict(list)
        for labels, value in self.vector(aggregate.expr, at).items():
            groups[frozenset(pair for pair in labels if pair[0] in kept)].append(value)
        combine = _AGGREGATE[str(aggregate.op)]
        return {labels: combine(values) for labels, values in groups.items()}

    def _combined(self, binary: Any, at: int) -> Vector:
        assert binary.modifier is None or binary.modifier.matching is None
        left = self.vector(binary.lhs, at)
        if isinstance(binary.rhs, promql.NumberLiteral):
            compare = _COMPARE[str(binary.op)]
            return {key: it for key, it in left.items() if compare(it, binary.rhs.val)}
        right = {_nameless(key): it for key, it in self.vector(binary.rhs, at).items()}
        if str(binary.op) == "and":
            return {key: it for key, it in left.items() if _nameless(key) in right}
        compare = _COMPARE[str(binary.op)]
        return {
            key: it
            for key, it in left.items()
            if _nameless(key) in right and compare(it, right[_nameless(key)])
        }


def fired(rule: Mapping[str, Any], series: Sequence[Series], until: int, every: int) -> list[Alert]:
    """The alerts of a rule at a second, evaluated since the beginning."""
    evaluator, expression = Evaluator(series), promql.parse(rule["expr"])
    wait = seconds_of(rule.get("for", "0s"))
    since: dict[Labels, int] = {}
    for at in range(0, until + 1, every):
        active = {_nameless(labels) for labels in evaluator.vector(expression, at)}
        since = {labels: since.get(labels, at) for labels in active}
    return [
        Alert(
            dict(labels) | rule["labels"],
            {name: _filled(text, dict(labels)) for name, text in rule["annotations"].items()},
        )
        for labels, began in since.items()
        if until - began >= wait
    ]


def failures(file: Path) -> list[str]:
    """What a test file expects of the rules beside it, and is not so."""
    document = yaml.safe_load(file.read_text("utf-8"))
    rules = {
        rule["alert"]: rule
        for name in document["rule_files"]
        for group in yaml.safe_load((file.parent / name).read_text("utf-8"))["groups"]
        for rule in group["rules"]
    }
    every = seconds_of(document["evaluation_interval"])
    found = []
    for test in document["tests"]:
        series = [series_of(it, seconds_of(test["interval"])) for it in test["input_series"]]
        for case in test["alert_rule_test"]:
            there = fired(rules[case["alertname"]], series, seconds_of(case["eval_time"]), every)
            wanted = [
                Alert(it["exp_labels"], it["exp_annotations"]) for it in case.get("exp_alerts", ())
            ]
            if there != wanted:
                found.append(f"{test['name']}: {case['alertname']} at {case['eval_time']}: {there}")
    return found


def _matches(matcher: Any, value: str) -> bool:
    match matcher.op:
        case promql.MatchOp.Equal:
            return bool(value == matcher.value)
        case promql.MatchOp.NotEqual:
            return bool(value != matcher.value)
    raise NotImplementedError(str(matcher.op))


def _nameless(labels: Labels) -> Labels:
    return frozenset(pair for pair in labels if pair[0] != _NAME)


def _quantiles(quantile: float, buckets: Vector) -> Vector:
    """By linear interpolation in the bucket that a quantile lies in."""
    groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        bound = float(dict(labels)["le"])
        groups[frozenset(pair for pair in labels if pair[0] != "le")].append((bound, count))
    found: Vector = {}
    for labels, counts in groups.items():
        ordered = sorted(counts)
        rank = quantile * ordered[-1][1]
        if not rank:
            continue
        place = next(number for number, (_, count) in enumerate(ordered) if count >= rank)
        low, below = ordered[place - 1] if place else (0.0, 0.0)
        high, count = ordered[place]
        # What lies beyond the last bound is said to be there.
        found[labels] = (
            low if high == float("inf") else low + (high - low) * (rank - below) / (count - below)
        )
    return found


def _filled(text: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"{{ \$labels\.(\w+) }}", lambda match: labels[match[1]], text)
