"""Customer service: a question of an end customer, and everybody who has to know the answer.

Sales answers what it can, and waits for customer service for the rest; customer service waits for
the warehouse; the end customer waits for all of them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import simpy

from procesmijn.demo.flow_of_steps import SteppedCase
from procesmijn.demo.staff import Steps, Work
from procesmijn.demo.voice import rated

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

CRM: Final = "/sales/crm"
PROCESS: Final = "customer_service"

ASKED_AT_SALES: Final = 0.35
SALES_KNOWS: Final = 0.45
STOCK_MATTERS: Final = 0.4
WITHDRAWN: Final = 0.04
ASKED_AGAIN: Final = 0.1
CONFIRMED: Final = 0.7
RATED: Final = 0.08


class Way(NamedTuple):
    """Whom a question is put to, and what its steps are called."""

    party: str
    asked: str
    asked_again: str
    answered: str


AT_CUSTOMER_SERVICE: Final = Way(
    "customer_service", "Question asked", "Question asked again", "Question answered"
)
AT_SALES: Final = Way("sales", "Question put to sales", "Put to sales again", "Answered by sales")


def question(org: Organisation) -> Steps:
    """One question, until the end customer has its answer, or no longer wants it."""
    case = SteppedCase(org, CRM, PROCESS, "question", org.number("Q"))
    way = AT_SALES if org.chance(ASKED_AT_SALES) else AT_CUSTOMER_SERVICE
    case.told(way.asked, "end_customer", way.party)
    if org.chance(WITHDRAWN):
        yield org.days(0.1, 1.5)
        case.told("Question withdrawn", "end_customer")
        return
    while True:
        yield from _answered(org, case, way)
        yield org.days(0.05, 2)
        if not org.chance(ASKED_AGAIN):
            break
        case.told(way.asked_again, "end_customer", way.party)
    if org.chance(CONFIRMED):
        case.told("Answer confirmed", "end_customer")
    else:
        yield org.days(3, 7)
        case.told("Question closed", "system")
    if org.chance(RATED):
        org.env.process(rated(org, {}, "customer_service", "end_customer"))


def _answered(org: Organisation, case: SteppedCase, way: Way) -> Steps:
    sales, service = org.departments["sales"], org.departments["customer_service"]
    if way is AT_CUSTOMER_SERVICE:
        work = yield from service.work(9, tray_hours=0.7)
        work = yield from _looked_up(org, case, work)
    else:
        work = yield from sales.work(10, tray_hours=1)
        if not org.chance(SALES_KNOWS):
            case.done("Details asked", work, "customer_service")
            work = yield from service.work(12, tray_hours=1)
            work = yield from _looked_up(org, case, work)
            case.done("Details given", work, "sales")
            work = yield from sales.work(8, tray_hours=0.8)
    case.done(way.answered, work, "end_customer")


def _looked_up(
    org: Organisation, case: SteppedCase, work: Work
) -> Generator[simpy.Event, Any, Work]:
    """What customer service knows, or what the warehouse tells it; gives the last work on it."""
    if not org.chance(STOCK_MATTERS):
        return work
    case.done("Stock asked", work, "warehouse")
    tray_hours = org.habit("stock_answers_late")
    work = yield from org.departments["warehouse"].work(8, tray_hours=tray_hours)
    case.done("Stock told", work, "customer_service")
    return (yield from org.departments["customer_service"].work(6, tray_hours=0.4))
