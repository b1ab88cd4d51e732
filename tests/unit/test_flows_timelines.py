"""Dots and segments say when what happened; the spectrum is that of pm4py on nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pm4py.algo.discovery.performance_spectrum import algorithm as spectrum

from procesmijn.core.flow import CaseTrace
from procesmijn.flows.timelines import Dot, Segment, dots, segments
from tests.flow_logs import frame_of, traces_of
from tests.pm4py_oracle import prepared

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
NINE_US = 1_772_442_000_000_000


def trace(case_key: str, *steps: tuple[str, float]) -> CaseTrace:
    """A case that starts at nine; steps with their seconds since then."""
    names, seconds = zip(*steps, strict=True)
    return CaseTrace(case_key, names, tuple(NINE_US + round(s * 1_000_000) for s in seconds))


def test_dots_are_on_the_line_of_their_case() -> None:
    assert list(dots([trace("1", ("a", 60), ("b", 90.5)), trace("2", ("a", 0))])) == [
        Dot("1", "a", NINE.replace(minute=1), 0.0),
        Dot("1", "b", NINE.replace(minute=1, second=30, microsecond=500_000), 30.5),
        Dot("2", "a", NINE, 0.0),
    ]


def test_segments_are_classed_among_their_like() -> None:
    waits = {"1": 10, "2": 20, "3": 30, "4": 40, "5": 40}
    log = [trace(case, ("a", 0), ("b", wait)) for case, wait in waits.items()]
    log.append(trace("6", ("b", 30), ("c", 30)))
    found = list(segments(log))
    assert [(s.case_key, s.seconds, s.quartile) for s in found] == [
        ("1", 10.0, 1),
        ("2", 20.0, 1),
        ("3", 30.0, 2),
        ("4", 40.0, 3),
        ("5", 40.0, 3),
        ("6", 0.0, 1),
    ]
    assert found[-1] == Segment(
        "b", "c", "6", NINE.replace(second=30), NINE.replace(second=30), 0.0, 1
    )


def test_segments_are_those_of_pm4py() -> None:
    frame = frame_of("generated")
    log = [CaseTrace(case, *zip(*steps, strict=True)) for case, steps in traces_of(frame).items()]
    pair = "Request", "Publish"
    theirs = spectrum.apply(prepared(frame), list(pair))["points"]
    ours = [s for s in segments(log) if (s.from_activity, s.to_activity) == pair]
    assert len(ours) == len(theirs) == 300
    for segment, (from_seconds, to_seconds, *_) in zip(ours, sorted(theirs), strict=True):
        assert segment.from_at.timestamp() == pytest.approx(from_seconds, abs=1e-3)
        assert segment.to_at.timestamp() == pytest.approx(to_seconds, abs=1e-3)
