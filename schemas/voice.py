"""The voice of the customer: ratings, complaints, and conversations between parties.

In all of them `party` is who did it, hence the customer where a customer speaks, and `supplier` is
the party that it is about. What was said in words stays where it was said: there is no free text.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from schemas.base import About, Code, EventData, HandsOver, Ids, Name, Person
from schemas.delivery import InAnyCase

Score: TypeAlias = Annotated[int, Field(strict=True, ge=-1_000, le=1_000)]
"""A whole number on a scale; who gives halves has a scale that is twice as long."""

_PARTIES: Final = Field(min_length=1, max_length=50)


class Voice(InAnyCase):
    """What a customer says of a supplier, of one delivery, or of something that is delivered."""

    delivery: Annotated[Ids | None, About("delivery")] = None
    """The delivery that it is about, where that has an id of its own."""
    deliverable: Name | None = None
    """What was delivered, by its name in the catalogue."""


class RatingEvent(Voice):
    """What happens to a rating."""

    rating: Annotated[Ids | None, About("rating")] = None
    """The rating, by the id of the question that was sent or of the answer."""
    supplier: Name
    """The party that is rated."""
    question: Code | None = None
    """What is asked, as a code: `satisfaction` with what was delivered (so too without a code),
    `recommendation` of the supplier to others, or another one of the source."""


class RatingRequested(RatingEvent, HandsOver):
    """A survey tool emits it when `to_party` is asked for a rating: so it is known who answers."""

    event_type = "rating.requested"
    example: ClassVar = {
        "rating": "Q-90211",
        "request": "R-2026-5520",
        "supplier": "facilities",
        "to_party": "sales",
    }


class RatingLapsed(RatingEvent):
    """A survey tool emits it when a question closes without an answer: nobody is asked any more."""

    event_type = "rating.lapsed"
    example: ClassVar = {
        "rating": "Q-90212",
        "request": "R-2026-5521",
        "supplier": "facilities",
    }


class RatingGiven(RatingEvent):
    """A survey tool emits it when a customer has given a rating."""

    event_type = "rating.given"
    example: ClassVar = {
        "rating": "Q-90211",
        "request": "R-2026-5520",
        "party": "sales",
        "supplier": "facilities",
        "lowest": 1,
        "highest": 10,
        "score": 8,
    }

    lowest: Score
    """The worst score of the scale."""
    highest: Score
    """The best score of the scale; above the lowest."""
    score: Score
    """The score, from the lowest to the highest."""

    @field_validator("highest")
    @classmethod
    def _is_above(cls, highest: int, info: ValidationInfo) -> int:
        if highest <= info.data.get("lowest", highest - 1):
            raise ValueError("should be above data.lowest")
        return highest

    @field_validator("score")
    @classmethod
    def _is_on_the_scale(cls, score: int, info: ValidationInfo) -> int:
        scale = info.data
        if not scale.get("lowest", score) <= score <= scale.get("highest", score):
            raise ValueError("should lie from data.lowest to data.highest")
        return score


class ComplaintEvent(Voice):
    """What happens to a complaint."""

    complaint: Annotated[Ids, About("complaint")]
    """The complaint, by its number."""
    supplier: Name | None = None
    """The party that it is about, where that is known."""


class ComplaintFiled(ComplaintEvent, HandsOver):
    """The customer emits it when it complains; `to_party` is who is to deal with it."""

    event_type = "complaint.filed"
    example: ClassVar = {
        "complaint": "CP-0318",
        "ticket": "INC-0010023",
        "party": "sales",
        "supplier": "it",
        "to_party": "servicedesk",
        "category": "late",
    }

    category: Code | None = None
    """What it is about, as a code of the source."""


class ComplaintSettled(ComplaintEvent):
    """Whoever deals with it emits it when the complaint is settled."""

    event_type = "complaint.settled"
    example: ClassVar = {"complaint": "CP-0318", "party": "servicedesk", "outcome": "upheld"}

    outcome: Code | None = None
    """How it was settled, as a code of the source."""


class ConversationHeld(EventData):
    """The supplier, or a calendar for it, emits it when it has spoken with customers of its own."""

    event_type = "conversation.held"
    example: ClassVar = {
        "conversation": "2026-11-hr",
        "party": "hr",
        "supplier": "hr",
        "customers": ["manager", "payroll"],
        "kind": "monthly",
        "participants": ["m.dejong", "a.visser"],
        "started_at": "2026-11-20T09:00:00+01:00",
    }

    conversation: Annotated[Ids, About("conversation")]
    """The conversation, by an id."""
    supplier: Name
    """The party whose customers were spoken with."""
    customers: Annotated[tuple[Name, ...], _PARTIES]
    """The parties that it spoke with."""
    kind: Code | None = None
    """The kind of conversation, as a code of the source."""
    participants: Annotated[Annotated[tuple[Name, ...], _PARTIES] | None, Person()] = None
    """The persons who took part."""


TYPES: Final = (
    RatingRequested,
    RatingLapsed,
    RatingGiven,
    ComplaintFiled,
    ComplaintSettled,
    ConversationHeld,
)
