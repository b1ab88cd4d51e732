"""What the slow definitions of the measures take and give: plain values, no code of the core.

``tests/reference.py`` has the definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

START, COMPLETE = "start", "complete"
"""Any other lifecycle makes an event an instant."""

AT_START, AT_COMPLETION = "start", "completion"


class Event(NamedTuple):
    """One entry in the pack of an object. A later entry of the object with the key replaces it."""

    key: int
    object: str
    occurred_us: int
    type: str = ""
    object_type: str = ""
    process: str | None = None
    activity: str | None = None
    lifecycle: str = COMPLETE
    started_us: int | None = None
    sequence: int | None = None
    party: str | None = None
    performer: str | None = None
    team: str | None = None
    receiver: str | None = None
    roles: tuple[str, ...] = ()
    deliverable: str | None = None
    request: str | None = None
    outcome: str | None = None
    is_void: bool = False


class Member(NamedTuple):
    """To which party a performer or a team belonged; ``until`` is the first date after it."""

    member: str
    since: date
    until: date
    party: str


@dataclass(frozen=True)
class Process:
    """The rules of one process."""

    name: str
    object_type: str = ""
    zone: str = "UTC"
    activities: Mapping[str, str] = field(default_factory=dict)
    """By event type."""
    ranks: Mapping[str, int] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    """By activity."""
    ends: frozenset[str] = frozenset()
    concurrent: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Rules:
    """The rules of all processes."""

    processes: Sequence[Process]
    automatic: frozenset[str] = frozenset()
    performers: Sequence[Member] = ()
    teams: Sequence[Member] = ()
    subjects: Mapping[str, str] = field(default_factory=dict)
    """By event type; types that are not here are about the case itself."""
    max_events: int = 10_000


class Case(NamedTuple):
    """One case. Instants and durations are whole microseconds."""

    object: str
    process: str
    started_us: int
    ended_us: int | None
    closed_us: int | None
    processing_us: int
    events: int
    unassigned: int
    handovers: int
    parties: int
    revisits: int
    revisits_direct: int
    pingpongs: int
    pingpongs_direct: int
    repeats: int
    trace: tuple[tuple[str, int], ...]
    """(activity, completion) of each completed instance, in order of completion."""

    @property
    def variant(self) -> tuple[str, ...]:
        """The activities in order of completion."""
        return tuple(activity for activity, _ in self.trace)

    @property
    def cycle_us(self) -> int | None:
        """From the first start to the last completion."""
        return None if self.ended_us is None else self.ended_us - self.started_us


class Handover(NamedTuple):
    """Work that passed from one party to another."""

    object: str
    process: str
    to_key: int
    from_key: int
    supplier: str
    customer: str
    from_activity: str
    to_activity: str
    delivered_us: int
    picked_up_us: int
    delivered_on: date
    picked_up_on: date
    previous_on: date | None
    wait_us: int
    case_wait_us: int
    """Of it, in what moments the case waited for this one."""
    pickup_basis: str


class Pending(NamedTuple):
    """Work that a party was named to take up."""

    object: str
    process: str
    from_key: int
    supplier: str | None
    customer: str
    activity: str
    delivered_us: int
    delivered_on: date
    settled_us: int | None


class Repeat(NamedTuple):
    """Work that was done again."""

    object: str
    process: str
    again_key: int
    activity: str
    party: str | None
    supplier: str | None
    customer: str | None
    handover_key: int | None
    since_us: int | None
    started_us: int | None
    completed_us: int
    completed_on: date
    is_pingpong: bool


class Mined(NamedTuple):
    """Everything that is known, each list sorted by its keys."""

    cases: list[Case]
    handovers: list[Handover]
    pendings: list[Pending]
    repeats: list[Repeat]
