"""Where a case leaves the rules of its process: one row for each completion that breaks one.

A row is a function of what was completed until ``since_us``. So as of a moment the deviations are
those that had begun by then, and nothing that happens later takes one of them away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from procesmijn.catalogue.process_rules import Kind
from procesmijn.core.assign import CaseEvents, Cases
from procesmijn.core.frames import (
    DEVIATION,
    DEVIATION_KEY,
    NO_INSTANT,
    NO_TERM,
    ROLE_SEPARATOR,
    Bools,
    Int32s,
    Int64s,
    Rows,
)
from procesmijn.core.instances import Instances
from procesmijn.core.order import NO_ROW, is_first, next_alike, order_by
from procesmijn.core.rules import Check

NO_DEVIATIONS: Final = np.empty(0, dtype=DEVIATION)


class Done(NamedTuple):
    """What was completed in the cases of one process: by case, and in order of completion."""

    row: Int64s
    """Which of the activity instances."""
    case: Int64s
    begin: Int64s
    """Where in these its case begins."""
    at_us: Int64s
    activity: Int32s
    party: Int32s
    performer: Int32s
    roles: Int32s
    """The roles that took part, as one name."""
    closes: Bools


Broken: TypeAlias = tuple[Int64s, Int64s]
"""Where in what was done a rule is broken, and since when."""


def find_deviations(
    cases: Cases, case_events: CaseEvents, instances: Instances, names: Mapping[int, str]
) -> Rows:
    """:data:`~procesmijn.core.frames.DEVIATION` rows, by their key. ``names`` has the texts of the
    codes of roles."""
    found = [NO_DEVIATIONS]
    for kind, process in enumerate(cases.rules):
        if not process.checks:
            continue
        done = _done(kind, cases, case_events, instances)
        for check in process.checks:
            at, since_us = _BROKEN[check.kind](check, done, names)
            rows = np.empty(len(at), dtype=DEVIATION)
            rows["object"] = cases.objects[done.case[at]]
            rows["process"], rows["rule"] = process.process, check.rule
            rows["at_hi"] = instances.key_hi[done.row[at]]
            rows["at_lo"] = instances.key_lo[done.row[at]]
            rows["activity"], rows["party"] = done.activity[at], done.party[at]
            rows["since_us"], rows["since_on"] = since_us, process.days.local_day(since_us)
            found.append(rows)
    rows = np.concatenate(found)
    return rows.take(order_by(*(rows[column] for column in DEVIATION_KEY)))


def _done(kind: int, cases: Cases, case_events: CaseEvents, instances: Instances) -> Done:
    done = instances.completed
    done = done[cases.kind[instances.case[done]] == kind]
    case, events = instances.case[done], case_events.events
    begin = np.maximum.accumulate(np.where(is_first(case), np.arange(len(case)), 0))
    return Done(
        row=done,
        case=case,
        begin=begin,
        at_us=instances.completion_us[done],
        activity=instances.activity[done],
        party=instances.party[done],
        performer=events["performer"].take(instances.event[done]),
        roles=events["roles"].take(instances.event[done]),
        closes=instances.closes[done],
    )


def _only_after(check: Check, done: Done, _: Mapping[int, str]) -> Broken:
    """Each one before which the other never was."""
    so_far = _so_far(done.activity == check.other, done)
    return _as_done(np.flatnonzero((done.activity == check.activity) & (so_far == 0)), done)


def _never_both(check: Check, done: Done, _: Mapping[int, str]) -> Broken:
    """The first one at which both have been."""
    both = _so_far(done.activity == check.activity, done) > 0
    both &= _so_far(done.activity == check.other, done) > 0
    both[1:] &= ~both[:-1] | (done.case[1:] != done.case[:-1])
    return _as_done(np.flatnonzero(both), done)


def _at_most(check: Check, done: Done, _: Mapping[int, str]) -> Broken:
    """Each one more."""
    is_own = done.activity == check.activity
    return _as_done(np.flatnonzero(is_own & (_so_far(is_own, done) > check.at_most)), done)


def _within(check: Check, done: Done, _: Mapping[int, str]) -> Broken:
    """Each one that the other did not follow in time, since that time was over; what ends in an end
    activity before needs nothing to follow."""
    at = np.flatnonzero(done.activity == check.activity)
    if check.lead is None or check.hours is None or not len(at):
        return _as_done(at[:0], done)
    due_us = check.lead.due_us(check.hours, done.at_us[at])
    answers = (done.activity == check.other) | done.closes
    is_answer = np.ones(len(at), dtype=np.bool_)
    next_at = next_alike(done.case, answers, np.flatnonzero(answers), is_answer, at)
    is_late = (np.append(done.at_us, NO_INSTANT)[next_at] > due_us) & (due_us != NO_INSTANT)
    return at[is_late], due_us[is_late]


def _different_people(check: Check, done: Done, _: Mapping[int, str]) -> Broken:
    """Each one that was done by somebody who had done the other before it."""
    about = np.isin(done.activity, (check.activity, check.other)) & (done.performer != NO_TERM)
    rows = np.flatnonzero(about)
    rows = rows[order_by(done.case[rows], done.performer[rows], rows)]
    is_one = done.activity[rows] == check.activity
    place = np.arange(len(rows))
    begins = is_first(done.case[rows], done.performer[rows])
    begin = np.maximum.accumulate(np.where(begins, place, 0))
    last_one = np.maximum.accumulate(np.where(is_one, place, NO_ROW))
    last_other = np.maximum.accumulate(np.where(is_one, NO_ROW, place))
    is_broken = np.where(is_one, last_other, last_one) >= begin
    return _as_done(np.sort(rows[is_broken]), done)


def _takes_part(check: Check, done: Done, names: Mapping[int, str]) -> Broken:
    """Each one before which the last of the other was without them, or never was."""
    place = np.arange(len(done.case))
    last = np.maximum.accumulate(np.where(done.activity == check.other, place, NO_ROW))
    of_role = [
        code
        for code in np.unique(done.roles).tolist()
        if code != NO_TERM and check.role in names[code].split(ROLE_SEPARATOR)
    ]
    is_there = np.isin(done.roles, of_role) | (done.party == check.party)
    at = np.flatnonzero(done.activity == check.activity)
    is_right = (last[at] >= done.begin[at]) & is_there[last[at]]
    return _as_done(at[~is_right], done)


def _so_far(flags: Bools, done: Done) -> Int64s:
    """How many in the case have the flag, each one included."""
    total = np.cumsum(flags)
    so_far: Int64s = total - (total - flags)[done.begin]
    return so_far


def _as_done(at: Int64s, done: Done) -> Broken:
    """Broken by being done."""
    return at, done.at_us[at]


_BROKEN: Final[dict[Kind, Callable[[Check, Done, Mapping[int, str]], Broken]]] = {
    Kind.ONLY_AFTER: _only_after,
    Kind.NEVER_BOTH: _never_both,
    Kind.AT_MOST: _at_most,
    Kind.WITHIN: _within,
    Kind.DIFFERENT_PEOPLE: _different_people,
    Kind.TAKES_PART: _takes_part,
}
