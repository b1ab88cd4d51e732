"""Offboarding: somebody leaves; access ends, the laptop comes back, the last salary is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from procesmijn.demo.staff import Steps

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

HR: Final = "/hr/suite"
ASSETS: Final = "/it/assets"
PROVISIONING: Final = "/it/provisioning"
PAYROLL: Final = "/payroll"

BY_SYSTEM: Final = 0.6
KEEPS_NO_DEVICE: Final = 0.3
SETTLEMENT: Final = "Final settlement"
"""By its name in the catalogue."""


def leaver(org: Organisation) -> Steps:
    """One employee, from the notice to the final settlement."""
    staff, hr, it = (org.departments[each] for each in ("staff", "hr", "it"))
    person = {"employee": org.leaves()}
    kind = org.rng.choices(["resignation", "end-of-contract", "retirement"], [60, 30, 10])[0]
    yield from staff.wait(1)
    notice = {**person, "party": "staff", "kind": kind, "to_party": "hr"}
    org.systems.tell(HR, "notice.received", notice)
    last_day = org.today + timedelta(days=org.rng.randint(20, 60))
    yield org.opening(it, last_day)
    if org.chance(BY_SYSTEM):
        org.systems.tell(PROVISIONING, "access.withdrawn", {**person, "party": "system"})
    else:
        work = yield from it.work(12, tray_hours=4)
        org.done(PROVISIONING, "access.withdrawn", person, work)
    if not org.chance(KEEPS_NO_DEVICE):
        yield from staff.wait(4)
        device = {"party": "staff", "kind": "laptop", "condition": "reusable"}
        org.systems.tell(ASSETS, "device.returned", {**person, **device})
    work = yield from hr.work(20, tray_hours=6)
    asked = {**person, "deliverable": SETTLEMENT, "to_party": "payroll"}
    org.done(HR, "deliverable.requested", asked, work)
    work = yield from org.departments["payroll"].work(40, tray_hours=16)
    org.done(PAYROLL, "final_settlement.paid", person, work)
