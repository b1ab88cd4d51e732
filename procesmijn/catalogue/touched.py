"""Which cases an event belongs to, as what, and who did it: of one event, in names.

The core says the same of whole frames, in codes; what is stored is what the core says.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from procesmijn.catalogue.model import Catalogue
from procesmijn.catalogue.processes import Process
from procesmijn.zones import load_zone
from schemas.event import Event

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Touched(NamedTuple):
    """A case to which an event belongs, and what it is there."""

    process: str
    object_type: str
    case: str
    activity: str
    party: str | None
    """None where neither the event nor the catalogue says who did it."""


def touched(event: Event, catalogue: Catalogue) -> list[Touched]:
    """Find the cases of an event, by process and case.

    The performers of both have to be in one form: in clear, or as pseudonyms.
    """
    return [
        Touched(name, process.case, case, activity, _party(event, activity, name, catalogue))
        for name, process in sorted(catalogue.processes.items())
        if (activity := _activity(event, name, process)) is not None
        for object_type, case in event.objects
        if object_type == process.case
    ]


def _activity(event: Event, name: str, process: Process) -> str | None:
    if event.process is None:
        return process.activity_of_type().get(event.type)
    return event.activity if event.process == name else None


def _party(event: Event, activity: str, process: str, catalogue: Catalogue) -> str | None:
    if event.party is not None:
        return event.party
    on = _local_date(event.occurred_us, catalogue.zone_of(process))
    for members, who in ((catalogue.performers, event.performer), (catalogue.teams, event.team)):
        for each in members.get(who or "", ()):
            if (each.since or date.min) <= on < (each.until or date.max):
                return each.party
    declared = catalogue.processes[process].activities.get(activity)
    return declared.party if declared else None


def _local_date(instant_us: int, zone: str) -> date:
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(load_zone(zone)).date()
