"""The events of cases as a log lists them: in our order, with the activity and party they come to.

So a tool that reads an exported log, and takes its events as they come, sees the traces, and the
starts and completions, that the facts were computed from.
"""

from __future__ import annotations

import numpy as np

from procesmijn.core.assign import CaseEvents, assign
from procesmijn.core.frames import EVENT_LOG, NO_INSTANT, Int64s, ObjectEvents, Rows
from procesmijn.core.instances import Instances, pair
from procesmijn.core.order import is_first, order_by
from procesmijn.core.rules import Rules
from procesmijn.core.standing import standing
from schemas.event import Lifecycle


def event_log(events: ObjectEvents, rules: Rules, until_us: int = NO_INSTANT) -> Rows:
    """:data:`~procesmijn.core.frames.EVENT_LOG` rows of the cases of some objects, by case.

    In a case by the time of the event, then by the place in the order of the instance that it
    belongs to, a start before its completion: so completions come as they do in the trace.
    ``until_us`` is the moment as of which the log is, later events being ignored.
    """
    rows = standing(events)
    rows = rows[events.events["occurred_us"][rows] <= until_us]
    cases, case_events = assign(events, rows, rules)
    chosen = case_events.events
    is_start = chosen["lifecycle"] == Lifecycle.START
    order = order_by(
        case_events.case,
        chosen["occurred_us"],
        _places(case_events, pair(case_events, rules)),
        ~is_start,
    )
    listed = np.empty(len(order), dtype=EVENT_LOG)
    listed["object"] = cases.objects[case_events.case[order]]
    listed["activity"] = case_events.activity[order]
    listed["party"] = case_events.party[order]
    for name in ("key_hi", "key_lo", "started_us", "occurred_us", "performer", "lifecycle"):
        listed[name] = chosen[name][order]
    return listed


def _places(case_events: CaseEvents, instances: Instances) -> Int64s:
    """Of each event the row of its instance: the one that it completes, begins, or is."""
    case = np.tile(instances.case, 2)
    high = np.concatenate([instances.key_hi, instances.begun_hi])
    low = np.concatenate([instances.key_lo, instances.begun_lo])
    rows = order_by(case, high, low)
    rows = rows[is_first(case[rows], high[rows], low[rows])]  # of an instant both are the same
    events = case_events.events
    places = np.empty(len(events), dtype=np.int64)
    places[order_by(case_events.case, events["key_hi"], events["key_lo"])] = rows % len(instances)
    return places
