"""The systems that tell what happened: on the whole truthfully, sometimes late, twice or garbled.

Every record that the organisation sends comes from here. A share of them has what real streams
have: an event that arrives hours after it occurred, one that is sent twice, one that is corrected
by a later revision or taken back, and now and then a record that breaks the contract.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import simpy

from schemas.instants import write_instant
from schemas.registry import Headers, encode

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US

LATE_SHARE: Final = 0.015
DUPLICATE_SHARE: Final = 0.005
CORRECTED_SHARE: Final = 0.004
BROKEN_SHARE: Final = 0.0008

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Emission(NamedTuple):
    """One record, as a system of the organisation sends it."""

    at_us: int
    """When it is sent, simulated microseconds since 1970 UTC: the timestamp of the record."""
    headers: Headers
    value: bytes
    key: bytes
    """The id of the object that it is about in the first place."""


class Systems:
    """All systems together. What they send lies in an outbox until somebody takes it away."""

    def __init__(self, env: simpy.Environment, rng: random.Random) -> None:
        self._env = env
        self._rng = rng
        self._outbox: list[Emission] = []
        self._events_of: Counter[str] = Counter()

    def sent(self) -> Iterator[Emission]:
        """Take away what was sent since the last time, in the order in which it was."""
        taken, self._outbox = self._outbox, []
        return iter(taken)

    def tell(
        self,
        source: str,
        event_type: str,
        data: Mapping[str, object],
        *,
        started_us: int | None = None,
        mistaken_for: str | None = None,
    ) -> str:
        """Say what has happened just now, and give the id of the event.

        The first member of ``data`` names the object that it is about in the first place.
        ``mistaken_for`` is a colleague of the performer: a system that has the wrong one first
        corrects itself in a later revision.
        """
        self._events_of[source] += 1
        event_id = f"{self._events_of[source]:07d}"
        key = str(next(iter(data.values()))).encode()
        content = dict(data)
        if started_us is not None:
            content["started_at"] = write_instant(_instant(started_us))
        occurred_at = _instant(self._env.now)

        if mistaken_for is not None and self._rng.random() < CORRECTED_SHARE:
            headers, value = encode(event_type, source, event_id, occurred_at, content, revision=1)
            self._send(self._hours(1, 48), headers, value, key)
            content["performer"] = mistaken_for
        headers, value = encode(event_type, source, event_id, occurred_at, content)
        delay_us = self._hours(1, 9) if self._rng.random() < LATE_SHARE else 0
        self._send(delay_us, headers, value, key)
        if self._rng.random() < DUPLICATE_SHARE:
            self._send(delay_us + self._hours(0, 2), headers, value, key)
        if self._rng.random() < BROKEN_SHARE:
            garble = self._rng.choice(GARBLINGS)
            self._send(self._hours(0, 1), headers, garble(value), key)
        return event_id

    def take_back(self, source: str, event_type: str, event_id: str, key: str) -> None:
        """Say that an event never was."""
        headers, value = encode(
            event_type, source, event_id, _instant(self._env.now), revision=1, is_retracted=True
        )
        self._send(0, headers, value, key.encode())

    def _send(self, delay_us: int, headers: Headers, value: bytes, key: bytes) -> None:
        if not delay_us:
            self._outbox.append(Emission(self._env.now, headers, value, key))
            return

        def post(_: simpy.Event) -> None:
            self._outbox.append(Emission(self._env.now, headers, value, key))

        self._env.timeout(delay_us).callbacks.append(post)

    def _hours(self, least: float, most: float) -> int:
        return max(1, round(self._rng.uniform(least, most) * 3600)) * SECOND_US


def _instant(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Make a garbling of a change to the CloudEvent."""

    def garble(value: bytes) -> bytes:
        event = json.loads(value)
        change(event)
        return json.dumps(event, separators=(",", ":")).encode()

    return garble


GARBLINGS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda value: value[: len(value) // 2],
    _changed(lambda event: event.update(type=event["type"].replace("e", "", 1))),
    _changed(lambda event: event.update(time=event["time"].removesuffix("Z"))),
    _changed(lambda event: event.pop("id")),
    _changed(lambda event: event.update(data={"note": "see the other system"})),
)
"""What goes wrong in practice: cut off, a typing error, no zone, no id, no object."""
