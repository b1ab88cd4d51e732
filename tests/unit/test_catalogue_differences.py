"""An owner reads what another catalogue changes before activating it."""

from __future__ import annotations

import pytest

from procesmijn.catalogue import Catalogue, default, differences, parse

BASE = """
parties:
  hr: {label: {nl: PZ, en: HR}, members: 14}
  it: {}
performers: {a.visser: hr, m.dejong: hr}
teams:
  desk: {party: it, until: 2025-03-01}
calendars:
  shop:
    zone: Europe/Amsterdam
    hours: {monday-tuesday: 9:00-17:00}
    holidays: NL
processes:
  onboarding:
    case: employee
    activities:
      Contract issued: {events: contract.issued}
      Contract signed: {events: contract.signed}
    end: Contract signed
deliverables:
  contract: {supplier: hr, purpose: Ja}
agreements:
  hr to it:
    deliverable: contract
    customer: it
    process: onboarding
    requested: Contract issued
    delivered: Contract signed
    lead_time: 2 days
streams: [events]
"""


@pytest.mark.parametrize(
    ("was", "becomes", "lines"),
    [
        ("members: 14", "members: 15", ["party hr: members was 14, is now 15"]),
        ("en: HR", "en: H", ["party hr: label was (nl PZ, en HR), is now (nl PZ, en H)"]),
        ("  it: {}", "  it: {}\n  finance: {}", ["party finance added"]),
        (
            "events: contract.issued",
            "events: [contract.issued, contract.returned]",
            [
                "process onboarding: activity Contract issued: event type contract.returned added",
            ],
        ),
        (
            "end: Contract signed",
            "concurrent: [[Contract signed, Contract issued]]",
            [
                "process onboarding: end activity Contract signed removed",
                "process onboarding: concurrent pair Contract issued and Contract signed added",
            ],
        ),
        (
            "monday-tuesday: 9:00-17:00",
            "monday: [13:00-17:00, 9:00-12:30]",
            [
                "calendar shop: hours on monday were 09:00-17:00, are now 09:00-12:30, 13:00-17:00",
                "calendar shop: hours on tuesday were 09:00-17:00, are now nothing",
            ],
        ),
        (
            "holidays: NL",
            "holidays: {country: NL, left_out: 2026-04-03}",
            ["calendar shop: holiday left out 2026-04-03 added"],
        ),
        (
            "holidays: NL",
            "closed: [{date: 2026-04-03, known_since: 2026-01-01}]",
            [
                "calendar shop: holidays was (country NL), is now nothing",
                "calendar shop: closing day (date 2026-04-03, known_since 2026-01-01) added",
            ],
        ),
        (
            "until: 2025-03-01",
            "until: 2025-04-01",
            [
                "team desk: party (party it, until 2025-04-01) added",
                "team desk: party (party it, until 2025-03-01) removed",
            ],
        ),
        (
            "{a.visser: hr, m.dejong: hr}",
            "{a.visser: it, j.smit: hr, p.devries: hr}",
            ["performers: 2 added", "performers: 1 removed", "performers: 1 changed"],
        ),
        (
            "[events]",
            "[events, more]",
            ["stream (topic more) added"],
        ),
        (
            "[events]",
            "[{topic: events, backfill: true}]",
            ["stream (topic events, backfill True) added", "stream (topic events) removed"],
        ),
        (
            "{supplier: hr, purpose: Ja}",
            "{supplier: hr, customers: it, role: advising, purpose: {nl: Ja, en: Yes}}",
            [
                "deliverable contract: customer it added",
                "deliverable contract: role was supporting, is now advising",
                "deliverable contract: purpose was (nl Ja, en Ja), is now (nl Ja, en Yes)",
            ],
        ),
        (
            "requested: Contract issued",
            "requested: [Contract issued, Contract signed]\n    target: 90%",
            [
                "agreement hr to it: target was nothing, is now 90%",
                "agreement hr to it: sign that it is requested Contract signed added",
            ],
        ),
        (
            "lead_time: 2 days",
            "versions: [{since: 2026-01-01, lead_time: 8.0 working hours}]",
            [
                "agreement hr to it: lead_time was 2 days, is now nothing",
                "agreement hr to it: version (lead_time 8 hours, since 2026-01-01) added",
            ],
        ),
        ("streams: [events]", "streams: [events]\nsmall_group: 9", ["small_group was 5, is now 9"]),
    ],
)
def test_each_change_is_a_line(was: str, becomes: str, lines: list[str]) -> None:
    assert BASE.count(was) == 1
    assert differences(parse(BASE), parse(BASE.replace(was, becomes))) == lines


def test_equal_catalogues_do_not_differ() -> None:
    assert differences(default(), Catalogue.from_json(default().to_json())) == []


def test_any_change_of_the_digest_is_a_difference() -> None:
    assert differences(Catalogue(), default())
    assert differences(default(), Catalogue())
    assert differences(default(), default().with_process("hiring")) == ["process hiring added"]


def test_holidays_that_an_upgrade_of_the_library_moved_show() -> None:
    stored = default().to_json().replace('"2026-04-27"', '"2026-04-28"')

    assert differences(Catalogue.from_json(stored), default()) == [
        "holidays of NL: 2026-04-27 added",
        "holidays of NL: 2026-04-28 removed",
    ]
