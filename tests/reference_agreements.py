"""What is agreed, and how a delivery stands: plain values of the reference and the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.calendars import OFFICE_WEEK, Week, open_on, us

WALKED_DAYS = 90


@dataclass(frozen=True)
class Hours:
    """A calendar: closing days with the date since when they are known."""

    zone: str = "Europe/Amsterdam"
    week: Week = field(default_factory=lambda: OFFICE_WEEK)
    closed: Mapping[date, date] = field(default_factory=dict)
    _found: dict[tuple[date, date | None], list[tuple[int, int]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def stretches(self, local: date, known_on: date | None) -> list[tuple[int, int]]:
        """What is worked on a local date."""
        if (local, known_on) not in self._found:
            self._found[local, known_on] = self._stretches(local, known_on)
        return self._found[local, known_on]

    def _stretches(self, local: date, known_on: date | None) -> list[tuple[int, int]]:
        shut = {day for day, since in self.closed.items() if known_on is None or since <= known_on}
        found = open_on(self.week, ZoneInfo(self.zone), shut, local)
        return sorted((us(opens), us(closes)) for opens, closes in found if opens < closes)

    def walk(self, from_us: int, known_on: date | None) -> Iterator[tuple[date, int, int]]:
        """The stretches from the date of an instant on."""
        first = self.date_of(from_us)
        for number in range(-1, WALKED_DAYS):
            local = first + timedelta(days=number)
            for opens, closes in self.stretches(local, known_on):
                yield local, opens, closes

    def date_of(self, instant_us: int) -> date:
        """The local date of an instant."""
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def worked(self, from_us: int, to_us: int) -> int:
        """Working time between two instants."""
        return sum(
            max(0, min(closes, to_us) - max(opens, from_us))
            for _, opens, closes in self.walk(from_us, None)
        )


class Lead(NamedTuple):
    """A lead time or a return window: ``hours`` (microseconds), ``days`` or ``before`` a day."""

    unit: str
    amount: int


@dataclass(frozen=True)
class Version:
    """The terms of the requests between two local dates."""

    lead: Lead
    window: Lead | None = None
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True)
class Agreement:
    """What a supplier promised a customer in a process, and which activities speak of it."""

    name: str
    versions: Sequence[Version]
    deliverable: str = "thing"
    supplier: str = "IT"
    customer: str = "HR"
    requested: frozenset[str] = frozenset({"ask"})
    delivered: frozenset[str] = frozenset({"deliver"})
    rejected: frozenset[str] = frozenset()
    """Those of ``delivered`` that refuse what was asked for."""
    accepted: frozenset[str] = frozenset({"accept"})
    returned: frozenset[str] = frozenset({"return"})
    cancelled: frozenset[str] = frozenset({"cancel"})
    paused: frozenset[str] = frozenset({"pause"})
    resumed: frozenset[str] = frozenset({"resume"})
    requested_by: frozenset[str] = frozenset()
    supplier_hours: Hours = field(default_factory=Hours)
    customer_hours: Hours = field(default_factory=Hours)

    @property
    def moments(self) -> Mapping[str, frozenset[str]]:
        """What each activity says, in the order in which one that says several is heard."""
        names = ("requested", "delivered", "accepted", "returned")
        more = ("cancelled", "paused", "resumed")
        return {name: getattr(self, name) for name in (*names, *more)}


class Stood(NamedTuple):
    """A delivery as of a moment."""

    object: str
    agreement: str
    opened: int
    request: str | None
    version: int
    standing: str
    is_paused: bool
    requested_by: str | None
    requested_us: int | None
    requested_on: date | None
    promised_us: int | None
    due_us: int | None
    due_on: date | None
    first_delivered_us: int | None
    delivered_us: int | None
    delivered_on: date | None
    accepted_us: int | None
    returned_us: int | None
    cancelled_us: int | None
    returnable_us: int | None
    supplier_us: int | None
    returns: int
    late_returns: int
    pauses: int
    is_first_time_right: bool | None
    is_breached: bool | None
    outcome: str | None
