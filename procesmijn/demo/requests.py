"""Requests of one department to another: what has no process of its own, as rooms and advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from procesmijn.demo.staff import Department, Steps
from procesmijn.demo.voice import rated

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

PORTAL: Final = "/intranet/requests"

CANCELLED: Final = 0.05
RETURNED: Final = 0.08
NEVER_ACCEPTED: Final = 0.12
ACCEPTED_AFTER: Final = 14
"""Days after which the portal takes it that what was delivered is accepted."""
RATED: Final = 0.25
ADVICE_FOLLOWED: Final = 0.8


class Kind(NamedTuple):
    """What is asked for: of whom, by whom, and how much work it is."""

    weight: int
    supplier: str
    customers: tuple[str, ...]
    minutes: float
    tray_hours: float
    is_advice: bool = False
    can_pause: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "Workplace": Kind(40, "facilities", ("sales", "hr", "it", "marketing"), 90, 14, can_pause=True),
    "Meeting room": Kind(25, "facilities", ("sales", "manager", "hr"), 15, 4),
    "Legal advice": Kind(
        14, "legal", ("sales", "purchasing", "hr", "manager"), 120, 15, is_advice=True
    ),
    "Campaign material": Kind(12, "marketing", ("sales",), 150, 20),
    "Management report": Kind(9, "finance", ("manager", "sales"), 80, 10),
}


def request(org: Organisation) -> Steps:
    """One request, until it is delivered for good, or given up."""
    rng = org.rng
    name = rng.choices([*KINDS], [kind.weight for kind in KINDS.values()])[0]
    kind = KINDS[name]
    customer, supplier = org.departments[rng.choice(kind.customers)], org.departments[kind.supplier]
    about = {"request": org.number("R"), "deliverable": name}
    work = yield from customer.work(6)
    org.done(PORTAL, "deliverable.requested", {**about, "to_party": supplier.party}, work)
    if org.chance(CANCELLED):
        yield from customer.wait(5)
        gone = {"party": customer.party, "reason": "not-needed"}
        org.systems.tell(PORTAL, "deliverable.cancelled", {**about, **gone})
        return
    while True:
        yield from _delivered(org, about, kind, supplier, customer)
        yield from customer.wait(5)
        if not org.chance(RETURNED):
            break
        back = {"party": customer.party, "to_party": supplier.party, "reason": "not-as-asked"}
        org.systems.tell(PORTAL, "deliverable.returned", {**about, **back})
    if not org.chance(NEVER_ACCEPTED):
        accepted: dict[str, object] = {**about, "party": customer.party}
        if kind.is_advice:
            accepted["outcome"] = "followed" if org.chance(ADVICE_FOLLOWED) else "not-followed"
        org.systems.tell(PORTAL, "deliverable.accepted", accepted)
    else:
        org.closes_after(ACCEPTED_AFTER, PORTAL, "deliverable.accepted", about)
    if org.chance(RATED):
        org.env.process(rated(org, about, supplier.party, customer.party))


def _delivered(
    org: Organisation,
    about: Mapping[str, object],
    kind: Kind,
    supplier: Department,
    customer: Department,
) -> Steps:
    if kind.can_pause and org.chance(org.habit("clocks_are_paused")):
        work = yield from supplier.work(10, tray_hours=kind.tray_hours / 2)
        paused = {**about, "reason": "waiting-for-customer"}
        org.done(PORTAL, "deliverable.paused", paused, work)
        yield org.days(3, 9)
        work = yield from supplier.work(10)
        org.done(PORTAL, "deliverable.resumed", about, work)
        work = yield from supplier.work(kind.minutes, tray_hours=kind.tray_hours / 2)
    else:
        work = yield from supplier.work(kind.minutes, tray_hours=kind.tray_hours)
    org.done(PORTAL, "deliverable.delivered", {**about, "to_party": customer.party}, work)
