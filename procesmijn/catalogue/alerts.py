"""What somebody is to be told of, how long beforehand, and where."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from procesmijn.catalogue.fields import Count, Name, Names
from procesmijn.catalogue.lead_times import LeadTime, Unit, read_lead_time
from procesmijn.catalogue.part import Labelled, Part

When: TypeAlias = Literal[
    "about to be late",
    "late",
    "returned twice",
    "cadence missed",
    "rule broken",
    "dead letters rising",
]
OF_DELIVERIES: Final = frozenset({"about to be late", "late", "returned twice"})
RISING: Final = "dead letters rising"
_SUPPLIER: Final = "supplier"
_CUSTOMER: Final = "customer"
ROLES: Final = (_SUPPLIER, _CUSTOMER)
"""Whom mail may go to beside an address: whoever is that in what the alert is about."""

_TAKES: Final[dict[str, frozenset[str]]] = {
    "parties": OF_DELIVERIES | {"cadence missed", "rule broken"},
    "processes": OF_DELIVERIES | {"rule broken"},
    "agreements": OF_DELIVERIES,
    "rules": frozenset({"rule broken"}),
    "before": frozenset({"about to be late"}),
    "least": frozenset({RISING}),
}
"""By key, the alerts that it says something of."""


def _read_hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        length = read_lead_time(value)
    except ValueError:
        length = None
    if length is None or length.unit is not Unit.HOURS:
        raise ValueError(f"{value!r} is no number of working hours; write '4 hours'")
    return length


WorkingHours: TypeAlias = Annotated[LeadTime, BeforeValidator(_read_hours), PlainSerializer(str)]
"""So many working hours."""


class Alert(Labelled):
    """Something that somebody is to be told when it happens, or just before."""

    when: When
    before: WorkingHours | None = None
    """How much working time of the supplier is left then, of what is about to be late."""
    least: Annotated[Count, Field(ge=1)] | None = None
    """So many records of a topic are refused in an hour, and more than twice as many as in the hour
    before."""
    parties: Names = ()
    """Only where one of them, or a part of it, is supplier or customer, or breaks the rule."""
    processes: Names = ()
    agreements: Names = ()
    rules: Names = ()
    """Only of these; where left out of any. Likewise the two before."""
    channels: Annotated[Names, Field(min_length=1)]
    """Where it is told."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for key, alerts in _TAKES.items():
            if getattr(self, key) and self.when not in alerts:
                raise ValueError(f"{key} says nothing of '{self.when}'; leave it out")
        for key, example in (("before", "'4 hours'"), ("least", "20")):
            if self.when in _TAKES[key] and getattr(self, key) is None:
                raise ValueError(f"'{self.when}' needs {key}, such as {example}")
        return self


class Channel(Part):
    """Somewhere to tell it. Addresses that are secret, and secrets, are settings."""

    kind: Literal["webhook", "slack", "teams", "mail", "topic"]
    to: Names = ()
    """Of mail: addresses; ``supplier`` or ``customer`` is the contact of whoever is that."""
    calendar: Name | None = None
    """It is quiet outside these hours: what comes up then is told together afterwards."""
    language: Literal["nl", "en"] = "en"

    @model_validator(mode="after")
    def _has_receivers(self) -> Self:
        if self.kind != "mail" and self.to:
            raise ValueError("to is for mail alone; leave it out")
        if self.kind == "mail" and not self.to:
            raise ValueError("mail needs to: an address, supplier or customer")
        for receiver in self.to:
            if receiver not in ROLES and "@" not in receiver:
                raise ValueError(f"'{receiver}' is no address, and neither supplier nor customer")
        return self


class Summary(Part):
    """What a party is told every Monday: how the week before went."""

    channels: Annotated[Names, Field(min_length=1)]
