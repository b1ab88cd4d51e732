"""Who supplies and receives, and who belongs to whom on which dates."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from procesmijn.catalogue.fields import Count, Day, Name, as_list
from procesmijn.catalogue.part import Labelled, Part


class Party(Labelled):
    """A department, team, role or outside person that supplies and receives."""

    kind: Literal["internal", "outside", "automatic"] = "internal"
    """*automatic* is a system: it neither supplies nor receives."""
    parent: Name | None = None
    """The party that it is a part of; a small party reports as that one."""
    members: Count | None = None
    """Declared number of people; unknown where left out."""
    contact: Name | None = None
    """Where to turn to: a function or a shared mailbox, for it is stored in clear."""
    calendar: Name | None = None
    """When it works; where left out that of its parent, else ``office``."""
    is_end_customer: bool = False
    """The customer outside, for whom the whole chain exists."""

    @model_validator(mode="after")
    def _end_customer_is_outside(self) -> Self:
        if self.is_end_customer and self.kind != "outside":
            raise ValueError("an end customer is outside; add kind: outside")
        return self


class Membership(Part):
    """Belonging to a party between two local dates; open where one is left out."""

    party: Name
    since: Day | None = None
    until: Day | None = None
    """The first date on which it no longer holds."""

    @model_validator(mode="before")
    @classmethod
    def _always(cls, value: object) -> object:
        return {"party": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"until ({self.until}) has to come after since ({self.since})")
        return self


def _one_at_a_time(memberships: tuple[Membership, ...]) -> tuple[Membership, ...]:
    in_order = sorted(memberships, key=lambda membership: membership.since or date.min)
    for earlier, later in pairwise(in_order):
        if (earlier.until or date.max) > (later.since or date.min):
            raise ValueError(
                f"would be in {earlier.party} and in {later.party} on the same dates; "
                f"give {earlier.party} an until that is not after the since of {later.party}"
            )
    return tuple(in_order)


Memberships: TypeAlias = Annotated[
    tuple[Membership, ...],
    BeforeValidator(as_list),
    Field(min_length=1),
    AfterValidator(_one_at_a_time),
]
"""The parties of one performer or team over time, in order, never two at once."""
