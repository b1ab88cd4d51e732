"""The voice of the customer: ratings that some give, complaints, and talks between departments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from procesmijn.demo.staff import Steps, together

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

SURVEY: Final = "/survey"
DESK: Final = "/it/service-desk"
AGENDA: Final = "/calendar"

ANSWERED: Final = 0.45
LAPSES_AFTER: Final = timedelta(days=14)
LOWEST: Final = 1
HIGHEST: Final = 10
SCORE: Final = 7.4
SPREAD: Final = 1.2

TALKS: Final[Mapping[str, tuple[str, ...]]] = {
    "hr": ("manager", "payroll"),
    "it": ("sales", "warehouse", "production"),
    "payroll": ("hr", "manager"),
    "facilities": ("sales", "production"),
    "purchasing": ("production", "warehouse"),
    "customer_service": ("sales", "warehouse"),
}
"""Who speaks with which of its customers once a month."""


def rated(org: Organisation, about: Mapping[str, object], supplier: str, customer: str) -> Steps:
    """A question to a customer, and with some luck an answer."""
    rating = {"rating": org.number("RT"), **about, "supplier": supplier}
    yield org.days(0.1, 1)
    org.systems.tell(SURVEY, "rating.requested", {**rating, "to_party": customer})
    if not org.chance(ANSWERED):
        yield org.env.timeout(LAPSES_AFTER // timedelta(microseconds=1))
        org.systems.tell(SURVEY, "rating.lapsed", rating)
        return
    if customer in org.departments:
        yield from org.departments[customer].wait(9)
    else:
        yield org.days(0.1, 4)
    score = min(max(round(org.rng.gauss(SCORE, SPREAD)), LOWEST), HIGHEST)
    scale = {"lowest": LOWEST, "highest": HIGHEST, "score": score}
    org.systems.tell(SURVEY, "rating.given", {**rating, **scale, "party": customer})


def complained(
    org: Organisation, about: Mapping[str, object], supplier: str, customer: str
) -> Steps:
    """A complaint, which the service desk settles with whom it is about."""
    complaint = {"complaint": org.number("CP"), **about}
    yield from org.departments[customer].wait(4)
    filed = {"party": customer, "supplier": supplier, "to_party": "servicedesk", "category": "late"}
    org.systems.tell(DESK, "complaint.filed", {**complaint, **filed})
    work = yield from org.departments["servicedesk"].work(20, tray_hours=6)
    outcome = {"outcome": org.rng.choice(["upheld", "partly", "unfounded"])}
    org.done(DESK, "complaint.settled", {**complaint, **outcome}, work)


def talks(org: Organisation) -> Steps:
    """Once a month suppliers speak with customers of their own; now and then one is left out."""
    while True:
        first = (org.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield org.opening(org.departments["manager"], first)
        for supplier in TALKS:
            if not org.chance(0.15):
                org.env.process(_talk(org, supplier))


def _talk(org: Organisation, supplier: str) -> Steps:
    yield org.days(1, 20)
    host, customers = org.departments[supplier], TALKS[supplier]
    yield from host.wait(3)
    works = yield from together((host, *(org.departments[each] for each in customers)), 60)
    conversation = {
        "conversation": f"{org.today:%Y-%m}-{supplier}",
        "supplier": supplier,
        "customers": customers,
        "kind": "monthly",
        "participants": [work.performer for work in works],
    }
    org.done(AGENDA, "conversation.held", conversation, works[0])
