"""Activity instances: a start and its completion are one piece of work, in its place in the case.

A completion pairs with the earliest unpaired start of the same activity in the case that lies
before it. Everything else is an instance by itself:

- a completion without such a start is an instant: it starts when it completes;
- so is an event whose lifecycle is neither start nor complete;
- a completion that itself says when the work began needs no start, and takes none;
- a start that never gets its completion is an *open* instance: somebody has picked the work up, and
  nothing came of it yet. It has no completion, so it sorts last among equals, enables nothing and
  is in no trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from procesmijn.core.assign import CaseEvents
from procesmijn.core.frames import NO_INSTANT, NO_TERM, Bools, Int32s, Int64s, Rows
from procesmijn.core.order import is_first, order_by
from procesmijn.core.rules import Rules
from schemas.event import Lifecycle


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """Activity instances in order: by case, and in it by start, completion, sequence, rank, key.

    The key and sequence of an instance are those of its completion; party and receiver too where
    the completion has one, else those of its start. The subject goes with the receiver. An open one
    has those of its start. The event that began it is the same before and after its completion.
    """

    case: Int64s
    start_us: Int64s
    """An instant starts when it completes."""
    completion_us: Int64s
    """``NO_INSTANT`` while open."""
    key_hi: npt.NDArray[np.uint64]
    key_lo: npt.NDArray[np.uint64]
    begun_hi: npt.NDArray[np.uint64]
    """Key of the start; of an instance that has none, its own."""
    begun_lo: npt.NDArray[np.uint64]
    activity: Int32s
    party: Int32s
    receiver: Int32s
    """The party that is to act next; ``NO_TERM`` where the event names none."""
    subject: Int32s
    """What a receiver receives, where there is one: one number for all that is the same, 0 is the
    case itself."""
    is_start_known: Bools
    """Whether the start is a fact of its own, and not just the completion again."""
    closes: Bools
    """Whether it has an end activity of the process."""
    is_transparent: Bools
    """Of no party or of an automatic one: neither supplies nor receives."""
    event: Int64s
    """Which of the events of cases each has its key of."""
    completed: Int64s
    """The rows that are completed, by case, completion, and then in order: the trace."""

    def __len__(self) -> int:
        return len(self.case)


def pair(case_events: CaseEvents, rules: Rules) -> Instances:
    """Make instances of the events of cases, and put them in order."""
    events = case_events.events
    occurred_us = events["occurred_us"]
    is_start = events["lifecycle"] == Lifecycle.START
    is_start_known = (events["lifecycle"] == Lifecycle.COMPLETE) & (
        events["started_us"] <= occurred_us
    )
    start_us = np.where(is_start_known, events["started_us"], occurred_us)
    completion_us = np.where(is_start, NO_INSTANT, occurred_us)
    party = case_events.party.copy()

    is_lone = (events["lifecycle"] == Lifecycle.OTHER) | is_start_known
    begin, end = _matches(case_events, is_start, is_lone)
    start_us[end] = occurred_us[begin]
    party[end] = np.where(party[end] == NO_TERM, party[begin], party[end])
    begun_by, named_by = np.arange(len(events)), np.arange(len(events))
    begun_by[end] = begin
    named_by[end] = np.where(events["receiver"][end] == NO_TERM, begin, end)
    is_start_known |= is_start
    is_start_known[end] = True

    stays = np.ones(len(events), dtype=np.bool_)
    stays[begin] = False
    rows = order_by(
        case_events.case,
        start_us,
        completion_us,
        events["sequence"],
        case_events.rank,
        events["key_hi"],
        events["key_lo"],
    )
    rows = rows[stays[rows]]
    case, completion_us, party = case_events.case[rows], completion_us[rows], party[rows]
    begun_by, named_by = begun_by[rows], named_by[rows]
    key_hi, key_lo = events["key_hi"].take(rows), events["key_lo"].take(rows)
    receiver = events["receiver"].take(named_by)
    naming = np.flatnonzero(receiver != NO_TERM)
    subject = np.zeros(len(rows), dtype=np.int32)
    subject[naming] = _subjects(events, named_by[naming], rules)
    done = np.flatnonzero(completion_us != NO_INSTANT)
    return Instances(
        case=case,
        start_us=start_us[rows],
        completion_us=completion_us,
        key_hi=key_hi,
        key_lo=key_lo,
        begun_hi=events["key_hi"].take(begun_by) if len(begin) else key_hi,
        begun_lo=events["key_lo"].take(begun_by) if len(begin) else key_lo,
        activity=case_events.activity[rows],
        party=party,
        receiver=receiver,
        subject=subject,
        is_start_known=is_start_known[rows],
        closes=case_events.closes[rows],
        is_transparent=(party == NO_TERM) | np.isin(party, rules.automatic),
        event=rows,
        completed=done[order_by(case[done], completion_us[done], done)],
    )


def _subjects(events: Rows, rows: Int64s, rules: Rules) -> Int32s:
    """What the receivers of events receive: what their type is about; where they name a
    deliverable, that deliverable and the request, which have negative numbers."""
    subject = rules.subjects.find(events["type"].take(rows))
    deliverable = events["deliverable"].take(rows)
    named = np.flatnonzero(deliverable)
    if len(named):
        request = events["request"].take(rows[named])
        things = np.stack([subject[named], deliverable[named], request])
        _, number = np.unique(things, axis=1, return_inverse=True)
        subject[named] = -1 - number.ravel()
    return subject


def _matches(case_events: CaseEvents, is_start: Bools, is_lone: Bools) -> tuple[Int64s, Int64s]:
    """Rows of starts, and of the completion that each is paired with.

    Starts wait in a queue for each activity of a case, and a completion takes the first that waits.
    So the k-th completion that finds any takes the k-th start. How many wait follows from a walk,
    one up for a start and one down for a completion, that is never let below zero.
    """
    if not is_start.any():
        none = np.empty(0, dtype=np.int64)
        return none, none
    has_start = np.zeros(len(is_start), dtype=np.bool_)  # by case: there are no more than rows
    has_start[case_events.case[is_start]] = True
    rows = np.flatnonzero(has_start[case_events.case] & ~is_lone)
    events = case_events.events.take(rows)
    order = order_by(
        case_events.case[rows],
        case_events.activity[rows],
        events["occurred_us"],
        events["sequence"],
        ~is_start[rows],
        events["key_hi"],
        events["key_lo"],
    )
    rows = rows[order]
    starts = is_start[rows]
    begins = is_first(case_events.case[rows], case_events.activity[rows])
    queue = np.cumsum(begins) - 1

    step = np.where(starts, 1, -1)
    walk = np.cumsum(step)
    walk -= (walk - step)[begins][queue]
    drop = queue * (len(rows) + 1)  # so that the lowest point of one queue is no limit for the next
    lowest = np.minimum.accumulate(np.minimum(walk, 0) - drop) + drop
    waiting = np.roll(walk - lowest, 1)
    waiting[begins] = 0
    is_match = ~starts & (waiting > 0)

    of_start, of_match = queue[starts], queue[is_match]
    turn = np.arange(len(of_match)) - np.searchsorted(of_match, of_match)
    taken = np.searchsorted(of_start, of_match) + turn
    return rows[starts][taken], rows[is_match]
