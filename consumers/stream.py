"""The records of the partitions that are ours, in order, each offset once.

Four subjects, a module each: :mod:`consumers.client` is the member of the group,
:mod:`consumers.unpacking` takes records out of what it fetched, :mod:`consumers.claims` says which
partitions are ours and from where they are read, and :mod:`consumers.obstacles` what can be wrong
with a log. Here is the reading itself. Kafka's own commit is only reported, for tools that show
lag.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    RetriableError,
)

from consumers import obstacles
from consumers.chunk import Chunk
from consumers.claims import Claims
from consumers.client import (
    CLOSE_SECONDS,
    Client,
    Place,
    Reading,
    name_of,
    names_of,
)
from consumers.connection import KafkaSettings
from consumers.contracts import Positions
from consumers.errors import StreamFailed
from consumers.unpacking import BatchUnreadable
from procesmijn.batch import Partition, Span
from schemas.event import Record

__all__ = ["Reading", "Stream"]

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.25
"""How long one poll waits. Above zero: a poll that may not wait never joins a group. Short: after
the group has assigned partitions a poll waits its time out, and only then can they be claimed."""
REPORT_SECONDS: Final = 1.0


class Stream:
    """One member of the consumer group.

    Raises:
        KafkaUnavailable: from the constructor, when no broker answers.
    """

    def __init__(self, kafka: KafkaSettings, reading: Reading, owner: str) -> None:
        self._kafka = kafka
        self._reading = reading
        self._client = Client(kafka, reading)
        self._claims = Claims(self._client, reading.topics, owner)
        self._unreported: dict[Place, OffsetAndMetadata] = {}
        self._report_at = 0.0

    # -- reading ------------------------------------------------------------------------------

    def heed(self, positions: Positions) -> None:
        """Look, every few seconds, what others have decided over what is held.

        Raises:
            StoreUnavailable: to be tried again.
        """
        self._claims.heed(positions)

    @property
    def is_claim_due(self) -> bool:
        """Whether :meth:`claim` has something to do. What was handed on has to be applied, or given
        up, before: the store knows of no other offsets than those that were."""
        return self._claims.is_due

    def claim(self, positions: Positions) -> None:
        """Claim in the store what is assigned and not claimed yet, and read on from there.

        Raises:
            StoreUnavailable: to be tried again.
        """
        self._claims.claim(positions)

    def room(self, records: int) -> int:
        """How many records may be applied together with so many that were handed on.

        With a poll that may have brought a backlog none: the next one comes after it."""
        if self._reading.backfill:
            return 0 if records else self._reading.batch_records
        return self._reading.batch_records - records

    def poll(self, records: int | None = None, *, waits: bool = True) -> list[Chunk]:
        """What is there to read in the claimed partitions, up to so many records or a full batch,
        waiting for it a moment unless told not to.

        Where topics are marked as backfill, first all that the others have, up to a full batch, and
        then a few records of a backlog. So what happens now waits for one batch with these few at
        most, however much of the past has been fetched already; and a backlog always goes on, but
        beside others that have a full batch each time.

        Raises:
            StreamFailed: going on could lose records; the worker has to stop.
        """
        if self._reading.backfill:
            fetched = self._fetch_beside_backfill()
        else:
            fetched = self._fetch(POLL_SECONDS if waits else 0, records)
        if self._claims.is_a_topic_made_again():
            self._start_over()
            return []
        return list(self._chunks(fetched))

    def idle(self, seconds: float) -> None:
        """Stay a member of the group for a while without reading on."""
        self._client.pause(*self._client.assignment())
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._fetch(left)
        self._client.resume(*self._claims.readable())

    def release(self) -> None:
        """Forget every claim: what is still assigned is claimed again and read from there."""
        self._claims.release()

    def _fetch_beside_backfill(self) -> Mapping[Place, Sequence[Record]]:
        """A poll may bring more of the same partition later: the two are put together."""
        backlog = [it for it in self._claims.readable() if it.topic in self._reading.backfill]
        self._client.pause(*backlog)
        present = self._fetch(0)
        if sum(map(len, present.values())) >= self._reading.batch_records:
            return present
        self._client.resume(*self._claims.readable())
        further = self._fetch(0 if present else POLL_SECONDS, self._reading.backfill_records)
        return {
            place: [*present.get(place, ()), *further.get(place, ())]
            for place in present.keys() | further.keys()
        }

    def _fetch(
        self, seconds: float = POLL_SECONDS, records: int | None = None
    ) -> Mapping[Place, Sequence[Record]]:
        if not self._client.is_member:
            self._client.join_again()
        try:
            fetched: Mapping[Place, Sequence[Record]] = self._client.poll(
                round(seconds * 1000), records
            )
        except (OffsetOutOfRangeError, LogTruncationError, BatchUnreadable) as error:
            self._obstruct(error)
            fetched = self._rewind()
        except RetriableError as error:
            log.warning("reading from Kafka is tried again: %s", error)
            fetched = self._rewind()
        except KafkaError as error:
            raise StreamFailed(
                f"reading from Kafka failed: {error}; start the worker again"
            ) from error
        for place in self._claims.follow():
            self._unreported.pop(place, None)
        return fetched

    def _rewind(self) -> Mapping[Place, Sequence[Record]]:
        """Back to what was handed on: a poll that failed may have let go of records."""
        for place, holding in self._claims.holdings.items():
            self._client.seek(place, holding.next_offset)
        return {}

    def _obstruct(
        self, error: OffsetOutOfRangeError | LogTruncationError | BatchUnreadable
    ) -> None:
        """Stop reading the partitions that an error is about; the others go on."""
        if isinstance(error, BatchUnreadable):
            self._claims.obstruct(error.place, obstacles.unreadable(error.next_offset, str(error)))
        elif isinstance(error, LogTruncationError):
            for place, since in error.divergent_offsets.items():
                self._claims.obstruct(place, obstacles.truncated(since and since.offset))
        else:
            for place, offset in error.args[0].items():
                self._claims.obstruct(place, obstacles.refused(offset))

    def _chunks(self, fetched: Mapping[Place, Sequence[Record]]) -> Iterable[Chunk]:
        for place, holding in list(self._claims.holdings.items()):
            first_offset, next_offset = holding.next_offset, self._position(place)
            if next_offset == first_offset or place not in self._claims.holdings:
                continue
            fetched_here = fetched.get(place, ())
            if fetched_here and not (
                first_offset <= fetched_here[0].offset <= fetched_here[-1].offset < next_offset
            ):
                raise StreamFailed(
                    f"{name_of(place)} gave offsets {fetched_here[0].offset} to "
                    f"{fetched_here[-1].offset} outside of {first_offset} to {next_offset - 1}"
                )
            holding.next_offset = next_offset
            yield Chunk(holding.partition, holding.epoch, first_offset, next_offset, fetched_here)

    def _position(self, place: Place) -> int:
        """Where reading stands. Given no time to wait the client asks no broker, which may fail."""
        while True:
            try:
                return int(self._client.position(place, timeout_ms=0))
            except LogTruncationError as error:  # told once; the position itself is there
                self._obstruct(error)

    def _start_over(self) -> None:
        """Join anew with an empty client: nothing that was fetched from a deleted topic may pass
        for a record of its namesake."""
        log.warning("a topic was deleted and made again: it is read as another, from its beginning")
        self._client.leave()
        self._unreported.clear()
        self._client = Client(self._kafka, self._reading)
        self._claims.start_over(self._client)

    # -- what others may know -----------------------------------------------------------------

    @property
    def is_member(self) -> bool:
        """Whether the group has settled with this member in it."""
        return self._client.is_member

    @property
    def is_reached(self) -> bool:
        """Whether Kafka answers."""
        return self._client.is_reached

    def lags(self) -> dict[Partition, int]:
        """Offsets between what was handed on and the end of the log, by partition."""
        return {
            holding.partition: max(0, (self._client.highwater(place) or 0) - holding.next_offset)
            for place, holding in self._claims.holdings.items()
        }

    def stalled(self) -> dict[tuple[str, int], str]:
        """Why a partition stands still, by topic and number."""
        return self._claims.stalled()

    def report(self, spans: Iterable[Span]) -> None:
        """Tell Kafka how far the store is, for tools that show lag; nothing reads it back."""
        for span in spans:
            place = TopicPartition(span.partition.topic, span.partition.number)
            self._unreported[place] = OffsetAndMetadata(span.next_offset, "", -1)
        if time.monotonic() >= self._report_at:
            self._report_at = time.monotonic() + REPORT_SECONDS
            self._client.commit_async(self._unreported, callback=_note_report)
            self._unreported = {}

    def close(self) -> None:
        """Leave the group, so that the others need not wait for a time-out."""
        if self._unreported:
            try:
                self._client.commit(self._unreported, timeout_ms=round(CLOSE_SECONDS * 1000))
            except KafkaError as error:
                _note_report(self._unreported, error)
            self._unreported = {}
        self._client.leave()


def _note_report(offsets: Mapping[Place, OffsetAndMetadata], outcome: object) -> None:
    if isinstance(outcome, Exception):
        log.info("Kafka was not told the positions of %s: %s", names_of(offsets), outcome)
