"""Which handovers an agreement speaks of: what is declared, to be held against what happens.

What an agreement covers are the deliveries of its supplier to its customer, and the way back on
which the customer asks for them, accepts or returns them. What is agreed with a party holds for its
parts as well: an agreement with IT is kept by the network team too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.model import Catalogue

_BY_CUSTOMER: Final = (Moment.REQUESTED, Moment.ACCEPTED, Moment.RETURNED, Moment.CANCELLED)


class Covered(NamedTuple):
    """Handovers from one party to another that an agreement speaks of, delivered on its dates."""

    process: str
    supplier: str
    customer: str
    activity: str | None
    """After which it is handed over; any where None."""
    since: date | None
    until: date | None
    """The first date on which the agreement no longer holds."""


def covered(catalogue: Catalogue) -> list[Covered]:
    """Everything that agreements speak of, party by party."""
    return sorted(set(_of_all(catalogue)), key=str)


class Delivered(NamedTuple):
    """What a party does when it delivers something."""

    deliverable: str
    process: str
    supplier: str
    activity: str


def delivered(catalogue: Catalogue) -> list[Delivered]:
    """The activities that deliver something, as agreements name them. Those of any deliverable are
    not among them: a handover does not say of which."""
    return sorted(
        {
            Delivered(agreement.deliverable, agreement.process, supplier, activity)
            for name, agreement in catalogue.agreements.items()
            if agreement.delivered
            for supplier in with_parts(catalogue.supplier_of(name), catalogue)
            for activity in agreement.activities(
                Moment.DELIVERED, catalogue.processes[agreement.process]
            )
        }
    )


def _of_all(catalogue: Catalogue) -> Iterator[Covered]:
    for name, agreement in catalogue.agreements.items():
        process = catalogue.processes[agreement.process]
        asking = {
            activity
            for moment in _BY_CUSTOMER
            for activity in agreement.activities(moment, process)
        }
        for supplier in with_parts(catalogue.supplier_of(name), catalogue):
            for customer in with_parts(agreement.customer, catalogue):
                for version in agreement.versions or (None,):
                    dates = (version.since, version.until) if version else (None, None)
                    yield Covered(agreement.process, supplier, customer, None, *dates)
                    for activity in asking:
                        yield Covered(agreement.process, customer, supplier, activity, *dates)


def with_parts(party: str, catalogue: Catalogue) -> Iterator[str]:
    """A party, and all that is part of it."""
    yield party
    for name, each in catalogue.parties.items():
        if each.parent == party:
            yield from with_parts(name, catalogue)
