"""Purchasing: from a requisition to the invoice that is paid. Its customer is who asked for it.

The documents of one purchase follow each other and have numbers of their own. An event names those
that it knows; the number of the purchase, which all of them share, makes them one case.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, HandsOver, Ids, OnRequest


class PurchaseEvent(OnRequest):
    """What happens in a purchase: it, or a document of it, is named."""

    purchase: Annotated[Ids | None, About("purchase")] = None
    """The purchase, by the number that it keeps from requisition to payment."""
    requisition: Annotated[Ids | None, About("requisition")] = None
    """The requisition, by its number."""
    order: Annotated[Ids | None, About("order")] = None
    """The order at the vendor, by its number."""


class InvoiceEvent(PurchaseEvent):
    """What happens to an invoice of a vendor."""

    invoice: Annotated[Ids | None, About("invoice")] = None
    """The invoice, by its number."""


class RequisitionSubmitted(PurchaseEvent, HandsOver):
    """The department that needs something emits it when it asks for that to be bought."""

    event_type = "requisition.submitted"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "requisition": "RQ-88121",
        "party": "sales",
        "to_party": "finance",
        "category": "laptops",
    }

    category: Code | None = None
    """What kind of goods or services, as a code of the source."""


class RequisitionApproved(PurchaseEvent, HandsOver):
    """Whoever holds the budget emits it when the requisition is approved."""

    event_type = "requisition.approved"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "requisition": "RQ-88121",
        "party": "finance",
        "to_party": "purchasing",
    }


class RequisitionRejected(PurchaseEvent, HandsOver):
    """Whoever holds the budget emits it when the requisition is turned down, or goes back."""

    event_type = "requisition.rejected"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "requisition": "RQ-88121",
        "party": "finance",
        "to_party": "sales",
        "reason": "over-budget",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


class OrderPlaced(PurchaseEvent):
    """Purchasing emits it when the order is with the vendor."""

    event_type = "order.placed"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "requisition": "RQ-88121",
        "order": "PO-2026-004711",
        "party": "purchasing",
    }


class OrderCancelled(PurchaseEvent):
    """Purchasing, or its system, emits it when an order is called off, or will never come."""

    event_type = "order.cancelled"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "order": "PO-2026-004711",
        "party": "purchasing",
        "reason": "never-came",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


class GoodsReceived(PurchaseEvent, HandsOver):
    """Whoever takes them in emits it when goods have come, or a service was rendered."""

    event_type = "goods.received"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "order": "PO-2026-004711",
        "party": "facilities",
        "to_party": "sales",
    }


class InvoiceReceived(InvoiceEvent):
    """Finance emits it when the invoice of the vendor has come in."""

    event_type = "invoice.received"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "order": "PO-2026-004711",
        "invoice": "INV-55120",
        "party": "finance",
    }


class InvoiceBlocked(InvoiceEvent, HandsOver):
    """Finance emits it when the invoice cannot be paid as it is."""

    event_type = "invoice.blocked"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "invoice": "INV-55120",
        "party": "finance",
        "to_party": "purchasing",
        "reason": "price-differs",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


class InvoiceReleased(InvoiceEvent, HandsOver):
    """Purchasing, or whoever mended it, emits it when a blocked invoice may be paid."""

    event_type = "invoice.released"
    example: ClassVar = {
        "purchase": "P-2026-1904",
        "invoice": "INV-55120",
        "party": "purchasing",
        "to_party": "finance",
    }


class InvoicePaid(InvoiceEvent):
    """Finance emits it when the bank has the payment."""

    event_type = "invoice.paid"
    example: ClassVar = {"purchase": "P-2026-1904", "invoice": "INV-55120", "party": "finance"}


TYPES: Final = (
    RequisitionSubmitted,
    RequisitionApproved,
    RequisitionRejected,
    OrderPlaced,
    OrderCancelled,
    GoodsReceived,
    InvoiceReceived,
    InvoiceBlocked,
    InvoiceReleased,
    InvoicePaid,
)
