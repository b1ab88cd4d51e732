"""Due moments, clocks and return windows of deliveries, for whole arrays of their steps at once.

A *step* of a delivery is an event of its course, and lasts until the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from procesmijn.core.due import Rule
from procesmijn.core.frames import ACCEPTED, DELIVERED, NO_INSTANT, OPEN, Bools, Int64s
from procesmijn.core.order import is_first, order_by
from procesmijn.core.rules import AgreementRules
from procesmijn.core.worktime import Calendar, working_us


@dataclass(frozen=True, slots=True, eq=False)
class Promised:
    """Deliveries, one value for each."""

    agreements: Sequence[AgreementRules]
    agreement: Int64s
    """Which of ``agreements``."""
    version: Int64s
    """Which of its versions."""
    requested_us: Int64s
    """``NO_INSTANT`` where it was not asked for."""
    requested_on: Int64s

    @property
    def is_asked(self) -> Bools:
        """Whether anything was promised."""
        is_asked: Bools = self.requested_us != NO_INSTANT
        return is_asked


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The steps of deliveries, by delivery and in order, one value for each."""

    delivery: Int64s
    """Which of :class:`Promised`, ascending."""
    since_us: Int64s
    until_us: Int64s
    """``NO_INSTANT`` of the last."""
    standing: Int64s
    is_held: Bools
    """Whether it is open and a pause lasts, as far as the events say."""
    delivered_us: Int64s

    @property
    def begins(self) -> Bools:
        """Whether each is the first of its delivery."""
        return is_first(self.delivery)


class Due(NamedTuple):
    """When deliveries are due."""

    promised_us: Int64s
    """Of each delivery, by its request alone; ``NO_INSTANT`` where nothing was promised."""
    due_us: Int64s
    """As of each step; ``NO_INSTANT`` while paused."""
    is_paused: Bools
    """As of each step."""
    pauses: Int64s
    """So many until then, each step included."""


class _Pauses(NamedTuple):
    """Stretches in which deliveries are open and held, in order; ``nth`` of its delivery."""

    delivery: Int64s
    nth: Int64s
    since_us: Int64s
    until_us: Int64s
    of_step: Int64s
    """The last one that began by each step; -1 where none of its delivery did."""


def due_moments(promised: Promised, steps: Steps) -> Due:
    """When each delivery is due, with its pauses. One that begins when it is due, or later, changes
    nothing, nor does one that ends as it begins; while another lasts nothing is due."""
    pauses = _pauses(steps)
    promised_us = np.full(len(promised.requested_us), NO_INSTANT)
    is_real = np.zeros(len(pauses.nth), dtype=np.bool_)
    due_after_us = np.full(len(pauses.nth), NO_INSTANT)
    place = np.empty(len(promised.requested_us), dtype=np.int64)
    for lead, hours, members in _leads(promised):
        place[members] = np.arange(len(members))
        requested_us = promised.requested_us[members]
        goal = lead.goal(hours, requested_us)
        due_us = lead.reached_us(hours, goal)
        promised_us[members] = due_us
        theirs = np.flatnonzero(np.isin(pauses.delivery, members))
        for nth in range(int(pauses.nth[theirs].max(initial=-1)) + 1):
            rows = theirs[pauses.nth[theirs] == nth]
            own = place[pauses.delivery[rows]]
            since_us, until_us = pauses.since_us[rows], pauses.until_us[rows]
            is_real[rows] = since_us < np.minimum(due_us[own], until_us)
            moves = is_real[rows] & (until_us != NO_INSTANT)
            moved = own[moves]
            goal[moved] = lead.moved(
                hours, goal[moved], requested_us[moved], since_us[moves], until_us[moves]
            )
            due_us[moved] = lead.reached_us(hours, goal[moved])
            due_after_us[rows] = due_us[own]

    has_pause = pauses.of_step >= 0
    last = pauses.of_step[has_pause]
    is_paused = np.zeros(len(steps.since_us), dtype=np.bool_)
    is_paused[has_pause] = steps.is_held[has_pause] & is_real[last]
    due_us = promised_us[steps.delivery]
    due_us[has_pause] = due_after_us[last]
    due_us[is_paused] = NO_INSTANT
    real_before = np.append(0, np.cumsum(is_real))
    first = np.searchsorted(pauses.delivery, steps.delivery)
    so_many = np.where(has_pause, real_before[pauses.of_step + 1] - real_before[first], 0)
    return Due(promised_us, due_us, is_paused, so_many)


def supplier_clock(promised: Promised, steps: Steps, is_paused: Bools) -> Int64s:
    """Working time that the supplier had spent on each delivery when each step began: while it was
    open and not paused, from the request on. 0 where nothing was asked."""
    runs = (steps.standing == OPEN) & ~is_paused & (steps.until_us != NO_INSTANT)
    runs &= promised.is_asked[steps.delivery]
    worked_us = np.zeros(len(steps.since_us), dtype=np.int64)
    agreement = promised.agreement[steps.delivery]
    for number in np.unique(agreement[runs]).tolist():
        rows = np.flatnonzero(runs & (agreement == number))
        hours = promised.agreements[number].supplier_hours
        worked_us[rows] = working_us(hours, steps.since_us[rows], steps.until_us[rows])
    before_us = np.cumsum(worked_us) - worked_us
    first = np.maximum.accumulate(np.where(steps.begins, np.arange(len(runs)), 0))
    clock_us: Int64s = before_us - before_us[first]
    return clock_us


def return_windows(promised: Promised, steps: Steps) -> Int64s:
    """Until when what is delivered may be returned, on the calendar of the customer, as of each
    step; ``NO_INSTANT`` where nothing is delivered, or no window was agreed."""
    until_us = np.full(len(steps.since_us), NO_INSTANT)
    is_there = np.isin(steps.standing, (DELIVERED, ACCEPTED))
    agreement, version = promised.agreement[steps.delivery], promised.version[steps.delivery]
    for rows in _alike(np.flatnonzero(is_there), agreement, version):
        rules = promised.agreements[int(agreement[rows[0]])]
        window = rules.versions[int(version[rows[0]])].window
        if window is not None:
            until_us[rows] = window.due_us(rules.customer_hours, steps.delivered_us[rows])
    return until_us


def _pauses(steps: Steps) -> _Pauses:
    held, begins = steps.is_held, steps.begins
    starts = held & (begins | ~np.roll(held, 1))
    ends = held & (np.roll(begins, -1) | ~np.roll(held, -1))
    delivery = steps.delivery[starts]
    numbers = np.arange(len(delivery))
    first = np.maximum.accumulate(np.where(is_first(delivery), numbers, 0))
    last = np.cumsum(starts) - 1
    is_own = (last >= 0) & (np.append(delivery, -1)[last] == steps.delivery)
    return _Pauses(
        delivery,
        numbers - first,
        steps.since_us[starts],
        steps.until_us[ends],
        np.where(is_own, last, -1),
    )


def _leads(promised: Promised) -> Iterator[tuple[Rule, Calendar, Int64s]]:
    """The promises that were made in one way: the rule, the calendar as it was known, and which
    deliveries they are."""
    known = np.zeros(len(promised.agreement), dtype=np.int64)
    for number, rules in enumerate(promised.agreements):
        days = np.array([day for day, _ in rules.promised_by])
        of_one = promised.agreement == number
        known[of_one] = np.searchsorted(days, promised.requested_on[of_one], side="right") - 1
    asked = np.flatnonzero(promised.is_asked)
    for rows in _alike(asked, promised.agreement, promised.version, known):
        first = int(rows[0])
        rules = promised.agreements[int(promised.agreement[first])]
        _, hours = rules.promised_by[int(known[first])]
        yield rules.versions[int(promised.version[first])].lead, hours, rows


def _alike(rows: Int64s, *codes: Int64s) -> Iterator[Int64s]:
    """The rows that are equal in all codes, group by group."""
    own = [code[rows] for code in codes]
    order = order_by(*own, rows)
    begins = is_first(*(code[order] for code in own))
    if len(rows):
        yield from np.split(rows[order], np.flatnonzero(begins)[1:])
