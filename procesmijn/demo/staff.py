"""The people of a department: a few, who work in its hours and have one thing in hand at a time."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Generator, Sequence
from math import log
from typing import Any, Final, NamedTuple, TypeAlias

import simpy

from procesmijn.demo.hours import Hours
from procesmijn.demo.systems import MINUTE_US, SECOND_US

Steps: TypeAlias = Generator[simpy.Event, Any, None]
"""What happens in one case, step by step; the simulation goes on with it when its time comes."""

URGENT: Final = 0
NORMAL: Final = 1
LOW: Final = 2

_SPREAD: Final = 0.6
"""Of the logarithm of the time that a piece of work takes."""
_COFFEE_MINUTES: Final = 12.0
"""Nobody begins at the stroke of nine."""

INITIALS: Final = "abdefghijklmnprstvwy"
SURNAMES: Final = (
    *("visser", "dejong", "smit", "bakker", "mulder", "bos", "vos", "peters", "hendriks", "dekker"),
    *("brouwer", "dewit", "dijkstra", "smits", "degraaf", "vanleeuwen", "kok", "jacobs", "devries"),
    *("vermeulen", "vandenberg", "schouten", "hoekstra", "koster", "prins", "blom", "huisman"),
    *("postma", "kuipers", "veenstra", "elamrani", "yilmaz", "nguyen", "kowalska", "santos"),
)


class Work(NamedTuple):
    """A piece of work that was done."""

    party: str
    team: str | None
    performer: str
    started_us: int

    @property
    def by(self) -> dict[str, str]:
        """Who did it, as systems say it: where they know teams, they name no party."""
        if self.team is not None:
            return {"team": self.team, "performer": self.performer}
        return {"party": self.party, "performer": self.performer}


class Department:
    """A party with people. What comes in waits in a tray, then for somebody who is free."""

    def __init__(
        self,
        env: simpy.Environment,
        rng: random.Random,
        party: str,
        people: Sequence[str],
        hours: Hours,
        team: str | None = None,
    ) -> None:
        self.party = party
        self.team = team
        self.people = tuple(people)
        self.hours = hours
        self.env = env
        self._rng = rng
        self.idle = deque(people)
        self.turns = simpy.PriorityResource(env, capacity=len(people))

    def work(
        self, minutes: float, *, tray_hours: float = 0.0, priority: int = NORMAL
    ) -> Generator[simpy.Event, Any, Work]:
        """Do a piece of work that takes about ``minutes``, and say who did it since when.

        It first lies in the tray for about ``tray_hours`` of working time.
        """
        if tray_hours:
            yield from self.wait(tray_hours)
        (work,) = yield from together((self,), minutes, priority=priority)
        return work

    def wait(self, mean_hours: float) -> Steps:
        """Let about so many working hours pass, and end in one."""
        hours = self._rng.expovariate(1 / mean_hours)
        pass_us = round(hours * 3600) * SECOND_US
        yield self.env.timeout(self.hours.after_us(self.env.now, pass_us) - self.env.now)

    def colleague_of(self, person: str) -> str | None:
        """Somebody else of the department."""
        others = [each for each in self.people if each != person]
        return self._rng.choice(others) if others else None

    def drawn_us(self, minutes: float) -> int:
        """A time with that mean: mostly less, seldom much more."""
        drawn = self._rng.lognormvariate(log(minutes) - _SPREAD**2 / 2, _SPREAD)
        return max(SECOND_US, round(drawn * MINUTE_US / SECOND_US) * SECOND_US)


def together(
    departments: Sequence[Department], minutes: float, *, priority: int = NORMAL
) -> Generator[simpy.Event, Any, list[Work]]:
    """Do something of about ``minutes`` with one of each: it begins when all of them are free.

    It is done in the hours of the first.
    """
    host = departments[0]
    env = host.env
    turns = [department.turns.request(priority) for department in departments]
    yield turns[0] if len(turns) == 1 else env.all_of(turns)
    people = [department.idle.popleft() for department in departments]
    if not host.hours.is_open(env.now):
        yield from host.wait(_COFFEE_MINUTES / 60)
    started_us = env.now
    yield env.timeout(host.hours.after_us(started_us, host.drawn_us(minutes)) - started_us)
    for department, person, turn in zip(departments, people, turns, strict=True):
        department.idle.append(person)
        department.turns.release(turn)
    return [
        Work(department.party, department.team, person, started_us)
        for department, person in zip(departments, people, strict=True)
    ]


def made_up_people(rng: random.Random, count: int) -> list[str]:
    """Names that nobody has on purpose, each once."""
    return [
        f"{INITIALS[each % len(INITIALS)]}.{SURNAMES[each // len(INITIALS)]}"
        for each in rng.sample(range(len(INITIALS) * len(SURNAMES)), count)
    ]
