"""When somebody works: weekly hours, holidays, and days that are closed besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, Self

from pydantic import ValidationInfo, field_validator, model_validator

from procesmijn.catalogue.fields import Country, Day, Days, Week, Zone
from procesmijn.catalogue.holidays import public_holidays
from procesmijn.catalogue.part import Part

OFFICE: Final = "office"
"""The calendar of whoever is given none."""
ALWAYS: Final = "always"

AS_WRITTEN: Final = "as written"
"""Validation context of what a user wrote just now. A stored catalogue is not held against the
holidays that a later version of the library knows: it stays readable, and its rules stay."""


class Holidays(Part):
    """The public holidays of a country, as one calendar keeps them."""

    country: Country
    left_out: Days = ()
    """Public holidays on which this calendar is open all the same."""
    added: Days = ()
    """Dates that it keeps as holidays though the country does not."""

    @model_validator(mode="before")
    @classmethod
    def _of_country(cls, value: object) -> object:
        return {"country": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _exceptions_are_needed(self, info: ValidationInfo) -> Self:
        if info.context != AS_WRITTEN:
            return self
        known = public_holidays(self.country)
        for day in self.left_out:
            if day not in known:
                around = min(known, key=lambda holiday: abs(holiday - day))
                raise ValueError(
                    f"{day} is no public holiday of {self.country}; the nearest is {around}"
                )
        for day in self.added:
            if day in known:
                raise ValueError(
                    f"{day} is a public holiday of {self.country} already; leave it out"
                )
        return self


class Closing(Part):
    """A date on which a calendar is closed beside its holidays."""

    date: Day
    known_since: Day
    """A promise that was made before this date keeps its due moment."""


class Calendar(Part):
    """When somebody works: weekly hours in a time zone, but for holidays and closing days."""

    zone: Zone
    hours: Week
    holidays: Holidays | None = None
    closed: tuple[Closing, ...] = ()

    @field_validator("closed")
    @classmethod
    def _each_once(cls, closed: tuple[Closing, ...]) -> tuple[Closing, ...]:
        in_order = sorted(closed, key=lambda closing: closing.date)
        for earlier, later in pairwise(in_order):
            if earlier.date == later.date:
                raise ValueError(f"{later.date} is given twice; keep one of the two")
        return tuple(in_order)

    def closed_days(
        self, holidays: Mapping[str, Collection[date]], known_on: date | None = None
    ) -> frozenset[date]:
        """All local dates on which it is closed, given the holidays of each country.

        What a date is due by are those that were known on the date of the promise; waiting is
        measured by all of them.
        """
        dates = {
            each.date for each in self.closed if known_on is None or each.known_since <= known_on
        }
        if kept := self.holidays:
            dates |= {*holidays[kept.country], *kept.added} - {*kept.left_out}
        return frozenset(dates)


BUILT_IN: Final[Mapping[str, Calendar]] = {
    OFFICE: Calendar.model_validate(
        {
            "zone": "Europe/Amsterdam",
            "hours": {"monday-friday": "9:00-17:00"},
            "holidays": "NL",
        }
    ),
    ALWAYS: Calendar.model_validate({"zone": "UTC", "hours": {"monday-sunday": "0:00-24:00"}}),
}
"""What every catalogue has, unless it declares a calendar of that name itself."""
