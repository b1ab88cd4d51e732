"""What OCEL 2.0 has, in whichever form: events that are about several objects.

Each event is also a row, so that what its columns mean can be found or told as in any table: its
id, activity and time, its attributes, and for each object type the objects of it that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, Protocol

import orjson

from procesmijn.errors import UsageError
from procesmijn.files.rows import Row, Unreadable

EVENT_ID: Final = "ocel:eid"
ACTIVITY: Final = "ocel:activity"
TIME: Final = "ocel:timestamp"
OBJECTS: Final = "ocel:type:"
"""What comes before the name of an object type, in the name of the column of its objects."""
SEVERAL: Final = "\x1e"
"""What stands between the objects in a column of them; no id may hold it."""


class About(NamedTuple):
    """One object of an event."""

    object_type: str
    id: str
    qualifier: str


class OcelEvent(NamedTuple):
    """One event as the file has it."""

    id: str
    type: str
    time: str | None
    attributes: dict[str, Any]
    """Those that it has a value of."""
    objects: list[About]


class Ocel(Protocol):
    """A file that can be read from its beginning, any number of times."""

    @property
    def event_types(self) -> Mapping[str, Mapping[str, str]]:
        """The attributes of each event type, by name their type."""

    @property
    def object_types(self) -> tuple[str, ...]:
        """All that it declares."""

    def __iter__(self) -> Iterator[OcelEvent | Unreadable]:
        """Read the events, in the order of the file."""


def event_of(
    event_id: str, name: str, time: str | None, attributes: dict[str, Any], about: list[About]
) -> OcelEvent | Unreadable:
    """Make an event, if the type of all that it is about is known."""
    for each in about:
        if not each.object_type:
            return Unreadable("it is about an object that the file does not have")
    return OcelEvent(event_id, name, time, attributes, about)


class OcelRows:
    """The events of an OCEL as rows, all their objects with them."""

    def __init__(self, ocel: Ocel) -> None:
        self.ocel = ocel
        attributes = {name for declared in ocel.event_types.values() for name in declared}
        self.names = (
            *(EVENT_ID, ACTIVITY, TIME),
            *sorted(attributes),
            *(OBJECTS + object_type for object_type in ocel.object_types),
        )

    def __iter__(self) -> Iterator[Row | Unreadable]:
        """Read it, row by row."""
        for event in self.ocel:
            yield event if isinstance(event, Unreadable) else row_of(event)

    def cases_are(self, told: str | None, declared: str | None) -> str:
        """Find the column of the objects that are the cases: of the type that is told, else of the
        one that the process declares, else of the only one.

        Raises :class:`~procesmijn.errors.UsageError` where there is no such type.
        """
        types = self.ocel.object_types
        listed = ", ".join(types)
        if told is not None and told not in types:
            raise UsageError(f"no object type {told!r} (--object-type); the file has {listed}")
        likely = [each for each in (told, declared, *types[: len(types) == 1]) if each in types]
        if not likely:
            raise UsageError(
                f"objects of which type are the cases? Say so with --object-type; the file has"
                f" {listed}"
            )
        return OBJECTS + likely[0]


def row_of(event: OcelEvent) -> Row:
    """An event as texts; the objects of a type in one column, each once."""
    row = {name: _text(value) for name, value in event.attributes.items()}
    row |= {EVENT_ID: event.id, ACTIVITY: event.type, TIME: event.time or ""}
    for object_type, of_type in groupby(
        sorted({each[:2] for each in event.objects}), itemgetter(0)
    ):
        row[OBJECTS + object_type] = SEVERAL.join(object_id for _, object_id in of_type)
    return {name: text for name, text in row.items() if text}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=repr).decode()
