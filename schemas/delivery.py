"""Requests and deliveries: of anything that has no event types of its own.

Which party owes what to whom, and by when, is said by the catalogue; these events say what was
asked for and what came of it. The id of the request ties them together; without one they are told
apart by their case and their deliverable.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, HandsOver, Ids, Name, OnRequest


class InAnyCase(OnRequest):
    """What may happen in a case of any process: the request, or the object of the case."""

    vacancy: Annotated[Ids | None, About("vacancy")] = None
    """The vacancy that it is about."""
    employee: Annotated[Ids | None, About("employee")] = None
    """The employee whom it is about: a person."""
    training: Annotated[Ids | None, About("training")] = None
    """The training that it is about."""
    payroll_run: Annotated[Ids | None, About("payroll_run")] = None
    """The payroll run that it is about."""
    purchase: Annotated[Ids | None, About("purchase")] = None
    """The purchase that it is about."""
    ticket: Annotated[Ids | None, About("ticket")] = None
    """The ticket that it is about."""


class DeliverableEvent(InAnyCase):
    """What happens to something that one party delivers to another."""

    deliverable: Name
    """What is delivered, by its name in the catalogue."""


class DeliverableRequested(DeliverableEvent, HandsOver):
    """The customer emits it when something is asked for; `to_party` is the supplier."""

    event_type = "deliverable.requested"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "sales",
        "to_party": "facilities",
    }


class DeliverableDelivered(DeliverableEvent, HandsOver):
    """The supplier emits it at each delivery, also of what was returned; `to_party` receives it."""

    event_type = "deliverable.delivered"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "facilities",
        "to_party": "sales",
    }


class DeliverableAccepted(DeliverableEvent):
    """The customer emits it when what was delivered is right."""

    event_type = "deliverable.accepted"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "sales",
    }

    outcome: Code | None = None
    """What came of it, as a code of the source; of advice, `followed` or `not-followed`."""


class DeliverableReturned(DeliverableEvent, HandsOver):
    """The customer emits it when what was delivered is not right, and goes back to `to_party`."""

    event_type = "deliverable.returned"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "sales",
        "to_party": "facilities",
        "reason": "too-small",
    }

    reason: Code | None = None
    """What is not right, as a code of the source."""


class DeliverableCancelled(DeliverableEvent):
    """The customer, or the supplier, emits it when it is no longer to be delivered."""

    event_type = "deliverable.cancelled"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "sales",
        "reason": "not-needed",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


class DeliverablePaused(DeliverableEvent):
    """The supplier emits it when it cannot go on before somebody else has done something."""

    event_type = "deliverable.paused"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "facilities",
        "reason": "waiting-for-customer",
    }

    reason: Code | None = None
    """What it waits for, as a code of the source."""


class DeliverableResumed(DeliverableEvent):
    """The supplier emits it when it goes on."""

    event_type = "deliverable.resumed"
    example: ClassVar = {
        "deliverable": "Meeting room",
        "request": "R-2026-5520",
        "party": "facilities",
    }


TYPES: Final = (
    DeliverableRequested,
    DeliverableDelivered,
    DeliverableAccepted,
    DeliverableReturned,
    DeliverableCancelled,
    DeliverablePaused,
    DeliverableResumed,
)
