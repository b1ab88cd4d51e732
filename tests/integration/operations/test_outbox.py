"""Whoever produced a record that was refused is told so: exactly as reliably as it was refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from consumers import topics
from consumers.metrics import Metrics
from consumers.outbox import DELIVERY_SECONDS, Sender
from consumers.publish import Publisher
from procesmijn.errors import StoreUnavailable
from procesmijn.store.outbox import Outbox
from tests.integration.bad_input.line import Line, Sent
from tests.integration.bad_input.messages import message, opened
from tests.integration.operations.test_streams import partition_of, position

PERSON = "jan.jansen@example.org"


@pytest.fixture
def outbox(line: Line) -> Iterator[Outbox]:
    with closing(Outbox(line.store.url)) as outbox:
        yield outbox


@pytest.fixture
def notices(line: Line) -> str:
    """The topic that producers read."""
    name = f"{line.topic}-refused"
    topics.ensure(line.kafka, [name], create=True, partitions=1)
    return name


@pytest.fixture
def sender(line: Line, outbox: Outbox, notices: str) -> Iterator[Sender]:
    with closing(Publisher(line.kafka, DELIVERY_SECONDS)) as publisher:
        yield Sender(outbox, publisher, {"refused": notices}, Metrics(CollectorRegistry()))


def told(line: Line, topic: str) -> list[dict[str, Any]]:
    """All that is in a topic."""
    place = TopicPartition(topic, 0)
    with closing(KafkaConsumer(**line.kafka.options())) as consumer:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek(place, 0)
        events: list[dict[str, Any]] = []
        while consumer.position(place) < end:
            for record in consumer.poll(500).get(place, ()):
                assert dict(record.headers)["content-type"] == b"application/cloudevents+json"
                assert PERSON.encode() not in record.value
                events.append(orjson.loads(record.value))
    return events


def test_a_refusal_is_told_once_without_what_was_refused(
    line: Line, sender: Sender, notices: str
) -> None:
    wrong = message(PERSON, type="vacancy.opend")
    line.send(opened("V0"), wrong._replace(key=PERSON.encode()), Sent(f"no {PERSON}".encode()))
    line.read()
    assert sender.send() == 2

    first, second = told(line, notices)
    place = partition_of(line)
    assert first["type"] == "procesmijn.record.refused"
    assert first["id"].startswith(f"{place.topic_id}/0/1/")
    data = first["data"]
    assert (data["topic"], data["partition"], data["offset"]) == (line.topic, 0, 1)
    assert (data["reason"], "vacancy.opened" in data["message"]) == ("unknown-type", True)
    assert data["key_hash"] == line.persons.key_hash(PERSON.encode())
    assert data["event_id"] == line.persons.event_id("/hr", PERSON)
    assert (second["data"]["reason"], second["data"]["offset"]) == ("not-json", 2)
    assert second["data"]["key_hash"] is second["data"]["event_id"] is None

    # What is read again and refused again is no news.
    line.store.rewind(place, 0, "ann")
    line.read()
    assert position(line) == 3
    assert sender.send() == 0
    assert len(told(line, notices)) == 2


def test_a_worker_that_dies_before_the_mark_leaves_it_to_another_with_the_same_id(
    line: Line, outbox: Outbox, sender: Sender, notices: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.send(Sent(b"no event"))
    line.read()

    def die(_: object) -> None:
        raise StoreUnavailable("it died")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", die)
        with pytest.raises(StoreUnavailable):
            sender.send()
    assert sender.send() == 0, "nobody else sends what somebody is busy with"
    with line.store.reader() as connection:
        connection.execute("UPDATE stream.outbox SET taken_until = now()")  # it was long ago
    assert sender.send() == 1
    first, second = told(line, notices)
    assert first == second
    assert outbox.waiting() == 0
