"""Fills a topic before it is read, so that no producer takes part in what is measured."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.events import Leg
from consumers.connection import KafkaSettings
from consumers.publish import publish
from consumers.topics import ensure


def fill(servers: str, topic: str, leg: Leg) -> None:
    """Make a topic, and publish a leg into it from as many processes as there are processors."""
    ensure(KafkaSettings(servers), [topic], create=True)
    shares = os.cpu_count() or 1
    with ProcessPoolExecutor(shares, get_context("spawn")) as pool:
        parts = [
            pool.submit(_publish, servers, topic, leg, share, shares) for share in range(shares)
        ]
        published = sum(part.result() for part in parts)
    if published != leg.records:
        raise RuntimeError(f"{published} records were published instead of {leg.records}")


def _publish(servers: str, topic: str, leg: Leg, share: int, shares: int) -> int:
    return publish(KafkaSettings(servers), topic, leg.messages(share, shares))
