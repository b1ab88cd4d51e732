"""All that may be sent, and where, as one AsyncAPI 3 document: for tools that read contracts.

Each event type is two messages, one for each mode of CloudEvents over Kafka, and a retraction is
one of its own. The schemas of data are those of :mod:`schemas.data_schema`, with what they share
taken out of them: it stands once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter

from schemas.base import Code, EventData, Id, IdList, Name
from schemas.data_schema import json_schema
from schemas.envelope import CONTENT_TYPE, MAX_ATTRIBUTE_CHARS, MAX_REVISION, SPECVERSION
from schemas.event import DEFAULT_TOPIC
from schemas.examples import example_event
from schemas.registry import FAMILIES, MODELS
from schemas.step import Step
from schemas.texts import NO_CONTROLS

Document: TypeAlias = dict[str, Any]

VERSION: Final = "1"
"""There are no others: types and members are only ever added."""

_ABOUT: Final = """\
What happened, to which objects, by which party, and when: events that procesmijn reads, as \
CloudEvents 1.0 over Kafka, in structured or in binary mode. The same source and id is the same \
event; a higher revision of it corrects it. Members marked x-person, and ids of candidates and \
employees, name persons: they are stored as pseudonyms only."""
_DATA_CONTENT_TYPE: Final = "application/json"
_NOT_OF_DATA: Final = ("$schema", "$id", "examples")
_TEXT: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ATTRIBUTE_CHARS,
    "pattern": NO_CONTROLS,
}
_ATTRIBUTES: Final[Document] = {
    "specversion": {"type": "string", "const": SPECVERSION},
    "type": {**_TEXT, "description": "The event type, bare or behind a reverse-DNS prefix."},
    "source": {**_TEXT, "description": "Which system says so; with the id it is the identity."},
    "id": {**_TEXT, "description": "Which event of the source it is."},
    "time": {
        "type": "string",
        "format": "date-time",
        "description": "When it happened; without it the timestamp of the record counts.",
    },
    "revision": {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_REVISION,
        "description": "Which correction of the event it is; the highest stands.",
    },
    "retracted": {
        "type": "boolean",
        "description": "Makes the event as if it had never been.",
    },
}
_SHAPES: Final[Document] = {
    "id": TypeAdapter[str](Id).json_schema(),
    "ids": TypeAdapter[tuple[str, ...]](IdList).json_schema(),
    "name": TypeAdapter[str](Name).json_schema(),
    "code": TypeAdapter[str](Code).json_schema(),
}
"""Values that many members have, by the name under which they stand in the document."""
_FAMILY_OF: Final = {
    model.event_type: family.__name__.rpartition(".")[2]
    for family in FAMILIES
    for model in family.TYPES
}
_REQUIRED: Final = ("specversion", "type", "source", "id")


def document(topics: Sequence[str] = (DEFAULT_TOPIC,)) -> Document:
    """Describe what may be sent to each of ``topics`` (AsyncAPI 3.0.0)."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:procesmijn:events",
        "info": {
            "title": "procesmijn: events",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in topics},
        "operations": {f"receive.{topic}": _operation(topic) for topic in topics},
        "components": {"schemas": _schemas(), "messages": _messages()},
    }


def _channel(topic: str) -> Document:
    return {
        "address": topic,
        "description": "Events of any type; those with one key stay in order.",
        "messages": {name: _ref("messages", name) for name in _messages()},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: str) -> Document:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": "procesmijn reads what producers send.",
    }


def _messages() -> Document:
    messages: Document = {}
    for name in MODELS:
        messages[name] = _structured(name)
        messages[f"{name}.binary"] = _binary(name)
    messages["retraction"] = {
        "name": "retraction",
        "title": "retraction, structured",
        "summary": "An event that never happened, with a higher revision than it had.",
        "headers": _headers(CONTENT_TYPE),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [_ref("schemas", "event")],
            "properties": {"retracted": {"const": True}},
            "required": ["revision", "retracted"],
        },
        "bindings": _key(),
    }
    return messages


def _structured(name: str) -> Document:
    return {
        "name": name,
        "title": f"{name}, structured",
        "summary": _summary(name),
        "tags": [{"name": _FAMILY_OF[name]}],
        "headers": _headers(CONTENT_TYPE),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [_ref("schemas", "event")],
            "properties": {"type": _type_of(name), "data": _ref("schemas", name)},
            "required": ["data"],
        },
        "bindings": _key(),
        "examples": [{"payload": example_event(name)}],
    }


def _binary(name: str) -> Document:
    event = example_event(name)
    data = event.pop("data")
    return {
        "name": name,
        "title": f"{name}, binary",
        "summary": _summary(name),
        "tags": [{"name": _FAMILY_OF[name]}],
        "headers": {
            "type": "object",
            "allOf": [_ref("schemas", "headers")],
            "properties": {"ce_type": _type_of(name)},
        },
        "contentType": _DATA_CONTENT_TYPE,
        "payload": _ref("schemas", name),
        "bindings": _key(),
        "examples": [{"headers": _as_headers(event), "payload": data}],
    }


def _schemas() -> Document:
    members = json_schema(Step)["properties"]
    common = {name: members[name] for name in EventData.model_fields}
    return {
        "event": {
            "type": "object",
            "description": "What every event says of itself, in structured mode.",
            "properties": _ATTRIBUTES,
            "required": list(_REQUIRED),
        },
        "headers": {
            "type": "object",
            "description": "What every event says of itself, in binary mode: texts in UTF-8.",
            "properties": {
                "content-type": {"type": "string", "const": _DATA_CONTENT_TYPE},
                **{f"ce_{name}": _in_header(each) for name, each in _ATTRIBUTES.items()},
            },
            "required": ["content-type", *(f"ce_{name}" for name in _REQUIRED)],
        },
        "common": {
            "type": "object",
            "description": "What the data of every type may say.",
            "properties": _shared(common),
        },
        **_SHAPES,
        **{name: _data(name, common) for name in MODELS},
    }


def _data(name: str, common: Document) -> Document:
    schema = {k: v for k, v in json_schema(MODELS[name]).items() if k not in _NOT_OF_DATA}
    own = {k: v for k, v in schema["properties"].items() if k not in common}
    return {**schema, "properties": _shared(own), "allOf": [_ref("schemas", "common")]}


def _shared(members: Document) -> Document:
    """Let members refer to their shapes; what they say beside them stays."""
    return {
        name: {**member, "anyOf": [_or_shape(branch) for branch in member["anyOf"]]}
        if "anyOf" in member
        else member
        for name, member in members.items()
    }


def _or_shape(branch: Document) -> Document:
    names = (name for name, shape in _SHAPES.items() if shape == branch)
    return next((_ref("schemas", name) for name in names), branch)


def _summary(name: str) -> str:
    return (MODELS[name].__doc__ or "").partition("\n")[0]


def _type_of(name: str) -> Document:
    """The event type as it is, or behind a prefix of two labels or more."""
    return {"pattern": rf"^([^.]+(\.[^.]+)+\.)?{re.escape(name)}$"}


def _in_header(attribute: Document) -> Document:
    """An attribute as a header has it: numbers and truth as text."""
    said = {"description": attribute["description"]} if "description" in attribute else {}
    match attribute["type"]:
        case "integer":
            return {"type": "string", "pattern": "^[0-9]+$", **said}
        case "boolean":
            return {"type": "string", "enum": ["true", "false"], **said}
        case _:
            return attribute


def _as_headers(attributes: Document) -> Document:
    return {
        "content-type": _DATA_CONTENT_TYPE,
        **{f"ce_{name}": value for name, value in attributes.items()},
    }


def _headers(content_type: str) -> Document:
    return {
        "type": "object",
        "properties": {"content-type": {"type": "string", "const": content_type}},
        "required": ["content-type"],
    }


def _key() -> Document:
    return {
        "kafka": {
            "key": {
                "type": "string",
                "description": "The id of what the event is about, so that it stays in order.",
            },
            "bindingVersion": "0.5.0",
        }
    }


def _ref(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
