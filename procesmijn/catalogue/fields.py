"""The values that a catalogue is written in: names, dates, time zones, opening hours.

Each reads the text of the file and writes the same text back in one canonical form; a message says
what would have been right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from procesmijn.catalogue import holidays
from procesmijn.catalogue.errors import nearest
from procesmijn.zones import zone_names

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _one_line(name: str) -> str:
    if not name or len(name) > 200 or name != name.strip() or not name.isprintable():
        raise ValueError("give one line of text, without spaces around it, 200 characters at most")
    return name


Name: TypeAlias = Annotated[str, AfterValidator(_one_line)]
"""What something is called, in events, in the database and on the page."""


Count: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)]
"""A whole number that everything downstream can hold."""


def _prose(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > 2_000 or not said.isprintable():
        raise ValueError("give a paragraph of text, 2,000 characters at most")
    return said


Prose: TypeAlias = Annotated[str, AfterValidator(_prose)]
"""A paragraph for people; where its lines break means nothing."""


def read_share(text: str) -> Decimal:
    """Read a share as people write it.

    Raises:
        ValueError: it is none; the message says how to write it.
    """
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?) ?%", text)
    if found is None or not 0 < Decimal(found[1]) <= 100:
        raise ValueError(f"'{text}' is no share; write it as 90%, above 0% and at most 100%")
    return Decimal(found[1]) / 100


def _read_share(value: object) -> object:
    return read_share(value) if isinstance(value, str) else value


def write_share(share: Decimal) -> str:
    """Write a share as people do: ``90%``, ``99.5%``."""
    return f"{(share * 100).normalize():f}%"


Share: TypeAlias = Annotated[Decimal, BeforeValidator(_read_share), PlainSerializer(write_share)]
"""A part of a whole, above 0 and at most 1, in whole hundredths of a per cent."""


def _sorted_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def as_list(value: object) -> object:
    """Take one for a list of one, so that a single one can be written without brackets."""
    return [value] if isinstance(value, str | Mapping) else value


Names: TypeAlias = Annotated[
    tuple[Name, ...], BeforeValidator(as_list), AfterValidator(_sorted_once)
]
"""A set of names; a single one needs no list. The order in the file means nothing."""


def parse_day(value: object) -> object:
    """Read a date the one way in which nobody mistakes the month for the day."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"'{value}' is no date; write it as year-month-day, like 2026-12-31")


Day: TypeAlias = Annotated[date, BeforeValidator(parse_day)]


def _days_once(days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


Days: TypeAlias = Annotated[tuple[Day, ...], BeforeValidator(as_list), AfterValidator(_days_once)]
"""A set of local dates; a single one needs no list."""


def _known_zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError(f"'{name}' is no IANA time zone; {nearest(name, zone_names())}")
    return name


Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone, such as ``Europe/Amsterdam``."""


def _known_country(code: str) -> str:
    if code not in holidays.countries():
        raise ValueError(
            f"no holidays are known of '{code}'; give a two-letter country code such as NL, "
            "or leave the key out and list closing days"
        )
    return code


Country: TypeAlias = Annotated[str, AfterValidator(_known_country)]
"""ISO 3166-1 alpha-2 code of a country whose public holidays are known."""


class Stretch(NamedTuple):
    """Open from one local time of day to another."""

    opens: time
    closes: time
    """Midnight here is the end of the day: 24:00."""

    def __str__(self) -> str:
        """Write it as the file does: ``09:00-17:00``."""
        closes = "24:00" if self.closes == time(0) else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M}-{closes}"


_STRETCH: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-\N{EN DASH}]\s*(\d{1,2}):(\d{2})")


def _parse_stretch(text: str) -> Stretch:
    found = _STRETCH.fullmatch(text)
    if found is None:
        raise ValueError(
            f"'{text}' is no opening time; write 9:00-17:00, or 9:00-12:30, 13:00-17:00"
        )
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    opens, closes = 60 * from_hour + from_minute, 60 * to_hour + to_minute
    if from_minute > 59 or to_minute > 59 or not opens < closes <= 24 * 60:
        raise ValueError(f"'{text}' does not lie within one day; it has to open before it closes")
    return Stretch(time(from_hour, from_minute), time(to_hour % 24, to_minute))


def parse_hours(value: object) -> object:
    """Read the hours of a day: stretches in a list, or apart by commas; without any, closed."""
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ",".join(value)
    if not isinstance(value, str):
        return value
    stretches = sorted(_parse_stretch(part.strip()) for part in value.split(",") if part.strip())
    for earlier, later in pairwise(stretches):
        if earlier.closes == time(0) or later.opens < earlier.closes:
            raise ValueError(f"{earlier} and {later} overlap; make one stretch of them")
    return tuple(stretches)


def _write_hours(hours: tuple[Stretch, ...]) -> str:
    return ", ".join(map(str, hours))


Hours: TypeAlias = Annotated[
    tuple[Stretch, ...], BeforeValidator(parse_hours), PlainSerializer(_write_hours)
]
"""The opening hours of one weekday."""


def weekdays_of(key: str) -> tuple[str, ...]:
    """Weekdays that a key such as ``saturday`` or ``monday-friday`` stands for."""
    ends = [part.strip().casefold() for part in key.split("-")]
    for name in ends:
        if name not in WEEKDAYS:
            raise ValueError(f"'{name}' is no weekday; {nearest(name, WEEKDAYS)}")
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    if len(ends) > 2 or first > last:
        raise ValueError(f"'{key}' is no range of weekdays; write monday-friday, or one day a line")
    return WEEKDAYS[first : last + 1]


def _is_weekdays(key: str) -> str:
    weekdays_of(key)
    return key


def _by_weekday(week: Mapping[str, tuple[Stretch, ...]]) -> dict[str, tuple[Stretch, ...]]:
    spread: dict[str, tuple[Stretch, ...]] = {}
    for key, hours in week.items():
        for weekday in weekdays_of(key):
            if weekday in spread:
                raise ValueError(f"{weekday} is given twice; keep one of the two")
            spread[weekday] = hours
    return {weekday: spread[weekday] for weekday in WEEKDAYS if spread.get(weekday)}


Week: TypeAlias = Annotated[
    Mapping[Annotated[str, AfterValidator(_is_weekdays)], Hours],
    AfterValidator(_by_weekday),
    Field(min_length=1),
]
"""Opening hours by weekday, Monday first; weekdays that are not there are closed."""
