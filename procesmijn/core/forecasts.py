"""When a running case will end, and what is still to come: from past cases that were where it is.

How long those cases still took, from when they had been in that state for as long as this one has,
is all that a forecast is: its median, and an interval. Nothing is fitted. The interval runs from
one of these durations to another, chosen so that a further case lies between them in the share of
cases that was asked for, whatever the durations are like. (That is conformal prediction, with the
state as the group: Vovk, Gammerman and Shafer, 'Algorithmic Learning in a Random World', 2005.) It
holds where cases go on as they did; :mod:`procesmijn.core.backtest` says how well they do.

Durations are working time on the calendar of the process, turned back into instants, where its
cases end in those hours: measured, the error was down to less than half of that in elapsed time. Of
cases that end at any hour it was up to half as much again, so their durations are elapsed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.frames import Int64s
from procesmijn.core.past import FOREVER_US, Known

SHARE: Final = Fraction(8, 10)
"""Of cases that end within the interval."""
FEWEST_CASES: Final = 10
"""An interval with that share takes nine at least; of fewer cases nothing is forecast."""
_WAYS: Final = 3
"""So many ways on are told, the most frequent."""


class Coming(NamedTuple):
    """Something that may still be done in a case."""

    activity: int
    share: float
    """Of the past cases like it, those in which it was done after this."""
    next_share: float
    """Those in which it was what came next."""
    expected_us: int
    """When it is done, if it is: the median."""


class WayOn(NamedTuple):
    """How a case may go on from here."""

    activities: tuple[int, ...]
    """Up to the end; empty where nothing follows."""
    share: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a case is expected to end, as of a moment."""

    view: str
    """How alike the past cases are: one of :data:`~procesmijn.core.past.VIEWS`."""
    cases: int
    """How many different ones they are."""
    expected_us: int
    """The median: half of such cases had ended by then."""
    earliest_us: int
    latest_us: int
    """Between these :data:`SHARE` of such cases end."""


def forecast(known: Known, step: int) -> Forecast | None:
    """Say when the case ends that was last seen with a step; None where too few were like it."""
    there = _alike(known, step)
    if there is None:
        return None
    view, rows, spent_us = there
    ahead_us = np.sort(_ahead_us(known, rows, known.end_row[rows], spent_us))
    low, high = interval(len(ahead_us))
    told_us = np.array([int(np.median(ahead_us)), ahead_us[low], ahead_us[high]])
    cases = len(np.unique(known.end_row[rows]))
    return Forecast(view, cases, *known.instants_us(told_us).tolist())


def what_comes(known: Known, step: int) -> tuple[list[Coming], list[WayOn]]:
    """What is still to come in that case, by when it is expected; and how it may go on.

    Both are empty where too few were like it.
    """
    there = _alike(known, step)
    if there is None:
        return [], []
    _, rows, spent_us = there
    ways = Counter(
        tuple(known.log.activity[row + 1 : end + 1].tolist())
        for row, end in zip(known.row[rows].tolist(), known.end_row[rows].tolist(), strict=True)
    )
    return (
        _coming(known, rows, spent_us),
        [WayOn(way, count / len(rows)) for way, count in ways.most_common(_WAYS)],
    )


def interval(number: int) -> tuple[int, int]:
    """Between which of so many values in order, counted from 0, a further one lies in ``SHARE``.

    Of n values and a further one each place among the n + 1 is as likely as any other.
    """
    outside = (1 - SHARE) / 2
    low = int((number + 1) * outside)
    return max(low - 1, 0), min(number - low, number - 1)


def _alike(known: Known, step: int) -> tuple[str, Int64s, int] | None:
    """The states like it, and for how long the case has been in its own."""
    spent_us = known.now_us - int(known.clock_us[step])
    found = known.alike(step, spent_us, FEWEST_CASES)
    return None if found is None else (*found, spent_us)


def _ahead_us(known: Known, rows: Int64s, until: Int64s, spent_us: int) -> Int64s:
    """From when each had been in its state for so long until a later step of its case."""
    ahead_us = known.clock_us[until] - known.clock_us[known.row[rows]] - spent_us
    return np.where(known.stayed_us[rows] == FOREVER_US, 0, ahead_us)


def _coming(known: Known, rows: Int64s, spent_us: int) -> list[Coming]:
    begin, end = known.row[rows] + 1, known.end_row[rows] + 1
    state = np.repeat(np.arange(len(rows)), end - begin)
    later = np.arange(len(state)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    later += begin[state]
    pairs = np.stack([state, known.log.activity[later]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)  # an activity may be done again
    state, later = state[first], later[first]
    activity, is_next = known.log.activity[later], later == begin[state]
    ahead_us = _ahead_us(known, rows[state], later, spent_us)
    coming = []
    for each in np.unique(activity).tolist():
        those = activity == each
        median_us = np.array([int(np.median(ahead_us[those]))])
        share, next_share = those.sum() / len(rows), (those & is_next).sum() / len(rows)
        expected_us = int(known.instants_us(median_us)[0])
        coming.append(Coming(each, float(share), float(next_share), expected_us))
    return sorted(coming, key=lambda it: (it.expected_us, -it.share, it.activity))
