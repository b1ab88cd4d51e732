"""What a catalogue means: its short forms, its canonical form and digest, what belongs to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest

from procesmijn.catalogue import Catalogue, default, parse
from procesmijn.catalogue.holidays import public_holidays

SHORT = """
parties:
  hr:
    label: HR
  payroll: {label: {nl: Salaris, en: Payroll}, parent: hr}
performers:
  a.visser: hr
  m.dejong:
    - {party: payroll, since: 2025-03-01}
    - {party: hr, until: 2025-03-01}
calendars:
  desk: {zone: Europe/Amsterdam, hours: {monday-tuesday: 9:00-17:00}, holidays: NL}
processes:
  onboarding:
    case: employee
    activities:
      Contract issued: {events: contract.issued, party: hr, rank: 1}
      Contract signed: {events: [contract.signed]}
    end: Contract signed
    concurrent: [[Contract signed, Contract issued]]
streams: [b, a]
"""
LONG = """
# The same, written by somebody with another taste.
streams:
  - topic: a
  - topic: b
  - topic: a
processes:
  "onboarding":
    concurrent:
      - [[Contract issued], Contract signed]
      - [Contract signed, Contract issued]
    end: [Contract signed, Contract signed]
    calendar: office
    activities:
      Contract signed: {label: , events: contract.signed}
      Contract issued:
        rank: "1"
        party: hr
        events:
          - contract.issued
    case: employee
calendars:
  desk:
    hours:
      tuesday: 09:00 - 17:00
      monday: "9:00-17:00"
    holidays: {country: NL}
    zone: Europe/Amsterdam
small_group: 5
performers:
  m.dejong:
    - {party: hr, until: 2025-03-01}
    - {party: payroll, since: 2025-03-01}
  a.visser: [hr]
parties:
  payroll:
    parent: hr
    kind: internal
    label: {en: Payroll, nl: Salaris}
  hr: {label: {nl: HR, en: HR}}
"""


def test_the_digest_is_of_what_a_catalogue_says_and_not_of_how_it_is_laid_out() -> None:
    assert parse(SHORT) == parse(LONG)
    assert parse(SHORT).to_json() == parse(LONG).to_json()
    assert parse(SHORT).digest == parse(LONG).digest


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("label: HR", "label: H&R"),
        ("2025-03-01}\n    - {party: hr", "2025-03-02}\n    - {party: hr"),
        ("rank: 1", "rank: 2"),
        ("monday-tuesday: 9", "monday-tuesday: 8"),
        ("holidays: NL", "holidays: BE"),
        ("streams: [b, a]", "streams: [b]"),
        ("end: Contract signed\n", "end: Contract issued\n"),
    ],
)
def test_every_change_of_what_it_says_changes_the_digest(was: str, becomes: str) -> None:
    assert SHORT.count(was) == 1
    assert parse(SHORT.replace(was, becomes)).digest != parse(SHORT).digest


@pytest.mark.parametrize(
    "catalogue", [parse(SHORT), default(), Catalogue()], ids=["own", "default", "empty"]
)
def test_a_catalogue_comes_back_whole_from_its_canonical_form(catalogue: Catalogue) -> None:
    again = Catalogue.from_json(catalogue.to_json())

    assert again == catalogue
    assert again.digest == catalogue.digest


def test_the_pseudonymous_form_names_no_person() -> None:
    catalogue = parse(SHORT)
    concealed = catalogue.pseudonymous(lambda name: f"p-{len(name)}-{name[0]}")

    assert set(concealed.performers) == {"p-8-a", "p-8-m"}
    assert concealed.performers["p-8-m"] == catalogue.performers["m.dejong"]
    assert "visser" not in concealed.to_json()
    assert concealed.digest != catalogue.digest
    assert Catalogue.from_json(concealed.to_json()) == concealed


def test_scalars_are_the_text_that_stands_there() -> None:
    catalogue = parse("parties:\n  on: {label: {nl: no, en: 1e3}, contact: 9:00}\n  010: {}\n")

    label = catalogue.parties["on"].label_or("on")
    assert (label.nl, label.en, catalogue.parties["on"].contact) == ("no", "1e3", "9:00")
    assert catalogue.parties["010"].label_or("010").nl == "010"


def test_office_and_always_are_there_unless_they_are_declared() -> None:
    office = Catalogue().calendars["office"]
    own = parse("calendars: {office: {zone: Asia/Tokyo, hours: {sunday: 20:00-24:00}}}")

    assert office.zone == "Europe/Amsterdam"
    assert list(office.hours) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert office.hours["friday"] == ((time(9), time(17)),)
    assert own.calendars["office"].hours == {"sunday": ((time(20), time(0)),)}
    assert "always" in own.calendars
    assert own.holidays == {}


def test_a_calendar_is_closed_on_its_holidays_and_closing_days() -> None:
    catalogue = parse(
        """
calendars:
  desk:
    zone: Europe/Amsterdam
    hours: {monday-friday: 9:00-17:00}
    holidays: {country: NL, left_out: 2026-04-03, added: [2026-05-05, 2026-05-04]}
    closed:
      - {date: 2026-05-15, known_since: 2026-01-10}
      - {date: 2026-04-03, known_since: 2026-03-30}
"""
    )
    closed = catalogue.closed_days("desk")

    assert date(2026, 4, 27) in closed  # King's Day
    assert {date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 15)} <= closed
    assert date(2026, 4, 3) in closed  # Good Friday: worked in other years, closed in this one
    assert date(2026, 4, 3) not in parse("calendars: {}").with_process("x").closed_days("always")


def test_a_stored_catalogue_stays_readable_when_a_holiday_has_moved() -> None:
    calendar = "{zone: UTC, hours: {monday: 9:00-17:00, friday: }, holidays: "
    written = parse(f"calendars: {{desk: {calendar}{{country: NL, left_out: 2026-04-27}}}}}}")
    stored = written.to_json().replace("2026-04-27", "2026-04-28")

    assert date(2026, 4, 28) not in Catalogue.from_json(stored).closed_days("desk")
    assert date(2026, 4, 28) in Catalogue.from_json(stored).closed_days("office")


def test_dutch_holidays_have_liberation_day_every_fifth_year_only() -> None:
    days = public_holidays("NL")

    liberation_days = [year for year in range(2017, 2031) if date(year, 5, 5) in days]
    assert liberation_days == [2020, 2025, 2030]
    assert date(2016, 5, 5) in days  # Ascension Day was on 5 May
    assert {day.year for day in days} == set(range(1970, 2100))
    assert date(2026, 4, 27) in days
    assert date(2025, 4, 26) in days  # King's Day on the Saturday, since the 27th is a Sunday


def test_a_party_without_a_calendar_has_that_of_its_parent_else_office() -> None:
    catalogue = parse(
        """
parties:
  it: {calendar: always}
  network: {parent: it}
  field: {parent: network}
  hr: {}
"""
    )

    assert catalogue.calendar_of("field") == "always"
    assert catalogue.calendar_of("hr") == "office"
    assert catalogue.calendar_of("nobody declared") == "office"


def test_a_process_has_the_zone_of_its_calendar_unless_it_names_one() -> None:
    catalogue = parse(
        """
processes:
  here: {case: ticket}
  there: {case: ticket, zone: America/New_York}
  anywhere: {case: ticket, calendar: always}
"""
    )

    assert catalogue.zone_of("here") == "Europe/Amsterdam"
    assert catalogue.zone_of("there") == "America/New_York"
    assert catalogue.zone_of("anywhere") == "UTC"


def test_concurrent_activities_are_every_pair_in_both_directions() -> None:
    catalogue = parse(
        """
processes:
  p:
    case: x
    activities: {A: , B: , C: , D: }
    concurrent: [[A, [B, C]], [D, D]]
"""
    )

    assert catalogue.processes["p"].concurrent_activities() == {
        ("A", "B"),
        ("B", "A"),
        ("A", "C"),
        ("C", "A"),
        ("D", "D"),
    }


def test_a_process_that_a_file_brings_is_made_of_generic_steps() -> None:
    before = parse(SHORT)
    after = before.with_process("hiring", zone="America/New_York")

    assert after.processes["hiring"].case == "hiring"
    assert after.processes["hiring"].calendar == "office"
    assert after.processes["hiring"].activity_of_type() == {}
    assert after.zone_of("hiring") == "America/New_York"
    assert after.processes["onboarding"] == before.processes["onboarding"]
    assert "hiring" not in before.processes
    assert after.with_process("onboarding") is after
    assert Catalogue.from_json(after.to_json()) == after


@pytest.mark.parametrize(
    "change",
    [
        lambda catalogue: setattr(catalogue, "small_group", 1),
        lambda catalogue: setattr(catalogue.parties["hr"], "members", 1),
    ],
)
def test_a_catalogue_cannot_be_changed(change: Callable[[Catalogue], None]) -> None:
    with pytest.raises(ValueError, match="frozen"):
        change(parse(SHORT))
