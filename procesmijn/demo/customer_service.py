"""Customer service: a question of an end customer, and everybody who has to know the answer.

Sales answers what it can, and waits for customer service for the rest; customer service waits for
the warehouse; the end customer waits for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from procesmijn.demo.flow_of_steps import SteppedCase
from procesmijn.demo.staff import Steps
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


def question(org: Organisation) -> Steps:
    """One question, until the end customer has its answer, or no longer wants it."""
    case = SteppedCase(org, CRM, PROCESS, "question", org.number("Q"))
    first = "sales" if org.chance(ASKED_AT_SALES) else "customer_service"
    case.told("Question asked", "end_customer", first)
    if org.chance(WITHDRAWN):
        yield org.days(0.1, 1.5)
        case.told("Question withdrawn", "end_customer")
        return
    while True:
        yield from _answered(org, case, first)
        yield org.days(0.05, 2)
        if not org.chance(ASKED_AGAIN):
            break
        case.told("Asked again", "end_customer", first)
    if org.chance(CONFIRMED):
        case.told("Answer confirmed", "end_customer")
    else:
        yield org.days(3, 7)
        case.told("Question closed", "system")
    if org.chance(RATED):
        org.env.process(rated(org, {}, "customer_service", "end_customer"))


def _answered(org: Organisation, case: SteppedCase, first: str) -> Steps:
    sales, service = org.departments["sales"], org.departments["customer_service"]
    if first == "customer_service":
        work = yield from service.work(9, tray_hours=0.7)
        if org.chance(STOCK_MATTERS):
            case.done("Stock asked", work, "warehouse")
            yield from _stock_told(org, case)
            work = yield from service.work(6, tray_hours=0.4)
        case.done("Question answered", work, "end_customer")
        return
    work = yield from sales.work(10, tray_hours=1)
    if not org.chance(SALES_KNOWS):
        case.done("Details asked", work, "customer_service")
        work = yield from service.work(12, tray_hours=1)
        if org.chance(STOCK_MATTERS):
            case.done("Stock asked", work, "warehouse")
            yield from _stock_told(org, case)
            work = yield from service.work(6, tray_hours=0.4)
        case.done("Details given", work, "sales")
        work = yield from sales.work(8, tray_hours=0.8)
    case.done("Question answered", work, "end_customer")


def _stock_told(org: Organisation, case: SteppedCase) -> Steps:
    tray_hours = org.habit("stock_answers_late")
    work = yield from org.departments["warehouse"].work(8, tray_hours=tray_hours)
    case.done("Stock told", work, "customer_service")
