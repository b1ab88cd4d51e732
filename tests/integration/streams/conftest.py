"""A topic of two partitions, and members of a group that read it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import (
    KafkaAdminClient,
)

from consumers import topics
from consumers.connection import KafkaSettings
from consumers.stream import Reading, Stream
from tests.integration.streams.reading import (
    PARTITIONS,
    Open,
)
from tests.ledger import Ledger


@pytest.fixture
def settings(kafka_servers: str) -> KafkaSettings:
    return KafkaSettings(kafka_servers)


@pytest.fixture
def made(settings: KafkaSettings, topic: str) -> str:
    """A topic that exists."""
    topics.ensure(settings, [topic], create=True, partitions=PARTITIONS)
    return topic


@pytest.fixture
def admin(kafka_servers: str) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(bootstrap_servers=kafka_servers)) as client:
        yield client


@pytest.fixture
def open_stream(settings: KafkaSettings) -> Iterator[Open]:
    opened: list[Stream] = []

    def open_stream(topic: str, group: str | None = None) -> Stream:
        reading = Reading((topic,), group or uuid.uuid4().hex, batch_records=100, session_seconds=6)
        opened.append(Stream(settings, reading, f"owner-{len(opened)}"))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()
