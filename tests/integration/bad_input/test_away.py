"""Servers that go away, at the start and in the middle: said once, nothing lost, nothing twice."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from consumers.connection import KafkaSettings
from consumers.errors import KafkaUnavailable, PublishFailed
from consumers.logs import log_ends
from consumers.metrics import Metrics
from consumers.outbox import Sender
from consumers.publish import Message, Publisher, publish
from consumers.stream import Reading, Stream
from procesmijn.catalogue import default
from procesmijn.embedded import Embedded
from procesmijn.embedded.server import Server
from procesmijn.persons import Persons
from procesmijn.store import Store
from procesmijn.store.outbox import Outbox
from tests.integration.bad_input.line import Account, Line, Sent, make_topic, until
from tests.integration.bad_input.messages import opened, requested

Said = Callable[[str], list[str]]

# kafka-python drops the sockets of connections that failed, and leaves them to the collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(autouse=True)
def sockets_are_swept_up() -> Iterator[None]:
    """Here, and not in the middle of somebody else's test."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, persons: Persons) -> Iterator[Embedded]:
    """Servers that nobody else misses."""
    with Embedded(tmp_path_factory.mktemp("own") / "home") as own:
        store = Store(own.database_url)
        store.migrate()
        store.activate(default().pseudonymous(persons.pseudonym))
        store.close()
        yield own


@pytest.fixture
def line(own: Embedded, persons: Persons) -> Iterator[Line]:
    """A line between them, in a database of its own."""
    name, topic = f"away_{uuid4().hex}", f"away-{uuid4().hex}"
    with psycopg.connect(_beside(own, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE procesmijn".encode())
    make_topic(own.kafka_servers, topic, {})
    line = Line(own.kafka_servers, topic, _beside(own, name), persons)
    yield line
    line.close()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Said:
    """What the worker says of a server that comes and goes."""
    caplog.set_level(logging.INFO, logger="consumers")

    def said(server: str) -> list[str]:
        messages = (it.getMessage() for it in caplog.records if it.name == "consumers.worker")
        return [message for message in messages if message.startswith(server)]

    return said


@pytest.mark.parametrize("end", [Server.stop, Server.kill], ids=["stopped", "killed"])
def test_postgresql_away_in_the_middle(
    own: Embedded, line: Line, said: Said, end: Callable[[Server], None]
) -> None:
    with line.working() as running:
        line.send(requested("V-1"))
        line.read_on(running)
        end(own.database)
        line.send(opened("V-1"))
        until(lambda: line.pulse.trouble is not None)
        assert line.pulse.unready() == line.pulse.trouble
        line.send(requested("V-2"), opened("V-2"))
        own.database.start()
        line.read_on(running)
        assert line.pulse.unready() is None
    away, back = said("the store")
    assert away.startswith("the store is away, nothing is read until it is back: PostgreSQL cannot")
    assert away.isprintable()
    assert back == "the store is back"
    assert line.account() == Account(stored=4, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_postgresql_away_at_the_start(own: Embedded, line: Line, said: Said) -> None:
    own.database.stop()
    line.send(requested("V-1"), opened("V-1"))
    with line.working() as running:
        until(lambda: line.pulse.trouble is not None)
        own.database.start()
        line.read_on(running)
    assert len(said("the store is away")) == len(said("the store is back")) == 1
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


@pytest.mark.parametrize("end", [Server.stop, Server.kill], ids=["stopped", "killed"])
def test_kafka_away_in_the_middle(
    own: Embedded, line: Line, said: Said, end: Callable[[Server], None]
) -> None:
    with line.working() as running:
        line.send(requested("V-1"))
        line.read_on(running)
        until(lambda: line.pulse.unready() is None)
        end(own.broker)
        until(lambda: line.pulse.unready() is not None)
        assert not running.done()
        own.broker.start()
        line.send(opened("V-1"))
        line.read_on(running)
        until(lambda: line.pulse.unready() is None)
    assert said("Kafka") == [
        "Kafka answers",
        "Kafka is away: nothing is read until a broker answers again",
        "Kafka answers",
    ]
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_kafka_away_at_the_start(own: Embedded, line: Line) -> None:
    """A worker gives up after a while, with one line, for whatever watches it to start it again."""
    line.send(requested("V-1"), opened("V-1"))
    own.broker.stop()
    settings = KafkaSettings(own.kafka_servers, connect_seconds=0.5)
    began = time.monotonic()
    with pytest.raises(KafkaUnavailable) as refused:
        Stream(settings, Reading((line.topic,)), "alone")
    assert time.monotonic() - began < 5
    assert str(refused.value).startswith(f"no Kafka broker answers at {own.kafka_servers} ")
    assert str(refused.value).isprintable()
    own.broker.start()
    line.read()
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)


def test_kafka_away_while_somebody_publishes(
    own: Embedded, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told in one line, and nothing of the producer is left behind."""
    monkeypatch.setattr("consumers.publish.DELIVERY_SECONDS", 1.0)
    before = set(threading.enumerate())
    broker = own.broker.pid
    assert broker is not None

    def messages() -> Iterator[Message]:
        yield Message(b"1")
        os.kill(broker, signal.SIGSTOP)
        yield Message(b"2")

    try:
        with pytest.raises(PublishFailed) as refused:
            publish(line.kafka, line.topic, messages())
    finally:
        os.kill(broker, signal.SIGCONT)
    assert "publish them again" in str(refused.value)
    assert str(refused.value).isprintable()
    assert set(threading.enumerate()) <= before


def test_what_was_refused_is_told_when_kafka_is_back(
    own: Embedded, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "kafka")  # kept records would keep its dead connections
    topic = f"{line.topic}-refused"
    make_topic(own.kafka_servers, topic, {})
    line.send(Sent(b"no event"))
    line.read()
    with (
        closing(Publisher(line.kafka, gives_up_seconds=2.0)) as publisher,
        closing(Outbox(line.store.url)) as outbox,
    ):
        registry = CollectorRegistry()
        sender = Sender(outbox, publisher, {"refused": topic}, Metrics(registry))
        own.broker.stop()
        with pytest.raises(PublishFailed):
            sender.send()
        assert registry.get_sample_value("procesmijn_outbox_messages") == 1
        own.broker.start()

        def is_sent() -> bool:  # what could not be sent was given back, so it need not wait
            with suppress(PublishFailed):
                sender.send()
            return outbox.waiting() == 0

        until(is_sent)
        assert registry.get_sample_value("procesmijn_outbox_messages") == 0
    (end,) = log_ends(line.kafka, [topic]).values()
    assert end.next_offset >= 1


def _beside(own: Embedded, name: str) -> str:
    return urlsplit(own.database_url)._replace(path=f"/{name}").geturl()
