"""How good forecasts would have been: each made again as of a moment of the past, and looked up.

At moments spread evenly over the past every case that ran then is forecast, from what was known
then. Cases are met as by somebody who looks at that moment: one that takes long is met more often.
The last moments are left out, of which many cases have not come to their end; the first
as well, at which hardly anything was known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.forecasts import forecast
from procesmijn.core.frames import NO_INSTANT, Bools, Int32s, Int64s, Rows
from procesmijn.core.order import is_first
from procesmijn.core.past import Known, Log

MOMENTS: Final = 40
_LEARNING: Final = 0.2
"""Part of the time before the first moment."""
_ENDED: Final = 0.99
"""Share of cases for whose end there is time after the last moment."""
_TRIAL: Final = np.dtype(
    [
        ("case", "<i8"),
        ("after", "<i4"),  # what was done last
        ("at_us", "<i8"),
        ("earliest_us", "<i8"),  # NO_INSTANT where too few cases were known
        ("expected_us", "<i8"),
        ("latest_us", "<i8"),
        ("naive_us", "<i8"),
        ("ended_us", "<i8"),
    ]
)


class Score(NamedTuple):
    """How good forecasts were."""

    forecasts: int
    cases: int
    """Different ones."""
    withheld: int
    """Times that nothing was forecast, since too few cases were known."""
    share_within: float
    """Of forecasts, those whose case ended within the interval."""
    error_seconds_mean: float
    """Between the expected end and the end, elapsed, whichever came first."""
    error_seconds_median: float
    naive_error_seconds_mean: float
    """Had each case been expected to take what all past ones took on average from any step on."""
    naive_error_seconds_median: float


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Forecasts of the past, and what came of them."""

    rows: Rows
    still_running: int
    """Different cases that were met and have not ended since: of these nothing is known."""

    @property
    def activities(self) -> list[int]:
        """After which there were any."""
        found: list[int] = np.unique(self.rows["after"]).tolist()
        return found

    def score(self, after: int | None = None) -> Score | None:
        """Of all, or of those after an activity; None where nothing was forecast."""
        rows = self.rows if after is None else self.rows[self.rows["after"] == after]
        is_told = rows["expected_us"] != NO_INSTANT
        told = rows[is_told]
        if not len(told):
            return None
        ended_us = told["ended_us"]
        is_within: Bools = (told["earliest_us"] <= ended_us) & (ended_us <= told["latest_us"])
        error, naive = (np.abs(told[by] - ended_us) / 1e6 for by in ("expected_us", "naive_us"))
        return Score(
            forecasts=len(told),
            cases=len(np.unique(told["case"])),
            withheld=len(rows) - len(told),
            share_within=float(is_within.mean()),
            error_seconds_mean=float(error.mean()),
            error_seconds_median=float(np.median(error)),
            naive_error_seconds_mean=float(naive.mean()),
            naive_error_seconds_median=float(np.median(naive)),
        )


def back_test(log: Log, until_us: int, ends: Int32s) -> Trials:
    """Forecast every case that ran at each of :data:`MOMENTS` moments, up to ``until_us``.

    ``ends`` are the activities that end a case.
    """
    final = Known.of(log, until_us, ends)
    ended_us = _ended_us(log, final)
    trials: list[tuple[int, ...]] = []
    running: set[int] = set()
    for at_us in _moments(log, ended_us):
        known = Known.of(log, at_us, ends)
        entered_us = log.completed_us[known.row]
        ahead_us = log.completed_us[known.end_row] - entered_us
        naive_us = at_us + int(ahead_us.mean()) if len(ahead_us) else NO_INSTANT
        for step in known.running.tolist():
            case, after = int(log.case[step]), int(log.activity[step])
            if ended_us[case] == NO_INSTANT:
                running.add(case)
                continue
            told = forecast(known, step)
            expected = (
                (NO_INSTANT,) * 3
                if told is None
                else (told.earliest_us, told.expected_us, told.latest_us)
            )
            trials.append(
                (case, after, at_us, *expected, naive_us, max(int(ended_us[case]), at_us))
            )
    return Trials(np.array(trials, dtype=_TRIAL), len(running))


def _ended_us(log: Log, final: Known) -> Int64s:
    """When each case ended, as far as is known in the end."""
    last = np.flatnonzero(np.roll(is_first(log.case), -1))
    ended_us = log.completed_us[last].copy()
    ended_us[log.case[final.running]] = NO_INSTANT
    ended_us[ended_us > final.at_us] = NO_INSTANT
    return ended_us


def _moments(log: Log, ended_us: Int64s) -> list[int]:
    """When forecasts are made."""
    has_ended = ended_us != NO_INSTANT
    if not has_ended.any():
        return []
    started_us = log.completed_us[is_first(log.case)]
    took_us = (ended_us - started_us)[has_ended]
    first_us = int(started_us.min())
    until_us = int(ended_us[has_ended].max() - np.quantile(took_us, _ENDED))
    since_us = first_us + int(_LEARNING * (until_us - first_us))
    if until_us <= first_us:
        return []
    found: list[int] = np.linspace(since_us, until_us, MOMENTS).astype(np.int64).tolist()
    return found
