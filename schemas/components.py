"""The schemas of the AsyncAPI document: attributes, headers and data, with what they share once."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter

from schemas.base import Code, EventData, Id, IdList, Name
from schemas.data_schema import json_schema
from schemas.envelope import MAX_ATTRIBUTE_CHARS, MAX_REVISION, SPECVERSION
from schemas.registry import MODELS
from schemas.step import Step
from schemas.texts import NO_CONTROLS

Document: TypeAlias = dict[str, Any]

DATA_CONTENT_TYPE: Final = "application/json"
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
_REQUIRED: Final = ("specversion", "type", "source", "id")


def component_schemas() -> Document:
    """Describe what messages refer to: ``event``, ``headers``, and the data of each type by its
    name."""
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
                "content-type": {"type": "string", "const": DATA_CONTENT_TYPE},
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
    return {**schema, "properties": _shared(own), "allOf": [ref("schemas", "common")]}


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
    return next((ref("schemas", name) for name in names), branch)


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


def ref(kind: str, name: str) -> Document:
    """Refer to a component of the document."""
    return {"$ref": f"#/components/{kind}/{name}"}
