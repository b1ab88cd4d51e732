"""What was produced, taken down by the producer itself: the account that all others are held to."""

from __future__ import annotations

import gc
import random
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer

from schemas.event import Event, Record
from schemas.registry import Headers, decode, encode

TICKETS: Final = 25
_PARTIES: Final = ("desk", "lab", "firm", "robot", "stranger")
_LAST_MONTH: Final = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
_LOT: Final = 40


class Told(NamedTuple):
    """One record that was acknowledged."""

    kind: str
    """``event``, ``bad``, ``tombstone``, or ``aborted``: in a transaction that was given up."""
    partition: int
    offset: int
    value: bytes | None
    headers: Headers


class Teller:
    """Tells the story of some tickets, with corrections, contradictions, repetitions and nonsense,
    over all partitions of a topic at random."""

    def __init__(self, kafka_servers: str, topic: str, seed: int) -> None:
        self.topic = topic
        self.told: list[Told] = []
        self._random = random.Random(seed)
        self._said: list[tuple[Headers, bytes]] = []
        self._servers = kafka_servers
        self._producer = KafkaProducer(
            bootstrap_servers=kafka_servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            reconnect_backoff_max_ms=500,
        )

    def close(self) -> None:
        """Let the producer go."""
        self._producer.close(timeout=1.0)
        del self._producer
        with warnings.catch_warnings():
            # kafka-python leaves the sockets of connections that were refused to the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    def tell(self, records: int = _LOT) -> None:
        """Send some records, and wait until they are acknowledged."""
        self._send(self._producer, [self._something() for _ in range(records)])

    def tell_in_transactions(self, lots: int = 6) -> None:
        """The same in transactions, every other one of which is given up."""
        producer = KafkaProducer(
            bootstrap_servers=self._servers, transactional_id=f"teller-{self.topic}"
        )
        try:
            producer.init_transactions()
            for lot in range(lots):
                producer.begin_transaction()
                records = [self._something() for _ in range(_LOT // 4)]
                if lot % 2:
                    self._send(producer, records)
                    producer.commit_transaction()
                else:
                    self._send(producer, [("aborted", *record[1:]) for record in records])
                    producer.abort_transaction()
        finally:
            producer.close(timeout=1.0)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell without pause for the length of a block."""
        enough = threading.Event()
        errors: list[BaseException] = []

        def run() -> None:
            try:
                while not enough.wait(0.1):
                    self.tell()
            except BaseException as error:  # noqa: BLE001 - raised below, in the thread of the test
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()
            if errors:  # whatever failed in the block, it failed for want of records
                raise errors[0]

    def tell_again(self, told: list[Told]) -> None:
        """The same records once more, in another order."""
        again = [(each.kind, each.value, each.headers) for each in told if each.kind != "aborted"]
        self._random.shuffle(again)
        self._send(self._producer, again)

    def events(self) -> list[Event]:
        """What was said that is an event."""
        events = []
        for told in self.told:
            if told.kind == "event":
                event = decode(_record(told))
                assert isinstance(event, Event), event
                events.append(event)
        return events

    def counts(self, *kinds: str) -> Counter[int]:
        """How many records of these kinds are in each partition."""
        return Counter(told.partition for told in self.told if told.kind in kinds)

    def _send(self, producer: Any, records: list[tuple[str, bytes | None, Headers]]) -> None:
        partitions = sorted(producer.partitions_for(self.topic))
        sent = [
            (
                record,
                producer.send(
                    self.topic,
                    record[1],
                    key=b"gone" if record[1] is None else None,
                    headers=list(record[2]),
                    partition=self._random.choice(partitions),
                ),
            )
            for record in records
        ]
        producer.flush()
        for (kind, value, headers), future in sent:
            place = future.get(timeout=60)
            self.told.append(Told(kind, place.partition, place.offset, value, headers))

    def _something(self) -> tuple[str, bytes | None, Headers]:
        choice = self._random.random()
        if choice < 0.04:
            return "bad", self._random.choice([b"{", b"\xff\xfe", b'{"specversion":"1.0"}']), ()
        if choice < 0.06:
            return "tombstone", None, ()
        if choice < 0.16 and self._said:
            headers, value = self._random.choice(self._said)
        else:
            headers, value = self._event()
            self._said.append((headers, value))
        return "event", value, headers

    def _event(self) -> tuple[Headers, bytes]:
        """Out of few ids each, so that versions of one event meet."""
        pick = self._random
        ticket = pick.randrange(TICKETS)
        type_ = pick.choice(
            ["opened", "assigned", "transferred", "put_on_hold", "resolved", "closed"]
        )
        data: dict[str, object] = {"ticket": f"T{ticket}"}
        if pick.random() < 0.2:
            data["ticket"] = [f"T{ticket}", f"T{pick.randrange(TICKETS)}"]
        if pick.random() < 0.2:
            data["employee"] = f"E{pick.randrange(5)}"
        if pick.random() < 0.8:
            data["party"] = pick.choice(_PARTIES)
        if pick.random() < 0.3:
            data["performer"] = pick.choice(["ann", "bob"])
        if type_ in ("assigned", "transferred") or (type_ == "opened" and pick.random() < 0.3):
            data["to_party"] = pick.choice(_PARTIES)
        return encode(
            f"ticket.{type_}",
            "/desk",
            f"T{ticket}/{type_}/{pick.randrange(60)}",
            _LAST_MONTH + timedelta(minutes=pick.randrange(28 * 24 * 60)),
            data,
            revision=pick.choice([0, 0, 0, 1, 2]),
            is_retracted=pick.random() < 0.06,
        )


def _record(told: Told) -> Record:
    now_us = int(datetime.now(UTC).timestamp()) * 1_000_000
    return Record("", told.partition, told.offset, now_us, None, told.value, told.headers)
