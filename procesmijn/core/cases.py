"""One row for each case: when it ran, how much of that was work, and how it went round."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from procesmijn.core.assign import CaseEvents, Cases
from procesmijn.core.frames import CASE, NO_INSTANT, NO_TERM, Int64s, Rows
from procesmijn.core.instances import Instances
from procesmijn.core.order import count_by, is_first, sum_by
from procesmijn.core.rounds import count_rounds
from procesmijn.core.traces import Traces


class Worked(NamedTuple):
    """Stretches of time in which a case was worked on, in order and apart; int64[n] each."""

    case: Int64s
    since_us: Int64s
    until_us: Int64s


def describe_cases(
    cases: Cases,
    events: CaseEvents,
    instances: Instances,
    traces: Traces,
    handed: Int64s,
    again: Int64s,
) -> Rows:
    """:data:`~procesmijn.core.frames.CASE` rows; ``handed`` and ``again`` are the rows of the
    instances that were handed over, and that are repeats.

    A case is closed by the last completion of an end activity of its process, unless any work
    started after it, transparent work included: then it was reopened, and is open until an end
    activity completes again.
    """
    number = len(cases)
    rounds = count_rounds(instances, number)
    rows = np.empty(number, dtype=CASE)
    rows["object"] = cases.objects
    rows["process"] = cases.process
    rows["started_us"] = instances.start_us[is_first(instances.case)]
    rows["ended_us"] = ended_us(instances, number)
    rows["closed_us"] = closed_us(instances, number)
    stretches = worked(instances)
    rows["processing_us"] = sum_by(stretches.case, stretches.until_us - stretches.since_us, number)
    rows["events"] = count_by(events.case, number)
    rows["unassigned"] = count_by(events.case[events.party == NO_TERM], number)
    rows["handovers"] = count_by(instances.case[handed], number)
    rows["parties"] = rounds.parties
    rows["revisits"] = rounds.revisits
    rows["revisits_direct"] = rounds.revisits_direct
    rows["pingpongs"] = rounds.pingpongs
    rows["pingpongs_direct"] = rounds.pingpongs_direct
    rows["repeats"] = count_by(instances.case[again], number)
    rows["variant"] = traces.variant
    rows["trace_hash"] = traces.trace_hash
    return rows


def ended_us(instances: Instances, cases: int) -> Int64s:
    """Last completion of each case; ``NO_INSTANT`` where nothing was completed."""
    last_us = np.full(cases, NO_INSTANT)
    last = instances.completed[np.roll(is_first(instances.case[instances.completed]), -1)]
    last_us[instances.case[last]] = instances.completion_us[last]
    return last_us


def closed_us(instances: Instances, cases: int) -> Int64s:
    """Last completion of an end activity in each case; ``NO_INSTANT`` where there is none, or where
    an instance comes after it: by its start, and at one instant by its place in the order."""
    closed_us = np.full(cases, NO_INSTANT)
    closing = instances.completed[instances.closes[instances.completed]]
    end = closing[np.roll(is_first(instances.case[closing]), -1)]
    last = np.flatnonzero(np.roll(is_first(instances.case), -1))[instances.case[end]]
    is_last = (instances.start_us[last] < instances.completion_us[end]) | (last == end)
    end = end[is_last]
    closed_us[instances.case[end]] = instances.completion_us[end]
    return closed_us


def worked(instances: Instances) -> Worked:
    """When any completed instance ran: overlaps are one stretch.

    The instances come by start, and a stretch ends where one starts after all that was reached
    before it. Places in the order of completion rise from case to case, so that a running maximum
    of them never looks back into an earlier case, whatever its times.
    """
    completed = instances.completed
    place = np.empty(len(instances), dtype=np.int64)
    place[completed] = np.arange(len(completed))
    took_time = np.flatnonzero(instances.start_us < instances.completion_us)
    took_time = took_time[instances.completion_us[took_time] != NO_INSTANT]
    case, start_us = instances.case[took_time], instances.start_us[took_time]
    reached = completed[np.maximum.accumulate(place[took_time])]
    reached_us = instances.completion_us[reached]
    begins = is_first(case)
    begins[1:] |= start_us[1:] > reached_us[:-1]
    return Worked(case[begins], start_us[begins], reached_us[np.roll(begins, -1)])
