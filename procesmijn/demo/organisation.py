"""Fifteen departments, their managers and the work that comes in: the organisation as a whole.

It is seeded: the same seed and the same beginning give the same records, byte for byte.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import simpy

from procesmijn.catalogue import Catalogue, default
from procesmijn.catalogue.calendars import OFFICE
from procesmijn.catalogue.parties import Membership
from procesmijn.core.compile import open_hours
from procesmijn.demo import (
    customer_service,
    offboarding,
    onboarding,
    payroll,
    product_information,
    purchasing,
    recruitment,
    requests,
    service,
    training,
    voice,
)
from procesmijn.demo.hours import Hours
from procesmijn.demo.schedule import HISTORY, instant_us, local, midnight
from procesmijn.demo.season import busyness
from procesmijn.demo.staff import Department, Steps, Work, made_up_people
from procesmijn.demo.stories import Habits
from procesmijn.demo.systems import HOUR_US, SECOND_US, Emission, Systems


class Staffing(NamedTuple):
    """How many people of a party do this work, and the team by which systems know them."""

    people: int
    team: str | None = None


STAFF: Final[Mapping[str, Staffing]] = {
    "hr": Staffing(7),
    "payroll": Staffing(3),
    "it": Staffing(10, "workplace"),
    "network": Staffing(6, "connectivity"),
    "servicedesk": Staffing(5, "front-desk"),
    "facilities": Staffing(8),
    "finance": Staffing(4),
    "purchasing": Staffing(7),
    "legal": Staffing(4),
    "sales": Staffing(16),
    "customer_service": Staffing(12),
    "marketing": Staffing(6),
    "product_development": Staffing(5),
    "warehouse": Staffing(8),
    "production": Staffing(10),
    "manager": Staffing(14),
    "staff": Staffing(40),
}
"""Of some 1,200 people those whose work leaves events."""


class Flow(NamedTuple):
    """A kind of work that keeps coming in."""

    per_day: float
    backlog: int
    """How many wait at the door when the simulation begins."""
    party: str
    """In whose hours it comes in."""
    begin: Callable[[Organisation], Steps]


FLOWS: Final = (
    Flow(48, 30, "servicedesk", service.ticket),
    Flow(22, 20, "customer_service", customer_service.question),
    Flow(9, 30, "production", purchasing.purchase),
    Flow(9, 15, "sales", requests.request),
    Flow(2.2, 12, "marketing", product_information.product),
    Flow(2.0, 15, "staff", training.training),
    Flow(1.2, 5, "manager", onboarding.joiner),
    Flow(1.0, 12, "manager", recruitment.vacancy),
    Flow(1.6, 6, "staff", offboarding.leaver),
)
ROUTINES: Final = (payroll.runs, voice.talks, voice.pulses)
"""What begins by the calendar."""

EMPLOYED: Final = 1_200
"""How many there are when the simulation begins."""


class Organisation:
    """People, systems, and everything that goes on between them, from ``begin`` on."""

    def __init__(
        self,
        seed: int,
        begin: datetime,
        history: timedelta = HISTORY,
        *,
        with_stories: bool = True,
        volume: float = 1.0,
    ) -> None:
        """Stories are told over a ``history`` of that length; ``volume`` is how much comes in."""
        self.rng = random.Random(seed)
        self.env = simpy.Environment(instant_us(begin))
        self._habits = Habits(begin, history, is_told=with_stories)
        self._volume = volume
        self.systems = Systems(self.env, self.rng)
        self.pulse_rng = random.Random(f"{seed}/pulse")
        self.pulse = Systems(self.env, self.pulse_rng)
        self._closings = Systems(self.env, random.Random(f"{seed}/closings"))
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
        self._employed = [f"E-{begin.year - 1}-{number:05d}" for number in range(1, EMPLOYED + 1)]
        for routine in ROUTINES:
            self.env.process(routine(self))
        for flow in FLOWS:
            self.env.process(self._arrivals(flow))

    def until(self, at_us: int) -> Iterator[Emission]:
        """Let the organisation work until an instant, and give what its systems send meanwhile.

        In the order in which they send it. May be called again with a later instant, to go on.
        """
        while self.env.peek() <= at_us:
            self.env.step()
            yield from self.systems.sent()
            yield from self.pulse.sent()
            yield from self._closings.sent()

    def number(self, prefix: str) -> str:
        """Next number of a kind of thing: ``V-2026-00042``."""
        self._numbers[prefix] += 1
        return f"{prefix}-{self.today.year}-{self._numbers[prefix]:05d}"

    @property
    def today(self) -> date:
        """Local date of the simulated instant."""
        return local(datetime.fromtimestamp(self.env.now // SECOND_US, UTC)).date()

    def habit(self, story: str) -> float:
        """How something is done at present, as the stories have it."""
        return self._habits.at(story, self.env.now)

    def somebody(self) -> str:
        """The number of somebody who is employed."""
        return self.rng.choice(self._employed)

    def hires(self, employee: str) -> None:
        """From now on somebody is employed."""
        self._employed.append(employee)

    def leaves(self) -> str:
        """Somebody who is employed no longer is."""
        return self._employed.pop(self.rng.randrange(len(self._employed)))

    def opening(self, department: Department, day: date) -> simpy.Event:
        """Wait until a department opens on a day, or on the first after it; not into the past."""
        opening_us = department.hours.opening_us(self.midnight_us(day))
        return self.env.timeout(max(opening_us - self.env.now, 0))

    def weekday(self, department: Department, weekday: int) -> simpy.Event:
        """Wait until such a day of the week, from Monday = 0 on; not at all if it is one."""
        days = (weekday - self.today.weekday()) % 7
        return self.opening(department, self.today + timedelta(days=days))

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

    def closes_after(
        self, days: int, source: str, event_type: str, data: Mapping[str, object]
    ) -> None:
        """Let a system close by itself, after so many days, what nobody will go on with."""
        self.env.process(self._closed(days, source, event_type, data))

    def chance(self, share: float) -> bool:
        """Whether something happens that does so in that share of cases."""
        return self.rng.random() < share

    def days(self, least: float, most: float) -> simpy.Event:
        """Let some days pass, around the clock."""
        return self.env.timeout(round(self.rng.uniform(least, most) * 24 * 3600) * SECOND_US)

    def _closed(self, days: int, source: str, event_type: str, data: Mapping[str, object]) -> Steps:
        yield self.env.timeout(days * 24 * HOUR_US)
        self._closings.tell(f"{source}/closing", event_type, {**data, "party": "system"})

    def _arrivals(self, flow: Flow) -> Steps:
        hours = self.departments[flow.party].hours
        for _ in range(round(flow.backlog * self._volume)):
            self.env.process(flow.begin(self))
        day_us = 8 * HOUR_US
        while True:
            per_day = flow.per_day * self._volume * busyness(self.today)
            pass_us = round(self.rng.expovariate(per_day) * day_us / SECOND_US) * SECOND_US
            yield self.env.timeout(hours.after_us(self.env.now, pass_us) - self.env.now)
            self.env.process(flow.begin(self))


TIGHTENED: Final = "order placed"
"""The agreement that changes in the story of the orders, then and not on the dates of the file."""


def catalogue(tightened_on: date | None = None) -> Catalogue:
    """The default catalogue as it is here, with the teams by which our systems know parties.

    The agreement of one story changes on a day of this organisation's own history, if at all.
    """
    teams = {
        staffing.team: (Membership(party=party),)
        for party, staffing in STAFF.items()
        if staffing.team is not None
    }
    shipped = default()
    before, after = shipped.agreements[TIGHTENED].versions
    versions = [before.model_copy(update={"until": tightened_on})]
    if tightened_on is not None:
        versions.append(after.model_copy(update={"since": tightened_on}))
    changed = shipped.agreements[TIGHTENED].model_copy(update={"versions": tuple(versions)})
    agreements = {**shipped.agreements, TIGHTENED: changed}
    return shipped.model_copy(update={"teams": teams, "agreements": agreements})


def office() -> Hours:
    """When most people work."""
    return Hours(open_hours(default(), OFFICE))


def desk() -> Hours:
    """When anybody works: the service desk begins first and goes home last."""
    rules = catalogue()
    return Hours(open_hours(rules, rules.calendar_of("servicedesk")))
