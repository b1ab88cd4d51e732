"""IT service: a ticket goes from the desk to whoever can help, and sometimes back and forth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from procesmijn.demo.staff import LOW, NORMAL, URGENT, Steps
from procesmijn.demo.voice import complained, rated

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

DESK: Final = "/it/service-desk"
PROVISIONING: Final = "/it/provisioning"

REQUESTERS: Final[Mapping[str, int]] = {
    "customer_service": 24,
    "sales": 20,
    "warehouse": 14,
    "production": 12,
    "product_development": 10,
    "finance": 8,
    "hr": 8,
    "manager": 8,
    "marketing": 7,
    "payroll": 5,
    "purchasing": 5,
    "facilities": 5,
    "legal": 2,
}
PRIORITIES: Final = {"P1": (4, URGENT), "P2": (26, NORMAL), "P3": (70, LOW)}
"""Weight of each, and the turn that it gets."""

SOLVED_AT_DESK: Final = 0.38
WRONG_PARTY: Final = 0.10
STUCK: Final = 0.14
REFUSED: Final = 0.10
REOPENED: Final = 0.08
TWICE_BY_MISTAKE: Final = 0.004
MOST_HANDS: Final = 6
RATED: Final = 0.10
COMPLAINED: Final = 0.01
PLAYERS: Final = {"it": "network", "network": "it"}
"""Teams that may pass to each other what is in between them."""
IN_BETWEEN: Final = frozenset({"software", "network"})
"""Kinds of tickets of which either may say that they are the other's."""


class Kind(NamedTuple):
    """What a ticket is about, who usually solves it, and how long that takes."""

    weight: int
    solver: str
    minutes: float


KINDS: Final[Mapping[str, Kind]] = {
    "software": Kind(34, "it", 55),
    "network": Kind(20, "network", 50),
    "access": Kind(18, "it", 15),
    "hardware": Kind(12, "it", 40),
    "printer": Kind(9, "it", 25),
    "telephony": Kind(7, "network", 30),
}


def ticket(org: Organisation) -> Steps:
    """One ticket, from the question to its closing."""
    rng = org.rng
    requester = org.departments[rng.choices([*REQUESTERS], [*REQUESTERS.values()])[0]]
    name = rng.choices([*KINDS], [kind.weight for kind in KINDS.values()])[0]
    level = rng.choices([*PRIORITIES], [weight for weight, _ in PRIORITIES.values()])[0]
    kind, priority = KINDS[name], PRIORITIES[level][1]
    yield from requester.wait(0.2)

    number = org.number("INC")
    about = {"ticket": number}
    question = {"party": requester.party, "category": name, "priority": level}
    person = rng.choice(requester.people)
    if org.chance(TWICE_BY_MISTAKE):
        org.env.process(_opened_twice(org, question))
    org.systems.tell(
        DESK,
        "ticket.opened",
        {**about, **question, "requester": person, "to_party": "servicedesk"},
    )
    has_been_assigned = False
    while True:
        desk = org.departments["servicedesk"]
        work = yield from desk.work(14, tray_hours=0.3, priority=priority)
        if org.chance(SOLVED_AT_DESK):
            org.done(DESK, "ticket.resolved", about, work)
        else:
            passed = "ticket.transferred" if has_been_assigned else "ticket.assigned"
            solver = org.departments[kind.solver]
            to = {"to_party": kind.solver, "assignee": rng.choice(solver.people)}
            org.done(DESK, passed, {**about, **to}, work)
            has_been_assigned = True
            yield from _solved(org, about, name, kind, priority)
        yield from requester.wait(5)
        if not org.chance(REOPENED):
            break
        again = {"party": requester.party, "performer": person, "to_party": "servicedesk"}
        org.systems.tell(DESK, "ticket.reopened", {**about, **again, "reason": "not-solved"})
    if org.chance(0.5):
        org.systems.tell(DESK, "ticket.closed", {**about, "party": "system"})
    else:
        work = yield from desk.work(3, tray_hours=1, priority=LOW)
        org.done(DESK, "ticket.closed", about, work)
    if org.chance(RATED):
        org.env.process(rated(org, about, "servicedesk", requester.party))
    if org.chance(COMPLAINED):
        org.env.process(complained(org, about, "it", requester.party))


def _solved(
    org: Organisation, about: Mapping[str, object], name: str, kind: Kind, priority: int
) -> Steps:
    """The second line: until the right hands have it, and have solved it."""
    party = kind.solver
    for hand in range(MOST_HANDS):
        work = yield from org.departments[party].work(
            kind.minutes, tray_hours=1.5, priority=priority
        )
        to = _better_hands(org, name, party, hand)
        if to is None:
            break
        org.done(DESK, "ticket.transferred", {**about, "to_party": to}, work)
        party = to
    if org.chance(STUCK):
        org.done(DESK, "ticket.put_on_hold", {**about, "reason": "waiting-for-vendor"}, work)
        yield org.days(0.5, 4)
        work = yield from org.departments[party].work(10, priority=priority)
        org.done(DESK, "ticket.resumed", about, work)
    if name == "access":
        yield from _access(org, about)
    elif name == "hardware":
        yield from _hardware(org, about)
    work = yield from org.departments[party].work(10, priority=priority)
    org.done(DESK, "ticket.resolved", about, work)


def _better_hands(org: Organisation, name: str, party: str, hand: int) -> str | None:
    """To whom a ticket is passed on, if it is: once to those who can help, or back and forth."""
    other = PLAYERS.get(party)
    if other and name in IN_BETWEEN and hand < MOST_HANDS - 1:
        if org.chance(org.habit("teams_play_pingpong")):
            return other
    elif hand == 0 and org.chance(WRONG_PARTY):
        return org.rng.choice([each for each in ("it", "network", "servicedesk") if each != party])
    return None


def _access(org: Organisation, about: Mapping[str, object]) -> Steps:
    """An account that somebody needs: asked for by the desk, made by IT or by its system."""
    kind = {"kind": org.rng.choice(["mail", "shared-drive", "crm", "finance"])}
    while True:
        work = yield from org.departments["servicedesk"].work(6, tray_hours=0.5)
        org.done(DESK, "account.requested", {**about, **kind, "to_party": "it"}, work)
        work = yield from org.departments["it"].work(12, tray_hours=2)
        if not org.chance(REFUSED):
            break
        refusal = {"to_party": "servicedesk", "reason": "approval-missing"}
        org.done(DESK, "account.rejected", {**about, **kind, **refusal}, work)
    account = {"account": org.number("U")}
    org.systems.tell(
        PROVISIONING, "account.created", {**about, **account, **kind, "party": "system"}
    )


def _hardware(org: Organisation, about: Mapping[str, object]) -> Steps:
    """A device that has to be bought first."""
    kind = {"kind": org.rng.choice(["laptop", "phone", "screen", "dock"])}
    work = yield from org.departments["it"].work(8)
    org.done(DESK, "device.requested", {**about, **kind, "to_party": "purchasing"}, work)
    work = yield from org.departments["purchasing"].work(35, tray_hours=5)
    device = {"device": org.number("D")}
    org.done(DESK, "device.handed_out", {**about, **device, **kind}, work)


def _opened_twice(org: Organisation, question: Mapping[str, object]) -> Steps:
    """Somebody pressed the button twice; the desk sees it, and takes the second one back."""
    number = org.number("INC")
    event_id = org.systems.tell(
        DESK, "ticket.opened", {"ticket": number, **question, "to_party": "servicedesk"}
    )
    yield from org.departments["servicedesk"].wait(1)
    org.systems.take_back(DESK, "ticket.opened", event_id, number)
