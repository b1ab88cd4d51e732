"""What has to hold in every case of a process, in plain words: a few keys, and no formulas."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from procesmijn.catalogue.fields import Count, Name, Names
from procesmijn.catalogue.lead_times import Length
from procesmijn.catalogue.part import Labelled


class Kind(StrEnum):
    """The kinds of rules; each is told by its keys."""

    TAKES_PART = "takes part"
    ONLY_AFTER = "only after"
    NEVER_BOTH = "never both"
    WITHIN = "within"
    AT_MOST = "at most"
    DIFFERENT_PEOPLE = "different people"


_KEYS: Final[dict[frozenset[str], Kind]] = {
    frozenset({"last", "before", "takes_part"}): Kind.TAKES_PART,
    frozenset({"activity", "only_after"}): Kind.ONLY_AFTER,
    frozenset({"never_both"}): Kind.NEVER_BOTH,
    frozenset({"activity", "within", "after"}): Kind.WITHIN,
    frozenset({"activity", "within", "after", "calendar"}): Kind.WITHIN,
    frozenset({"activity", "at_most"}): Kind.AT_MOST,
    frozenset({"different_people"}): Kind.DIFFERENT_PEOPLE,
}
ACTIVITIES: Final = (
    *("activity", "last", "before", "after", "only_after", "never_both", "different_people"),
)
"""The keys whose values are activities of the process."""


def _times(value: object) -> object:
    """``3 times`` is 3."""
    return value.removesuffix(" times").removesuffix(" time") if isinstance(value, str) else value


class Rule(Labelled):
    """One rule: the keys of exactly one kind.

    It speaks of what is completed, in order of completion.
    """

    activity: Name | None = None
    only_after: Name | None = None
    """The activity is done only after this one was, at some time in the case."""
    within: Length | None = None
    """The activity follows in that time, on the calendar, on every ..."""
    after: Name | None = None
    """... one of these, unless an end activity of the process comes before."""
    calendar: Name | None = None
    """On which that time is counted; where left out that of the process. ``always`` is elapsed."""
    at_most: Annotated[Count, Field(ge=1), BeforeValidator(_times)] | None = None
    """So many times in a case."""
    never_both: Names = ()
    """Two activities of which a case has one at most."""
    different_people: Names = ()
    """Two activities that nobody does both of in a case: four eyes."""
    last: Name | None = None
    before: Name | None = None
    takes_part: Name | None = None
    """Whoever has this role, or is this party, takes part in the last one before the other."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        given = self._given()
        if given not in _KEYS:
            kinds = "; ".join(", ".join(sorted(keys)) for keys in _KEYS if "calendar" not in keys)
            raise ValueError(f"give the keys of one kind of rule: {kinds}")
        for key in ("never_both", "different_people"):
            if key in given and len(getattr(self, key)) != 2:
                raise ValueError(f"{key} is about two activities, like [Offer made, Withdrawn]")
        first, second = self.between
        if first == second:
            raise ValueError(f"a rule is about two activities, and both are '{first}'")
        return self

    def _given(self) -> frozenset[str]:
        keys = type(self).model_fields.keys() - {"label"}
        return frozenset(key for key in keys if getattr(self, key) not in (None, ()))

    @property
    def kind(self) -> Kind:
        """Which kind of rule it is."""
        return _KEYS[self._given()]

    @property
    def between(self) -> tuple[str, str | None]:
        """The activity at which it is looked at, and the other one that it is about."""
        if self.never_both or self.different_people:
            first, second = self.never_both or self.different_people
            return first, second
        if self.last is not None and self.before is not None:
            return self.before, self.last
        if self.within is not None and self.after is not None:
            return self.after, self.activity
        assert self.activity is not None  # noqa: S101 - each of the other kinds has one
        return self.activity, self.only_after

    @property
    def about(self) -> Literal["activity", "either", "both"]:
        """Of which cases it says something: those that have the activity at which it is looked at,
        any of the two, or both."""
        if self.kind is Kind.NEVER_BOTH:
            return "either"
        return "both" if self.kind is Kind.DIFFERENT_PEOPLE else "activity"
