"""How people write what they promise: ``8 hours``, ``2 days``, ``before the 20th``.

When that is, by which calendar, is for :mod:`procesmijn.core.due` to say.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, TypeAlias

from pydantic import BeforeValidator, PlainSerializer

HOUR_US: Final = 3_600_000_000


class Unit(StrEnum):
    """What a lead time is counted in."""

    HOURS = "hours"
    DAYS = "days"
    DAY_OF_MONTH = "day of month"


class LeadTime(NamedTuple):
    """So many working hours or working days, or before a day of the month."""

    unit: Unit
    amount: int
    """Microseconds of working hours; number of working days; day of the month. Never 0."""

    def __str__(self) -> str:
        """Write it in the one canonical form."""
        if self.unit is Unit.DAY_OF_MONTH:
            return f"before the {_ordinal(self.amount)}"
        number = Decimal(self.amount) / (HOUR_US if self.unit is Unit.HOURS else 1)
        text = f"{number:f}".rstrip("0").rstrip(".") if number % 1 else str(int(number))
        return f"{text} {self.unit.removesuffix('s') if number == 1 else self.unit}"


def read_lead_time(words: str) -> LeadTime:
    """Read a lead time as people write it.

    Raises:
        ValueError: it is none; the message says how to write it.
    """
    said = words.strip().lower()
    if (found := _HOURS.fullmatch(said)) and (us := int(Decimal(found[1]) * HOUR_US)):
        return LeadTime(Unit.HOURS, us)
    if (found := _DAYS.fullmatch(said)) and int(found[1]):
        return LeadTime(Unit.DAYS, int(found[1]))
    if found := _BEFORE.fullmatch(said):
        return LeadTime(Unit.DAY_OF_MONTH, int(found[1]))
    raise ValueError(f"{words!r} is no lead time; write '8 hours', '2 days' or 'before the 20th'")


def _read(value: object) -> object:
    return read_lead_time(value) if isinstance(value, str) else value


def _read_length(value: object, noun: str = "length of time") -> object:
    if isinstance(value, str):
        try:
            length = read_lead_time(value)
        except ValueError:
            length = None
        if length is None or length.unit is Unit.DAY_OF_MONTH:
            raise ValueError(f"{value!r} is no {noun}; write '5 days' or '8 hours'")
        return length
    return value


def _read_window(value: object) -> object:
    return _read_length(value, "return window")


Promise: TypeAlias = Annotated[LeadTime, BeforeValidator(_read), PlainSerializer(str)]
"""A lead time in a catalogue."""
Window: TypeAlias = Annotated[LeadTime, BeforeValidator(_read_window), PlainSerializer(str)]
"""So many working hours or days, within which something may be returned."""
Length: TypeAlias = Annotated[LeadTime, BeforeValidator(_read_length), PlainSerializer(str)]
"""So many working hours or days."""

_HOURS: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) (?:working )?hours?")
_DAYS: Final = re.compile(r"(\d{1,5}) (?:working )?days?")
_BEFORE: Final = re.compile(r"before the ([1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
