"""Onboarding: contract, payroll data, account and device until the first working day.

Its customers are payroll, which needs correct data, and the new employee, who needs a correct
contract and a place to work.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from schemas.base import About, Code, EventData, HandsOver, Ids, Name, OnRequest, Person


class EmployeeEvent(EventData):
    """What happens to somebody who joins."""

    employee: Annotated[Ids, About("employee")]
    """The employee, by the number that payroll knows: a person."""


class ContractEvent(OnRequest):
    """What happens to a contract: it, or whom or what it is for, is named."""

    contract: Annotated[Ids | None, About("contract")] = None
    """The contract, by its number."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whom it is for: a person."""
    candidate: Annotated[Ids | None, About("candidate")] = None
    """Whom it is for, as recruitment knew the same person."""
    vacancy: Annotated[Ids | None, About("vacancy")] = None
    """The vacancy that it fills."""


class AccountEvent(OnRequest):
    """What happens to an account: before it exists, its employee or ticket is named."""

    account: Annotated[Ids | None, About("account")] = None
    """The account, by its id."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whom it is for: a person."""
    ticket: Annotated[Ids | None, About("ticket")] = None
    """The ticket by which it is handled."""
    kind: Code | None = None
    """Which kind of account, as a code of the source."""


class DeviceEvent(OnRequest):
    """What happens to a device: before it is chosen, its employee or ticket is named."""

    device: Annotated[Ids | None, About("device")] = None
    """The device, by its asset number."""
    employee: Annotated[Ids | None, About("employee")] = None
    """Whom it is for: a person."""
    ticket: Annotated[Ids | None, About("ticket")] = None
    """The ticket by which it is handled."""
    kind: Code | None = None
    """Which kind of device, as a code of the source."""


class PayrollDataEvent(EmployeeEvent, OnRequest):
    """What happens to the data that the first salary needs."""


class ContractRequested(ContractEvent, HandsOver):
    """The manager, or recruitment, emits it when a contract is asked for."""

    event_type = "contract.requested"
    example: ClassVar = {
        "contract": "C-2026-0817",
        "employee": "E0001234",
        "vacancy": "V-2026-0042",
        "party": "manager",
        "to_party": "hr",
    }


class ContractIssued(ContractEvent, HandsOver):
    """HR emits it when the contract has been sent to the new employee to be signed."""

    event_type = "contract.issued"
    example: ClassVar = {
        "contract": "C-2026-0817",
        "employee": "E0001234",
        "vacancy": "V-2026-0042",
        "party": "hr",
        "performer": "m.dejong",
    }


class ContractReturned(ContractEvent, HandsOver):
    """The new employee, or the manager, emits it when the contract goes back for correction."""

    event_type = "contract.returned"
    example: ClassVar = {
        "contract": "C-2026-0817",
        "employee": "E0001234",
        "party": "employee",
        "to_party": "hr",
        "reason": "wrong-hours",
    }

    reason: Code | None = None
    """What has to be corrected, as a code of the source."""


class ContractSigned(ContractEvent):
    """HR emits it when both have signed."""

    event_type = "contract.signed"
    example: ClassVar = {"contract": "C-2026-0817", "employee": "E0001234", "party": "employee"}


class EmployeeRegistered(EmployeeEvent):
    """HR emits it when the new employee is entered into the personnel administration."""

    event_type = "employee.registered"
    example: ClassVar = {"employee": "E0001234", "candidate": "K-20981", "party": "hr"}

    candidate: Annotated[Ids | None, About("candidate")] = None
    """The same person as recruitment knew them."""
    vacancy: Annotated[Ids | None, About("vacancy")] = None
    """The vacancy that this person fills."""
    manager: Annotated[Name | None, Person()] = None
    """The manager of the new employee: a person."""


class PayrollDataRequested(PayrollDataEvent, HandsOver):
    """Payroll emits it when it asks HR for the data that the first salary needs."""

    event_type = "payroll_data.requested"
    example: ClassVar = {"employee": "E0001234", "party": "payroll", "to_party": "hr"}


class PayrollDataDelivered(PayrollDataEvent, HandsOver):
    """HR emits it when it has handed those data to payroll."""

    event_type = "payroll_data.delivered"
    example: ClassVar = {"employee": "E0001234", "party": "hr", "to_party": "payroll"}


class PayrollDataRejected(PayrollDataEvent, HandsOver):
    """Payroll emits it when the data are wrong or incomplete, and go back."""

    event_type = "payroll_data.rejected"
    example: ClassVar = {
        "employee": "E0001234",
        "party": "payroll",
        "to_party": "hr",
        "reason": "bank-account-missing",
    }

    reason: Code | None = None
    """What is wrong, as a code of the source."""


class PayrollDataAccepted(PayrollDataEvent):
    """Payroll emits it when the data are right."""

    event_type = "payroll_data.accepted"
    example: ClassVar = {"employee": "E0001234", "party": "payroll"}


class AccountRequested(AccountEvent, HandsOver):
    """HR or the manager emits it when an account is asked for."""

    event_type = "account.requested"
    example: ClassVar = {"employee": "E0001234", "party": "hr", "to_party": "it", "kind": "mail"}


class AccountCreated(AccountEvent):
    """IT, or its provisioning system, emits it when the account works."""

    event_type = "account.created"
    example: ClassVar = {
        "account": "u-77120",
        "employee": "E0001234",
        "party": "it",
        "kind": "mail",
    }


class AccountRejected(AccountEvent, HandsOver):
    """IT emits it when the account cannot be made as it was asked for."""

    event_type = "account.rejected"
    example: ClassVar = {
        "employee": "E0001234",
        "party": "it",
        "to_party": "hr",
        "kind": "mail",
        "reason": "name-exists",
    }

    reason: Code | None = None
    """Why, as a code of the source."""


class DeviceRequested(DeviceEvent, HandsOver):
    """HR or the manager emits it when a device is asked for."""

    event_type = "device.requested"
    example: ClassVar = {
        "employee": "E0001234",
        "party": "hr",
        "to_party": "purchasing",
        "kind": "laptop",
    }


class DeviceHandedOut(DeviceEvent):
    """IT emits it when the employee has the device in hand."""

    event_type = "device.handed_out"
    example: ClassVar = {
        "device": "LT-5541",
        "employee": "E0001234",
        "party": "it",
        "kind": "laptop",
    }


class EmployeeStarted(EmployeeEvent):
    """HR, or the manager, emits it on the first working day."""

    event_type = "employee.started"
    example: ClassVar = {"employee": "E0001234", "party": "employee"}


TYPES: Final = (
    ContractRequested,
    ContractIssued,
    ContractReturned,
    ContractSigned,
    EmployeeRegistered,
    PayrollDataRequested,
    PayrollDataDelivered,
    PayrollDataRejected,
    PayrollDataAccepted,
    AccountRequested,
    AccountCreated,
    AccountRejected,
    DeviceRequested,
    DeviceHandedOut,
    EmployeeStarted,
)
