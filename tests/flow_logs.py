"""Logs for the tests of flows: generated ones always, the public one where it is at hand.

In CI the public one is always on the list, so that its absence is a failure.
"""

from __future__ import annotations

import gzip
import os
import random
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
from lxml import etree

from procesmijn.core.flow import DirectlyFollows, Edge, Variant

PUBLIC = Path(
    os.environ.get("PROCESMIJN_TEST_LOGS")
    or Path(__file__).resolve().parents[2] / "shared" / "logs"
)
HIRING = PUBLIC / "hiring_log_high.xes.gz"

LOGS = ["generated", *(["hiring"] if HIRING.exists() or "CI" in os.environ else [])]


@cache
def frame_of(log: str) -> pd.DataFrame:
    """Completions of a log: case, activity, timestamp, order."""
    rows = _hiring() if log == "hiring" else _generated()
    frame = pd.DataFrame(rows, columns=["case", "activity", "timestamp", "order"])
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    return frame


def traces_of(frame: pd.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """Activities and instants (microseconds) of each case, in order, by plain loops."""
    rows: dict[str, list[tuple[int, int, str]]] = {}
    for case, activity, timestamp, order in frame.itertuples(index=False):
        rows.setdefault(case, []).append((timestamp.value // 1_000, order, activity))
    return {
        case: [(activity, at) for at, _, activity in sorted(steps)] for case, steps in rows.items()
    }


def variants_of(frame: pd.DataFrame) -> list[Variant]:
    """Variants, the most frequent first, then by name."""
    counts = Counter(
        tuple(activity for activity, _ in steps) for steps in traces_of(frame).values()
    )
    return sorted(
        (Variant(*item) for item in counts.items()),
        key=lambda variant: (-variant.cases, variant.activities),
    )


def graph_of(frame: pd.DataFrame) -> DirectlyFollows:
    """The directly-follows graph."""
    counts: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for steps in traces_of(frame).values():
        starts[steps[0][0]] += 1
        ends[steps[-1][0]] += 1
        for (a, at), (b, later) in pairwise(steps):
            counts[a, b] += 1
            totals[a, b] += later - at
    edges = {pair: Edge(count, totals[pair]) for pair, count in counts.items()}
    return DirectlyFollows(edges, starts, ends)


def graph_of_variants(variants: list[Variant]) -> DirectlyFollows:
    """The directly-follows graph of variants, every step taking a second."""
    counts: Counter[tuple[str, str]] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for activities, cases in variants:
        starts[activities[0]] += cases
        ends[activities[-1]] += cases
        for pair in pairwise(activities):
            counts[pair] += cases
    edges = {pair: Edge(count, count * 1_000_000) for pair, count in counts.items()}
    return DirectlyFollows(edges, starts, ends)


def wide_variants(activities: int) -> list[Variant]:
    """Variants over many activities: blocks in any order, choices, repeats, and some disorder."""
    rng = random.Random(activities)
    names = [f"Activity {number:03}" for number in range(activities)]
    blocks = [names[at : at + 5] for at in range(0, activities, 5)]
    found: Counter[tuple[str, ...]] = Counter()
    for _ in range(500):
        trace: list[str] = []
        for number, block in enumerate(blocks):
            part = list(block)
            if number % 4 == 1:
                part = [rng.choice(part)]
            if number % 4 == 2:
                rng.shuffle(part)
            trace += part * (2 if number % 4 == 3 and rng.random() < 0.3 else 1)
        left, right = rng.randrange(len(trace)), rng.randrange(len(trace))
        trace[left], trace[right] = trace[right], trace[left]
        found[tuple(trace)] += 1
    found[tuple(names)] += 1
    return [Variant(*item) for item in found.items()]


def _generated() -> list[tuple[str, str, int, int]]:
    """Cases of a small recruitment, interleaved, late, and with many equal instants."""
    rng = random.Random(7)
    rows: list[tuple[str, str, int, int]] = []
    for number in range(300):
        steps = ["Request", "Publish"]
        checks = ["Check references", "Check identity"]
        rng.shuffle(checks)
        steps += checks
        while rng.random() < 0.25:
            steps += ["Correct", *checks]
        steps += ["Hire"] if rng.random() < 0.7 else ["Reject"]
        at = 1_700_000_000_000_000_000 + rng.randrange(10**15)
        for step in steps:
            at += rng.choice([0, 0, 1_000_000_000, 3_600_000_001_000])
            rows.append((f"case {number}", step, at, 0))
    rows = [(case, step, at, order) for order, (case, step, at, _) in enumerate(rows)]
    rng.shuffle(rows)
    return rows


def _hiring() -> list[tuple[str, str, str, int]]:
    rows: list[tuple[str, str, str, int]] = []
    with gzip.open(HIRING) as file:
        for _, trace in etree.iterparse(file, tag="{*}trace"):
            case = _values(trace)["concept:name"]
            for event in trace.iterfind("{*}event"):
                values = _values(event)
                rows.append((case, values["concept:name"], values["time:timestamp"], len(rows)))
            trace.clear()
    return rows


def _values(element: etree._Element) -> dict[str, str]:
    return {
        str(child.get("key")): str(child.get("value"))
        for child in element
        if child.get("key") is not None
    }
