"""Each kind of wrong set-up of Kafka is found, on a real broker that is broken that way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from consumers import condition
from consumers.connection import KafkaSettings
from consumers.logs import log_ends
from consumers.publish import Message, publish
from consumers.stream import Reading, Stream
from procesmijn.cli.checks.check import Finding, Level
from procesmijn.embedded.home import Home
from procesmijn.embedded.jars import default_cache, fetch
from procesmijn.store import Store
from tests.commands import Procesmijn
from tests.integration.bad_input.line import make_topic
from tests.integration.doctor.brokers import PASSWORD, USERS, GuardedBroker, SecondBroker
from tests.integration.doctor.conftest import Doctor, told

RECORD = [Message(b"{}", b"k")]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedBroker]:
    """A broker that asks for a password."""
    home = Home(tmp_path_factory.mktemp("guarded") / "home")
    home.hold()
    port, controller_port, guarded_port = home.ports("kafka", "controller", "guarded")
    broker = GuardedBroker(home.folder, port, controller_port, fetch(default_cache(), print))
    broker.guarded_port = guarded_port
    broker.start()
    yield broker
    broker.close()
    home.release()


def test_a_topic_that_is_missing(doctor: Doctor, stream: str) -> None:
    told(doctor(), "topic", f"there is no topic {stream}")


@pytest.mark.parametrize(
    ("settings", "check", "words", "level"),
    [
        ({"cleanup_policy": "compact"}, "compaction", "cleanup.policy=delete", Level.FAILURE),
        ({"max_message_bytes": 1000}, "message-size", "max.message.bytes=", Level.WARNING),
        ({}, "record-times", "message.timestamp.type=LogAppendTime", Level.WARNING),
        ({"min_insync_replicas": 2}, "in-sync", "(1 of 2)", Level.FAILURE),
    ],
)
def test_a_topic_that_is_set_up_otherwise(
    settings: dict[str, object],
    check: str,
    words: str,
    level: Level,
    doctor: Doctor,
    stream: str,
    kafka_servers: str,
) -> None:
    make_topic(kafka_servers, stream, settings)
    told(doctor(), check, words, level)


def test_more_workers_than_partitions(doctor: Doctor, stream: str, kafka_servers: str) -> None:
    make_topic(kafka_servers, stream, {})
    reading = Reading((stream,), group=stream, session_seconds=6.0)
    members = [Stream(KafkaSettings(kafka_servers), reading, str(n)) for n in range(2)]
    deadline = time.monotonic() + 30
    while not all(member.is_member for member in members):
        for member in members:
            member.idle(0.2)
        assert time.monotonic() < deadline
    try:
        told(doctor(kafka_group=stream), "partitions", "2 workers share 1 partition", Level.WARNING)
    finally:
        for member in members:
            member.close()


def test_what_is_unread_and_about_to_go(
    doctor: Doctor, stream: str, store: Store, kafka_servers: str
) -> None:
    settings = {"retention_ms": 1000, "message_timestamp_type": "LogAppendTime"}
    make_topic(kafka_servers, stream, settings)
    publish(KafkaSettings(kafka_servers), stream, RECORD)
    time.sleep(0.6)
    found = doctor()
    told(found, "retention", f"half of their retention: {stream}/0; raise retention.ms")
    told(found, "lag", f"{stream}/0 (1)")
    (partition,) = log_ends(KafkaSettings(kafka_servers), [stream])
    store.take([partition], "a worker")
    with psycopg.connect(store.url) as connection:
        connection.execute("UPDATE stream.position SET next_offset = 1")
    found = doctor()
    assert found["retention"].level is found["lag"].level is Level.OK
    with psycopg.connect(store.url) as connection:
        connection.execute("UPDATE stream.position SET next_offset = 0, updated_at = '2026-01-01'")
    store.pause(stream, None, by="Ann", because="moving")
    found = doctor()
    told(found, "paused", f"paused: {stream} by Ann since 20", Level.WARNING)
    assert found["lag"].level is Level.OK, "somebody wants it so"


def test_a_partition_that_stands_still(
    doctor: Doctor, stream: str, store: Store, kafka_servers: str
) -> None:
    make_topic(kafka_servers, stream, {})
    (partition,) = log_ends(KafkaSettings(kafka_servers), [stream])
    store.take([partition], "a worker")
    with psycopg.connect(store.url) as connection:
        connection.execute(
            "UPDATE stream.position SET next_offset = 7, updated_at = now() - interval '2 min'"
        )
    found = doctor()
    told(
        found,
        "stalled",
        f"the log ends at 0, before the stored position; decide with procesmijn"
        f" streams accept-gap {stream} 0",
    )
    assert found["lag"].level is Level.OK, "one finding is enough"


def test_a_topic_with_one_copy_in_a_cluster_of_two_brokers(
    guarded: GuardedBroker, doctor: Doctor, stream: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_topic(guarded.servers, stream, {})
    assert doctor(kafka_servers=guarded.servers)["replicas"].level is Level.OK
    home = Home(tmp_path_factory.mktemp("second") / "home")
    home.hold()
    (port,) = home.ports("kafka")
    second = SecondBroker(home.folder, port, guarded)
    second.start()
    try:
        found = doctor(kafka_servers=guarded.servers)
    finally:
        second.close()
        home.release()
    told(found, "replicas", f"{stream} has one copy on a cluster of 2 brokers", Level.WARNING)


def test_looking_makes_no_topic(kafka_servers: str, admin: KafkaAdminClient) -> None:
    before = set(admin.list_topics())
    condition.read(KafkaSettings(kafka_servers), ["nothing"], "nobody", "told")
    assert set(admin.list_topics()) == before


def test_who_may_not_come_in_and_who_may_not_read(
    guarded: GuardedBroker, doctor: Doctor, stream: str, home: Path
) -> None:
    worker, stranger = USERS
    settings = {
        "kafka_servers": guarded.guarded,
        "kafka_security_protocol": "SASL_PLAINTEXT",
        "kafka_sasl_mechanism": "PLAIN",
        "kafka_connect_seconds": "1",
    }

    def of(user: str) -> dict[str, Finding]:
        return doctor(
            **settings, kafka_username=user, kafka_password=PASSWORD, refused_topic=stream
        )

    # In a process of its own: the client's sockets outlive its failed constructor.
    refused = Procesmijn(home, settings)("doctor", kafka_username=worker, kafka_password="wr0ng")
    assert refused.code == 1
    assert f"check the user {worker}, its password and the mechanism PLAIN" in refused.out
    assert "wr0ng" not in refused.out + refused.err

    admin = KafkaAdminClient(bootstrap_servers=guarded.servers)
    make_topic(guarded.servers, stream, {})
    found = of(worker)
    assert found["topic-rights"].level is found["refused-topic"].level is Level.OK
    told(of(stranger), "topic", f"there is no topic {stream}")
    admin.create_acls(
        [
            ACL(
                f"User:{stranger}",
                "*",
                ACLOperation.DESCRIBE,
                ACLPermissionType.ALLOW,
                ResourcePattern(ResourceType.TOPIC, stream),
            )
        ]
    )
    admin.close()
    found = of(stranger)
    told(found, "topic-rights", f"may not read {stream}")
    told(found, "refused-topic", f"may not write to {stream}")
    assert found["broker-disk"].said.startswith("may not be asked")
