"""What the catalogue promises, as tables and as BI tools read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg

from procesmijn.catalogue import parse
from procesmijn.store import Store

PROMISES = """
parties:
  hr: {contact: hr@example.org}
  payroll: {parent: hr}
  manager: {}
processes:
  onboarding:
    case: employee
    activities:
      Contract requested: {events: contract.requested}
      Contract issued: {events: contract.issued}
deliverables:
  contract:
    label: {nl: Contract, en: Contract of employment}
    supplier: payroll
    role: executing
    purpose: {nl: Zekerheid., en: Certainty.}
agreements:
  contract for managers:
    deliverable: contract
    customer: manager
    process: onboarding
    requested: Contract requested
    delivered: Contract issued
    target: 90%
    versions:
      - {until: 2026-01-01, lead_time: 3 days, first_time_right: 97.5%}
      - {since: 2026-01-01, lead_time: 16 hours, return_window: 5 days}
"""


def test_every_version_of_an_agreement_is_a_row_for_whoever_reads(
    store: Store, database_url: str
) -> None:
    store.activate(parse(PROMISES))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE bi_reader")
        agreements = connection.execute("SELECT * FROM bi.dim_agreement ORDER BY version")
        shared = ("onboarding", "contract", "payroll", "manager", "internal", "executing")
        first = (None, date(2026, 1, 1), *shared, "3 days", Decimal("0.9"), Decimal("0.975"), None)
        second = (date(2026, 1, 1), None, *shared, "16 hours", Decimal("0.9"), None, "5 days")
        assert agreements.fetchall() == [
            ("contract for managers", version, *["contract for managers"] * 2, *terms)
            for version, terms in ((1, first), (2, second))
        ]
        assert connection.execute("SELECT * FROM bi.dim_deliverable").fetchall() == [
            (
                *("contract", "Contract", "Contract of employment", "payroll", "executing"),
                *("Zekerheid.", "Certainty.", "hr@example.org"),
            )
        ]
        store.activate(parse("parties: {hr: }"))
        assert connection.execute("SELECT count(*) FROM bi.dim_agreement").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM bi.dim_deliverable").fetchone() == (0,)
