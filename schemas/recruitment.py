"""Recruitment: from the request for a vacancy to an accepted offer. Its customer is the manager."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field

from schemas.base import About, Code, EventData, HandsOver, Ids, Name, Person


class VacancyEvent(EventData):
    """What happens to a vacancy."""

    vacancy: Annotated[Ids, About("vacancy")]
    """The vacancy, by its number."""


class SelectionEvent(EventData):
    """What happens to a candidate for a vacancy: at least one of the objects is named."""

    vacancy: Annotated[Ids | None, About("vacancy")] = None
    """The vacancy that it is for."""
    application: Annotated[Ids | None, About("application")] = None
    """The application, by its number."""
    candidate: Annotated[Ids | None, About("candidate")] = None
    """The candidate, by an id: a person."""


class VacancyRequested(VacancyEvent, HandsOver):
    """The manager, or the HR suite for the manager, emits it when a vacancy is asked for."""

    event_type = "vacancy.requested"
    example: ClassVar = {
        "vacancy": "V-2026-0042",
        "party": "manager",
        "performer": "a.visser",
        "to_party": "hr",
    }


class VacancyOpened(VacancyEvent):
    """HR emits it when the request is approved and recruiting may begin."""

    event_type = "vacancy.opened"
    example: ClassVar = {"vacancy": "V-2026-0042", "party": "hr"}


class VacancyPublished(VacancyEvent):
    """HR emits it when the vacancy can be read by candidates."""

    event_type = "vacancy.published"
    example: ClassVar = {"vacancy": "V-2026-0042", "party": "hr", "channel": "careers-site"}

    channel: Code | None = None
    """Where it was published, as a code of the source."""


class VacancyFilled(VacancyEvent):
    """HR emits it when the last post of the vacancy is taken."""

    event_type = "vacancy.filled"
    example: ClassVar = {"vacancy": "V-2026-0042", "candidate": "K-20981", "party": "hr"}

    candidate: Annotated[Ids | None, About("candidate")] = None
    """Who took it: a person."""


class VacancyWithdrawn(VacancyEvent):
    """The manager or HR emits it when the vacancy is given up."""

    event_type = "vacancy.withdrawn"
    example: ClassVar = {"vacancy": "V-2026-0042", "party": "manager", "reason": "budget"}

    reason: Code | None = None
    """Why, as a code of the source."""


class ApplicationReceived(SelectionEvent):
    """The recruitment system emits it when an application comes in."""

    event_type = "application.received"
    example: ClassVar = {
        "vacancy": "V-2026-0042",
        "application": "A-2026-1203",
        "candidate": "K-20981",
    }

    channel: Code | None = None
    """The way by which it came in, as a code of the source."""


class InterviewHeld(SelectionEvent):
    """HR emits it when a selection interview has taken place."""

    event_type = "interview.held"
    example: ClassVar = {
        "vacancy": "V-2026-0042",
        "candidate": "K-20981",
        "party": "hr",
        "roles": ["recruiter", "manager", "customer"],
        "interviewers": ["m.dejong", "a.visser"],
        "started_at": "2026-11-20T09:00:00+01:00",
    }

    roles: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)] | None = None
    """The roles that took part, as codes: recruiter, manager, customer, ..."""
    interviewers: Annotated[
        Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)] | None, Person()
    ] = None
    """The persons who took part for the organisation."""


class CandidateSelected(SelectionEvent):
    """The manager emits it when the choice has fallen on a candidate."""

    event_type = "candidate.selected"
    example: ClassVar = {"vacancy": "V-2026-0042", "candidate": "K-20981", "party": "manager"}


class OfferMade(SelectionEvent):
    """HR emits it when the candidate has been made an offer."""

    event_type = "offer.made"
    example: ClassVar = {"vacancy": "V-2026-0042", "candidate": "K-20981", "party": "hr"}


class OfferAccepted(SelectionEvent):
    """HR emits it when the candidate says yes."""

    event_type = "offer.accepted"
    example: ClassVar = {"vacancy": "V-2026-0042", "candidate": "K-20981", "party": "candidate"}


class OfferDeclined(SelectionEvent):
    """HR emits it when the candidate says no."""

    event_type = "offer.declined"
    example: ClassVar = {
        "vacancy": "V-2026-0042",
        "candidate": "K-20981",
        "party": "candidate",
        "reason": "other-employer",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


TYPES: Final = (
    VacancyRequested,
    VacancyOpened,
    VacancyPublished,
    VacancyFilled,
    VacancyWithdrawn,
    ApplicationReceived,
    InterviewHeld,
    CandidateSelected,
    OfferMade,
    OfferAccepted,
    OfferDeclined,
)
