"""The catalogue as a whole: the declared side of the organisation, immutable, with a digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from procesmijn.catalogue.agreements import Agreement, Deliverable
from procesmijn.catalogue.alerts import Alert, Channel, Summary
from procesmijn.catalogue.cadences import Cadence
from procesmijn.catalogue.calendars import BUILT_IN, OFFICE, Calendar
from procesmijn.catalogue.fields import Count, Country, Days, Name, as_list
from procesmijn.catalogue.grading import Grading
from procesmijn.catalogue.holidays import public_holidays
from procesmijn.catalogue.part import Label, Part
from procesmijn.catalogue.parties import Memberships, Party
from procesmijn.catalogue.processes import Process, Stream
from schemas.event import DEFAULT_TOPIC

DEFAULT_STREAM: Final = Stream(topic=DEFAULT_TOPIC)


class Catalogue(Part):
    """Who works with whom, when, and on what.

    Performers are persons. :meth:`pseudonymous` gives the form that is stored and compiled, and
    the :attr:`digest` that names a version is of that form.
    """

    parties: Mapping[Name, Party] = {}
    performers: Mapping[Name, Memberships] = {}
    teams: Mapping[Name, Memberships] = {}
    calendars: Annotated[Mapping[Name, Calendar], Field(validate_default=True)] = {}
    processes: Mapping[Name, Process] = {}
    deliverables: Mapping[Name, Deliverable] = {}
    agreements: Mapping[Name, Agreement] = {}
    cadences: Mapping[Name, Cadence] = {}
    grade: Grading = Grading()
    channels: Mapping[Name, Channel] = {}
    alerts: Mapping[Name, Alert] = {}
    summaries: Mapping[Name, Summary] = {}
    """By party."""
    streams: Annotated[tuple[Stream, ...], BeforeValidator(as_list)] = (DEFAULT_STREAM,)
    small_group: Annotated[Count, Field(ge=1)] = 5
    """*k*: what fewer distinct cases add up to is hidden from readers."""
    holidays: Annotated[Mapping[Country, Days], Field(validate_default=True)] = {}
    """Public holidays of each country in use, as they were when the catalogue was read. So an
    upgrade of the library changes no stored catalogue, and shows when the file is read again."""

    @field_validator("calendars")
    @classmethod
    def _with_built_in(cls, calendars: Mapping[str, Calendar]) -> Mapping[str, Calendar]:
        return {**BUILT_IN, **calendars}

    @field_validator("streams")
    @classmethod
    def _each_once(cls, streams: tuple[Stream, ...]) -> tuple[Stream, ...]:
        once = sorted(set(streams), key=lambda stream: stream.topic)
        for one, other in pairwise(once):
            if one.topic == other.topic:
                raise ValueError(
                    f"{one.topic} is given as backfill and as none; keep one of the two"
                )
        return tuple(once)

    @field_validator("holidays")
    @classmethod
    def _of_countries_in_use(
        cls, stored: Mapping[str, tuple[date, ...]], info: ValidationInfo
    ) -> Mapping[str, tuple[date, ...]]:
        calendars: Mapping[str, Calendar] = info.data.get("calendars", {})
        used = {each.holidays.country for each in calendars.values() if each.holidays}
        return {country: stored.get(country) or public_holidays(country) for country in used}

    @classmethod
    def from_json(cls, text: str) -> Catalogue:
        """Read back what :meth:`to_json` wrote."""
        return cls.model_validate(json.loads(text))

    def to_json(self) -> str:
        """Canonical form: equal catalogues give equal texts, however their files were laid out."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return sha256(self.to_json().encode()).hexdigest()

    def pseudonymous(self, pseudonym: Callable[[str], str]) -> Catalogue:
        """Form without persons: each performer becomes what ``pseudonym`` gives for it."""
        performers = {pseudonym(name): each for name, each in self.performers.items()}
        return self.model_copy(update={"performers": performers})

    def with_process(
        self, name: str, zone: str | None = None, case: str | None = None
    ) -> Catalogue:
        """Catalogue with one more process, of generic steps about objects of its own name.

        So it is when a file brings a process that nobody declared. One that is known stays as it
        is. ``zone`` is the time zone of its dates, ``case`` what its cases are instead.

        Raises:
            ValidationError: the name is no line of text, or the zone does not exist.
        """
        if name in self.processes:
            return self
        process = Process(case=case or name, zone=zone)
        return self.model_copy(update={"processes": {**self.processes, name: process}})

    def zone_of(self, process: str) -> str:
        """Time zone of the dates of a process."""
        declared = self.processes[process]
        return declared.zone or self.calendars[declared.calendar].zone

    def calendar_of(self, party: str | None) -> str:
        """Calendar of a party: its own, else that of the nearest party above it, else office."""
        while party and (declared := self.parties.get(party)):
            if declared.calendar:
                return declared.calendar
            party = declared.parent
        return OFFICE

    def role_of(self, customer: str) -> Literal["internal", "end"]:
        """Whether a customer is an internal one or an end customer; who is not declared is none."""
        declared = self.parties.get(customer)
        return "end" if declared is not None and declared.is_end_customer else "internal"

    def label_of(self, party: str) -> Label:
        """What a party is called; its name where the catalogue does not know it."""
        declared = self.parties.get(party)
        return declared.label_or(party) if declared else Label(nl=party, en=party)

    def closed_days(self, calendar: str, known_on: date | None = None) -> frozenset[date]:
        """All local dates on which a calendar is closed; those that were known on a date."""
        return self.calendars[calendar].closed_days(self.holidays, known_on)

    def supplier_of(self, agreement: str) -> str:
        """Who supplies under an agreement: whom it names, else the supplier of its deliverable."""
        agreed = self.agreements[agreement]
        return agreed.supplier or self.deliverables[agreed.deliverable].supplier

    def agreements_of(self, process: str) -> dict[str, Agreement]:
        """The agreements that are kept in the cases of a process, by name, in order of names."""
        return {
            name: agreement
            for name, agreement in sorted(self.agreements.items())
            if agreement.process == process
        }

    def customers_of(self, deliverable: str) -> tuple[str, ...]:
        """Who gets it: the customers that it names, and those of the agreements on it."""
        agreed = {
            each.customer for each in self.agreements.values() if each.deliverable == deliverable
        }
        return tuple(sorted(agreed.union(self.deliverables[deliverable].customers)))

    def contact_for(self, deliverable: str) -> str | None:
        """Whom to call about it: its own contact, else that of its supplier or those above."""
        declared = self.deliverables[deliverable]
        if declared.call:
            return declared.call
        party = self.parties.get(declared.supplier)
        while party is not None and party.contact is None:
            party = self.parties.get(party.parent or "")
        return party.contact if party else None
