"""What all event types share: bounded values, declarations of objects and persons, common members.

An annotation says of a member what it is, and everything else follows from it: what is taken as an
object, what becomes a pseudonym, and what the published JSON Schema says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema

from schemas.instants import read_instant
from schemas.texts import NO_CONTROLS

MAX_ID_CHARS: Final = 512
"""At four bytes a character this still fits an index entry of PostgreSQL."""
MAX_NAME_CHARS: Final = 200
MAX_CODE_CHARS: Final = 64
MAX_IDS: Final = 10_000
"""Ids in one member. An event about more than 1,000 cases is stored, though not mined."""

Id: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_ID_CHARS, pattern=NO_CONTROLS)
]
"""An id as its system writes it: leading zeros and capitals matter."""
IdList: TypeAlias = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_IDS)]
Ids: TypeAlias = Annotated[Id | IdList, Field(union_mode="left_to_right")]
"""One id, or a list of ids: a set, so its order and duplicates mean nothing."""
Name: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS, pattern=NO_CONTROLS)
]
"""The name of a party, a team, an activity, or (annotated as such) a person."""
Code: TypeAlias = Annotated[
    str, StringConstraints(max_length=MAX_CODE_CHARS, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]*$")
]
"""A word of a list that the source keeps, free of persons: no spaces, so no free text fits in."""
Integer: TypeAlias = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
"""A whole number of 64 bits; a number in text, with a fraction, or a boolean is none."""


def _instant(value: object) -> object:
    """Read text by the grammar of the contract; everything but text and instants is refused."""
    if isinstance(value, str):
        return read_instant(value)
    if isinstance(value, int | float):
        raise ValueError("should be an RFC 3339 timestamp as text")  # noqa: TRY004 - pydantic's way
    return value


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant)]
"""An RFC 3339 timestamp with its zone."""


@dataclass(frozen=True, slots=True)
class About:
    """Declares that a member holds the id, or the ids, of objects of a type."""

    object_type: str

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say so in the published schema."""
        return {**handler(core_schema), "x-object-type": self.object_type}


@dataclass(frozen=True, slots=True)
class Person:
    """Declares that a member names a person, or some: stored as pseudonyms only."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say so in the published schema."""
        return {**handler(core_schema), "x-person": True}


class EventData(BaseModel):
    """The ``data`` of an event: what every event type may say, whatever it is about."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", use_attribute_docstrings=True, defer_build=True
    )

    event_type: ClassVar[str]
    """The CloudEvents ``type``: a noun and what happened to it."""
    example: ClassVar[Mapping[str, object]]
    """A message of this type, for the published schema and the manual."""
    object_members: ClassVar[tuple[tuple[str, str], ...]] = ()
    """(member, object type) of each member that is annotated with :class:`About`."""
    person_members: ClassVar[tuple[str, ...]] = ()
    """The members that are annotated with :class:`Person`."""

    party: Name | None = None
    """The party that did it; without it that of the performer, the team or the activity counts."""
    team: Name | None = None
    """The team that did it, where the source knows teams rather than parties."""
    performer: Annotated[Name | None, Person()] = None
    """The person who did it, by an id or a name: only ever stored as a pseudonym."""
    started_at: Instant | None = None
    """When the work began that this event completes; not after the time of the event."""
    sequence: Integer | None = None
    """The order of this event among those of its source: it decides between equal times."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Collect the declarations once, when a type is declared and not when it is read."""
        cls.object_members = tuple(
            (name, mark.object_type)
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, About)
        )
        cls.person_members = tuple(
            name
            for name, field in cls.model_fields.items()
            if any(isinstance(mark, Person) for mark in field.metadata)
        )

    def objects(self) -> Iterable[tuple[str, str]]:
        """Give (object type, id) of all that the event is about, as often as it says so."""
        members = self.__dict__
        for name, object_type in self.object_members:
            ids = members[name]
            if ids is None:
                continue
            if isinstance(ids, str):
                yield object_type, ids
            else:
                for each in ids:
                    yield object_type, each


class HandsOver(EventData):
    """An event that may name the party that is to act next: from here on that party is awaited."""

    to_party: Name | None = None
    """The party that is to act next."""


class OnRequest(EventData):
    """An event that may say to which request it belongs: it opens, answers or ends that one."""

    request: Annotated[Ids | None, About("request")] = None
    """The request that it makes or answers, by its id."""
