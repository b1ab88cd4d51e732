"""What pairs of parties waited: read, left out where few, in days and in words."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store import figures
from procesmijn.store.figures import WaitRow
from procesmijn.store.filters import Period
from procesmijn.web.asking import Asking


def pairs(period: Period, asking: Asking, *, by_process: bool = False) -> list[WaitRow]:
    """All that there are, by the clock and under the filters that are asked for."""
    here = asking.here
    return figures.waits(here.chosen, period, here.clock, asking.connection, by_process=by_process)


def shown(rows: Iterable[WaitRow], asking: Asking) -> list[WaitRow]:
    """Those of enough cases."""
    return [row for row in rows if row.cases >= asking.k]


def median(row: WaitRow) -> float:
    """Seconds."""
    return certainty.at(row.quantiles, 0.5)


def ninety(row: WaitRow) -> float:
    """Seconds that nine in ten did not exceed."""
    return certainty.at(row.quantiles, 0.9)


def in_days(seconds: float, row: WaitRow, asking: Asking) -> float:
    """In days of whoever waits."""
    return seconds / asking.day(row.customer)


def longest(rows: Iterable[WaitRow], asking: Asking) -> WaitRow | None:
    """The pair whose median is longest, each in its own days."""
    return max(rows, key=lambda row: in_days(median(row), row, asking), default=None)


def said(row: WaitRow, asking: Asking) -> Markup:
    """The median in a sentence: ``2.1 working days``."""
    return asking.say.time(median(row), asking.day(row.customer), asking.here.clock)


def short(seconds: float, row: WaitRow, asking: Asking) -> Markup:
    """A wait in a table: ``2.1 d``."""
    return asking.say.short(seconds, asking.day(row.customer), asking.here.clock)


def pair_url(supplier: str, customer: str, asking: Asking) -> str:
    """Where all pairs are, with this one chosen."""
    return asking.here.kept().at("/waits", select=f"{supplier}>{customer}")
