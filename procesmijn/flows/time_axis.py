"""Time along a picture, with lines at round times of the clocks where a process is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from lxml import etree

from procesmijn.flows.canvas import add, write_words

_MOST_TICKS: Final = 13
_STEPS: Final = (
    *(("m", minutes, 0, minutes / 1_440) for minutes in (1, 5, 15, 30)),
    *(("h", hours, 0, hours / 24) for hours in (1, 3, 6, 12)),
    *(("D", 1, 0, 1.0), ("D", 2, 0, 2.0), ("D", 7, 4, 7.0), ("D", 14, 4, 14.0)),
    *(("M", months, 0, months * 30.4) for months in (1, 3, 6)),
    *(("Y", years, 0, years * 365.25) for years in (1, 2, 5, 10, 50, 100)),
)
"""Units, how many of them, since when after 1970 began (a Thursday: the first Monday was its fifth
day), and about how many days that is."""
_FINE: Final = {"m": "%H:%M", "h": "%H:%M", "D": "%-d %b", "M": "%b", "Y": "%Y"}
_COARSE: Final = {"m": "%-d %b %Y", "h": "%-d %b %Y", "D": "%Y", "M": "%Y", "Y": ""}


class Tick(NamedTuple):
    """A round time."""

    at: datetime
    fine: str
    coarse: str
    """What the fine words leave open: of an hour the day, of a day the year."""


def ticks(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[Tick]:
    """The round local times from ``first`` to ``last``, a dozen or fewer."""
    days = (last - first) / timedelta(days=1)
    unit, step, since, _ = next(
        (each for each in _STEPS if days / each[3] <= _MOST_TICKS), _STEPS[-1]
    )
    bounds = [at.astimezone(zone).replace(tzinfo=None) for at in (first, last)]
    begin, end = np.array(bounds, "datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64)
    rounds = np.arange((begin - since) // step * step + since, end + 1, step)
    for local in rounds.astype(f"datetime64[{unit}]").astype("datetime64[us]").tolist():
        at = local.replace(tzinfo=zone)
        if first <= at <= last:
            yield Tick(at, f"{at:{_FINE[unit]}}", f"{at:{_COARSE[unit]}}" if _COARSE[unit] else "")


class TimeAxis:
    """From instants to places along a picture, from ``left`` on."""

    def __init__(
        self, instants: Iterable[datetime], zone: ZoneInfo, left: float, width: float
    ) -> None:
        found = sorted(instants) or [datetime(1970, 1, 1, tzinfo=UTC)]
        self._first, self._last = found[0], max(found[-1], found[0] + timedelta(minutes=1))
        self._zone, self._left, self._width = zone, left, width

    def x(self, at: datetime) -> float:
        """Where an instant is."""
        return self._left + self._width * ((at - self._first) / (self._last - self._first))

    def draw(self, root: etree._Element, top: float, bottom: float) -> None:
        """Lines at round times, with words under them."""
        add(root, "path", d=f"M{self._left:g} {bottom:g}h{self._width:g}", stroke="#888888")
        found = list(ticks(self._first, self._last, self._zone))
        for before, tick in pairwise([Tick(self._first, "", ""), *found]):
            x = self.x(tick.at)
            add(root, "path", d=f"M{x:.1f} {top:g}V{bottom + 4:g}", stroke="#dddddd")
            write_words(root, tick.fine, x, bottom + 15)
            if tick.coarse != before.coarse:
                write_words(root, tick.coarse, x, bottom + 30, font_weight="bold")
        right = self._left + self._width
        write_words(root, f"time in {self._zone.key}", right + 24, bottom + 15, text_anchor="start")
