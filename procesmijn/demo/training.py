"""Training: an employee wants one, HR finds it, and the manager sees what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from procesmijn.demo.staff import Steps, together

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

ACADEMY: Final = "/hr/academy"

REJECTED: Final = 0.14
NEVER_FOLLOWED: Final = 0.05
EVALUATED: Final = 0.9
CLOSED_AFTER: Final = {"never-followed": 14, "never-evaluated": 90}
"""Days after which nobody waits any more, by the reason that the system gives for it."""
COURSES: Final = ("negotiating", "excel", "first-aid", "forklift", "leadership", "gdpr", "english")


def training(org: Organisation) -> Steps:
    """One training, from the wish to the evaluation; some end before that."""
    staff, hr, manager = (org.departments[each] for each in ("staff", "hr", "manager"))
    number = {"training": org.number("T")}
    course = {"course": org.rng.choice(COURSES)}
    about = {**number, "employee": org.somebody()}
    work = yield from staff.work(15)
    org.done(ACADEMY, "training.requested", {**about, **course, "to_party": "hr"}, work)
    work = yield from hr.work(25, tray_hours=7)
    provider = {"provider": org.rng.choice(["academy", "trade-school", "in-house"])}
    proposal = {**number, **course, **provider, "to_party": "manager"}
    org.done(ACADEMY, "training.proposed", proposal, work)
    work = yield from manager.work(10, tray_hours=9)
    if org.chance(REJECTED):
        no = {"reason": org.rng.choice(["budget", "not-now", "not-suitable"])}
        org.done(ACADEMY, "training.rejected", {**number, **no}, work)
        return
    org.done(ACADEMY, "training.approved", {**number, "to_party": "hr"}, work)
    work = yield from hr.work(15, tray_hours=4)
    org.done(ACADEMY, "training.booked", {**number, **course}, work)
    yield org.days(7, 45)
    if org.chance(NEVER_FOLLOWED):
        _closed(org, number, "never-followed")
        return
    work = yield from staff.work(7 * 60)
    org.done(ACADEMY, "training.completed", about, work)
    if not org.chance(EVALUATED):
        _closed(org, number, "never-evaluated")
        return
    yield org.days(14, 40)
    yield from hr.wait(2)
    works = yield from together((hr, manager), 25)
    outcome = org.rng.choices(["goals-met", "partly", "not-met"], [70, 22, 8])[0]
    org.done(ACADEMY, "training.evaluated", {**number, "outcome": outcome}, works[0])


def _closed(org: Organisation, number: Mapping[str, object], reason: str) -> None:
    closed = {**number, "reason": reason}
    org.closes_after(CLOSED_AFTER[reason], ACADEMY, "training.closed", closed)
