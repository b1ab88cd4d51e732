"""Payroll: once a month a run, with the payslips that were wrong, until the salaries are paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import simpy

from procesmijn.demo.staff import URGENT, Steps

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

SYSTEM: Final = "/payroll"

BEGINS_ON: Final = 11
APPROVED_FROM: Final = 17
PAID_FROM: Final = 22
"""Days of the month."""
MOST_CORRECTIONS: Final = 24


def runs(org: Organisation) -> Steps:
    """Run after run, month after month."""
    first = org.today.replace(day=BEGINS_ON)
    if first < org.today:
        first = _next_month(first)
    while True:
        yield _from(org, first)
        org.env.process(_run(org, first))
        first = _next_month(first)


def _run(org: Organisation, first: date) -> Steps:
    payroll = org.departments["payroll"]
    period = f"{first:%Y-%m}"
    about = {"payroll_run": f"PR-{period}"}
    work = yield from payroll.work(240, priority=URGENT)
    org.done(SYSTEM, "payroll_run.started", {**about, "period": period}, work)
    for _ in range(org.rng.randint(MOST_CORRECTIONS // 3, MOST_CORRECTIONS)):
        work = yield from payroll.work(15, tray_hours=0.8)
        wrong = {
            "caused_by": org.rng.choices(["hr", "warehouse", "manager"], [5, 3, 4])[0],
            "reason": org.rng.choice(["wrong-hours", "wrong-scale", "allowance-missing"]),
        }
        payslip = {"payslip": org.number("PS"), **about, "employee": org.somebody()}
        org.done(SYSTEM, "payslip.corrected", {**payslip, **wrong}, work)
    yield _from(org, first.replace(day=APPROVED_FROM))
    work = yield from org.departments["finance"].work(60, tray_hours=5, priority=URGENT)
    org.done(SYSTEM, "payroll_run.approved", {**about, "to_party": "payroll"}, work)
    yield _from(org, first.replace(day=PAID_FROM))
    work = yield from payroll.work(30, priority=URGENT)
    org.done(SYSTEM, "payroll_run.paid", about, work)


def _from(org: Organisation, day: date) -> simpy.Event:
    """Wait until the office opens on a day, or on the first after it."""
    return org.opening(org.departments["payroll"], day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=day.day)
