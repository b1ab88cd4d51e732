"""How past deliveries would have stood under another lead time.

Which event answers which request does not depend on the terms, so each agreement is mined twice,
side by side: as it is, and with the lead time that is tried. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.due import Rule
from procesmijn.core.frames import ACCEPTED, CANCELLED, DELIVERED, NO_INSTANT, Bools, Rows
from procesmijn.core.order import order_by
from procesmijn.core.rules import ProcessRules, Rules

_OF_DELIVERY = ("agreement", "object", "process", "opened_hi", "opened_lo")


class Compared(NamedTuple):
    """Deliveries that are due by some moment on either terms, and how they stand against both."""

    deliveries: int
    met: int
    met_if_tried: int
    gained: int
    """Late as it is, and in time on the terms that are tried."""
    lost: int
    """In time as it is, and late on these."""

    def __add__(self, other: object) -> Compared:
        """Add those of other cases."""
        if not isinstance(other, Compared):
            return NotImplemented
        return Compared(*(one + more for one, more in zip(self, other, strict=True)))


NOTHING_COMPARED: Final = Compared(0, 0, 0, 0, 0)


def with_tried(rules: Rules, agreements: Collection[int], lead: Rule) -> Rules:
    """Rules with the chosen agreements alone, each also under the negative of its code, with
    ``lead`` in all its versions."""
    return replace(
        rules,
        processes={
            object_type: tuple(_with_tried(process, agreements, lead) for process in processes)
            for object_type, processes in rules.processes.items()
        },
    )


def compare(deliveries: Rows, as_of_us: int, since: int, until: int) -> dict[int, Compared]:
    """Hold the deliveries of each agreement against both terms, as of a moment.

    ``deliveries`` were mined by :func:`with_tried`; those that count were requested on a local date
    from ``since`` to before ``until``, days since 1970-01-01.
    """
    holds = (deliveries["since_us"] <= as_of_us) & (as_of_us < deliveries["until_us"])
    asked = (deliveries["requested_us"] != NO_INSTANT) & (deliveries["requested_on"] >= since)
    deliveries = deliveries[holds & asked & (deliveries["requested_on"] < until)]
    is_tried = deliveries["agreement"] < 0
    as_is, tried = deliveries[~is_tried], deliveries[is_tried]
    tried["agreement"] *= -1
    as_is, tried = (
        rows.take(order_by(*(rows[column] for column in _OF_DELIVERY))) for rows in (as_is, tried)
    )
    is_due = _is_due(as_is, as_of_us) & _is_due(tried, as_of_us)
    met, met_if_tried = _is_met(as_is[is_due]), _is_met(tried[is_due])
    agreement = as_is["agreement"][is_due]
    counted = (np.ones_like(met), met, met_if_tried, ~met & met_if_tried, met & ~met_if_tried)
    return {
        int(code): Compared(
            *(int(np.count_nonzero(each & (agreement == code))) for each in counted)
        )
        for code in np.unique(agreement)
    }


def _with_tried(process: ProcessRules, agreements: Collection[int], lead: Rule) -> ProcessRules:
    meant = [each for each in process.agreements if each.agreement in agreements]
    tried = [
        replace(
            each,
            agreement=-each.agreement,
            versions=tuple(replace(version, lead=lead) for version in each.versions),
        )
        for each in meant
    ]
    return replace(process, agreements=(*meant, *tried))


def _is_due(deliveries: Rows, as_of_us: int) -> Bools:
    """Whether it counts: what was cancelled before it was due does not."""
    is_over = deliveries["standing"] == CANCELLED
    is_over &= deliveries["cancelled_us"] <= deliveries["due_us"]
    is_due: Bools = (deliveries["due_us"] <= as_of_us) & ~is_over
    return is_due


def _is_met(deliveries: Rows) -> Bools:
    is_there = np.isin(deliveries["standing"], (DELIVERED, ACCEPTED))
    is_met: Bools = is_there & (deliveries["delivered_us"] <= deliveries["due_us"])
    return is_met
