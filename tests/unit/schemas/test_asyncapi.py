"""The AsyncAPI document is valid, current, and says of every message what the decoder says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are not among the pins
import pytest

from schemas import publish
from schemas.asyncapi import document
from schemas.event import DEFAULT_TOPIC, Event, Record
from schemas.refusal import RecordRefused
from schemas.registry import MODELS, decode

Make = Callable[..., Record]
Document = dict[str, Any]

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text("utf-8"))
DOCUMENT = document()
MESSAGES: Document = DOCUMENT["components"]["messages"]


def accepts(schema: Document, value: object) -> bool:
    """Whether a schema in the document, its references followed, takes a value."""
    whole = {"components": DOCUMENT["components"], **schema}
    return bool(jsonschema.Draft7Validator(whole).is_valid(value))


def test_it_is_valid_by_the_schema_that_asyncapi_publishes() -> None:
    validator = jsonschema.Draft7Validator(OFFICIAL)
    assert [error.message for error in validator.iter_errors(document(["hr.events", "it"]))] == []
    wrong = document()
    wrong["operations"][f"receive.{DEFAULT_TOPIC}"]["action"] = "read"
    assert not validator.is_valid(wrong)


def test_the_file_is_current() -> None:
    shipped = publish.ASYNCAPI.read_text("utf-8")
    assert shipped == publish.as_text(DOCUMENT), "run python -m schemas.publish"


def test_every_topic_takes_every_message_and_one_tells_of_refusals() -> None:
    channels = document(["hr.events", "it"], "hr.refused")["channels"]
    assert [channel["address"] for channel in channels.values()] == list(channels)
    sent = {*MODELS, *(f"{name}.binary" for name in MODELS), "retraction"}
    assert set(channels["hr.events"]["messages"]) == set(channels["it"]["messages"]) == sent
    told = set(channels["hr.refused"]["messages"])
    assert told == {RecordRefused.event_type}
    assert set(MESSAGES) == sent | told


@pytest.mark.parametrize("name", MODELS)
def test_examples_keep_what_it_says_and_decode_in_both_modes(
    structured: Make, binary: Make, name: str
) -> None:
    whole = MESSAGES[name]
    parts = MESSAGES[f"{name}.binary"]
    event = whole["examples"][0]["payload"]
    example = parts["examples"][0]
    attributes = {
        header[3:]: text for header, text in example["headers"].items() if header.startswith("ce_")
    }
    decoded = decode(structured(event))
    assert isinstance(decoded, Event), decoded
    assert decoded.type == name
    assert decode(binary(attributes, example["payload"])) == decoded
    assert accepts(whole["payload"], event)
    assert accepts(parts["headers"], example["headers"])
    assert accepts(parts["payload"], example["payload"])
    wrongs: list[Document] = [{"type": "x"}, {"type": f"nl.{name}"}, {"data": {}}, {"id": ""}]
    for wrong in wrongs:
        assert not accepts(whole["payload"], {**event, **wrong}), wrong
    assert accepts(whole["payload"], {**event, "type": f"nl.example.{name}"})


def test_a_retraction_is_a_message_of_its_own(structured: Make) -> None:
    event = MESSAGES["step"]["examples"][0]["payload"]
    retraction = {k: v for k, v in event.items() if k != "data"} | {"retracted": True}
    assert not accepts(MESSAGES["retraction"]["payload"], retraction)
    retraction["revision"] = 1
    assert accepts(MESSAGES["retraction"]["payload"], retraction)
    decoded = decode(structured(retraction))
    assert isinstance(decoded, Event)
    assert decoded.is_retracted
