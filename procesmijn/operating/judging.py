"""What would become of a message, before it is sent: judged by the contract and a catalogue.

Nothing is sent or stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.touched import Touched, touched
from procesmijn.core.frames import MAX_CASES_OF_EVENT
from procesmijn.persons import Persons
from schemas.event import Event, Record, Rejection, Skip
from schemas.objects import PERSON_TYPES
from schemas.registry import decode


class Judge(NamedTuple):
    """By what a message is judged, beside the contract."""

    catalogue: Catalogue
    """Its pseudonymous form."""
    persons: Persons
    is_masking: bool
    """Whether the keys are made up, so that pseudonyms mean nothing."""


class Remark(NamedTuple):
    """Something of an event that its producer may not have meant."""

    kind: Literal[
        "retracts",
        "too_many_objects",
        "no_process_has_it",
        "unknown_process",
        "other_case_type",
        "time_of_record",
        "left_out",
        "unknown_party",
        "no_party",
    ]
    name: str = ""
    """The process or party that it is about, or the type of case that was expected."""
    number: int = 0
    """Objects, or members, where it is about a number of them."""
    of: str = ""
    """The process whose cases are of another type."""


class Accepted(NamedTuple):
    """It would be an event."""

    event: Event
    cases: tuple[Touched, ...]
    remarks: tuple[Remark, ...]


def judged(record: Record, judge: Judge) -> Accepted | Rejection | Skip:
    """What would become of a record, with the cases that it would touch."""
    what = decode(record)
    if not isinstance(what, Event):
        return what
    is_mined = len(what.objects) <= MAX_CASES_OF_EVENT
    cases = touched(judge.persons.conceal(what), judge.catalogue) if is_mined else []
    return Accepted(what, tuple(cases), tuple(_remarks(what, cases, judge.catalogue)))


def is_hidden(case: Touched, judge: Judge) -> bool:
    """Whether the key of a case would be a pseudonym that means nothing."""
    return judge.is_masking and case.object_type in PERSON_TYPES


def _remarks(event: Event, cases: Sequence[Touched], catalogue: Catalogue) -> Iterator[Remark]:
    if event.is_retracted:
        yield Remark("retracts")
    elif len(event.objects) > MAX_CASES_OF_EVENT:
        yield Remark("too_many_objects", number=MAX_CASES_OF_EVENT)
    elif not cases:
        yield _why_in_none(event, catalogue)
    if event.is_time_of_record:
        yield Remark("time_of_record")
    if event.extras:
        yield Remark("left_out", number=event.extras)
    for party in dict.fromkeys((event.party, event.receiver, *(each.party for each in cases))):
        if party is not None and party not in catalogue.parties:
            yield Remark("unknown_party", party)
    if any(each.party is None for each in cases):
        yield Remark("no_party")


def _why_in_none(event: Event, catalogue: Catalogue) -> Remark:
    if event.process is None:
        return Remark("no_process_has_it")
    if event.process not in catalogue.processes:
        return Remark("unknown_process", event.process)
    return Remark("other_case_type", catalogue.processes[event.process].case, of=event.process)
