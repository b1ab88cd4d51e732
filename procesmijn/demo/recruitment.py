"""Recruitment: from the manager who needs somebody to the vacancy that is filled, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from procesmijn.demo import onboarding
from procesmijn.demo.staff import Steps, together

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

SUITE: Final = "/hr/recruitment"

WITHDRAWN_EARLY: Final = 0.05
DECLINED: Final = 0.22
MOST_OFFERS: Final = 3


def vacancy(org: Organisation) -> Steps:
    """One vacancy, from the request until somebody is registered for it."""
    hr, manager = org.departments["hr"], org.departments["manager"]
    about = {"vacancy": org.number("V")}
    work = yield from manager.work(40, tray_hours=1)
    org.done(SUITE, "vacancy.requested", {**about, "to_party": "hr"}, work)
    work = yield from hr.work(50, tray_hours=8)
    org.done(SUITE, "vacancy.opened", about, work)
    if org.chance(WITHDRAWN_EARLY):
        yield from _withdrawn(org, about, "budget")
        return
    work = yield from hr.work(40, tray_hours=4)
    channel = org.rng.choice(["careers-site", "job-board", "agency"])
    org.done(SUITE, "vacancy.published", {**about, "channel": channel}, work)

    candidates: list[str] = []
    yield from _applications(org, about, candidates)
    best = org.rng.sample(candidates, min(len(candidates), org.rng.randint(2, 5)))
    for candidate in best:
        yield from _interview(org, {**about, "candidate": candidate})
    for candidate in best[:MOST_OFFERS]:
        person = {**about, "candidate": candidate}
        work = yield from manager.work(15, tray_hours=5)
        org.done(SUITE, "candidate.selected", person, work)
        work = yield from hr.work(30, tray_hours=4)
        org.done(SUITE, "offer.made", person, work)
        yield org.days(0.5, 5)
        if org.chance(DECLINED):
            reason = org.rng.choice(["other-employer", "salary", "travel-time"])
            no = {"party": "candidate", "reason": reason}
            org.systems.tell(SUITE, "offer.declined", {**person, **no})
            continue
        org.systems.tell(SUITE, "offer.accepted", {**person, "party": "candidate"})
        yield from onboarding.contracted(org, person)
        work = yield from hr.work(10, tray_hours=3)
        org.done(SUITE, "vacancy.filled", person, work)
        return
    yield from _withdrawn(org, about, "no-candidate")


def _withdrawn(org: Organisation, about: Mapping[str, object], reason: str) -> Steps:
    work = yield from org.departments["manager"].work(15, tray_hours=10)
    org.done(SUITE, "vacancy.withdrawn", {**about, "reason": reason}, work)


def _applications(org: Organisation, about: Mapping[str, object], candidates: list[str]) -> Steps:
    """People apply at any hour; the recruitment system receives it, and nobody has done it."""
    for _ in range(org.rng.randint(4, 14)):
        yield org.days(0.05, 1.8)
        candidates.append(org.number("K"))
        application = {"application": org.number("A"), "candidate": candidates[-1]}
        org.systems.tell(
            SUITE, "application.received", {**about, **application, "party": "candidate"}
        )


def _interview(org: Organisation, person: Mapping[str, object]) -> Steps:
    """HR and the manager at one table."""
    hr, manager = org.departments["hr"], org.departments["manager"]
    yield from hr.wait(6)
    roles = ["recruiter", "manager"]
    if org.chance(org.habit("customer_left_out")):
        roles.append("customer")
    works = yield from together((hr, manager), 60)
    interviewers = [work.performer for work in works]
    said = {**person, "roles": roles, "interviewers": interviewers}
    org.done(SUITE, "interview.held", said, works[0])
