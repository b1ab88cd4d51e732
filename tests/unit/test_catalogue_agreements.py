"""What an agreement promises on a date, and what says that a delivery was asked for or has come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from procesmijn.catalogue import Catalogue, parse
from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.coverage import Covered, Delivered, covered, delivered
from procesmijn.catalogue.lead_times import HOUR_US, LeadTime, Unit, read_lead_time

TEXT = """
parties:
  hr: {contact: hr@example.org}
  payroll: {parent: hr}
  manager: {}
  staff: {}
processes:
  onboarding:
    case: employee
    activities:
      Contract requested: {events: contract.requested}
      Contract issued: {events: contract.issued}
      Checked: {}
  services:
    case: request
    activities:
      Asked: {events: deliverable.requested}
      Delivered: {events: deliverable.delivered}
      Back: {events: deliverable.returned}
deliverables:
  contract: {supplier: hr, customers: staff}
  payslip: {supplier: payroll, purpose: {nl: Weten wat er komt., en: Know what comes.}}
  advice: {supplier: hr, call: desk@example.org, role: advising}
agreements:
  contract for staff:
    deliverable: contract
    customer: staff
    process: onboarding
    requested: contract.requested
    delivered: [Checked, contract.issued]
    target: 90%
    return_window: 5 days
    versions:
      - {since: 2026-02-01, lead_time: 8 hours, target: 95%}
      - {until: 2026-01-01, lead_time: 2 days}
  payslip for managers:
    deliverable: payslip
    supplier: hr
    customer: manager
    process: services
    lead_time: before the 20th
"""
CATALOGUE = parse(TEXT)
CONTRACT, PAYSLIP = CATALOGUE.agreements.values()


def test_terms_beside_the_versions_hold_in_those_that_do_not_say_otherwise() -> None:
    early, late = CONTRACT.terms()

    assert (early.lead_time, early.target) == (LeadTime(Unit.DAYS, 2), Decimal("0.9"))
    assert (late.lead_time, late.target) == (LeadTime(Unit.HOURS, 8 * HOUR_US), Decimal("0.95"))
    assert early.return_window == late.return_window == LeadTime(Unit.DAYS, 5)


def test_a_request_is_on_the_version_of_its_date() -> None:
    early, late = CONTRACT.terms()

    assert CONTRACT.version_on(date(2025, 12, 31)) == early
    assert CONTRACT.version_on(date(2026, 1, 1)) is None
    assert CONTRACT.version_on(date(2026, 2, 1)) == late
    assert PAYSLIP.version_on(date(1999, 1, 1)) == PAYSLIP.terms()[0]


def test_an_agreement_names_activities_or_their_event_types() -> None:
    onboarding = CATALOGUE.processes["onboarding"]

    said = {moment: CONTRACT.activities(moment, onboarding) for moment in Moment}

    assert said.pop(Moment.REQUESTED) == {"Contract requested"}
    assert said.pop(Moment.DELIVERED) == {"Checked", "Contract issued"}
    assert not any(said.values())


def test_where_it_names_none_the_events_of_any_deliverable_speak() -> None:
    services = CATALOGUE.processes["services"]

    said = {moment: PAYSLIP.activities(moment, services) for moment in Moment}

    assert {moment: names for moment, names in said.items() if names} == {
        Moment.REQUESTED: {"Asked"},
        Moment.DELIVERED: {"Delivered"},
        Moment.RETURNED: {"Back"},
    }


def test_the_catalogue_knows_who_supplies_whom_and_whom_to_call() -> None:
    assert list(CATALOGUE.agreements_of("services")) == ["payslip for managers"]
    assert CATALOGUE.supplier_of("contract for staff") == "hr"
    assert CATALOGUE.supplier_of("payslip for managers") == "hr"
    assert CATALOGUE.customers_of("contract") == ("staff",)
    assert CATALOGUE.customers_of("payslip") == ("manager",)
    assert CATALOGUE.contact_for("payslip") == "hr@example.org"
    assert CATALOGUE.contact_for("advice") == "desk@example.org"


def test_it_comes_back_whole_and_has_no_trace_where_there_is_none() -> None:
    assert Catalogue.from_json(CATALOGUE.to_json()) == CATALOGUE
    assert "agreements" not in parse("parties: {hr: }").to_json()
    assert "deliverables" not in parse("parties: {hr: }").to_json()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("95%", "96%"),
        ("since: 2026-02-01", "since: 2026-02-02"),
        ("delivered: [Checked, contract.issued]", "delivered: Checked"),
        ("Know what comes.", "Know."),
        ("role: advising", "role: regulating"),
    ],
)
def test_every_change_of_what_is_promised_changes_the_digest(was: str, becomes: str) -> None:
    assert TEXT.count(was) == 1
    assert parse(TEXT.replace(was, becomes)).digest != CATALOGUE.digest


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("8 hours", "8 hours"),
        ("1.0 working hour", "1 hour"),
        ("0.50 Hours", "0.5 hours"),
        ("010 days", "10 days"),
        ("1 working days", "1 day"),
        ("before the 1", "before the 1st"),
        ("before the 22th", "before the 22nd"),
        ("Before the 13th", "before the 13th"),
    ],
)
def test_a_lead_time_is_written_back_in_one_form(written: str, canonical: str) -> None:
    promised = read_lead_time(written)

    assert str(promised) == canonical
    assert read_lead_time(canonical) == promised


def test_an_agreement_covers_deliveries_and_what_the_customer_does_about_them_also_of_parts() -> (
    None
):
    early, late = (None, date(2026, 1, 1)), (date(2026, 2, 1), None)

    there = set(covered(CATALOGUE))

    assert {each for each in there if each.process == "onboarding"} == {
        Covered("onboarding", *pair, *dates)
        for dates in (early, late)
        for pair in (
            ("hr", "staff", None),
            ("payroll", "staff", None),  # a part of hr
            ("staff", "hr", "Contract requested"),
            ("staff", "payroll", "Contract requested"),
        )
    }
    assert Covered("services", "manager", "hr", "Back", None, None) in there


def test_a_handover_tells_which_deliverable_it_is_only_where_an_activity_delivers_that_alone() -> (
    None
):
    assert delivered(CATALOGUE) == [
        Delivered("contract", "onboarding", supplier, activity)
        for supplier in ("hr", "payroll")
        for activity in ("Checked", "Contract issued")
    ]
