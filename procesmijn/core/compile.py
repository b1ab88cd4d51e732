"""From the catalogue to rules in integer codes; and which cases another catalogue would change.

Both start from the pseudonymous form of a catalogue. What is digested is what the rules come to
(open stretches, distances to UTC), not how they were written down: an upgrade of the time zone data
or of the holidays makes those cases stale whose calendars it alters, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import numpy as np

from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.calendars import OFFICE
from procesmijn.catalogue.fields import WEEKDAYS
from procesmijn.catalogue.model import Catalogue
from procesmijn.catalogue.parties import Memberships
from procesmijn.catalogue.process_rules import Rule
from procesmijn.catalogue.processes import Process
from procesmijn.core.days import EPOCH, Days
from procesmijn.core.due import rule_of
from procesmijn.core.frames import NO_TERM, Int32s
from procesmijn.core.rules import (
    CORE_VERSION,
    AgreementRules,
    Check,
    CodeMap,
    Membership,
    ProcessRules,
    Rules,
    VersionRules,
)
from procesmijn.core.worktime import Calendar, build_calendar
from schemas.registry import subjects

_EVER: Final = np.iinfo(np.int64)
"""Its ends stand for dates that were left out: since always, until forever."""


def names_of(catalogue: Catalogue) -> frozenset[str]:
    """Every text in a catalogue that needs a code before it can be compiled and stored."""
    names = {*catalogue.parties, *catalogue.calendars, *catalogue.processes}
    for members in (catalogue.performers, catalogue.teams):
        names |= {*members, *(each.party for of_one in members.values() for each in of_one)}
    for process in catalogue.processes.values():
        names |= {process.case, *process.activities, *process.activity_of_type(), *process.end}
        names |= {each.party for each in process.activities.values() if each.party}
        names |= {activity for pair in process.concurrent_activities() for activity in pair}
        names |= {
            *process.rules,
            *(each.takes_part for each in process.rules.values() if each.takes_part),
        }
    names |= {*catalogue.agreements, *catalogue.deliverables}
    for deliverable in catalogue.deliverables.values():
        names |= {deliverable.supplier, *deliverable.customers}
    for agreement in catalogue.agreements.values():
        names |= {agreement.customer, *agreement.requested_by}
        names |= {agreement.supplier} if agreement.supplier else set()
    return frozenset(names.union(subjects(), subjects().values()))


def compile_rules(
    catalogue: Catalogue, code: Callable[[str], int], names: Mapping[int, str]
) -> Rules:
    """Make the rules by which cases are mined.

    Args:
        catalogue: its pseudonymous form.
        code: gives the code of each text in :func:`names_of`.
        names: text of every code that an activity may have, also of those that only events name.
    """
    processes: dict[int, list[ProcessRules]] = {}
    for name, process in sorted(catalogue.processes.items()):
        rules = _compile_process(name, catalogue, code)
        processes.setdefault(code(process.case), []).append(rules)
    return Rules(
        processes={object_type: tuple(each) for object_type, each in processes.items()},
        names=names,
        automatic=_codes(_automatic(catalogue), code),
        performers=_compile_memberships(catalogue.performers, code),
        teams=_compile_memberships(catalogue.teams, code),
        office=open_hours(catalogue, OFFICE),
        calendars={
            code(party): open_hours(catalogue, catalogue.calendar_of(party))
            for party in catalogue.parties
        },
        subjects=_code_map(subjects(), code),
    )


def open_hours(catalogue: Catalogue, calendar: str, known_on: date | None = None) -> Calendar:
    """Table of the stretches in which a calendar of the catalogue is open.

    Waiting is measured by all days that turned out to be closed. A promise is held to those that
    were known when it was given: ``known_on`` is its local date.
    """
    declared = catalogue.calendars[calendar]
    weekly = tuple(declared.hours.get(day, ()) for day in WEEKDAYS)
    return _calendar(weekly, declared.zone, catalogue.closed_days(calendar, known_on))


def hours_as_known(catalogue: Catalogue, calendar: str) -> list[tuple[date, Calendar]]:
    """A calendar over time, for promises: from each local date on, as it was known from then on.

    Ascending; the first is from ``date.min``, before any closing day was announced.
    """
    announced = {closing.known_since for closing in catalogue.calendars[calendar].closed}
    return [
        (day, open_hours(catalogue, calendar, known_on=day))
        for day in sorted({date.min, *announced})
    ]


def rule_digests(catalogue: Catalogue) -> dict[str, str]:
    """For each object type with cases, a digest of all that decides how they are mined.

    SHA-256, in hex. Cases whose digest another catalogue leaves as it is need no recomputation:
    labels, contacts and the like are not in it.
    """
    shared = _shared_content(catalogue)
    contents: dict[str, dict[str, Any]] = {}
    for name, process in catalogue.processes.items():
        content = contents.setdefault(process.case, {})
        content[name] = _process_content(process, catalogue.zone_of(name)) | {
            "agreements": {
                agreement: _agreement_content(agreement, process, catalogue)
                for agreement in catalogue.agreements_of(name)
            },
            "rules": {
                rule: _rule_content(each, process, catalogue)
                for rule, each in process.rules.items()
            },
        }
    return {
        object_type: _digest(json.dumps([shared, content], sort_keys=True).encode())
        for object_type, content in contents.items()
    }


def _compile_process(name: str, catalogue: Catalogue, code: Callable[[str], int]) -> ProcessRules:
    process = catalogue.processes[name]
    activities = process.activities.items()
    return ProcessRules(
        process=code(name),
        days=Days.of(catalogue.zone_of(name)),
        activity_of_type=_code_map(process.activity_of_type(), code),
        rank_of_activity=CodeMap.of(
            {code(name): each.rank for name, each in activities if each.rank is not None}
        ),
        party_of_activity=_code_map(
            {name: each.party for name, each in activities if each.party}, code
        ),
        end_activities=_codes(process.end, code),
        concurrent=frozenset(
            (code(one), code(other)) for one, other in process.concurrent_activities()
        ),
        agreements=tuple(
            _compile_agreement(agreement, process, catalogue, code)
            for agreement in catalogue.agreements_of(name)
        ),
        checks=tuple(
            _compile_check(rule, process.rules[rule], process, catalogue, code)
            for rule in sorted(process.rules)
        ),
    )


def _compile_check(
    name: str, rule: Rule, process: Process, catalogue: Catalogue, code: Callable[[str], int]
) -> Check:
    activity, other = rule.between
    hours = rule.calendar or process.calendar
    return Check(
        rule=code(name),
        kind=rule.kind,
        activity=code(activity),
        other=code(other) if other else NO_TERM,
        at_most=rule.at_most or 0,
        lead=rule_of(rule.within) if rule.within else None,
        hours=open_hours(catalogue, hours) if rule.within else None,
        role=rule.takes_part or "",
        party=code(rule.takes_part) if rule.takes_part else NO_TERM,
    )


def _compile_agreement(
    name: str, process: Process, catalogue: Catalogue, code: Callable[[str], int]
) -> AgreementRules:
    agreement, supplier = catalogue.agreements[name], catalogue.supplier_of(name)
    moments: dict[int, int] = {}
    for bit, moment in enumerate(Moment):
        for activity in agreement.activities(moment, process):
            moments[code(activity)] = moments.get(code(activity), 0) | 1 << bit
    hours = catalogue.calendar_of(supplier)
    return AgreementRules(
        agreement=code(name),
        deliverable=code(agreement.deliverable),
        supplier=code(supplier),
        customer=code(agreement.customer),
        moments=CodeMap.of(moments),
        requested_by=_codes(agreement.requested_by, code),
        rejected=_codes(agreement.refusals(process), code),
        versions=tuple(
            VersionRules(
                from_day=_EVER.min if each.since is None else _day(each.since),
                until_day=_EVER.max if each.until is None else _day(each.until),
                lead=rule_of(each.lead_time),
                window=rule_of(each.return_window) if each.return_window else None,
            )
            for each in agreement.terms()
            if each.lead_time is not None  # as the catalogue saw to
        ),
        promised_by=tuple(
            (_EVER.min if day == date.min else _day(day), known)
            for day, known in hours_as_known(catalogue, hours)
        ),
        supplier_hours=open_hours(catalogue, hours),
        customer_hours=open_hours(catalogue, catalogue.calendar_of(agreement.customer)),
    )


def _compile_memberships(
    members: Mapping[str, Memberships], code: Callable[[str], int]
) -> Membership:
    rows = sorted(
        (
            code(member),
            _EVER.min if each.since is None else _day(each.since),
            _EVER.max if each.until is None else _day(each.until),
            code(each.party),
        )
        for member, memberships in members.items()
        for each in memberships
    )
    member, from_day, until_day, party = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Membership(member.astype(np.int32), from_day, until_day, party.astype(np.int32))


def _automatic(catalogue: Catalogue) -> list[str]:
    return sorted(name for name, each in catalogue.parties.items() if each.kind == "automatic")


def _code_map(mapping: Mapping[str, str], code: Callable[[str], int]) -> CodeMap:
    return CodeMap.of({code(name): code(value) for name, value in mapping.items()})


def _codes(names: Iterable[str], code: Callable[[str], int]) -> Int32s:
    return np.array(sorted(map(code, names)), dtype=np.int32)


def _day(local: date) -> int:
    return (local - EPOCH.date()).days


@lru_cache(maxsize=256)
def _calendar(
    weekly: tuple[tuple[tuple[time, time], ...], ...], zone: str, closed: frozenset[date]
) -> Calendar:
    return build_calendar(weekly, zone, closed)


def _shared_content(catalogue: Catalogue) -> dict[str, Any]:
    """What cases of all object types depend on: any party and any performer may turn up."""
    digests = {calendar: _hours_digest(catalogue, calendar) for calendar in catalogue.calendars}
    calendars = {party: digests[catalogue.calendar_of(party)] for party in catalogue.parties}
    office = digests[OFFICE]
    return {
        "core": CORE_VERSION,
        "automatic": _automatic(catalogue),
        "performers": _membership_content(catalogue.performers),
        "teams": _membership_content(catalogue.teams),
        "office": office,
        "calendars": {party: each for party, each in calendars.items() if each != office},
    }


def _membership_content(members: Mapping[str, Memberships]) -> dict[str, list[tuple[str, ...]]]:
    return {
        member: [(each.party, str(each.since), str(each.until)) for each in memberships]
        for member, memberships in members.items()
    }


def _process_content(process: Process, zone: str) -> dict[str, Any]:
    activities = process.activities.items()
    activity_of_type = process.activity_of_type()
    return {
        "days": _days_digest(zone),
        "types": activity_of_type,
        "ranks": {name: each.rank for name, each in activities if each.rank is not None},
        "parties": {name: each.party for name, each in activities if each.party},
        "end": process.end,
        "concurrent": sorted(process.concurrent_activities()),
        "subjects": {name: about for name, about in subjects().items() if name in activity_of_type},
    }


def _agreement_content(name: str, process: Process, catalogue: Catalogue) -> dict[str, Any]:
    agreement, supplier = catalogue.agreements[name], catalogue.supplier_of(name)
    hours = catalogue.calendar_of(supplier)
    return {
        "deliverable": agreement.deliverable,
        "supplier": supplier,
        "customer": agreement.customer,
        "moments": {moment: sorted(agreement.activities(moment, process)) for moment in Moment},
        "requested_by": sorted(agreement.requested_by),
        "rejected": sorted(agreement.refusals(process)),
        "versions": [
            [str(term) for term in (each.since, each.until, each.lead_time, each.return_window)]
            for each in agreement.terms()
        ],
        "hours": [
            (str(day), _table_digest(known)) for day, known in hours_as_known(catalogue, hours)
        ],
        "dates": [
            _days_digest(catalogue.calendars[calendar].zone)
            for calendar in (hours, catalogue.calendar_of(agreement.customer))
        ],
    }


def _rule_content(rule: Rule, process: Process, catalogue: Catalogue) -> dict[str, Any]:
    hours = rule.calendar or process.calendar
    return {
        "said": rule.model_dump(mode="json", exclude={"label", "calendar"}, exclude_defaults=True),
        "hours": _hours_digest(catalogue, hours) if rule.within else None,
        "dates": _days_digest(catalogue.calendars[hours].zone) if rule.within else None,
    }


def _hours_digest(catalogue: Catalogue, calendar: str) -> str:
    return _table_digest(open_hours(catalogue, calendar))


def _days_digest(zone: str) -> str:
    days = Days.of(zone)
    return _digest(days.since_us.tobytes(), days.offset_us.tobytes())


def _table_digest(hours: Calendar) -> str:
    return _digest(hours.opens_us.tobytes(), hours.closes_us.tobytes())


def _digest(*parts: bytes) -> str:
    return sha256(b"".join(parts)).hexdigest()
