"""The CloudEvents SDK as a second opinion: on valid messages we read what it reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    from_kafka_event,
    from_structured_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent

from schemas.event import Event, Record
from schemas.instants import to_us
from schemas.registry import MODELS, decode, encode

Make = Callable[..., Record]
WHEN = datetime(2026, 11, 20, 8, 56, 24, 123456, tzinfo=UTC)

every_type = pytest.mark.parametrize("event_type", MODELS)


def sdk_event(event_type: str, **extensions: Any) -> CloudEvent:
    attributes = {
        "type": event_type,
        "source": "/hr/contracten/é",
        "id": "a%20b c",
        "specversion": "1.0",
        "time": WHEN,
        "datacontenttype": "application/json",
        **extensions,
    }
    return CloudEvent(attributes, dict(MODELS[event_type].example))


def ours(record: Make, message: KafkaMessage) -> Event:
    event = decode(record(message.value, message.headers))
    assert isinstance(event, Event), event
    return event


@every_type
def test_we_read_what_the_sdk_writes_in_both_modes(record: Make, event_type: str) -> None:
    event = sdk_event(event_type, revision=2)
    read = ours(record, to_structured_event(event))
    assert (read.type, read.source, read.id) == (event_type, "/hr/contracten/é", "a%20b c")
    assert (read.occurred_us, read.revision, read.extras) == (to_us(WHEN), 2, 0)
    assert ours(record, to_binary_event(event)) == read


def test_we_read_the_sdks_retractions(record: Make) -> None:
    event = sdk_event("contract.issued", revision=1, retracted=True)
    read = ours(record, to_structured_event(event))
    assert (read.is_retracted, read.objects) == (True, ())
    assert ours(record, to_binary_event(event)) == read


@every_type
def test_the_sdk_reads_what_we_write(record: Make, event_type: str) -> None:
    data = dict(MODELS[event_type].example)
    headers, value = encode(event_type, "/hr", "7", WHEN, data, revision=3)
    theirs = from_structured_event(KafkaMessage(dict(headers), None, value))
    assert (theirs.get_type(), theirs.get_source(), theirs.get_id()) == (event_type, "/hr", "7")
    assert (theirs.get_time(), theirs.get_extension("revision")) == (WHEN, 3)
    assert theirs.get_data() == data


@every_type
def test_binary_messages_mean_the_same_to_both(binary: Make, event_type: str) -> None:
    attributes = {
        "specversion": "1.0",
        "type": event_type,
        "source": "/hr",
        "id": "a%20b €",
        "time": "2026-11-20T09:56:24.123456+01:00",
    }
    made = binary(attributes, dict(MODELS[event_type].example))
    assert made.value is not None
    headers = {name: text for name, text in made.headers if text is not None}
    theirs = from_binary_event(KafkaMessage(headers, None, made.value))
    read = decode(made)
    time = theirs.get_time()
    assert isinstance(read, Event)
    assert time is not None
    assert (theirs.get_type(), theirs.get_id()) == (read.type, read.id)
    assert to_us(time) == read.occurred_us


def test_the_sdk_misreads_structured_messages_that_also_have_headers(record: Make) -> None:
    """Why decoding is our own: the binding allows these headers, and the content type decides."""
    structured = to_structured_event(sdk_event("contract.issued"))
    headers = {**to_binary_event(sdk_event("contract.issued")).headers, **structured.headers}
    message = KafkaMessage(headers, None, structured.value)
    misread = from_kafka_event(message).get_data()
    assert isinstance(misread, dict)
    assert "specversion" in misread  # the whole event is taken for its data
    assert ours(record, message) == ours(record, structured)
