"""Reads as a worker does, until something holds; what was read is in a ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from consumers import intake
from consumers.chunk import Chunk
from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from consumers.stream import Stream
from tests.ledger import Ledger
from tests.member import as_event

PARTITIONS = 2
Open = Callable[..., Stream]


def send(settings: KafkaSettings, topic: str, ids: Iterable[int]) -> None:
    publish(settings, topic, (Message(b"%d" % n, b"key %d" % n) for n in ids))


def read_until(
    stream: Stream, ledger: Ledger, is_enough: Callable[[], bool], seconds: float = 20.0
) -> list[Chunk]:
    """Read, and take down what was read, until something holds."""
    read: list[Chunk] = []
    ends_at = time.monotonic() + seconds
    while not is_enough():
        assert time.monotonic() < ends_at, "it takes too long"
        stream.heed(ledger)
        stream.claim(ledger)
        chunks = stream.poll()
        if chunks:
            ledger.apply(intake.decode(chunks, as_event))
        read += chunks
    return read


def read_records(stream: Stream, ledger: Ledger, count: int) -> list[Chunk]:
    """Read until the ledger has that many records."""
    return read_until(stream, ledger, lambda: ledger.outcomes() >= count)


def settle(stream: Stream) -> None:
    """Read until every partition is claimed."""
    read_until(stream, Ledger(), lambda: len(stream.lags()) == PARTITIONS, seconds=5)


def until(is_so: Callable[[], Any], seconds: float = 10.0) -> None:
    """Ask again and again."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at, "it takes too long"
