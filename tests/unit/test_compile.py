"""Rules in codes say what the catalogue says; digests say which cases another one would change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from procesmijn.catalogue import Catalogue, default, parse
from procesmijn.core.compile import (
    compile_rules,
    hours_as_known,
    names_of,
    open_hours,
    rule_digests,
)
from procesmijn.core.rules import Membership, Rules
from procesmijn.core.worktime import working_us

TEXT = """
parties:
  hr: {}
  payroll: {parent: hr}
  it: {calendar: desk}
  network: {parent: it}
  system: {kind: automatic}
  legal affairs: {}
  works council: {}
  law firm: {}
  board: {}
performers:
  p-1: hr
  p-2:
    - {party: payroll, since: 2025-03-01}
    - {party: hr, until: 2025-03-01}
teams:
  night: {party: it, since: 1970-01-02, until: 1970-01-03}
calendars:
  desk: {zone: America/New_York, hours: {monday-friday: 8:00-18:00}}
processes:
  onboarding:
    case: employee
    activities:
      Contract issued: {events: contract.issued, party: hr, rank: 2}
      Contract signed: {events: [contract.signed, contract.returned], rank: 1}
      Checked: {party: payroll}
    end: [Contract signed]
    concurrent: [[Contract issued, Checked]]
  contracts:
    case: contract
    zone: America/New_York
    activities:
      Issued: {events: contract.issued}
  leaving:
    case: employee
deliverables:
  contract: {supplier: legal affairs, customers: [payroll, works council]}
agreements:
  contract for payroll:
    deliverable: contract
    supplier: law firm
    customer: payroll
    process: onboarding
    requested_by: board
    requested: Checked
    delivered: Contract issued
    lead_time: 2 days
"""
CATALOGUE = parse(TEXT)


def coded(catalogue: Catalogue) -> tuple[Rules, dict[str, int]]:
    codes = {name: number for number, name in enumerate(sorted(names_of(catalogue)), start=10)}
    names = {number: name for name, number in codes.items()}
    return compile_rules(catalogue, codes.__getitem__, names), codes


RULES, CODES = coded(CATALOGUE)


def decoded(codes: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> list[str]:
    return [RULES.names.get(int(code), "") for code in codes]


def test_names_are_all_texts_that_need_a_code() -> None:
    assert {
        *("hr", "network", "p-2", "night", "onboarding", "employee", "contract"),
        *("Contract issued", "Checked", "contract.returned", "ticket.assigned", "ticket"),
        *("desk", "office", "Contract signed"),
        *(
            "contract",
            "contract for payroll",
            "legal affairs",
            "works council",
            "law firm",
            "board",
        ),
    } <= names_of(CATALOGUE)


@pytest.mark.parametrize(
    "catalogue", [CATALOGUE, default(), Catalogue()], ids=["own", "default", "empty"]
)
def test_names_suffice_to_compile(catalogue: Catalogue) -> None:
    coded(catalogue)


def test_processes_are_found_by_the_object_type_of_their_cases() -> None:
    found = {
        RULES.names[case]: [RULES.names[each.process] for each in processes]
        for case, processes in RULES.processes.items()
    }

    assert found == {"employee": ["leaving", "onboarding"], "contract": ["contracts"]}


def test_a_process_knows_its_activities() -> None:
    _, rules = RULES.processes[CODES["employee"]]
    types = ["contract.issued", "contract.returned", "ticket.assigned"]
    activities = np.array(
        [CODES[each] for each in ("Contract issued", "Contract signed", "Checked")]
    )

    assert decoded(
        rules.activity_of_type.find(np.array([CODES[each] for each in types], dtype=np.int32))
    ) == ["Contract issued", "Contract signed", ""]
    assert rules.rank_of_activity.find(activities, -1).tolist() == [2, 1, -1]
    assert decoded(rules.party_of_activity.find(activities)) == ["hr", "", "payroll"]
    assert decoded(rules.end_activities) == ["Contract signed"]
    one, other = CODES["Contract issued"], CODES["Checked"]
    assert rules.concurrent == {(one, other), (other, one)}
    assert rules.days.zone == "Europe/Amsterdam"
    assert RULES.processes[CODES["contract"]][0].days.zone == "America/New_York"


def rows(membership: Membership) -> list[tuple[str, int, int, str]]:
    columns = (membership.member, membership.from_day, membership.until_day, membership.party)
    return [
        (RULES.names[member], from_day, until_day, RULES.names[party])
        for member, from_day, until_day, party in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def test_memberships_are_in_order_and_open_where_no_date_is_given() -> None:
    march = (date(2025, 3, 1) - date(1970, 1, 1)).days
    ever = np.iinfo(np.int64)

    assert rows(RULES.performers) == [
        ("p-1", ever.min, ever.max, "hr"),
        ("p-2", ever.min, march, "hr"),
        ("p-2", march, ever.max, "payroll"),
    ]
    assert rows(RULES.teams) == [("night", 1, 2, "it")]
    assert RULES.teams.member.dtype == RULES.teams.party.dtype == np.int32
    assert len(coded(Catalogue())[0].performers.member) == 0


def test_parties_have_their_calendars_and_kinds() -> None:
    of = {RULES.names[party]: calendar for party, calendar in RULES.calendars.items()}

    assert decoded(RULES.automatic) == ["system"]
    assert set(of) == set(CATALOGUE.parties)
    assert of["network"] is of["it"] is open_hours(CATALOGUE, "desk")
    assert of["hr"] is of["system"] is RULES.office


def test_subjects_are_those_of_the_contract() -> None:
    of = RULES.subjects.find(
        np.array([CODES["ticket.assigned"], CODES["ticket.transferred"], CODES["hr"]])
    )

    assert of.tolist() == [CODES["ticket"], CODES["ticket"], 0]


def us(day: int, hour: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    instant = datetime(2026, 4, day, hour, tzinfo=UTC)
    return np.array([int(instant.timestamp()) * 1_000_000], dtype=np.int64)


def test_open_hours_are_those_of_the_calendar_without_its_holidays() -> None:
    friday_to_tuesday = us(24, 13), us(28, 8)  # 15:00 and 10:00 in Amsterdam, over King's Day

    office, always = (open_hours(default(), name) for name in ("office", "always"))
    assert working_us(office, *friday_to_tuesday).tolist() == [3 * 3600 * 1_000_000]
    assert working_us(always, *friday_to_tuesday).tolist() == [91 * 3600 * 1_000_000]


def stale(new: Catalogue, old: Catalogue = CATALOGUE) -> set[str]:
    """Object types whose cases another catalogue would make stale."""
    was, now = rule_digests(old), rule_digests(new)
    return {
        object_type for object_type in was | now if was.get(object_type) != now.get(object_type)
    }


BOTH = {"employee", "contract"}


@pytest.mark.parametrize(
    ("was", "becomes", "touched"),
    [
        ("hr: {}", "hr: {members: 9, contact: hr@example.org, label: HR}", set()),
        ("hr: {}", "hr: {}\n  new: {}", set()),
        ("hr: {}", "hr: {calendar: office}", set()),
        ("hr: {}", "hr: {calendar: desk}", BOTH),
        ("hr: {}", "hr: {kind: automatic}", BOTH),
        ("p-1: hr", "p-1: it", BOTH),
        ("until: 1970-01-03", "until: 1970-01-04", BOTH),
        ("8:00-18:00", "8:00-17:00", BOTH),
        ("8:00-18:00", "[8:00-12:00, 12:00-18:00]", set()),
        ("rank: 2", "rank: 3", {"employee"}),
        ("rank: 2", "rank: 2, label: Uitgegeven", set()),
        ("end: [Contract signed]", "end: [Checked]", {"employee"}),
        ("end: [Contract signed]", "start: [Checked]\n    end: [Contract signed]", set()),
        ("[[Contract issued, Checked]]", "[[Checked, Contract issued]]", set()),
        ("[[Contract issued, Checked]]", "[]", {"employee"}),
        ("zone: America/New_York\n", "zone: America/Chicago\n", {"contract"}),
        ("Issued: {events: contract.issued}", "Sent: {events: contract.issued}", {"contract"}),
        ("lead_time: 2 days", "lead_time: 3 days", {"employee"}),
        ("lead_time: 2 days", "lead_time: 2 days\n    target: 90%", set()),
        ("    requested: Checked", "    requested: Contract signed", {"employee"}),
        ("    supplier: law firm", "    supplier: hr", {"employee"}),
        ("case: employee\n    act", "case: contract\n    act", BOTH),
        ("  leaving:\n    case: employee", "  leaving:\n    case: ticket", {"employee", "ticket"}),
    ],
)
def test_only_cases_that_are_mined_otherwise_become_stale(
    was: str, becomes: str, touched: set[str]
) -> None:
    assert TEXT.count(was) == 1
    assert stale(parse(TEXT.replace(was, becomes))) == touched


def test_a_process_of_another_case_leaves_the_others_alone() -> None:
    assert stale(CATALOGUE.with_process("hiring")) == {"hiring"}


def test_a_moved_holiday_makes_cases_stale_and_a_new_core_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved = CATALOGUE.to_json().replace('"2026-04-27"', '"2026-04-28"')
    assert stale(Catalogue.from_json(moved)) == BOTH

    before = rule_digests(CATALOGUE)
    monkeypatch.setattr("procesmijn.core.compile.CORE_VERSION", 1_000_000)
    assert set(before.values()).isdisjoint(rule_digests(CATALOGUE).values())


def test_a_closing_day_counts_for_promises_from_when_it_was_announced() -> None:
    catalogue = parse(
        """
calendars:
  desk:
    zone: UTC
    hours: {monday-friday: 8:00-18:00}
    closed:
      - {date: 2025-06-04, known_since: 2025-06-01}
      - {date: 2025-06-03, known_since: 2025-05-01}
"""
    )
    week = np.array([datetime(2025, 6, day, tzinfo=UTC).timestamp() * 1e6 for day in (2, 7)])
    monday_us, saturday_us = np.split(week.astype(np.int64), 2)

    known = hours_as_known(catalogue, "desk")
    hours = [int(working_us(each, monday_us, saturday_us)[0] / 3.6e9) for _, each in known]

    assert [day for day, _ in known] == [date.min, date(2025, 5, 1), date(2025, 6, 1)]
    assert hours == [50, 40, 30]
    assert known[-1][1] is open_hours(catalogue, "desk")  # waiting knows all of them
    assert hours_as_known(catalogue, "office") == [(date.min, open_hours(catalogue, "office"))]
