"""Who supplies what to whom, and on which terms: deliverables, and the agreements on them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, model_validator

from procesmijn.catalogue.fields import Day, Name, Names, Share
from procesmijn.catalogue.lead_times import Promise, Window
from procesmijn.catalogue.part import Labelled, Part, Text
from procesmijn.catalogue.processes import Process


class Deliverable(Labelled):
    """Something that a party delivers, and that others ask it for."""

    supplier: Name
    customers: Names = ()
    """Who may ask for it; where left out, whoever has an agreement on it."""
    role: Literal["supporting", "regulating", "executing", "advising"] = "supporting"
    """What the supplier is to its customer in this; each role is measured in its own way."""
    purpose: Text | None = None
    how_to_ask: Text | None = None
    how_to_return: Text | None = None
    call: Name | None = None
    """Whom to call: a function or a shared mailbox; where left out the supplier's contact."""


class Moment(StrEnum):
    """What can happen to a delivery: keys of an agreement, and endings of the event types
    ``deliverable.*``."""

    REQUESTED = "requested"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    RESUMED = "resumed"

    @property
    def event_type(self) -> str:
        """The event type that says so of any deliverable, by its name."""
        return f"deliverable.{self}"


class Terms(Part):
    """What is promised."""

    lead_time: Promise | None = None
    """From request to delivery, on the calendar of the supplier."""
    target: Share | None = None
    """The share of deliveries that is to be in time."""
    first_time_right: Share | None = None
    """The share that is to be accepted without having been returned."""
    return_window: Window | None = None
    """From a delivery on, by the calendar of the customer: what is not returned in it is right."""


class Version(Terms):
    """The terms that requests between two local dates were made on."""

    since: Day | None = None
    until: Day | None = None
    """The first date on which they no longer hold."""

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"until ({self.until}) has to come after since ({self.since})")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether a request on that local date of the process is on these terms."""
        return (self.since or date.min) <= day < (self.until or date.max)


def _one_at_a_time(versions: tuple[Version, ...]) -> tuple[Version, ...]:
    in_order = sorted(versions, key=lambda version: version.since or date.min)
    for earlier, later in pairwise(in_order):
        if (earlier.until or date.max) > (later.since or date.min):
            began = f"since {earlier.since}" if earlier.since else "without since"
            until = later.since or "the since of the one after it"
            raise ValueError(f"two hold on the same dates; give the one {began} until: {until}")
    return tuple(in_order)


Versions: TypeAlias = Annotated[tuple[Version, ...], AfterValidator(_one_at_a_time)]
"""Terms over time, in order, never two at once."""


class Agreement(Labelled, Terms):
    """What a supplier promised a customer about a deliverable.

    Terms that stand here hold in every version that does not say otherwise.
    """

    deliverable: Name
    customer: Name
    supplier: Name | None = None
    """Where left out the one of the deliverable."""
    process: Name
    """In whose cases it is asked for and delivered; its time zone gives the dates."""
    requested_by: Names = ()
    """Only requests of these parties count; where left out all do."""
    requested: Names = ()
    delivered: Names = ()
    rejected: Names = ()
    """Those of ``delivered`` that refuse what was asked for: the outcome of a regulating role."""
    accepted: Names = ()
    returned: Names = ()
    cancelled: Names = ()
    paused: Names = ()
    resumed: Names = ()
    versions: Versions = ()
    """Where left out, the terms beside it hold always."""

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        for version in self.terms():
            if version.lead_time is None:
                place = f"the version since {version.since} " if version.since else ""
                raise ValueError(f"{place}has no lead_time; give one, such as '2 days'")
        return self

    @model_validator(mode="after")
    def _rejects_by_delivering(self) -> Self:
        for name in self.rejected:
            if name not in self.delivered:
                raise ValueError(f"rejected: {name} is not among delivered; add it there as well")
        return self

    def terms(self) -> tuple[Version, ...]:
        """Each version with all that holds in it, in order; one that holds always if none is given.

        Requests on dates between two versions are under no agreement.
        """
        shared = {key: getattr(self, key) for key in Terms.model_fields}
        return tuple(
            version.model_copy(
                update={key: term for key, term in shared.items() if getattr(version, key) is None}
            )
            for version in self.versions or (Version(),)
        )

    def version_on(self, day: date) -> Version | None:
        """The terms of a request on a local date of the process; None between versions."""
        return next((each for each in self.terms() if each.holds_on(day)), None)

    def activities(self, moment: Moment, process: Process) -> frozenset[str]:
        """The activities of its process that say this moment of a delivery has come.

        Those that it names, itself or by their event type; where it names none, the activity
        that is the event type of that moment for any deliverable, if the process has one.
        Whatever the way, an event that names a deliverable speaks of that deliverable alone.
        """
        named: tuple[str, ...] = getattr(self, moment)
        if not named:
            generic = process.activity_of_type().get(moment.event_type)
            return frozenset() if generic is None else frozenset({generic})
        return _activities(named, process)

    def refusals(self, process: Process) -> frozenset[str]:
        """Those of the delivering activities that refuse what was asked for."""
        return _activities(self.rejected, process)


def _activities(named: Names, process: Process) -> frozenset[str]:
    """Activities that are named, themselves or by their event type."""
    by_type = process.activity_of_type()
    return frozenset(
        name if name in process.activities else by_type.get(name, name) for name in named
    )
