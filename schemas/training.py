"""Training: from the wish for one to what came of it.

Its customers are the employee, who needs a suitable training, and the manager, whose goals it is to
reach.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, HandsOver, Ids, OnRequest


class TrainingEvent(OnRequest):
    """What happens to a training: it, or whom it is for, is named."""

    training: Annotated[Ids | None, About("training")] = None
    """The training of these employees, by the number that it keeps from the request on."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whom it is for: a person."""
    course: Code | None = None
    """What is taught, as a code of the source."""


class TrainingRequested(TrainingEvent, HandsOver):
    """The employee, or the manager, emits it when a training is asked for."""

    event_type = "training.requested"
    example: ClassVar = {
        "training": "T-2026-0311",
        "employee": "E0000871",
        "party": "staff",
        "to_party": "hr",
        "course": "negotiating",
    }


class TrainingProposed(TrainingEvent, HandsOver):
    """HR emits it when it has found a training that suits, and put it to the manager."""

    event_type = "training.proposed"
    example: ClassVar = {
        "training": "T-2026-0311",
        "party": "hr",
        "to_party": "manager",
        "course": "negotiating-2",
        "provider": "academy",
    }

    provider: Code | None = None
    """Who gives it, as a code of the source: an organisation."""


class TrainingApproved(TrainingEvent, HandsOver):
    """The manager emits it when the proposal is approved."""

    event_type = "training.approved"
    example: ClassVar = {"training": "T-2026-0311", "party": "manager", "to_party": "hr"}


class TrainingRejected(TrainingEvent, HandsOver):
    """The manager emits it when the proposal is turned down."""

    event_type = "training.rejected"
    example: ClassVar = {"training": "T-2026-0311", "party": "manager", "reason": "budget"}

    reason: Code | None = None
    """Why, as a code of the source."""


class TrainingBooked(TrainingEvent):
    """HR emits it when the places are booked."""

    event_type = "training.booked"
    example: ClassVar = {"training": "T-2026-0311", "party": "hr", "course": "negotiating-2"}


class TrainingCompleted(TrainingEvent):
    """HR, or the learning system, emits it when the employee has followed the training."""

    event_type = "training.completed"
    example: ClassVar = {
        "training": "T-2026-0311",
        "employee": "E0000871",
        "party": "staff",
        "started_at": "2026-11-18T09:00:00+01:00",
    }


class TrainingEvaluated(TrainingEvent):
    """HR emits it when it has looked with the manager whether the training reached its goals."""

    event_type = "training.evaluated"
    example: ClassVar = {"training": "T-2026-0311", "party": "hr", "outcome": "goals-met"}

    outcome: Code | None = None
    """How far the goals were reached, as a code of the source."""


class TrainingClosed(TrainingEvent):
    """HR, or the learning system, emits it when a training ends without an evaluation.

    Nobody followed it, or nobody looked any more whether it was of use.
    """

    event_type = "training.closed"
    example: ClassVar = {"training": "T-2026-0311", "party": "hr", "reason": "never-followed"}

    reason: Code | None = None
    """Why, as a code of the source."""


TYPES: Final = (
    TrainingRequested,
    TrainingProposed,
    TrainingApproved,
    TrainingRejected,
    TrainingBooked,
    TrainingCompleted,
    TrainingEvaluated,
    TrainingClosed,
)
