"""Service desk tickets as load: seeded, so that every run reads the same events.

A leg is what one measurement reads. Half of its cases run side by side through its first half, the
others through the second. So of a million records any 10,000 in a row are about more than 5,000
cases, also within one of eight partitions. Some events come late, after later ones of their case,
and some come twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from consumers.publish import Message
from schemas.registry import encode

EVENTS_OF_CASE: Final = 10
"""On average; a leg is cut off at its number of events, so its last cases stay open."""
LATE_SHARE: Final = 0.04
LATE_WITHIN: Final = 0.05
"""How late the latest event comes, as a share of the leg."""
DUPLICATE_SHARE: Final = 0.01
LEG: Final = timedelta(days=90)
_BEGIN: Final = datetime(2025, 1, 6, tzinfo=UTC)
_LEGS_IN_TIME: Final = 7
"""More would lie in the future, which the contract refuses: further legs are of the same time."""
_STAFF: Final = 800
_PREFIX: Final = "nl.example.servicedesk."
_SOURCE: Final = "https://servicedesk.example.nl/api/now/table/incident"

_DESK = ("opened", "assigned")
_DONE = ("resolved", "closed")
_HOLD = ("put_on_hold", "resumed")
_MOVE = ("transferred",)
_BACK = ("reopened", "assigned")
ROUTES: Final = (
    (*_DESK, *_HOLD, *_MOVE, *_HOLD, *_DONE),
    (*_DESK, *_MOVE, *_HOLD, *_MOVE, *_DONE),
    (*_DESK, *_MOVE, *_DONE[:1], *_BACK, *_HOLD, *_DONE),
    (*_DESK, *_HOLD, *_MOVE, *_HOLD, *_DONE[:1], *_BACK, *_DONE),
    (*_DESK, *_MOVE, *_MOVE, *_HOLD, *_MOVE, *_HOLD, *_DONE[:1], *_BACK, *_MOVE, *_DONE),
)
"""The ways of a ticket: 8 to 15 events, on average slightly over ten."""
_PARTIES: Final = {
    "opened": ("sales", "finance", "hr", "facilities"),
    "assigned": ("servicedesk",),
    "transferred": ("servicedesk", "it", "network"),
    "put_on_hold": ("it", "network"),
    "resumed": ("it", "network"),
    "resolved": ("it", "network", "servicedesk"),
    "reopened": ("sales", "finance", "hr", "facilities"),
    "closed": ("servicedesk",),
}
_NAMES_A_RECEIVER: Final = frozenset({"assigned", "transferred"})
_TAKES_TIME: Final = frozenset({"resolved", "closed"})


@dataclass(frozen=True, slots=True)
class Leg:
    """So many records, about cases that no other leg has."""

    number: int
    records: int
    is_scattered: bool = False
    """Whether the events of a case go to any partition, rather than all to one."""

    @property
    def events(self) -> int:
        """Different events among the records."""
        return round(self.records / (1 + DUPLICATE_SHARE))

    def messages(self, share: int = 0, shares: int = 1) -> Iterator[Message]:
        """The records of every ``shares``-th case, in the order in which they arrive."""
        random = np.random.default_rng([20_26, self.number])
        cases = self.events // EVENTS_OF_CASE + 1
        route = random.integers(len(ROUTES), size=cases)
        length = np.array([len(steps) for steps in ROUTES])[route]
        case = np.repeat(np.arange(cases), length)
        step = np.arange(len(case)) - np.repeat(np.cumsum(length) - length, length)
        half = random.integers(2, size=cases)
        moment = (half[case] + (step + random.random(len(case))) / length[case]) / 2
        arrival = moment + self._lateness(len(case), random)
        order = np.argsort(arrival, kind="stable")[: self.events]
        again = random.choice(self.events, size=self.records - self.events)
        order = order[np.sort(np.concatenate([np.arange(self.events), again]))]
        dice = random.integers(1 << 30, size=len(case))
        for at in order[case[order] % shares == share].tolist():
            yield self._message(
                int(case[at]), int(step[at]), ROUTES[route[case[at]]], moment[at], int(dice[at])
            )

    @staticmethod
    def _lateness(events: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
        is_late = random.random(events) < LATE_SHARE
        return np.where(is_late, LATE_WITHIN * random.random(events), 0.0)

    def _message(
        self, case: int, step: int, route: tuple[str, ...], moment: float, dice: int
    ) -> Message:
        what = route[step]
        at = _BEGIN + LEG * (self.number % _LEGS_IN_TIME + moment)
        ticket = f"INC{self.number:03d}{case:07d}"
        parties = _PARTIES[what]
        data: dict[str, object] = {
            "ticket": ticket,
            "party": parties[dice % len(parties)],
            "team": f"{parties[dice % len(parties)]}-team-{dice % 3 + 1}",
            "performer": f"medewerker.{dice % _STAFF:04d}@example.nl",
            "sequence": step,
        }
        if what in _NAMES_A_RECEIVER:
            data["to_party"] = ("it", "network")[dice >> 8 & 1]
        if what in _TAKES_TIME:
            data["started_at"] = (at - timedelta(minutes=dice % 240)).isoformat()
        if what == "opened":
            data |= {"category": "incident", "priority": f"P{dice % 4 + 1}"}
        event_id = f"{ticket}-{step:02d}-{dice:032x}"
        headers, value = encode(f"{_PREFIX}ticket.{what}", _SOURCE, event_id, at, data)
        key = event_id if self.is_scattered else ticket
        return Message(value, key.encode(), headers)


def now_message(number: int, at: datetime) -> Message:
    """An event that happens now: the opening of ticket ``number // 2``, or its assignment."""
    ticket, step = f"NOW{number // 2:08d}", number % 2
    what = _DESK[step]
    data = {"ticket": ticket, "party": ("sales", "servicedesk")[step], "to_party": "it"}
    headers, value = encode(f"{_PREFIX}ticket.{what}", _SOURCE, f"{ticket}-{step}", at, data)
    return Message(value, ticket.encode(), headers)
