"""All that may be sent and all that is told, as one AsyncAPI 3 document: for tools.

Each event type is two messages, one for each mode of CloudEvents over Kafka; a retraction is one of
its own, as is the notice of a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel

from schemas.components import DATA_CONTENT_TYPE, Document, component_schemas, ref
from schemas.data_schema import Untitled
from schemas.envelope import CONTENT_TYPE, SPECVERSION
from schemas.event import DEFAULT_TOPIC
from schemas.examples import WHEN, example_event
from schemas.instants import write_instant
from schemas.refusal import REFUSED_TOPIC, RecordRefused
from schemas.registry import FAMILIES, MODELS

VERSION: Final = "1"
"""There are no others: types and members are only ever added."""

_ABOUT: Final = """\
What happened, to which objects, by which party, and when: events that procesmijn reads, as \
CloudEvents 1.0 over Kafka, in structured or in binary mode. The same source and id is the same \
event; a higher revision of it corrects it. Members marked x-person, and ids of candidates and \
employees, name persons: they are stored as pseudonyms only."""
_FAMILY_OF: Final = {
    model.event_type: family.__name__.rpartition(".")[2]
    for family in FAMILIES
    for model in family.TYPES
}
_NOTICE: Final = RecordRefused.event_type


def document(
    topics: Sequence[str] = (DEFAULT_TOPIC,), refused_topic: str = REFUSED_TOPIC
) -> Document:
    """Describe what may be sent to each of ``topics``, and what ``refused_topic`` tells of it
    (AsyncAPI 3.0.0)."""
    events = _messages()
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
        "channels": {
            **{topic: _channel(topic, "Events of any type.", events) for topic in topics},
            refused_topic: _channel(
                refused_topic, "A notice of each record that was refused.", (_NOTICE,)
            ),
        },
        "operations": {
            **{
                f"receive.{topic}": _operation("receive", topic, "What producers send is read.")
                for topic in topics
            },
            f"send.{refused_topic}": _operation(
                "send", refused_topic, "Producers are told what was refused, and why."
            ),
        },
        "components": {"schemas": component_schemas(), "messages": {**events, _NOTICE: _notice()}},
    }


def _channel(topic: str, description: str, messages: Iterable[str]) -> Document:
    return {
        "address": topic,
        "description": description,
        "messages": {name: ref("messages", name) for name in messages},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _operation(action: str, topic: str, summary: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}, "summary": summary}


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
            "allOf": [ref("schemas", "event")],
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
        "summary": _first_line(MODELS[name]),
        "tags": [{"name": _FAMILY_OF[name]}],
        "headers": _headers(CONTENT_TYPE),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [ref("schemas", "event")],
            "properties": {"type": _type_of(name), "data": ref("schemas", name)},
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
        "summary": _first_line(MODELS[name]),
        "tags": [{"name": _FAMILY_OF[name]}],
        "headers": {
            "type": "object",
            "allOf": [ref("schemas", "headers")],
            "properties": {"ce_type": _type_of(name)},
        },
        "contentType": DATA_CONTENT_TYPE,
        "payload": ref("schemas", name),
        "bindings": _key(),
        "examples": [{"headers": _as_headers(event), "payload": data}],
    }


def _notice() -> Document:
    return {
        "name": _NOTICE,
        "title": "refused",
        "summary": _first_line(RecordRefused),
        "headers": _headers(CONTENT_TYPE),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [ref("schemas", "event")],
            "properties": {
                "type": {"const": _NOTICE},
                "source": {"const": RecordRefused.source},
                "data": RecordRefused.model_json_schema(schema_generator=Untitled),
            },
            "required": ["data"],
        },
        "bindings": _key("The topic of the record."),
        "examples": [
            {
                "payload": {
                    "specversion": SPECVERSION,
                    "type": _NOTICE,
                    "source": RecordRefused.source,
                    "id": "9b2e0c64-6f1c-4c55-8a53-0a9a3e9be7f1/3/1207/1795164984000000",
                    "time": write_instant(WHEN),
                    "data": dict(RecordRefused.example),
                }
            }
        ],
    }


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").partition("\n")[0]


def _type_of(name: str) -> Document:
    """The event type as it is, or behind a prefix of two labels or more."""
    return {"pattern": rf"^([^.]+(\.[^.]+)+\.)?{re.escape(name)}$"}


def _as_headers(attributes: Document) -> Document:
    return {
        "content-type": DATA_CONTENT_TYPE,
        **{f"ce_{name}": value for name, value in attributes.items()},
    }


def _headers(content_type: str) -> Document:
    return {
        "type": "object",
        "properties": {"content-type": {"type": "string", "const": content_type}},
        "required": ["content-type"],
    }


def _key(meaning: str = "The id of what the event is about: so it stays in order.") -> Document:
    key = {"type": "string", "description": meaning}
    return {"kafka": {"key": key, "bindingVersion": "0.5.0"}}
