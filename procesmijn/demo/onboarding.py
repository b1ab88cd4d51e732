"""Onboarding: a contract, payroll data, an account and a device, before the first working day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from procesmijn.demo.flow_of_steps import SteppedCase
from procesmijn.demo.staff import LOW, URGENT, Steps

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

HR: Final = "/hr/suite"
PAYROLL: Final = "/payroll"
ASSETS: Final = "/it/assets"
PROVISIONING: Final = "/it/provisioning"
PLANNING: Final = "/warehouse/planning"

SEASONAL: Final = 0.75
RETURNED: Final = 0.12
REJECTED: Final = 0.07
REFUSED: Final = 0.09
BY_SYSTEM: Final = 0.55
OUT_OF_STOCK: Final = 0.25
PAYROLL_CLOSES_ON: Final = 15
"""Day of the month from which payroll runs the salaries, and everything else waits."""


def joiner(org: Organisation) -> Steps:
    """Somebody joins without a vacancy: mostly to help out in the warehouse for a season."""
    yield from contracted(org, {}, is_seasonal=org.chance(SEASONAL))


def contracted(
    org: Organisation, hired: Mapping[str, object], *, is_seasonal: bool = False
) -> Steps:
    """From the request for a contract until somebody is registered; the rest goes on after it.

    ``hired`` names the vacancy and the candidate, where there are any. Of those who come for a
    season the warehouse keeps the data.
    """
    hr, manager = org.departments["hr"], org.departments["manager"]
    employee = org.number("E")
    about = {"contract": org.number("C"), "employee": employee, **hired}
    work = yield from manager.work(20, tray_hours=3)
    boss = work.performer
    org.done(HR, "contract.requested", {**about, "to_party": "hr"}, work)
    while True:
        work = yield from hr.work(50, tray_hours=org.habit("contracts_slip"))
        org.done(HR, "contract.issued", {**about, "to_party": "employee"}, work)
        yield org.days(0.3, 3)
        if not org.chance(RETURNED):
            break
        reason = org.rng.choice(["wrong-hours", "wrong-salary", "name-misspelt", "wrong-date"])
        returned = {"party": "employee", "to_party": "hr", "reason": reason}
        org.systems.tell(HR, "contract.returned", {**about, **returned})
    org.systems.tell(HR, "contract.signed", {**about, "party": "employee"})
    work = yield from hr.work(20, tray_hours=3)
    person = {"employee": employee}
    org.done(HR, "employee.registered", {**person, **hired, "manager": boss}, work)
    org.hires(employee)
    org.env.process(_prepared(org, employee, is_seasonal))


def _prepared(org: Organisation, employee: str, is_seasonal: bool) -> Steps:
    """What is to be ready on the first working day, and then that day, ready or not."""
    person = {"employee": employee}
    org.env.process(_seasonal_data(org, employee) if is_seasonal else _payroll_data(org, person))
    org.env.process(_account(org, person))
    org.env.process(_device(org, person))
    first_day = _first_day(org.today + timedelta(days=org.rng.randint(7, 21)))
    hours = org.departments["manager"].hours
    yield org.env.timeout(hours.opening_us(org.midnight_us(first_day)) - org.env.now)
    org.systems.tell(HR, "employee.started", {**person, "party": "employee"})


def _first_day(earliest: date) -> date:
    """Contracts begin on a Monday, or on the first of the month where that is in the same week."""
    monday = earliest + timedelta(days=-earliest.weekday() % 7)
    first = monday.replace(day=1) + timedelta(days=32)
    first = first.replace(day=1)
    return first if first - monday < timedelta(days=5) else monday


def _payroll_data(org: Organisation, person: Mapping[str, object]) -> Steps:
    hr, payroll = org.departments["hr"], org.departments["payroll"]
    work = yield from payroll.work(10, tray_hours=4, priority=_payroll_turn(org))
    org.done(PAYROLL, "payroll_data.requested", {**person, "to_party": "hr"}, work)
    while True:
        work = yield from hr.work(30, tray_hours=8)
        org.done(HR, "payroll_data.delivered", {**person, "to_party": "payroll"}, work)
        work = yield from payroll.work(45, tray_hours=3, priority=_payroll_turn(org))
        if not org.chance(REJECTED):
            break
        reason = org.rng.choice(["bank-account-missing", "tax-form-missing", "wrong-scale"])
        back = {"to_party": "hr", "reason": reason}
        org.done(PAYROLL, "payroll_data.rejected", {**person, **back}, work)
    org.done(PAYROLL, "payroll_data.accepted", person, work)


def _seasonal_data(org: Organisation, employee: str) -> Steps:
    """The same for those who help out in the warehouse, in whose planning system it is kept."""
    warehouse, payroll = org.departments["warehouse"], org.departments["payroll"]
    case = SteppedCase(org, PLANNING, "onboarding", "employee", employee)
    work = yield from payroll.work(10, tray_hours=4, priority=_payroll_turn(org))
    case.done("Seasonal data requested", work, "warehouse")
    while True:
        work = yield from warehouse.work(30, tray_hours=8)
        case.done("Seasonal data delivered", work, "payroll")
        work = yield from payroll.work(45, tray_hours=3, priority=_payroll_turn(org))
        if not org.chance(org.habit("payroll_data_wrong")):
            break
        case.done("Seasonal data rejected", work, "warehouse")
    case.done("Seasonal data accepted", work)


def _payroll_turn(org: Organisation) -> int:
    return URGENT if org.today.day < PAYROLL_CLOSES_ON else LOW


def _account(org: Organisation, person: Mapping[str, object]) -> Steps:
    hr, it = org.departments["hr"], org.departments["it"]
    kind = {"kind": "mail"}
    while True:
        work = yield from hr.work(6, tray_hours=2)
        org.done(HR, "account.requested", {**person, **kind, "to_party": "it"}, work)
        account = {**person, **kind, "account": org.number("U")}
        if org.chance(BY_SYSTEM):
            yield org.days(0.001, 0.01)
            org.systems.tell(PROVISIONING, "account.created", {**account, "party": "system"})
            return
        work = yield from it.work(15, tray_hours=4)
        if not org.chance(REFUSED):
            org.done(PROVISIONING, "account.created", account, work)
            return
        refusal = {"to_party": "hr", "reason": "name-exists"}
        org.done(PROVISIONING, "account.rejected", {**person, **kind, **refusal}, work)


def _device(org: Organisation, person: Mapping[str, object]) -> Steps:
    """HR asks IT, which may have to wait for what is not in stock, and hands it out."""
    kind = {"kind": "laptop"}
    work = yield from org.departments["hr"].work(6, tray_hours=4)
    org.done(HR, "device.requested", {**person, **kind, "to_party": "it"}, work)
    if org.chance(OUT_OF_STOCK):
        yield org.days(2, 6)
    work = yield from org.departments["it"].work(45, tray_hours=8, priority=LOW)
    device = {"device": org.number("D")}
    org.done(ASSETS, "device.handed_out", {**person, **device, **kind}, work)
