"""A message that Kafka itself does not take: said in one line by whoever publishes it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from consumers import topics
from consumers.connection import KafkaSettings
from consumers.errors import PublishFailed
from consumers.publish import Message, publish
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account
from tests.integration.bad_input.messages import opened, requested

MESSAGES = [Message(sent.value or b"") for sent in (requested("V-1"), opened("V-1"))]


def test_what_publishes_10_mb_is_told_so_and_the_rest_can_be_published_again(
    make_line: MakeLine,
) -> None:
    line = make_line()
    first, second = MESSAGES
    with pytest.raises(PublishFailed) as refused:
        publish(line.kafka, line.topic, [first, Message(b"x" * 10_000_000), second])
    line_of_it = str(refused.value)
    assert "10000" in line_of_it
    assert line_of_it.isprintable()
    publish(line.kafka, line.topic, MESSAGES)
    line.read()
    account = line.account()
    assert (account.stored, account.dead) == (2, 0)
    assert line.findings() == []


def test_what_the_topic_does_not_take_is_told_as_well(make_line: MakeLine) -> None:
    line = make_line(max_message_bytes=1_000)
    with pytest.raises(PublishFailed) as refused:
        publish(line.kafka, line.topic, [Message(b"x" * 2_000)])
    assert str(refused.value).isprintable()
    publish(line.kafka, line.topic, MESSAGES)
    line.read()
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)


def test_a_topic_that_procesmijn_makes_takes_what_the_contract_takes(
    kafka_servers: str,
) -> None:
    """The contract's bound, 1 MiB, is that of a broker by default, with room for the envelope."""
    kafka, topic = KafkaSettings(kafka_servers), f"bad-input-{uuid4().hex}"
    topics.ensure(kafka, [topic], create=True)
    publish(kafka, topic, [Message(b"x" * 1_000_000)])
