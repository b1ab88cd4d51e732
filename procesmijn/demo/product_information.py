"""Product information: marketing waits for product development, and customers for both.

A product can be bought when its page is there; the page is there when its information is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from procesmijn.demo.flow_of_steps import SteppedCase
from procesmijn.demo.staff import Steps

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation

PIM: Final = "/marketing/product-information"
PROCESS: Final = "product_information"

RETURNED: Final = 0.18
CHANNELS_DAYS: Final = (0.5, 9.0)
"""Until somebody orders the product for the first time."""


def product(org: Organisation) -> Steps:
    """One product, from the wish for a page until somebody has ordered from it."""
    marketing = org.departments["marketing"]
    case = SteppedCase(org, PIM, PROCESS, "product", org.number("PI"))
    work = yield from marketing.work(20, tray_hours=2)
    case.done("Information requested", work, "product_development")
    while True:
        work = yield from org.departments["product_development"].work(70, tray_hours=11)
        case.done("Information delivered", work, "marketing")
        work = yield from marketing.work(30, tray_hours=5)
        if not org.chance(RETURNED):
            break
        case.done("Information returned", work, "product_development")
    if org.chance(org.habit("check_without_agreement")):
        case.done("Check asked", work, "legal")
        work = yield from org.departments["legal"].work(35, tray_hours=12)
        case.done("Text checked", work, "marketing")
        work = yield from marketing.work(15, tray_hours=3)
    case.done("Page published", work)
    yield org.days(*CHANNELS_DAYS)
    case.told("First order received", "end_customer")
