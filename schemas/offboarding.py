"""Offboarding: from somebody's notice until nothing is open between the two.

Its customers are the manager, IT and payroll, who need to know in time, and the one who leaves.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, HandsOver, Ids, OnRequest
from schemas.onboarding import EmployeeEvent


class NoticeReceived(EmployeeEvent, HandsOver):
    """HR emits it when it knows that somebody will leave."""

    event_type = "notice.received"
    example: ClassVar = {
        "employee": "E0000412",
        "party": "staff",
        "to_party": "hr",
        "kind": "resignation",
    }

    kind: Code | None = None
    """Who ends it and why, as a code of the source: resignation, dismissal, retirement, ..."""


class AccessWithdrawn(OnRequest):
    """IT, or its provisioning system, emits it when an account no longer lets anybody in."""

    event_type = "access.withdrawn"
    example: ClassVar = {"employee": "E0000412", "account": "u-40877", "party": "it"}

    employee: Annotated[Ids | None, About("employee")] = None
    """Whose access it was: a person."""
    account: Annotated[Ids | None, About("account")] = None
    """The account, by its id."""
    ticket: Annotated[Ids | None, About("ticket")] = None
    """The ticket by which it is handled."""
    kind: Code | None = None
    """Which kind of access, as a code of the source."""


class DeviceReturned(OnRequest):
    """IT emits it when it has the device back."""

    event_type = "device.returned"
    example: ClassVar = {
        "device": "LT-2207",
        "employee": "E0000412",
        "party": "staff",
        "condition": "reusable",
    }

    device: Annotated[Ids | None, About("device")] = None
    """The device, by its asset number."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Who had it: a person."""
    ticket: Annotated[Ids | None, About("ticket")] = None
    """The ticket by which it is handled."""
    kind: Code | None = None
    """Which kind of device, as a code of the source."""
    condition: Code | None = None
    """In which state it is, as a code of the source."""


class FinalSettlementPaid(EmployeeEvent):
    """Payroll emits it when the last salary and all that was still open are paid."""

    event_type = "final_settlement.paid"
    example: ClassVar = {"employee": "E0000412", "payroll_run": "PR-2026-12", "party": "payroll"}

    payroll_run: Annotated[Ids | None, About("payroll_run")] = None
    """The run by which it was paid."""


TYPES: Final = (NoticeReceived, AccessWithdrawn, DeviceReturned, FinalSettlementPaid)
