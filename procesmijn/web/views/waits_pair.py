"""One pair of who waits for whom: what its cell, its edge and its row have in common."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries
from procesmijn.store.figures import WaitRow
from procesmijn.web.asking import Asking
from procesmijn.web.pairs import in_days, median, said, shown
from procesmijn.web.reliability import Reliability, reliability

_STEPS: Final = {0.5: "\N{VULGAR FRACTION ONE HALF}", 1.0: "1", 2.0: "2", 3.0: "3", 4.0: "4"}
"""Days at which the colours of waiting change, as they are written."""


class Known(NamedTuple):
    """What is known of a pair that may be shown."""

    row: WaitRow
    days: float
    """The median, in days of the customer."""
    kept: Reliability
    deliverables: tuple[str, ...]
    title: Markup
    """All of it in a sentence."""
    is_selected: bool
    url: str
    """Chooses the pair, or undoes that."""

    @property
    def names(self) -> tuple[str, str]:
        """Supplier and customer."""
        return self.row.supplier, self.row.customer

    @property
    def step(self) -> int:
        """Class of the colour scale, from 1."""
        return 1 + bisect_right(list(_STEPS), self.days)

    def total_days(self, asking: Asking) -> float:
        """All that was waited."""
        return in_days(self.row.seconds_sum, self.row, asking)


def known_pairs(rows: list[WaitRow], asking: Asking) -> list[Known]:
    """Those of enough cases, the longest waits first, with what was agreed between the two."""
    kept = deliveries.kept(asking.here.chosen, asking.period, asking.connection)

    def known(row: WaitRow) -> Known:
        names = row.supplier, row.customer
        own = [each for each in kept if (each.supplier, each.customer) == names]
        is_selected = asking.here.selected == names
        return Known(
            row,
            in_days(median(row), row, asking),
            reliability(own, asking.k),
            tuple(dict.fromkeys(asking.names.deliverable(each.deliverable).label for each in own)),
            _title(row, asking),
            is_selected,
            asking.here.at(asking.path, select="" if is_selected else ">".join(names)),
        )

    return sorted(map(known, shown(rows, asking)), key=lambda each: -each.days)


def legend() -> tuple[Markup, ...]:
    """The waits that each colour stands for."""
    steps = list(_STEPS.values())
    between = [f"{low}\N{EN DASH}{high}" for low, high in pairwise(steps)]
    return tuple(Markup.escape(each) for each in [f"< {steps[0]}", *between, f"> {steps[-1]}"])


def _title(row: WaitRow, asking: Asking) -> Markup:
    say, names = asking.say, asking.names
    return say.text(
        "waits.cell",
        supplier=names.party(row.supplier).label,
        customer=names.party(row.customer).label,
        time=said(row, asking),
        cases=say.number(row.cases),
    )
