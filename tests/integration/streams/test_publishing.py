"""Publishing to a real broker, and to none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from consumers.connection import KafkaSettings
from consumers.errors import PublishFailed
from consumers.publish import Message, publish
from tests.integration.streams.reading import (
    Open,
    read_records,
)
from tests.ledger import Ledger


def test_publishing_waits_for_all_and_keeps_the_order_of_a_key(
    settings: KafkaSettings, made: str, open_stream: Open, ledger: Ledger
) -> None:
    told: list[int] = []
    count = publish(
        settings, made, (Message(b"%d" % n, b"case %d" % (n % 7)) for n in range(2500)), told.append
    )
    assert count == 2500
    assert told == [1000, 2000, 2500]
    orders: dict[bytes | None, list[int]] = {}
    places: dict[bytes | None, set[int]] = {}
    for chunk in read_records(open_stream(made), ledger, 2500):
        for record in chunk.records:
            assert record.value is not None
            orders.setdefault(record.key, []).append(int(record.value))
            places.setdefault(record.key, set()).add(record.partition)
    assert len(orders) == 7
    assert all(order == sorted(order) for order in orders.values())
    assert all(len(partitions) == 1 for partitions in places.values())


def test_a_message_that_kafka_refuses_is_told(settings: KafkaSettings, made: str) -> None:
    with pytest.raises(PublishFailed, match="MessageSizeTooLarge"):
        publish(settings, made, [Message(b"x"), Message(b"x" * 2_000_000)])


NOWHERE = """
from consumers.connection import KafkaSettings
from consumers.errors import KafkaUnavailable
from consumers.stream import Reading, Stream
try:
    Stream(KafkaSettings("127.0.0.1:1", connect_seconds=0.5, password="secret"), Reading(), "me")
except KafkaUnavailable as error:
    print(error)
"""


def test_no_broker_is_told_in_one_line() -> None:
    """In a process of its own: the client's thread and sockets outlive its failed constructor."""
    said = subprocess.run(
        [sys.executable, "-c", NOWHERE], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    assert said.startswith("no Kafka broker answers at 127.0.0.1:1 ")
    assert said.count("\n") == 1
    assert "secret" not in said
