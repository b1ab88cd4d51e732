"""pm4py as a second opinion, asked in the one way in which it is right.

Every function takes a frame of completions with the columns ``case``, ``activity``, ``timestamp``
(aware) and ``order`` (which comes first among equal instants of a case), in any order of rows, and
leaves it alone. pm4py gets a copy, in order, with nanoseconds; what goes wrong otherwise is shown
in ``test_flows_pitfalls``.
"""

from __future__ import annotations

import pandas as pd
import pm4py

from procesmijn.core.flow import DirectlyFollows, Edge, Variant

CASE, ACTIVITY, TIMESTAMP = "case:concept:name", "concept:name", "time:timestamp"


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy that pm4py reads rightly."""
    in_order = frame.sort_values(["case", "timestamp", "order"], ignore_index=True)
    return pd.DataFrame(
        {
            CASE: in_order["case"].astype(str),
            ACTIVITY: in_order["activity"],
            TIMESTAMP: in_order["timestamp"].astype("datetime64[ns, UTC]"),
        }
    )


def directly_follows(frame: pd.DataFrame) -> DirectlyFollows:
    """Counts, total times, and the activities that cases start and end with."""
    counts, starts, ends = pm4py.discover_dfg(prepared(frame))
    times, _, _ = pm4py.discover_performance_dfg(prepared(frame), perf_aggregation_key="all")
    edges = {
        (str(a), str(b)): Edge(int(count), round(times[a, b]["sum"] * 1_000_000))
        for (a, b), count in counts.items()
    }
    return DirectlyFollows(
        edges,
        {str(activity): int(count) for activity, count in starts.items()},
        {str(activity): int(count) for activity, count in ends.items()},
    )


def variants(frame: pd.DataFrame) -> list[Variant]:
    """The variants, the most frequent first, then by name."""
    found = pm4py.get_variants_as_tuples(prepared(frame))
    return sorted(
        (Variant(tuple(map(str, activities)), int(cases)) for activities, cases in found.items()),
        key=lambda variant: (-variant.cases, variant.activities),
    )
