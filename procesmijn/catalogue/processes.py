"""Which events of which objects make a process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, model_validator

from procesmijn.catalogue.calendars import OFFICE
from procesmijn.catalogue.fields import Count, Name, Names, Zone
from procesmijn.catalogue.part import Labelled, Part
from procesmijn.catalogue.process_rules import Rule


class Activity(Labelled):
    """One kind of step in a process."""

    events: Names = ()
    """Event types that are this activity; none where only generic steps name it."""
    party: Name | None = None
    """Who does it, where neither the event nor its performer or team says so."""
    rank: Count | None = None
    """Among activities at the same instant the lower rank comes first; none comes last."""


def _two_sides(pair: object) -> object:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError("give two activities, like [Create account, Hand out device]")
    return pair


Pair: TypeAlias = Annotated[tuple[Names, Names], BeforeValidator(_two_sides)]
"""Each activity of one side with each of the other."""


def _in_order(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    return tuple(sorted({(min(pair), max(pair)) for pair in pairs}))


class Process(Labelled):
    """Which events of an object are its activities, and how they hang together."""

    case: Name
    """The object type whose objects are the cases."""
    calendar: Name = OFFICE
    zone: Zone | None = None
    """Time zone of its dates; where left out that of its calendar."""
    activities: Mapping[Name, Activity] = {}
    start: Names = ()
    """Activities with which a case begins as it should."""
    end: Names = ()
    """Activities whose completion closes a case."""
    concurrent: Annotated[tuple[Pair, ...], AfterValidator(_in_order)] = ()
    """Pairs of activities of which neither enables the other: they run side by side."""
    rules: Mapping[Name, Rule] = {}
    """What has to hold in every case."""

    def activity_of_type(self) -> dict[str, str]:
        """Event types of the process, and the activity that each is."""
        return {
            event_type: name
            for name, activity in self.activities.items()
            for event_type in activity.events
        }

    def concurrent_activities(self) -> frozenset[tuple[str, str]]:
        """Each pair of activities of which neither enables the other, in both directions."""
        there = {each for one, other in self.concurrent for each in product(one, other)}
        return frozenset(there | {(other, one) for one, other in there})


def _topic(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name) or name in {".", ".."}:
        raise ValueError(
            f"'{name}' cannot be a topic; Kafka takes 1 to 249 letters, digits, dots, - and _"
        )
    return name


class Stream(Part):
    """A topic that is read."""

    topic: Annotated[str, AfterValidator(_topic)]
    backfill: bool = False
    """Its records are of the past: they are read beside those of other streams, a few at a time."""

    @model_validator(mode="before")
    @classmethod
    def _of_topic(cls, value: object) -> object:
        return {"topic": value} if isinstance(value, str) else value
