"""Working together: pairs of parties by cases, as pm4py counts them before it divides by events."""

from __future__ import annotations

import pm4py
import pytest

from procesmijn.core.flow import Company
from procesmijn.flows.networks import Together, working_together
from tests.flow_logs import frame_of
from tests.pm4py_oracle import ACTIVITY, prepared


def test_every_two_parties_of_a_case() -> None:
    found = working_together(
        [Company(("hr", "it", "payroll"), 3), Company(("hr", "it"), 5), Company((), 2)]
    )
    assert found == [
        Together("hr", "it", 8, 0.8),
        Together("hr", "payroll", 3, 0.3),
        Together("it", "payroll", 3, 0.3),
    ]
    assert working_together([]) == []


def test_pm4py_counts_the_same_cases_and_divides_by_events() -> None:
    """Cases over events are no share of anything; times events they are the number of cases."""
    frame = prepared(frame_of("generated"))
    frame["org:resource"] = frame[ACTIVITY].str[:5]
    theirs = pm4py.discover_working_together_network(frame).connections
    parties = frame.groupby("case:concept:name")["org:resource"].unique()
    ours = working_together([Company(tuple(map(str, sorted(each))), 1) for each in parties])
    assert len(ours) * 2 == len(theirs) > 6
    for pair in ours:
        assert theirs[pair.party, pair.other] * len(frame) == pytest.approx(pair.cases)
        assert pair.share == pair.cases / len(parties)
