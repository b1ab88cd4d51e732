"""The catalogue in the wheel is whole: every event type, both languages, sensible parties."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from itertools import groupby

import pytest

from procesmijn.catalogue import default
from procesmijn.catalogue.load import parse
from procesmijn.catalogue.part import Labelled
from schemas.registry import MODELS, object_types

CATALOGUE = default()
LABELLED: list[tuple[str, Labelled]] = [
    *CATALOGUE.parties.items(),
    *CATALOGUE.processes.items(),
    *CATALOGUE.deliverables.items(),
    *CATALOGUE.agreements.items(),
    *CATALOGUE.alerts.items(),
    *(each for process in CATALOGUE.processes.values() for each in process.activities.items()),
    *(each for process in CATALOGUE.processes.values() for each in process.rules.items()),
]


def test_it_has_the_processes_with_their_cases() -> None:
    cases = {name: process.case for name, process in CATALOGUE.processes.items()}

    assert cases == {
        "recruitment": "vacancy",
        "onboarding": "employee",
        "training": "training",
        "payroll": "payroll_run",
        "offboarding": "employee",
        "purchasing": "purchase",
        "it_service": "ticket",
        "customer_service": "question",
        "product_information": "product",
        "requests": "request",
        "ratings": "rating",
        "complaints": "complaint",
        "conversations": "conversation",
    }


def test_every_event_type_is_an_activity_of_a_process() -> None:
    used = {name for each in CATALOGUE.processes.values() for name in each.activity_of_type()}

    assert used == {name for name in MODELS if object_types(name)}


@pytest.mark.parametrize(("name", "labelled"), LABELLED, ids=lambda value: str(value)[:30])
def test_everything_has_a_label_in_both_languages(name: str, labelled: Labelled) -> None:
    assert labelled.label is not None
    assert labelled.label.nl
    assert labelled.label.en


@pytest.mark.parametrize("process", CATALOGUE.processes)
def test_every_process_begins_ends_and_ranks_all_its_activities(process: str) -> None:
    declared = CATALOGUE.processes[process]

    assert declared.start
    assert declared.end
    assert all(activity.rank is not None for activity in declared.activities.values())
    first, last = (
        [declared.activities[name].rank or 0 for name in names]
        for names in (declared.start, declared.end)
    )
    ranks = [activity.rank or 0 for activity in declared.activities.values()]
    assert (max(first), min(last)) == (min(ranks), max(ranks))


def test_only_what_anybody_may_do_is_left_to_its_events() -> None:
    without = {
        name
        for process in CATALOGUE.processes.values()
        for name, activity in process.activities.items()
        if activity.party is None
    }

    assert without == {
        *("Ticket opened", "Ticket reopened", "Requisition submitted"),
        *CATALOGUE.processes["requests"].activities,
        *("Rating given", "Complaint filed", "Conversation held"),
    }


def test_one_activity_has_one_label_wherever_it_is() -> None:
    labels: dict[str, set[tuple[str, str]]] = {}
    for process in CATALOGUE.processes.values():
        for name, activity in process.activities.items():
            label = activity.label_or(name)
            labels.setdefault(name, set()).add((label.nl, label.en))

    assert all(len(each) == 1 for each in labels.values())


def test_everything_that_is_supplied_is_agreed_on_and_says_what_it_is_for() -> None:
    agreed = {agreement.deliverable for agreement in CATALOGUE.agreements.values()}
    roles = {deliverable.role for deliverable in CATALOGUE.deliverables.values()}

    assert agreed == CATALOGUE.deliverables.keys()
    assert all(deliverable.purpose for deliverable in CATALOGUE.deliverables.values())
    assert roles == {"supporting", "regulating", "executing", "advising"}
    for agreement in CATALOGUE.agreements.values():
        assert all(version.target for version in agreement.terms())


@pytest.mark.parametrize("name", CATALOGUE.deliverables)
def test_a_deliverable_leaves_nothing_open(name: str) -> None:
    declared = CATALOGUE.deliverables[name]

    assert declared.call
    assert "role" in declared.model_fields_set
    for text in (declared.purpose, declared.how_to_ask, declared.how_to_return):
        assert text
        assert text.nl != text.en


def test_agreements_stand_in_the_order_of_suppliers_that_deliverables_have() -> None:
    deliverables = (each.supplier for each in CATALOGUE.deliverables.values())
    agreements = map(CATALOGUE.supplier_of, CATALOGUE.agreements)
    in_order = [supplier for supplier, _ in groupby(deliverables)]

    assert [supplier for supplier, _ in groupby(agreements)] == in_order
    assert len(set(in_order)) == len(in_order)


def test_what_is_commented_out_can_be_used() -> None:
    text = files("procesmijn.catalogue").joinpath("default.yaml").read_text("utf-8")
    text = re.sub("^# (?=performers:|teams:|  )", "", text, flags=re.MULTILINE)
    text = text.replace("# requested_by:", "requested_by:")

    taken = parse(text)

    assert taken.performers.keys() == {"a.visser", "m.dejong"}
    assert taken.teams.keys() == {"HR-Desk-2"}
    assert taken.agreements["account for a new employee"].requested_by == ("hr",)


def test_exceptions_in_calendars_lie_after_the_days_that_are_played() -> None:
    """So that an example of a closing changes no figure that is told of the demonstration."""
    calendars = CATALOGUE.calendars.values()
    kept = [each.holidays for each in calendars if each.holidays]
    exceptions = [day for each in kept for day in (*each.left_out, *each.added)]
    closings = [closing for each in calendars for closing in each.closed]

    assert any(each.left_out and each.added for each in kept)
    assert closings
    assert min(*exceptions, *(each.known_since for each in closings)) >= date(2027, 1, 1)


def test_its_parties_are_departments_people_outside_and_a_system() -> None:
    kinds: dict[str, set[str]] = {}
    for name, party in CATALOGUE.parties.items():
        kinds.setdefault(party.kind, set()).add(name)

    assert len([name for name in kinds["internal"] if CATALOGUE.parties[name].members]) >= 12
    assert kinds["outside"] == {"candidate", "employee", "end_customer"}
    assert kinds["automatic"] == {"system"}
    assert [n for n, party in CATALOGUE.parties.items() if party.is_end_customer] == [
        "end_customer"
    ]
    assert CATALOGUE.performers == {}


def test_parties_in_the_examples_of_the_contract_are_known() -> None:
    members = ("party", "to_party", "supplier", "caused_by", "customers")
    named: set[object] = set()
    for model in MODELS.values():
        if object_types(model.event_type):
            for value in (model.example.get(member, ()) for member in members):
                named.update(value if isinstance(value, list | tuple) else [value])

    assert named <= CATALOGUE.parties.keys()
