"""What producers are told of a refusal is what the published document says that they are told."""

from __future__ import annotations

import json
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]  # its stubs are not among the pins
import pytest

from procesmijn.batch import DeadLetter, Origin, Partition
from procesmijn.persons import Keys, Persons
from procesmijn.refusals import notice
from schemas.asyncapi import document
from schemas.refusal import RecordRefused

PERSON = "E0001234"
PLACE = Origin(Partition(UUID(int=7), 3, "hr.events"), 1207)
DOCUMENT = document()
PAYLOAD = DOCUMENT["components"]["messages"][RecordRefused.event_type]["payload"]


@pytest.mark.parametrize(
    ("key", "value", "has_id"),
    [
        (PERSON.encode(), json.dumps({"source": "/hr", "id": PERSON}).encode(), True),
        (None, PERSON.encode(), False),
        (None, None, False),
    ],
)
def test_a_notice_keeps_the_document_and_names_nobody(
    key: bytes | None, value: bytes | None, has_id: bool
) -> None:
    letter = DeadLetter(PLACE, 1_795_164_984_000_000, "not-json", "no JSON", key, value, ())
    told = notice(letter, Persons(Keys.generate()))
    whole = {"components": DOCUMENT["components"], **PAYLOAD}
    jsonschema.Draft7Validator(whole).validate(told)
    assert (told["data"]["topic"], told["data"]["offset"]) == ("hr.events", 1207)
    assert (told["data"]["key_hash"] is None) == (key is None)
    assert (told["data"]["event_id"] is None) != has_id
    assert PERSON not in json.dumps(told)
