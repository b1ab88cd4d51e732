"""Reads OCEL 2.0 in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from procesmijn.files.ocel import About, OcelEvent, event_of
from procesmijn.files.rows import FileError, Unreadable, unpacked


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Declared:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    attributes: tuple[_Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class _Relationship:
    id: Annotated[str, Field(alias="objectId")]
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    type: str
    time: str
    attributes: tuple[_Attribute, ...] = ()
    relationships: tuple[_Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class _Object:
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class _Document:
    event_types: Annotated[tuple[_Type, ...], Field(alias="eventTypes")]
    object_types: Annotated[tuple[_Type, ...], Field(alias="objectTypes")]
    events: tuple[_Event, ...]
    objects: tuple[_Object, ...]


_DOCUMENT: Final = TypeAdapter(_Document)


class OcelJson:
    """An OCEL 2.0 in JSON; all of it is in memory."""

    def __init__(self, path: Path) -> None:
        with unpacked(path) as file:
            content = file.read()
        try:
            document = _DOCUMENT.validate_json(content)
        except ValidationError as error:
            [problem, *_] = error.errors(include_url=False, include_input=False)
            place = ".".join(map(str, problem["loc"])) or "the file"
            raise FileError(
                f"{path.name} is JSON and no OCEL 2.0 ({place}: {problem['msg']}): events in the"
                " JSON of a producer go to a topic, not through a file"
            ) from None
        self.event_types = {
            each.name: {declared.name: declared.type for declared in each.attributes}
            for each in document.event_types
        }
        self.object_types = tuple(each.name for each in document.object_types)
        self._types = {each.id: each.type for each in document.objects}
        self._events = document.events

    def __iter__(self) -> Iterator[OcelEvent | Unreadable]:
        """Read it. An event about an object that is not there is unreadable."""
        for event in self._events:
            about = [
                About(self._types.get(each.id, ""), each.id, each.qualifier)
                for each in event.relationships
            ]
            attributes = {each.name: each.value for each in event.attributes}
            yield event_of(event.id, event.type, event.time, attributes, about)
