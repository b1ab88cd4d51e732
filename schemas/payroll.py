"""Payroll: a run from its start to the money in the bank. Its customers are all who are paid."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, EventData, HandsOver, Ids, Name


class PayrollRunEvent(EventData):
    """What happens to a payroll run."""

    payroll_run: Annotated[Ids, About("payroll_run")]
    """The run, by its number."""
    period: Code | None = None
    """What is paid for, as a code of the source: a month, four weeks."""


class PayrollRunStarted(PayrollRunEvent):
    """Payroll emits it when it begins to compute the salaries of a period."""

    event_type = "payroll_run.started"
    example: ClassVar = {"payroll_run": "PR-2026-11", "party": "payroll", "period": "2026-11"}


class PayrollRunApproved(PayrollRunEvent, HandsOver):
    """Finance emits it when the run may be paid."""

    event_type = "payroll_run.approved"
    example: ClassVar = {"payroll_run": "PR-2026-11", "party": "finance", "to_party": "payroll"}


class PayrollRunPaid(PayrollRunEvent):
    """Payroll emits it when the bank has the payments."""

    event_type = "payroll_run.paid"
    example: ClassVar = {"payroll_run": "PR-2026-11", "party": "payroll"}


class PayslipCorrected(EventData):
    """Payroll emits it when a payslip was wrong, and is right now."""

    event_type = "payslip.corrected"
    example: ClassVar = {
        "payslip": "PS-2026-11-0871",
        "payroll_run": "PR-2026-11",
        "employee": "E0000871",
        "party": "payroll",
        "caused_by": "hr",
        "reason": "wrong-hours",
    }

    payslip: Annotated[Ids | None, About("payslip")] = None
    """The payslip, by its number."""
    payroll_run: Annotated[Ids | None, About("payroll_run")] = None
    """The run in which it was wrong."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whose payslip it is: a person."""
    caused_by: Name | None = None
    """The party whose data were wrong, where that is known."""
    reason: Code | None = None
    """What was wrong, as a code of the source."""


TYPES: Final = (PayrollRunStarted, PayrollRunApproved, PayrollRunPaid, PayslipCorrected)
