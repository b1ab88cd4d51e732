"""With whom a delivery lies: whoever has its case, as tracking that case says it.

Both what is told of one case and a list of all that is open ask here, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from procesmijn.core.flow import instant
from procesmijn.core.tracking import Holder, who_has
from procesmijn.in_force import read_rules
from procesmijn.store import tracking
from procesmijn.store.connection import Connection
from procesmijn.store.present import present
from procesmijn.store.terms import Terms
from schemas.instants import to_us

Case: TypeAlias = tuple[str, str]
"""A process and the key of a case."""
_AT_WORK: Final = ("named", "started")


class Holding(NamedTuple):
    """Who has a case, since when, and how that is known."""

    party: str
    since: datetime
    basis: str
    """*named* by the activity ``what`` to take it up, has *started* on it, was *asked* for the
    deliverable ``what``, or did it *last*."""
    what: str


class Asked(NamedTuple):
    """Something that was asked for in a case and is not delivered."""

    supplier: str
    requested_at: datetime
    deliverable: str


def holdings(
    holders: Iterable[Holder], asked: Sequence[Asked], names: Mapping[int, str]
) -> list[Holding]:
    """Those who have it, and whoever was asked for something; else who was last."""
    found = {
        (party := names[each.party]): Holding(
            party, instant(each.since_us), each.basis, names[each.activity]
        )
        for each in holders
        if not (each.basis == "last" and asked)
    }
    for each in asked:
        holding = Holding(each.supplier, each.requested_at, "asked", each.deliverable)
        found.setdefault(each.supplier, holding)
    return list(found.values())


def lies_with(asked: Asked, found: Sequence[Holding]) -> Holding:
    """Whoever has to act for one delivery: its supplier, unless that has passed the case on."""
    at_work = [each for each in found if each.basis in _AT_WORK]
    own = [each for each in at_work if each.party == asked.supplier]
    passed_on = [each for each in at_work if each.since >= asked.requested_at]
    if own or passed_on:
        return max(own or passed_on, key=lambda each: each.since)
    return Holding(asked.supplier, asked.requested_at, "asked", asked.deliverable)


def holdings_of(
    asked: Mapping[Case, Sequence[Asked]], connection: Connection
) -> dict[Case, list[Holding]]:
    """Who has some cases as of the moment that the session speaks of: all are mined at once."""
    if not asked:
        return {}
    terms = Terms()
    rules = read_rules(terms, connection)
    cases = list(asked)
    codes = tracking.objects(cases, connection)
    at_us = to_us(present(connection))
    held: dict[tuple[int, int], tuple[Holder, ...]] = {}
    for events in tracking.events_of([key for _, key in codes], terms, connection):
        held |= who_has(events, rules, at_us)
    return {
        case: holdings(held.get(code, ()), asked[case], terms.names)
        for case, code in zip(cases, codes, strict=True)
    }
