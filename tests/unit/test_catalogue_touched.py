"""Which cases an event belongs to, as what, and who did it: of one event, in names."""

from __future__ import annotations

from procesmijn.catalogue import default, parse
from procesmijn.catalogue.touched import Touched, touched
from schemas.event import Event
from schemas.instants import read_instant, to_us

CATALOGUE = parse("""
parties: {hr: {}, payroll: {}, it: {}}
performers:
  m.dejong:
    - {party: hr, until: 2026-03-01}
    - {party: payroll, since: 2026-03-01}
teams: {Desk: it}
processes:
  hiring:
    case: vacancy
    activities: {Sign: {events: contract.signed, party: hr}}
  joining:
    case: employee
    zone: Europe/Amsterdam
    activities:
      Contract: {events: contract.signed}
      Lunch: {party: it}
""")
SIGNED = Event(
    source="/hr",
    id="1",
    type="contract.signed",
    occurred_us=to_us(read_instant("2026-02-28T22:59:59.999999Z")),
    objects=(("contract", "C-1"), ("employee", "E-1"), ("employee", "E-2"), ("vacancy", "V-1")),
)


def parties(event: Event) -> dict[str, str | None]:
    return {each.process: each.party for each in touched(event, CATALOGUE)}


def test_one_event_is_in_each_process_about_its_objects() -> None:
    assert touched(SIGNED, CATALOGUE) == [
        Touched("hiring", "vacancy", "V-1", "Sign", "hr"),
        Touched("joining", "employee", "E-1", "Contract", None),
        Touched("joining", "employee", "E-2", "Contract", None),
    ]
    assert touched(SIGNED._replace(objects=(("contract", "C-1"),)), CATALOGUE) == []
    assert touched(SIGNED._replace(objects=(), is_retracted=True), CATALOGUE) == []


def test_who_did_it_is_said_by_the_event_else_the_performer_else_the_team() -> None:
    named = SIGNED._replace(party="it", performer="m.dejong")
    assert parties(named) == {"hiring": "it", "joining": "it"}
    performed = SIGNED._replace(performer="m.dejong", team="Desk")
    assert parties(performed) == {"hiring": "hr", "joining": "hr"}
    of_a_team = SIGNED._replace(performer="somebody", team="Desk")
    assert parties(of_a_team) == {"hiring": "it", "joining": "it"}


def test_a_performer_belongs_to_a_party_by_the_date_of_the_process() -> None:
    midnight = SIGNED._replace(performer="m.dejong", occurred_us=SIGNED.occurred_us + 1)
    assert parties(midnight) == {"hiring": "payroll", "joining": "payroll"}


def test_a_step_names_process_and_activity_itself() -> None:
    step = SIGNED._replace(
        type="step", process="joining", activity="Lunch", objects=(("employee", "E-1"),)
    )
    assert touched(step, CATALOGUE) == [Touched("joining", "employee", "E-1", "Lunch", "it")]
    other = step._replace(activity="Walk")
    assert touched(other, CATALOGUE) == [Touched("joining", "employee", "E-1", "Walk", None)]
    assert touched(step._replace(process="leaving"), CATALOGUE) == []
    assert touched(step._replace(objects=(("joining", "E-1"),)), CATALOGUE) == []


def test_the_catalogue_that_ships_has_a_case_for_what_customers_say() -> None:
    rating = SIGNED._replace(type="rating.given", objects=(("rating", "Q-1"), ("ticket", "T")))
    assert [(each.process, each.case) for each in touched(rating, default())] == [
        ("ratings", "Q-1")
    ]
