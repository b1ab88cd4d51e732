"""All event types, and the way from a record's bytes to an event that keeps the contract, and back.

``decode`` is the hot path: JSON is parsed once, the envelope is checked by hand, the data by the
validator of its type, and what to take out of it was worked out when that type was first met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from schemas import (
    delivery,
    offboarding,
    onboarding,
    payroll,
    purchasing,
    recruitment,
    service,
    step,
    training,
    voice,
)
from schemas.base import EventData, HandsOver
from schemas.envelope import (
    DECLARED,
    MAX_VALUE_BYTES,
    NO_TIMESTAMP,
    SPECVERSION,
    Envelope,
    open_record,
    read_attributes,
)
from schemas.event import Event, Lifecycle, Record, Rejection, Skip
from schemas.instants import is_plausible, to_us, write_instant
from schemas.reasons import ContractError, Reason
from schemas.step import Step
from schemas.wording import in_words

FAMILIES: Final = (
    *(recruitment, onboarding, training, payroll, offboarding),
    *(purchasing, service, delivery, voice, step),
)
"""The modules that declare event types, in the order in which the manual lists them."""
MODELS: Final[Mapping[str, type[EventData]]] = {
    model.event_type: model for family in FAMILIES for model in family.TYPES
}
"""Every event type by its name, in the same order."""

Headers: TypeAlias = tuple[tuple[str, bytes], ...]
_WRONG_SHAPES: Final = frozenset({"string_type", "tuple_type"})
_COMPARED_CHARS: Final = 64
_COMPLETE: Final = Lifecycle.COMPLETE


def decode(record: Record) -> Event | Rejection | Skip:
    """Turn a record into the event that it carries, or say why it cannot be one.

    Whatever the bytes are, it returns and never raises. A retraction is an event about no objects:
    what else it says is not read, since it makes the event as if it had never been.
    """
    try:
        envelope = open_record(record)
        if isinstance(envelope, Skip):
            return envelope
        event_type = known_type(envelope.type)
        if envelope.is_retracted:
            return _retraction(envelope, event_type)
        return _READERS[event_type](envelope)
    except ContractError as broken:
        return broken.rejection()


def encode(
    event_type: str,
    source: str,
    id: str,  # noqa: A002 - the name of the attribute
    time: datetime,
    data: EventData | Mapping[str, object] | None = None,
    *,
    revision: int = 0,
    is_retracted: bool = False,
) -> tuple[Headers, bytes]:
    """Write an event as a record of ours: headers and value of a structured CloudEvent.

    ``time`` is an aware instant. Of a retraction the data is left out. Raises ``ValueError`` (which
    pydantic's ``ValidationError`` is) for what :func:`decode` would refuse.
    """
    event: dict[str, object] = {
        "specversion": SPECVERSION,
        "type": event_type,
        "source": source,
        "id": id,
        "time": write_instant(time),
    }
    if revision:
        event["revision"] = revision
    if is_retracted:
        event["retracted"] = True
    elif data is not None:
        event["data"] = (
            data.model_dump(mode="json", exclude_none=True)
            if isinstance(data, EventData)
            else dict(data)
        )
    try:
        envelope = Envelope(*read_attributes(event, NO_TIMESTAMP), event.get("data"))
        read = _READERS[known_type(event_type)]
        if not is_retracted:
            read(envelope)
    except ContractError as broken:
        raise ValueError(broken.message) from None
    value = to_json(event, inf_nan_mode="null")  # in undeclared members; others cannot hold them
    if len(value) > MAX_VALUE_BYTES:
        raise ValueError(f"the event has {len(value)} bytes; at most {MAX_VALUE_BYTES} are read")
    return DECLARED, value


def subjects() -> Mapping[str, str]:
    """Event type to what its receiving party is to act on, for types that may name one.

    A later event about the same subject that names a receiver reassigns it: ``ticket.assigned`` and
    ``ticket.transferred`` are both about the ticket. A step is not here: its subject is the case.
    """
    return {
        name: name.partition(".")[0]
        for name, model in MODELS.items()
        if issubclass(model, HandsOver) and model is not Step
    }


def object_types(event_type: str) -> frozenset[str]:
    """Object types that events of a type may be about; a step may be about any, so: none."""
    return frozenset(object_type for _, object_type in MODELS[event_type].object_members)


@lru_cache(maxsize=1024)
def known_type(name: str) -> str:
    """Find the type that a CloudEvents ``type`` means: as it is, or behind a reverse-DNS prefix.

    ``nl.example.contract.issued`` is ``contract.issued``: CloudEvents asks producers for a prefix
    that says who they are. It has two labels or more. There are no version suffixes, since types
    only ever grow. Raises :class:`ContractError` for any other name.
    """
    if name in MODELS:
        return name
    labels = name.split(".")
    for count in (2, 1):
        bare = ".".join(labels[-count:])
        if bare in MODELS and len(labels) >= count + 2:
            return bare
    raise ContractError(
        Reason.UNKNOWN_TYPE, f"the event type is not known; the nearest one is {_nearest(name)}"
    )


@lru_cache(maxsize=1024)  # a topic full of one unknown type is compared once
def _nearest(name: str) -> str:
    tail = ".".join(name.split(".")[-2:])[:_COMPARED_CHARS]
    return max(MODELS, key=lambda known: SequenceMatcher(None, tail, known).ratio())


def _retraction(envelope: Envelope, event_type: str) -> Event:
    return Event(
        source=envelope.source,
        id=envelope.id,
        type=event_type,
        occurred_us=envelope.occurred_us,
        objects=(),
        revision=envelope.revision,
        is_retracted=True,
        is_time_of_record=envelope.is_time_of_record,
    )


def _reader(model: type[EventData]) -> Callable[[Envelope], Event]:
    """Prepare the way from the data of one type to an event."""
    validate = model.__pydantic_validator__.validate_python
    event_type = model.event_type
    object_members = {name for name, _ in model.object_members}
    shared = {*HandsOver.model_fields, *Step.model_fields}
    added = tuple(name for name in model.model_fields if name not in shared | object_members)
    persons = tuple(name for name in model.person_members if name in added)

    def read(envelope: Envelope) -> Event:
        sent = envelope.data
        if not isinstance(sent, dict):
            raise ContractError(Reason.INVALID_DATA, "data is missing; it has to be a JSON object")
        try:
            checked: EventData = validate(sent)
        except ValidationError as error:
            raise _invalid_data(error) from None
        objects = tuple(checked.objects())
        if len(objects) > 1:
            objects = tuple(sorted(set(objects)))
        elif not objects:
            names = ", ".join(sorted(object_members))
            raise ContractError(
                Reason.NO_OBJECT, f"data names no object; name at least one of: {names}"
            )
        members = checked.__dict__
        data = {name: _as_json(members[name]) for name in added if members[name] is not None}
        return Event(
            source=envelope.source,
            id=envelope.id,
            type=event_type,
            occurred_us=envelope.occurred_us,
            objects=objects,
            started_us=_started_us(checked.started_at, envelope.occurred_us),
            sequence=checked.sequence,
            revision=envelope.revision,
            lifecycle=checked.lifecycle_code() if isinstance(checked, Step) else _COMPLETE,
            process=members.get("process"),
            activity=members.get("activity"),
            party=checked.party,
            team=checked.team,
            performer=checked.performer,
            receiver=members.get("to_party"),
            data=data,
            persons=tuple([name for name in persons if name in data]),
            extras=len(sent) - len(checked.model_fields_set),
            is_time_of_record=envelope.is_time_of_record,
        )

    return read


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _started_us(started_at: datetime | None, occurred_us: int) -> int | None:
    if started_at is None:
        return None
    started_us = to_us(started_at)
    if started_us > occurred_us:
        raise ContractError(Reason.STARTED_AFTER_TIME, "data.started_at lies after time")
    if not is_plausible(started_us):
        raise ContractError(Reason.TIME_IMPLAUSIBLE, "data.started_at lies before 1970")
    return started_us


def _invalid_data(error: ValidationError) -> ContractError:
    """Say what is wrong with one member."""
    problems = error.errors(include_url=False, include_input=False)
    problem = max(problems, key=_closeness)
    member, *places = problem["loc"]
    place = "".join(f"[{each}]" for each in places if isinstance(each, int))
    others = len({each["loc"][0] for each in problems}) - 1
    more = f" (and {others} more)" if others else ""
    words = in_words(problem)
    if places and not place and problem["type"] in _WRONG_SHAPES:
        words = "should be text, or a list of texts"
    return ContractError(Reason.INVALID_DATA, f"data.{member}{place}: {words}{more}")


def _closeness(problem: ErrorDetails) -> tuple[int, bool]:
    """Of the branches of 'one id or a list of ids', prefer the one that the producer meant."""
    return len(problem["loc"]), problem["type"] not in _WRONG_SHAPES


class _Readers(dict[str, Callable[[Envelope], Event]]):
    """How the data of each type are read, made ready when the type is first met: of all types most
    sources send a few, and most commands meet none."""

    def __missing__(self, event_type: str) -> Callable[[Envelope], Event]:
        self[event_type] = _reader(MODELS[event_type])
        return self[event_type]


_READERS: Final = _Readers()
