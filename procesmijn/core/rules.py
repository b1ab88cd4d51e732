"""What a case depends on beside its own events: the catalogue, compiled to integer codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from procesmijn.catalogue.process_rules import Kind
from procesmijn.core.days import Days
from procesmijn.core.due import Rule
from procesmijn.core.frames import NO_TERM, Int32s, Int64s
from procesmijn.core.worktime import Calendar

CORE_VERSION = 4
"""Raised by every change that alters what the core computes: it makes stored cases stale."""


@dataclass(frozen=True, slots=True)
class CodeMap:
    """Codes, which are no less than 0, to other codes; vectorised."""

    place: Int32s
    """Of each code up to the greatest that has a value, where in ``values`` that is; 0 where it has
    none. One more 0 stands for all greater codes."""
    values: Int32s
    """The first one is nobody's: there the default is put."""

    @classmethod
    def of(cls, mapping: Mapping[int, int]) -> CodeMap:
        """Make one from a dictionary."""
        place = np.zeros(max(mapping, default=0) + 2, dtype=np.int32)
        place[list(mapping)] = np.arange(1, len(mapping) + 1)
        return cls(place, np.array([0, *mapping.values()], dtype=np.int32))

    def find(self, codes: Int32s, default: int = 0) -> Int32s:
        """Value of each code, ``default`` where it has none."""
        values = self.values.copy()
        values[0] = default
        return values.take(self.place.take(codes, mode="clip"))


@dataclass(frozen=True, slots=True)
class Membership:
    """Who belonged to which party between which local dates (performers, teams).

    Rows sorted by (``member``, ``from_day``); ``until_day`` is exclusive; periods of one member do
    not overlap. Days since 1970-01-01.
    """

    member: Int32s
    from_day: Int64s
    until_day: Int64s
    party: Int32s


@dataclass(frozen=True, slots=True)
class VersionRules:
    """The terms of the requests between two local dates."""

    from_day: int
    until_day: int
    """The first date on which they no longer hold."""
    lead: Rule
    """When it is due, on the calendar of the supplier."""
    window: Rule | None
    """Until when it may be returned after its delivery, on the calendar of the customer."""


@dataclass(frozen=True, slots=True)
class AgreementRules:
    """What a supplier promised a customer, and which events speak of it."""

    agreement: int
    deliverable: int
    supplier: int
    customer: int
    moments: CodeMap
    """Activity to what it says of a delivery: one bit for each moment, in the order of
    :class:`procesmijn.catalogue.agreements.Moment`."""
    requested_by: Int32s
    """Only requests of these parties count; where empty all do."""
    rejected: Int32s
    """Those of its delivering activities that refuse what was asked for."""
    versions: tuple[VersionRules, ...]
    """In order of time; they do not overlap."""
    promised_by: tuple[tuple[int, Calendar], ...]
    """The supplier's calendar as it was known from each local date on, ascending; the first from
    ever on. A promise is held to the closing days that were known when it was asked for."""
    supplier_hours: Calendar
    customer_hours: Calendar


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that every case of a process is held against."""

    rule: int
    kind: Kind
    activity: int
    """At which of its completions it is looked at."""
    other: int = NO_TERM
    """The other one that it is about."""
    at_most: int = 0
    lead: Rule | None = None
    """In which time the other one follows."""
    hours: Calendar | None = None
    """On which calendar that is counted."""
    role: str = ""
    """Who takes part, as a role ..."""
    party: int = NO_TERM
    """... or as a party."""


@dataclass(frozen=True, slots=True)
class ProcessRules:
    """One process: which events of an object are its activities, and how they are ordered."""

    process: int
    days: Days
    """Local dates in the time zone of the process."""
    activity_of_type: CodeMap
    """Event type to activity; events of other types are not in this process (but for steps, which
    name process and activity themselves)."""
    rank_of_activity: CodeMap
    """Ties are ordered by this; activities without a rank come last."""
    party_of_activity: CodeMap
    """Who does an activity, where neither the event nor its performer or team says so."""
    end_activities: Int32s
    """A completion of one of these closes the case; empty where the process declares none."""
    concurrent: frozenset[tuple[int, int]] = frozenset()
    """Pairs of activities of which neither enables the other; both directions are listed."""
    agreements: tuple[AgreementRules, ...] = ()
    """Those that are kept in its cases."""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all processes, and what they share."""

    processes: Mapping[int, tuple[ProcessRules, ...]]
    """By object type (term): the processes whose cases are objects of that type."""
    names: Mapping[int, str]
    """Text of the activity terms: variants are hashes of names, not of codes."""
    automatic: Int32s
    """Parties of kind *automatic*: transparent, they neither supply nor receive."""
    performers: Membership
    teams: Membership
    office: Calendar
    """The calendar of a party that the catalogue gives none, or does not declare at all."""
    calendars: Mapping[int, Calendar] = field(default_factory=dict)
    """By party (term)."""
    subjects: CodeMap = field(default_factory=lambda: CodeMap.of({}))
    """Event type to what is passed on by its receiving party (``ticket.assigned`` and
    ``ticket.transferred``: the ticket). A later event of the same subject that names a receiver
    reassigns; 0, the subject of types that are not here, is the case itself. Events that name a
    deliverable have the deliverable and the request beside it."""

    def only(self, process: int) -> Rules:
        """The rules of one process alone: an object may be a case of several."""
        meant = {
            object_type: tuple(each for each in processes if each.process == process)
            for object_type, processes in self.processes.items()
        }
        return replace(self, processes=meant)
