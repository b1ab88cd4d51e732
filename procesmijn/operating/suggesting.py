"""Agreements that could be made, by how it went: what could be promised, and what speaks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.coverage import Covered, covered
from procesmijn.catalogue.fields import write_share
from procesmijn.core.compile import open_hours
from procesmijn.core.proposals import Step, propose
from procesmijn.core.worktime import working_us
from procesmijn.store import agreements
from procesmijn.store.agreements import Supplied
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period


class Suggested(NamedTuple):
    """What could be promised, and what speaks for it."""

    process: str
    supplier: str
    customer: str
    requested: str
    delivered: str
    requests: int
    """How often the requesting activity happened, whatever came of it."""
    deliveries: int
    cases: int
    working_seconds_median: float
    """From request to delivery, on the calendar of the supplier."""
    working_seconds_p90: float
    lead_time: str | None
    """None where not even months would have been enough."""
    target: Decimal
    share: float | None
    """Of the deliveries, those that would have met it."""
    is_covered: bool
    """Whether an agreement speaks of it: of the pair, or of that step as the way to ask."""
    customer_role: str
    """``internal`` or ``end``."""
    shorter: str | None
    """The lead time a step shorter, which too few met; None where there is none."""
    share_if_shorter: float | None
    longer: str | None
    """Likewise a step longer."""
    share_if_longer: float | None

    @property
    def is_new(self) -> bool:
        """Whether to propose it: most requests come to this, and nothing is agreed on it yet.

        An agreement goes by activities. Where work that was asked for in the same words mostly
        goes elsewhere, most of what it promises would stay open for ever.
        """
        is_usual = 2 * self.deliveries > self.requests
        return is_usual and self.lead_time is not None and not self.is_covered

    @property
    def deliverable(self) -> str:
        """What to call it."""
        return f"{self.delivered} by {self.supplier}"


def suggest(
    process: str | None,
    period: Period,
    target: Decimal,
    at_least: int,
    catalogue: Catalogue,
    connection: Connection,
) -> list[Suggested]:
    """Everything that happened at least so often, whether it is agreed already or not.

    Periods are by local date of delivery.
    """
    supplied = agreements.supplied(process, period, at_least, connection)
    happened = agreements.happened(period, connection)
    there = covered(catalogue)
    return [
        _suggested(each, happened.get((each.process, each.requested), 0), target, there, catalogue)
        for each in supplied
    ]


def names(suggested: Sequence[Suggested]) -> list[str]:
    """What to call each of these agreements beside the others."""
    plain = [f"{it.deliverable} for {it.customer} after {it.requested}" for it in suggested]
    times = Counter(plain)
    return [
        name if times[name] == 1 else f"{name} in {each.process}"
        for name, each in zip(plain, suggested, strict=True)
    ]


def extended(catalogue: Catalogue, suggested: Sequence[Suggested]) -> Catalogue:
    """A catalogue with these agreements, and with whatever they name that it does not declare.

    Raises ``ValueError`` where they do not go together.
    """
    content: dict[str, Any] = catalogue.model_dump(mode="json", exclude_defaults=True)
    parties, processes, deliverables, agreed = (
        content.setdefault(key, {})
        for key in ("parties", "processes", "deliverables", "agreements")
    )
    for name, each in zip(names(suggested), suggested, strict=True):
        for party in (each.supplier, each.customer):
            if party not in catalogue.parties:
                parties[party] = {}
        activities = processes[each.process].setdefault("activities", {})
        for activity in (each.requested, each.delivered):
            activities.setdefault(activity, {})
        deliverables.setdefault(each.deliverable, {"supplier": each.supplier})
        agreed[name] = {
            "deliverable": each.deliverable,
            "customer": each.customer,
            "process": each.process,
            "requested": each.requested,
            "delivered": each.delivered,
            "lead_time": each.lead_time,
            "target": write_share(each.target),
        }
    return Catalogue.model_validate(content)


def _suggested(
    supplied: Supplied,
    requests: int,
    target: Decimal,
    there: Iterable[Covered],
    catalogue: Catalogue,
) -> Suggested:
    pair = (supplied.process, supplied.supplier, supplied.customer)
    hours = open_hours(catalogue, catalogue.calendar_of(supplied.supplier))
    spans = supplied.requested_us, supplied.delivered_us
    median, p90 = np.percentile(working_us(hours, *spans) / 1e6, (50, 90)).tolist()
    proposal = propose(target, hours, *spans)
    return Suggested(
        *pair,
        supplied.requested,
        supplied.delivered,
        requests,
        len(supplied.delivered_us),
        supplied.cases,
        median,
        p90,
        str(proposal.step.lead_time) if proposal else None,
        target,
        proposal.step.share if proposal else None,
        any(each[:4] in {(*pair, None), (*pair, supplied.delivered)} for each in there),
        catalogue.role_of(supplied.customer),
        *_said(proposal.shorter if proposal else None),
        *_said(proposal.longer if proposal else None),
    )


def _said(step: Step | None) -> tuple[str | None, float | None]:
    return (None, None) if step is None else (str(step.lead_time), step.share)
