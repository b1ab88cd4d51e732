"""Purchasing: from what a department needs to the invoice that is paid."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final

import simpy

from procesmijn.demo.staff import Steps

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

ERP: Final = "/finance/erp"

REQUESTERS: Final[Mapping[str, int]] = {
    "production": 30,
    "warehouse": 20,
    "sales": 12,
    "product_development": 12,
    "marketing": 10,
    "it": 9,
    "facilities": 7,
}
CATEGORIES: Final = ("packaging", "spare-parts", "office", "services", "tools", "it-equipment")

FRIDAY: Final = 4
REJECTED: Final = 0.08
NEVER_COMES: Final = 0.02
CANCELLED_AFTER: Final = 45
"""Days after which an order of which nothing was heard is taken off the books."""
BLOCKED: Final = 0.12


def purchase(org: Organisation) -> Steps:
    """One purchase, from the requisition on; goods and invoice come each by their own way."""
    finance, purchasing = org.departments["finance"], org.departments["purchasing"]
    requester = org.departments[org.rng.choices([*REQUESTERS], [*REQUESTERS.values()])[0]]
    about = {"purchase": org.number("P")}
    asked = {**about, "requisition": org.number("RQ"), "category": org.rng.choice(CATEGORIES)}
    work = yield from requester.work(12)
    org.done(ERP, "requisition.submitted", {**asked, "to_party": "finance"}, work)
    yield from finance.wait(3)
    if org.chance(org.habit("approval_on_fridays")):
        yield org.weekday(finance, FRIDAY)
    work = yield from finance.work(8)
    if org.chance(REJECTED):
        no = {"to_party": requester.party, "reason": org.rng.choice(["over-budget", "in-stock"])}
        org.done(ERP, "requisition.rejected", {**about, **no}, work)
        return
    org.done(ERP, "requisition.approved", {**about, "to_party": "purchasing"}, work)
    work = yield from purchasing.work(30, tray_hours=org.habit("orders_improve"))
    about = {**about, "order": org.number("PO")}
    org.done(ERP, "order.placed", about, work)
    if org.chance(NEVER_COMES):
        gone = {**about, "reason": "never-came"}
        org.closes_after(CANCELLED_AFTER, ERP, "order.cancelled", gone)
        return
    goods = org.env.process(_goods(org, about, requester.party))
    invoice = org.env.process(_invoice(org, about))
    yield goods & invoice
    work = yield from finance.work(5, tray_hours=20)
    org.done(ERP, "invoice.paid", {**about, "invoice": invoice.value}, work)


def _goods(org: Organisation, about: Mapping[str, object], requester: str) -> Steps:
    yield org.days(2, 15)
    work = yield from org.departments["warehouse"].work(12, tray_hours=2)
    to = {} if requester == "warehouse" else {"to_party": requester}
    org.done(ERP, "goods.received", {**about, **to}, work)


def _invoice(org: Organisation, about: Mapping[str, object]) -> Generator[simpy.Event, Any, str]:
    finance = org.departments["finance"]
    invoice = org.number("INV")
    about = {**about, "invoice": invoice}
    yield org.days(1, 20)
    work = yield from finance.work(4, tray_hours=3)
    org.done(ERP, "invoice.received", about, work)
    if org.chance(BLOCKED):
        reason = org.rng.choice(["price-differs", "no-receipt", "wrong-quantity"])
        work = yield from finance.work(6, tray_hours=2)
        blocked = {"to_party": "purchasing", "reason": reason}
        org.done(ERP, "invoice.blocked", {**about, **blocked}, work)
        work = yield from org.departments["purchasing"].work(25, tray_hours=9)
        org.done(ERP, "invoice.released", {**about, "to_party": "finance"}, work)
    return invoice
