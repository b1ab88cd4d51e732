"""IT service: a ticket from opening to closing, with every hand that it passes through."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, EventData, HandsOver, Ids, Name, Person


class TicketEvent(EventData):
    """What happens to a ticket."""

    ticket: Annotated[Ids, About("ticket")]
    """The ticket, by its number."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whom it is for: a person."""
    account: Annotated[Ids | None, About("account")] = None
    """The account that it is about."""
    device: Annotated[Ids | None, About("device")] = None
    """The device that it is about."""


class TicketOpened(TicketEvent, HandsOver):
    """The service desk tool emits it when somebody asks for help."""

    event_type = "ticket.opened"
    example: ClassVar = {
        "ticket": "INC-0010023",
        "party": "sales",
        "requester": "j.smit",
        "to_party": "servicedesk",
        "category": "incident",
        "priority": "P2",
    }

    requester: Annotated[Name | None, Person()] = None
    """The person who asks."""
    category: Code | None = None
    """What kind of ticket it is, as a code of the source."""
    priority: Code | None = None
    """How urgent it is, as a code of the source."""


class TicketAssigned(TicketEvent, HandsOver):
    """The service desk tool emits it when a ticket is given to a party for the first time."""

    event_type = "ticket.assigned"
    example: ClassVar = {
        "ticket": "INC-0010023",
        "party": "servicedesk",
        "to_party": "it",
        "assignee": "p.devries",
    }

    to_party: Name
    """The party that is to act next."""
    assignee: Annotated[Name | None, Person()] = None
    """The person of that party who is to do it."""


class TicketTransferred(TicketEvent, HandsOver):
    """The service desk tool emits it when a ticket passes from one party to another."""

    event_type = "ticket.transferred"
    example: ClassVar = {"ticket": "INC-0010023", "party": "it", "to_party": "network"}

    to_party: Name
    """The party that is to act next."""
    assignee: Annotated[Name | None, Person()] = None
    """The person of that party who is to do it."""


class TicketPutOnHold(TicketEvent):
    """The party that has the ticket emits it when it cannot go on."""

    event_type = "ticket.put_on_hold"
    example: ClassVar = {
        "ticket": "INC-0010023",
        "party": "network",
        "reason": "waiting-for-vendor",
    }

    reason: Code | None = None
    """What it waits for, as a code of the source."""


class TicketResumed(TicketEvent):
    """The party that has the ticket emits it when it goes on."""

    event_type = "ticket.resumed"
    example: ClassVar = {"ticket": "INC-0010023", "party": "network"}


class TicketResolved(TicketEvent):
    """The party that has the ticket emits it when it takes the matter for solved."""

    event_type = "ticket.resolved"
    example: ClassVar = {
        "ticket": "INC-0010023",
        "party": "network",
        "started_at": "2026-11-20T09:10:00+01:00",
    }


class TicketReopened(TicketEvent, HandsOver):
    """The service desk tool emits it when the matter turns out not to be solved."""

    event_type = "ticket.reopened"
    example: ClassVar = {"ticket": "INC-0010023", "party": "sales", "to_party": "servicedesk"}

    reason: Code | None = None
    """Why, as a code of the source."""


class TicketClosed(TicketEvent):
    """The service desk tool emits it when nothing more is to be done."""

    event_type = "ticket.closed"
    example: ClassVar = {"ticket": "INC-0010023", "party": "servicedesk"}


TYPES: Final = (
    TicketOpened,
    TicketAssigned,
    TicketTransferred,
    TicketPutOnHold,
    TicketResumed,
    TicketResolved,
    TicketReopened,
    TicketClosed,
)
