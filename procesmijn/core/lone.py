"""The usual course of a delivery, for many at once: one thing, asked for once, in one case.

Where each agreement on a thing has one request at most, and no event carries the id of one, there
is never a choice of which delivery is meant. How it stands then follows from a table, and a step is
taken in all courses together. Whatever is not like that is left to
:mod:`procesmijn.core.courses`.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from procesmijn.catalogue.agreements import Moment
from procesmijn.core.courses import NO_VERSION, STEP, Followed
from procesmijn.core.frames import (
    ACCEPTED,
    CANCELLED,
    DELIVERED,
    NO_INSTANT,
    NO_REQUEST,
    OPEN,
    Bools,
    Int64s,
    Rows,
)
from procesmijn.core.order import is_first, order_by

MAX_EVENTS: Final = 100
"""Of a course. A step in all of them is for where there are many, and few are longer."""

_MOMENTS: Final = {moment: place for place, moment in enumerate(Moment)}
_REQUEST: Final = _MOMENTS[Moment.REQUESTED]
_DELIVER: Final = _MOMENTS[Moment.DELIVERED]
_RETURN: Final = _MOMENTS[Moment.RETURNED]
_NOTHING: Final = 0
_UNHEARD: Final = len(Moment)
"""A request that no version of the agreement holds for."""


def _table() -> tuple[Int64s, Bools]:
    """Of each state and moment the state after it, and whether that is a step of the delivery.

    A state is twice the standing, and one more where a pause lasts, of which also is known before
    anything is asked for.
    """
    leads_to = {
        (Moment.REQUESTED, _NOTHING): OPEN,
        (Moment.DELIVERED, OPEN): DELIVERED,
        (Moment.ACCEPTED, DELIVERED): ACCEPTED,
        (Moment.RETURNED, DELIVERED): OPEN,
        (Moment.RETURNED, ACCEPTED): OPEN,
        (Moment.CANCELLED, OPEN): CANCELLED,
    }
    holds = {Moment.PAUSED: 1, Moment.RESUMED: 0}
    standings = (_NOTHING, OPEN, DELIVERED, ACCEPTED, CANCELLED)
    after = np.arange(2 * len(standings))[:, None].repeat(len(Moment) + 1, axis=1)
    is_step = np.zeros(after.shape, dtype=np.bool_)
    for standing, held, (moment, place) in product(standings, (0, 1), _MOMENTS.items()):
        then = leads_to.get((moment, standing), standing)
        is_held = holds.get(moment, held)
        after[2 * standing + held, place] = 2 * then + is_held
        is_step[2 * standing + held, place] = then != standing or (
            standing == OPEN and is_held != held
        )
    return after, is_step


_AFTER, _IS_STEP = _table()


def follow_lone(said: Rows) -> tuple[Followed, Bools]:
    """Follow every thing of which no event leaves a choice.

    ``said`` is in order of case, deliverable, place, moment and agreement. The second value says of
    each of its rows whether it is of a thing that was followed.
    """
    thing = np.cumsum(is_first(said["case"], said["deliverable"])) - 1
    rows = order_by(thing, said["agreement"], np.arange(len(said)))
    begins = is_first(thing[rows], said["agreement"][rows])
    course = np.cumsum(begins) - 1
    moment = said["moment"][rows]
    is_request = moment == _REQUEST
    moment[is_request & (said["version"][rows] == NO_VERSION)] = _UNHEARD
    before = _walk(begins, moment)
    is_step = _IS_STEP[before, moment]

    is_lone = np.ones(int(thing[-1]) + 1, dtype=np.bool_)
    is_lone[thing[said["request"] != NO_REQUEST]] = False
    requests = np.bincount(course[moment == _REQUEST], minlength=int(course[-1]) + 1)
    is_odd = (requests > 1) | (np.bincount(course) > MAX_EVENTS)
    is_lone[thing[rows[begins]][is_odd]] = False
    is_lone[thing[_is_unanswered(said, rows[is_step])]] = False

    chosen = np.flatnonzero(is_step & is_lone[thing[rows]])
    after = _AFTER[before[chosen], moment[chosen]]
    return _followed(said.take(rows[chosen]), course[chosen], after), is_lone[thing]


def _walk(begins: Bools, moment: Int64s) -> Int64s:
    """The state before each event: of all courses the first ones, then the second ones, ..."""
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(begins)))
    order = np.argsort(-lengths, kind="stable")
    starts, shorter = starts[order], -lengths[order]
    before = np.full(len(begins), 2 * _NOTHING)
    state = np.full(len(starts), 2 * _NOTHING)
    for nth in range(min(-int(shorter[0]), MAX_EVENTS)):
        going = int(np.searchsorted(shorter, -nth))
        rows = starts[:going] + nth
        before[rows] = state[:going]
        state[:going] = _AFTER[state[:going], moment[rows]]
    return before


def _is_unanswered(said: Rows, steps: Int64s) -> Bools:
    """Of each row whether it is a delivery that answers no request, under any agreement.

    ``steps`` are the rows that lead anywhere."""
    event = np.append(0, np.cumsum(said["is_last"])[:-1])
    is_answered = np.zeros(int(event[-1]) + 1, dtype=np.bool_)
    is_answered[event[steps]] = True
    is_unanswered: Bools = (said["moment"] == _DELIVER) & ~is_answered[event]
    return is_unanswered


def _followed(steps: Rows, course: Int64s, after: Int64s) -> Followed:
    """The steps as they are told, by course and in order; each course is a delivery."""
    begins = is_first(course)
    at_us, standing = steps["at_us"], after // 2
    is_delivery, is_return = steps["moment"] == _DELIVER, steps["moment"] == _RETURN
    told = np.empty(len(steps), dtype=STEP)
    told["delivery"] = np.cumsum(begins) - 1
    told["at_us"] = at_us
    told["standing"] = standing
    told["is_held"] = (standing == OPEN) & (after % 2 == 1)
    told["is_return"] = is_return
    told["delivered_us"] = delivered_us = _last(at_us, is_delivery, begins)
    told["returned_us"] = _last(at_us, is_return, begins)
    is_new = np.append(NO_INSTANT, delivered_us[:-1])[: len(begins)] == NO_INSTANT
    told["first_delivered_us"] = _last(at_us, is_delivery & is_new, begins)
    told["accepted_us"] = np.where(standing == ACCEPTED, at_us, NO_INSTANT)
    told["cancelled_us"] = np.where(standing == CANCELLED, at_us, NO_INSTANT)
    told["accepted_by"] = np.where(standing == ACCEPTED, steps["row"], -1)
    told["is_refused"] = False
    if steps["is_refusal"].any():
        last = np.maximum.accumulate(np.where(is_delivery, np.arange(len(steps)), 0))
        is_there = (standing == DELIVERED) | (standing == ACCEPTED)
        told["is_refused"] = is_there & steps["is_refusal"][last]
    opened = steps[begins]
    return Followed(
        agreement=opened["agreement"],
        opened=opened["row"],
        request=opened["request"],
        version=opened["version"],
        requested_us=opened["at_us"],
        steps=told,
    )


def _last(at_us: Int64s, chosen: Bools, begins: Bools) -> Int64s:
    """By each step, when the last of the chosen ones of its course was; ``NO_INSTANT`` if never."""
    rows = np.arange(len(at_us))
    last = np.maximum.accumulate(np.where(chosen, rows, -1))
    is_own = last >= np.maximum.accumulate(np.where(begins, rows, 0))
    return np.where(is_own, at_us[last], NO_INSTANT)
