"""Eight departments, their managers and the work that comes in: the organisation as a whole.

It is seeded: the same seed and the same beginning give the same records, byte for byte.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

import simpy

from procesmijn.catalogue import Catalogue, default
from procesmijn.catalogue.calendars import OFFICE
from procesmijn.catalogue.parties import Membership
from procesmijn.core.compile import open_hours
from procesmijn.demo import onboarding, recruitment, service
from procesmijn.demo.hours import Hours
from procesmijn.demo.schedule import instant_us, local, midnight
from procesmijn.demo.season import busyness
from procesmijn.demo.staff import Department, Steps, Work, made_up_people
from procesmijn.demo.systems import HOUR_US, SECOND_US, Emission, Systems


class Staffing(NamedTuple):
    """How many people of a party do this work, and the team by which systems know them."""

    people: int
    team: str | None = None


STAFF: Final[Mapping[str, Staffing]] = {
    "hr": Staffing(5),
    "payroll": Staffing(2),
    "it": Staffing(8, "workplace"),
    "network": Staffing(3, "connectivity"),
    "servicedesk": Staffing(4, "front-desk"),
    "facilities": Staffing(2),
    "finance": Staffing(2),
    "purchasing": Staffing(2),
    "sales": Staffing(12),
    "manager": Staffing(8),
}


class Flow(NamedTuple):
    """A kind of work that keeps coming in."""

    per_day: float
    backlog: int
    """How many wait at the door when the simulation begins."""
    party: str
    """In whose hours it comes in."""
    begin: Callable[[Organisation], Steps]


FLOWS: Final = (
    Flow(75, 40, "servicedesk", service.ticket),
    Flow(2.5, 10, "manager", onboarding.joiner),
    Flow(2.5, 20, "manager", recruitment.vacancy),
)


class Organisation:
    """People, systems, and everything that goes on between them, from ``begin`` on."""

    def __init__(self, seed: int, begin: datetime) -> None:
        self.rng = random.Random(seed)
        self.env = simpy.Environment(instant_us(begin))
        self.systems = Systems(self.env, self.rng)
        rules = catalogue()
        names = iter(made_up_people(self.rng, sum(each.people for each in STAFF.values())))
        self.departments = {
            party: Department(
                self.env,
                self.rng,
                party,
                [next(names) for _ in range(staffing.people)],
                Hours(open_hours(rules, rules.calendar_of(party))),
                staffing.team,
            )
            for party, staffing in STAFF.items()
        }
        self._numbers: Counter[str] = Counter()
        for flow in FLOWS:
            self.env.process(self._arrivals(flow))

    def until(self, at_us: int) -> Iterator[Emission]:
        """Let the organisation work until an instant, and give what its systems send meanwhile.

        In the order in which they send it. May be called again with a later instant, to go on.
        """
        while self.env.peek() <= at_us:
            self.env.step()
            yield from self.systems.sent()

    def number(self, prefix: str) -> str:
        """Next number of a kind of thing: ``V-2026-00042``."""
        self._numbers[prefix] += 1
        return f"{prefix}-{self.today.year}-{self._numbers[prefix]:05d}"

    @property
    def today(self) -> date:
        """Local date of the simulated instant."""
        return local(datetime.fromtimestamp(self.env.now // SECOND_US, UTC)).date()

    def midnight_us(self, day: date) -> int:
        """Instant at which a local date begins."""
        return instant_us(midnight(day))

    def done(self, source: str, event_type: str, data: Mapping[str, object], work: Work) -> str:
        """Tell that a piece of work was done: by whom, and since when."""
        return self.systems.tell(
            source,
            event_type,
            {**data, **work.by},
            started_us=work.started_us,
            mistaken_for=self.departments[work.party].colleague_of(work.performer),
        )

    def chance(self, share: float) -> bool:
        """Whether something happens that does so in that share of cases."""
        return self.rng.random() < share

    def days(self, least: float, most: float) -> simpy.Event:
        """Let some days pass, around the clock."""
        return self.env.timeout(round(self.rng.uniform(least, most) * 24 * 3600) * SECOND_US)

    def _arrivals(self, flow: Flow) -> Steps:
        hours = self.departments[flow.party].hours
        for _ in range(flow.backlog):
            self.env.process(flow.begin(self))
        day_us = 8 * HOUR_US
        while True:
            mean_us = day_us / (flow.per_day * busyness(self.today))
            pass_us = round(self.rng.expovariate(1.0) * mean_us / SECOND_US) * SECOND_US
            yield self.env.timeout(hours.after_us(self.env.now, pass_us) - self.env.now)
            self.env.process(flow.begin(self))


def catalogue() -> Catalogue:
    """The default catalogue, and the teams by which this organisation's systems know parties."""
    teams = {
        staffing.team: (Membership(party=party),)
        for party, staffing in STAFF.items()
        if staffing.team is not None
    }
    return default().model_copy(update={"teams": teams})


def office() -> Hours:
    """When most people work."""
    return Hours(open_hours(default(), OFFICE))


def desk() -> Hours:
    """When anybody works: the service desk begins first and goes home last."""
    rules = catalogue()
    return Hours(open_hours(rules, rules.calendar_of("servicedesk")))
