"""Whole workers on a real broker: alone, together, frozen, killed, and without their store."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from consumers import claims, topics
from consumers.applying import Within
from consumers.connection import KafkaSettings
from consumers.errors import BatchFailed
from consumers.publish import Message, publish
from consumers.worker import Worker
from procesmijn.apply import StillInTheWay
from procesmijn.batch import Applied, Batch
from procesmijn.embedded import Embedded
from tests.ledger import Ledger
from tests.member import make_worker

PARTITIONS = 6
SESSION_SECONDS = 6.0  # of the members in tests.member; brokers allow no less


@pytest.fixture
def settings(kafka_servers: str) -> KafkaSettings:
    return KafkaSettings(kafka_servers)


@pytest.fixture
def made(settings: KafkaSettings, topic: str) -> str:
    topics.ensure(settings, [topic], create=True, partitions=PARTITIONS)
    return topic


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(ledger_path: Path) -> Ledger:
    return Ledger(ledger_path)


class Members:
    """Workers in processes of their own, in one group over one ledger."""

    def __init__(self, servers: str, topic: str, ledger_path: Path) -> None:
        self._arguments = (servers, topic, uuid.uuid4().hex, str(ledger_path))
        self._stack = ExitStack()

    def start(self, owner: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.member", *self._arguments, owner],
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.kill)
        return process

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def members(kafka_servers: str, made: str, ledger_path: Path) -> Iterator[Members]:
    members = Members(kafka_servers, made, ledger_path)
    yield members
    members.close()


@contextmanager
def working(worker: Worker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()


@contextmanager
def sending(settings: KafkaSettings, topic: str) -> Iterator[list[int]]:
    """Send events without pause; the list grows by the number of each lot that was acknowledged."""
    sent: list[int] = []
    enough = threading.Event()

    def send() -> None:
        first = 0
        while not enough.is_set():
            lot = range(first, first + 400)
            publish(settings, topic, (Message(b"%d" % n, b"%d" % (n % 97)) for n in lot))
            first = lot.stop
            sent.append(len(lot))
            time.sleep(0.05)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        enough.set()
        thread.join()


def test_two_workers_share_and_hand_over(
    settings: KafkaSettings, made: str, ledger: Ledger, members: Members
) -> None:
    """Through a join, a clean stop, a frozen member and a killed one each offset counts once."""
    with sending(settings, made) as sent:
        first = members.start("first")
        _until(lambda: _owners(ledger, made) == {"first"} and ledger.outcomes() > 0)

        second = members.start("second")
        _until(lambda: _owners(ledger, made) == {"first", "second"})

        stopped_at = time.monotonic()
        second.send_signal(signal.SIGTERM)
        assert second.wait(10) == 0
        assert time.monotonic() - stopped_at < 5
        _until(lambda: _owners(ledger, made) == {"first"})
        assert time.monotonic() - stopped_at < SESSION_SECONDS, "it did not leave the group"

        third = members.start("third")
        _until(lambda: _owners(ledger, made) == {"first", "third"})
        with ledger.at_rest():
            os.kill(first.pid, signal.SIGSTOP)
        _until(lambda: _owners(ledger, made) == {"third"})
        os.kill(first.pid, signal.SIGCONT)
        _until(lambda: _owners(ledger, made) == {"first", "third"})

        third.kill()
        _until(lambda: _owners(ledger, made) == {"first"})
    _until(lambda: ledger.events() == sum(sent))
    accounts = ledger.accounts()
    assert {account.first_offset for account in accounts.values()} == {0}
    assert sum(account.events for account in accounts.values()) == sum(sent)
    assert first.poll() is None


def test_the_store_away_is_told_once_and_costs_nothing(
    kafka_servers: str,
    settings: KafkaSettings,
    made: str,
    ledger: Ledger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    worker = make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "alone")
    with working(worker), sending(settings, made) as sent:
        _until(lambda: ledger.events() > 0)
        ledger.is_away = True
        time.sleep(SESSION_SECONDS + 1)  # long enough to lose the membership, if it did not poll
        during = ledger.events()
        ledger.is_away = False
        _until(lambda: ledger.events() > during)
    with working(make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "another")):
        _until(lambda: ledger.events() == sum(sent))
    assert sum(it.events for it in ledger.accounts().values()) == sum(sent)
    told = [it.getMessage() for it in caplog.records if "store is" in it.getMessage()]
    assert told == [
        "the store is away, nothing is read until it is back: the ledger was put away",
        "the store is back",
    ]


def test_a_broker_that_comes_back_is_read_on(
    home: Path, topic: str, ledger: Ledger, ledger_path: Path
) -> None:
    """Its connections are cut and its group forgets its members; nobody restarts the worker."""
    with ExitStack() as stack:
        with Embedded(home, database=False) as servers:
            settings = KafkaSettings(servers.kafka_servers)
            topics.ensure(settings, [topic], create=True, partitions=PARTITIONS)
            members = Members(settings.servers, topic, ledger_path)
            stack.callback(members.close)
            member = members.start("alone")
            publish(settings, topic, (Message(b"%d" % n) for n in range(100)))
            _until(lambda: ledger.events() == 100)
        time.sleep(1)
        with Embedded(home, database=False) as servers:
            assert servers.kafka_servers == settings.servers
            publish(settings, topic, (Message(b"%d" % n) for n in range(50, 200)))
            _until(lambda: ledger.outcomes() == 250)
            assert member.poll() is None
    assert ledger.events() == 200
    assert sum(it.events for it in ledger.accounts().values()) == 250


def test_a_worker_stops_while_the_store_is_away(
    kafka_servers: str, settings: KafkaSettings, made: str, ledger: Ledger
) -> None:
    ledger.is_away = True
    worker = make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "alone")
    with working(worker) as thread:
        time.sleep(1)
        stopped_at = time.monotonic()
        worker.stop()
        thread.join(5)
        assert time.monotonic() - stopped_at < 5


def test_a_batch_of_another_owner_is_dropped_and_read_again(
    kafka_servers: str,
    settings: KafkaSettings,
    made: str,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thief takes the partitions in the store while the group believes nothing has changed."""
    monkeypatch.setattr(claims, "HEED_SECONDS", 3600.0)  # only the batch that is refused tells
    worker = make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "rightful")
    with working(worker), sending(settings, made) as sent:
        for _ in range(5):
            _until(partial(_has_events, ledger, ledger.events() + 1))
            ledger.take(list(ledger.accounts()), "thief")
            _until(lambda: _owners(ledger, made) == {"rightful"})
    with working(make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "another")):
        _until(lambda: ledger.events() == sum(sent))
    assert sum(it.events for it in ledger.accounts().values()) == sum(sent)


def test_small_batches_are_applied_at_once(
    kafka_servers: str, settings: KafkaSettings, made: str, ledger: Ledger
) -> None:
    """Nothing waits for a batch to fill: what arrives alone is applied alone."""
    with working(make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "alone")):
        publish(settings, made, [Message(b"warm-up")])
        _until(lambda: ledger.events() == 1)
        waits = []
        for n in range(20):
            publish(settings, made, [Message(b"%d" % n)])
            sent_at = time.monotonic()
            _until(partial(_has_events, ledger, n + 2))
            waits.append(time.monotonic() - sent_at)
    assert sorted(waits)[10] < 0.2


def test_a_batch_that_nobody_foresaw_ends_the_worker_with_its_offsets(
    kafka_servers: str, settings: KafkaSettings, made: str, ledger: Ledger
) -> None:
    """The message of the exception may quote the record, so it is not told."""
    publish(settings, made, [Message(b"0", b"k"), Message(b"1", b"k")])
    worker = make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "alone")

    def apply(_: Batch) -> Applied:
        raise ZeroDivisionError("jan")

    worker._applying = Within(apply)
    with pytest.raises(BatchFailed) as failed:
        worker.run()
    assert re.search(rf"the batch of offsets {made}/\d 0 to 1 could not be", str(failed.value))
    assert "ZeroDivisionError" in str(failed.value)
    assert "jan" not in str(failed.value)
    assert ledger.outcomes() == 0


def test_a_batch_that_others_are_in_the_way_of_waits(
    kafka_servers: str, settings: KafkaSettings, made: str, ledger: Ledger
) -> None:
    publish(settings, made, [Message(b"0", b"k")])
    worker = make_worker(kafka_servers, made, uuid.uuid4().hex, ledger, "alone")
    tried: list[Batch] = []

    def apply(batch: Batch) -> Applied:
        tried.append(batch)
        if len(tried) < 3:
            raise StillInTheWay("others were in the way")
        return ledger.apply(batch)

    worker._applying = Within(apply)
    with working(worker):
        _until(lambda: ledger.events() == 1)
    assert len(tried) == 3


def _has_events(ledger: Ledger, count: int) -> bool:
    return ledger.events() >= count


def _owners(ledger: Ledger, topic: str) -> set[str]:
    return set(ledger.owners(topic).values())


def _until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.01)
