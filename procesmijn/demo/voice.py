"""The voice of the customer: ratings that some give, complaints, and talks between departments.

What is asked once a month, whether customers would recommend a supplier, is drawn and told apart
from all else: it happens beside the work, and changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from procesmijn.demo.staff import Steps, together
from procesmijn.demo.systems import HOUR_US, SECOND_US

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

SURVEY: Final = "/survey"
PULSE: Final = "/pulse"
DESK: Final = "/it/service-desk"
AGENDA: Final = "/calendar"

ANSWERED: Final = 0.45
LAPSES_AFTER: Final = timedelta(days=14)
LOWEST: Final = 1
HIGHEST: Final = 10
SCORE: Final = 7.4
SPREAD: Final = 1.2
LEFT_OUT: Final = 0.15
"""Share of the months in which suppliers do not speak with their customers."""

TALKS: Final[Mapping[str, tuple[str, ...]]] = {
    "hr": ("manager", "payroll"),
    "it": ("sales", "warehouse", "production"),
    "payroll": ("hr", "manager"),
    "facilities": ("sales", "production"),
    "purchasing": ("production", "warehouse"),
    "customer_service": ("sales", "warehouse"),
}
"""Who speaks with which of its customers once a month."""

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    **TALKS,
    "servicedesk": ("sales", "warehouse", "production", "finance"),
}
"""Of whom customers are asked once a month whether they would recommend them."""
ASKED_OF_EACH: Final = 3
RECOMMENDED: Final = 0.6
"""How much higher than its usual score a supplier is recommended, on a scale that begins at 0."""


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
    score = min(max(round(org.rng.gauss(_usual(org, supplier), SPREAD)), LOWEST), HIGHEST)
    scale = {"lowest": LOWEST, "highest": HIGHEST, "score": score}
    org.systems.tell(SURVEY, "rating.given", {**rating, **scale, "party": customer})


def _usual(org: Organisation, supplier: str) -> float:
    """What a supplier scores in the mean."""
    return org.habit("service_rated_lower") if supplier == "servicedesk" else SCORE


def pulses(org: Organisation) -> Steps:
    """Once a month some at each customer are asked whether they would recommend a supplier."""
    while True:
        first = (org.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield org.opening(org.departments["manager"], first)
        for supplier, customers in ASKED.items():
            for number in range(ASKED_OF_EACH * len(customers)):
                customer = customers[number % len(customers)]
                rating = f"PL-{org.today:%Y-%m}-{supplier}-{number}"
                org.env.process(_asked(org, rating, supplier, customer))


def _asked(org: Organisation, rating: str, supplier: str, customer: str) -> Steps:
    rng = org.pulse_rng
    question = {"rating": rating, "supplier": supplier, "question": "recommendation"}
    yield org.env.timeout(rng.randrange(1, 9) * HOUR_US)
    org.pulse.tell(PULSE, "rating.requested", {**question, "to_party": customer})
    if rng.random() >= ANSWERED:
        yield org.env.timeout(LAPSES_AFTER // timedelta(microseconds=1))
        org.pulse.tell(PULSE, "rating.lapsed", question)
        return
    answered_us = org.departments[customer].hours.after_us(
        org.env.now, rng.randrange(HOUR_US // SECOND_US, 40 * HOUR_US // SECOND_US) * SECOND_US
    )
    yield org.env.timeout(answered_us - org.env.now)
    score = min(max(round(rng.gauss(_usual(org, supplier) + RECOMMENDED, SPREAD)), 0), HIGHEST)
    scale = {"lowest": 0, "highest": HIGHEST, "score": score}
    org.pulse.tell(PULSE, "rating.given", {**question, **scale, "party": customer})


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
            is_ceasing = supplier == "purchasing"
            if not org.chance(org.habit("talks_cease") if is_ceasing else LEFT_OUT):
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
