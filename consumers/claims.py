"""Which partitions are ours to read, and from where: the group assigns, the store grants.

Where reading goes on is what the store says, never what Kafka remembers: a partition that the group
assigns stays paused until it is claimed in the store under a new epoch, and is read from the offset
that the claim gives; or it stays paused, where the store says that it stands still, or its log is
found not to be what it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from kafka import ConsumerRebalanceListener
from kafka.errors import RetriableError

from consumers.client import Client, Place, name_of, names_of
from consumers.contracts import Positions
from consumers.obstacles import Obstacle, outside_of_log
from procesmijn.batch import Partition

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS: Final = 10.0
"""How often is looked whether an operator has decided over a partition that stands still."""
HEED_SECONDS: Final = 2.0
"""How often is looked whether others have paused, resumed or rewound what is held."""
PAUSED: Final = "somebody has paused it"


@dataclass(slots=True)
class Holding:
    """A partition that is claimed and read."""

    partition: Partition
    epoch: int
    next_offset: int
    is_paused: bool = False
    """Somebody wants nothing of it to be read for the time being."""


class _Stall(NamedTuple):
    """A partition that stands still until an operator has decided."""

    partition: Partition
    offset: int
    reason: str
    look_at: float  # time.monotonic()


class Claims:
    """What the group has assigned to this member, and what came of claiming it."""

    def __init__(self, client: Client, topics: Iterable[str], owner: str) -> None:
        self._topics = list(topics)
        self._owner = owner
        self._found: list[tuple[Partition, int, Obstacle]] = []
        self.start_over(client)

    def start_over(self, client: Client) -> None:
        """Hold nothing, as a new member; what was found stays to be told."""
        self.holdings: dict[Place, Holding] = {}
        self._unclaimed: set[Place] = set()
        self._stalls: dict[Place, _Stall] = {}
        self._heed_at = 0.0
        self._client = client
        self._assignments = Assignments(client)
        client.subscribe(topics=self._topics, listener=self._assignments)

    def follow(self) -> set[Place]:
        """Take note of what the group gave and took; gives the places."""
        given, taken = self._assignments.drain()
        for place in taken | given:
            self.holdings.pop(place, None)
            self._stalls.pop(place, None)
        self._unclaimed = (self._unclaimed - taken) | given
        if taken or given:
            log.info("the group assigned %s", names_of(self._client.assignment()))
        return given | taken

    def obstruct(self, place: Place, obstacle: Obstacle) -> None:
        """Stop reading a partition over what was found; the next claim tells the store."""
        holding = self.holdings.pop(place, None)
        if holding is not None:
            self._client.pause(place)
            self._found.append((holding.partition, holding.next_offset, obstacle))
            self._unclaimed.add(place)

    @property
    def is_due(self) -> bool:
        """Whether there is something to claim, or to tell the store."""
        return bool(self._found or self._unclaimed or self._due())

    def claim(self, positions: Positions) -> None:
        """Claim in the store what is assigned and not claimed yet, and read on from there.

        1. What was found to be wrong with a log is told, before anybody claims.
        2. From the claim on nobody else moves these positions.
        3. So only now can they be held against the ends of the logs.

        Raises:
            StoreUnavailable: to be tried again; what is not claimed yet is still to be.
        """
        while self._found:
            partition, offset, obstacle = self._found[0]
            positions.stall(partition, offset, *obstacle)  # 1
            del self._found[0]
        partitions = self._named(self._unclaimed | self._due())
        if not partitions:
            return
        taken = positions.take(sorted(partitions.values()), self._owner)  # 2
        try:
            starts = self._client.beginning_offsets(list(partitions))  # 3
            ends = self._client.end_offsets(list(partitions))
        except RetriableError as error:
            log.warning("the ends of %s are not known yet: %s", names_of(partitions), error)
            return
        for place, partition in partitions.items():
            held = taken[partition]
            offset = starts[place] if held.next_offset is None else held.next_offset
            stalled = held.stalled
            if stalled is None and (it := outside_of_log(offset, starts[place], ends[place])):
                positions.stall(partition, offset, *it)
                stalled = it.reason
            self._unclaimed.discard(place)
            if stalled is not None:
                self._stall(place, partition, offset, stalled)
                continue
            if self._stalls.pop(place, None) is not None:
                log.warning("%s is read on from %d", name_of(place), offset)
            self._client.seek(place, offset)
            self.holdings[place] = Holding(partition, held.epoch, offset)
            self._let_read(place, is_paused=held.is_paused)

    def _due(self) -> set[Place]:
        """What stands still, and is to be looked at again."""
        now = time.monotonic()
        return {place for place, stall in self._stalls.items() if stall.look_at <= now}

    def heed(self, positions: Positions) -> None:
        """Take note, every few seconds, of what others have decided over what is held: pauses, and
        claims that they made or took away, as a rewind does.

        Raises:
            StoreUnavailable: to be tried again.
        """
        if not self.holdings or time.monotonic() < self._heed_at:
            return
        decided = positions.look([holding.partition for holding in self.holdings.values()])
        self._heed_at = time.monotonic() + HEED_SECONDS
        for place, holding in list(self.holdings.items()):
            now = decided.get(holding.partition)
            if now is None or now.epoch != holding.epoch:
                self.release(place)
            elif now.is_paused != holding.is_paused:
                self._let_read(place, is_paused=now.is_paused)

    def readable(self) -> list[Place]:
        """What is held, and not paused."""
        return [place for place, holding in self.holdings.items() if not holding.is_paused]

    def release(self, *places: Place) -> None:
        """Forget claims, without a place all: what is still assigned is claimed again and read from
        there."""
        for place in places or list(self.holdings):
            self._client.pause(place)
            self._unclaimed.add(place)
            del self.holdings[place]

    def _let_read(self, place: Place, *, is_paused: bool) -> None:
        """Read what is held, or let it be."""
        holding = self.holdings[place]
        if is_paused:
            self._client.pause(place)
            log.warning(
                "%s is paused at %d until somebody resumes it (procesmijn streams resume %s %d)",
                *(name_of(place), holding.next_offset, place.topic, place.partition),
            )
        else:
            self._client.resume(place)
            if holding.is_paused:
                log.warning("%s is read on from %d", name_of(place), holding.next_offset)
        holding.is_paused = is_paused

    def is_a_topic_made_again(self) -> bool:
        """Whether another topic has the name of one that is held."""
        held = [
            *(holding.partition for holding in self.holdings.values()),
            *(stall.partition for stall in self._stalls.values()),
        ]
        return any(
            self._client.topic_id(topic) not in (None, topic_id)
            for topic_id, topic in {(it.topic_id, it.topic) for it in held}
        )

    def stalled(self) -> dict[tuple[str, int], str]:
        """Why a partition stands still, by topic and number."""
        paused = {place: PAUSED for place, it in self.holdings.items() if it.is_paused}
        reasons = paused | {place: it.reason for place, it in self._stalls.items()}
        return {(place.topic, place.partition): reason for place, reason in reasons.items()}

    def _named(self, places: Iterable[Place]) -> dict[Place, Partition]:
        """Partitions by the topic's id; those whose topic is not there just now are left out."""
        ids = {place: self._client.topic_id(place.topic) for place in places}
        return {
            place: Partition(topic_id, place.partition, place.topic)
            for place, topic_id in ids.items()
            if topic_id is not None
        }

    def _stall(self, place: Place, partition: Partition, offset: int, reason: str) -> None:
        before = self._stalls.get(place)
        if before is None or before[:3] != (partition, offset, reason):
            log.error(
                "%s is paused at %d: %s; it stays so until an operator decides (procesmijn"
                " streams accept-gap %s %d), the other partitions go on",
                name_of(place),
                offset,
                reason,
                place.topic,
                place.partition,
            )
        look_at = time.monotonic() + LOOK_AGAIN_SECONDS
        self._stalls[place] = _Stall(partition, offset, reason, look_at)


class Assignments(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """What the group gave and took since last asked.

    It runs on the I/O thread, inside of a poll of the main one; so it records and pauses, and the
    main thread claims. An exception in it is logged by kafka-python, which would read on.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._given: set[Place] = set()
        self._taken: set[Place] = set()

    def on_partitions_assigned(self, assigned: Iterable[Place]) -> None:
        for place in assigned:
            self._client.pause(place)
            # With any position the poll in progress does not ask Kafka for a committed one, nor
            # fail because there is none; the claim seeks to the right one before it resumes.
            self._client.seek(place, 0)
            self._given.add(place)

    def on_partitions_revoked(self, revoked: Iterable[Place]) -> None:
        self._given.difference_update(revoked)
        self._taken.update(revoked)

    def drain(self) -> tuple[set[Place], set[Place]]:
        """(given, taken); one that was taken and given back is in both."""
        drained = self._given, self._taken
        self._given, self._taken = set(), set()
        return drained
