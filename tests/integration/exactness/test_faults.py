"""Servers that go away, connections that break, workers that freeze, topics that are made again:
when the fault is over everything is in, exactly once, by itself."""

from __future__ import annotations

import logging
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from consumers import topics
from consumers.connection import KafkaSettings
from procesmijn.embedded import Embedded
from procesmijn.persons import Persons
from procesmijn.store import Store
from tests.integration.exactness.accounts import WATCH, assert_all_holds, wait_until_all_is_in
from tests.integration.exactness.conftest import KEYS, PARTITIONS
from tests.integration.exactness.crashing_worker import SESSION_SECONDS, Dead
from tests.integration.exactness.fleet import Fleet
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE
from tests.integration.exactness.proxy import CuttingProxy
from tests.integration.exactness.tables import assert_same
from tests.integration.exactness.telling import Teller


def test_frozen_past_its_session_and_joined_and_left(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """What the frozen one still holds when it thaws is refused: others have it by then. Of the
    other only the process that applies is frozen, and what it holds is next in line."""
    with teller.telling():
        frozen, other = fleet.start(), fleet.start()
        time.sleep(2)
        fleet.signal(frozen, signal.SIGSTOP)
        fleet.signal(other, signal.SIGSTOP, Dead.APPLYING)
        time.sleep(SESSION_SECONDS + 2)
        third = fleet.start()
        time.sleep(1)
        fleet.signal(frozen, signal.SIGCONT)
        fleet.signal(other, signal.SIGCONT, Dead.APPLYING)
        time.sleep(2)
        fleet.stop(other)
        time.sleep(1)
        fleet.stop(third)
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_all_holds(watched, plain, teller, kafka_servers)


def test_sessions_ended_at_random(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    pick = random.Random(5)
    with teller.telling():
        fleet.start()
        fleet.start()
        time.sleep(2)
        ended = 0
        while ended < 30:
            time.sleep(pick.uniform(0.01, 0.2))
            rows = watched.observer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'procesmijn'"
                " AND (state <> 'idle' OR random() < 0.2) LIMIT 1"
            )
            ended += len(rows.fetchall())
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_all_holds(watched, plain, teller, kafka_servers)


def test_the_connection_is_lost_during_commit(
    teller: Teller, watched: Ground, plain: Ground, kafka_servers: str, tmp_path: Path
) -> None:
    """Whether a batch was committed is found out by its position, and it is in once."""
    with (
        CuttingProxy(watched.url, every=4) as proxy,
        Fleet(kafka_servers, teller.topic, proxy.url, KEYS.text(), tmp_path) as fleet,
    ):
        with teller.telling():
            fleet.start()
            time.sleep(5)
        wait_until_all_is_in(watched, teller, kafka_servers)
    assert set(proxy.cuts) == {"before", "behind"}
    assert_all_holds(watched, plain, teller, kafka_servers)


def test_a_topic_is_deleted_and_made_again(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """Its namesake is another topic, with an account of its own, and what it repeats is known."""
    fleet.start()
    for _ in range(10):
        teller.tell()
    wait_until_all_is_in(watched, teller, kafka_servers)
    before = assert_all_holds(watched, plain, teller, kafka_servers)

    first = teller.told
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.delete_topics([teller.topic])
    time.sleep(1)
    topics.ensure(
        KafkaSettings(kafka_servers), [teller.topic], create=True, partitions=PARTITIONS - 1
    )
    admin.close()
    again = Teller(kafka_servers, teller.topic, seed=2026)
    again.tell_again(first)
    watched.observer.execute(
        "UPDATE stream.position SET topic = 'deleted' WHERE topic_id IN"
        " (SELECT topic_id FROM stream.ledger)"
    )
    wait_until_all_is_in(watched, again, kafka_servers)
    assert_same(watched.tables(), before)
    watched.assert_sound()
    rows = watched.observer.execute(
        "SELECT sum(stored), sum(duplicate) FROM stream.ledger JOIN stream.position"
        " USING (topic_id, partition) WHERE topic = %s",
        [teller.topic],
    ).fetchone()
    assert rows == (0, sum(again.counts("event").values()))
    again.close()


def test_a_replay_changes_nothing_and_an_empty_database_comes_to_the_same(
    fleet: Fleet,
    teller: Teller,
    watched: Ground,
    plain: Ground,
    kafka_servers: str,
    persons: Persons,
) -> None:
    first = fleet.start()
    for _ in range(10):
        teller.tell()
    wait_until_all_is_in(watched, teller, kafka_servers)
    before = assert_all_holds(watched, plain, teller, kafka_servers)
    fleet.stop(first)

    watched.observer.execute("DELETE FROM stream.position; DELETE FROM stream.ledger")
    second = fleet.start()
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_same(watched.tables(), before)
    watched.assert_sound()
    fleet.stop(second)

    watched.clear()
    fleet.start()
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_same(watched.tables(), before)
    watched.assert_sound()


# -- servers of our own, to be stopped and killed -------------------------------------------------


@pytest.fixture(scope="module")
def own_servers() -> Iterator[Embedded]:
    with (
        tempfile.TemporaryDirectory(prefix="procesmijn-") as folder,
        Embedded(Path(folder) / "home") as servers,
    ):
        yield servers


@pytest.fixture
def own_ground(own_servers: Embedded, persons: Persons) -> Iterator[Ground]:
    store = Store(own_servers.database_url)
    store.migrate()
    store.activate(CATALOGUE.pseudonymous(persons.pseudonym))
    store.close()
    ground = Ground(own_servers.database_url, persons)
    ground.clear()
    ground.observer.execute("DROP SCHEMA IF EXISTS watch CASCADE")
    ground.observer.execute(WATCH)
    yield ground
    ground.close()


@pytest.fixture
def own_teller(
    own_servers: Embedded, topic: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Teller]:
    caplog.set_level(logging.CRITICAL, "kafka")  # kept records would keep its dead connections
    kafka = KafkaSettings(own_servers.kafka_servers)
    topics.ensure(kafka, [topic], create=True, partitions=PARTITIONS)
    teller = Teller(own_servers.kafka_servers, topic, seed=2026)
    yield teller
    teller.close()


@pytest.fixture
def own_fleet(
    own_servers: Embedded, own_ground: Ground, own_teller: Teller, tmp_path: Path
) -> Iterator[Fleet]:
    with Fleet(
        own_servers.kafka_servers, own_teller.topic, own_ground.url, KEYS.text(), tmp_path
    ) as fleet:
        yield fleet


def test_postgresql_is_stopped_and_killed_under_load(
    own_servers: Embedded,
    own_fleet: Fleet,
    own_teller: Teller,
    own_ground: Ground,
    plain: Ground,
) -> None:
    with own_teller.telling():
        own_fleet.start()
        own_fleet.start()
        for end in (own_servers.database.stop, own_servers.database.kill):
            time.sleep(2.5)
            end()
            time.sleep(1)
            own_servers.database.start()
        time.sleep(2)
    own_ground.close()  # its sessions are gone as well; it opens new ones
    wait_until_all_is_in(own_ground, own_teller, own_servers.kafka_servers)
    assert_all_holds(own_ground, plain, own_teller, own_servers.kafka_servers)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # kafka-python's: refused
def test_the_broker_is_stopped_and_killed_under_load(
    own_servers: Embedded,
    own_fleet: Fleet,
    own_teller: Teller,
    own_ground: Ground,
    plain: Ground,
) -> None:
    with own_teller.telling():
        own_fleet.start()
        own_fleet.start()
        for end in (own_servers.broker.stop, own_servers.broker.kill):
            time.sleep(2.5)
            end()
            time.sleep(1)
            own_servers.broker.start()
        time.sleep(2)
    wait_until_all_is_in(own_ground, own_teller, own_servers.kafka_servers)
    assert_all_holds(own_ground, plain, own_teller, own_servers.kafka_servers)
