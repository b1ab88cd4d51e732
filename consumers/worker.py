"""The way of a record, from Kafka into one transaction of the store."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Final, TypeVar

from consumers import intake
from consumers.contracts import Applying, Contract, Positions
from consumers.errors import BatchFailed
from consumers.garbage import at_rest, freeze
from consumers.health import Pulse
from consumers.lot import Lot
from consumers.metrics import Metrics
from consumers.stream import POLL_SECONDS, Stream
from consumers.traces import UNTOLD, Traces
from procesmijn.batch import Applied, Step
from procesmijn.errors import PositionLost, ProcesmijnError, StoreUnavailable, TooManyRefused

log = logging.getLogger(__name__)

T = TypeVar("T")

GATHERED_RECORDS: Final = 5_000
"""So many at most are there as objects at a time; what they say is packed before more are read."""
FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 2.0
"""Between two tries while the store is away; also the longest that stopping has to wait for it."""


class Worker:
    """One member of the consumer group: claims, reads, judges, applies, reports, until stopped.

    While one lot is applied the next one is read: two are on their way, and never more.
    """

    def __init__(
        self,
        stream: Stream,
        contract: Contract,
        applying: Applying,
        positions: Positions,
        metrics: Metrics,
        pulse: Pulse,
        traces: Traces = UNTOLD,
    ) -> None:
        self._stream = stream
        self._contract = contract
        self._applying = applying
        self._positions = positions
        self._metrics = metrics
        self._pulse = pulse
        self._traces = traces
        self._stopping = threading.Event()
        self._is_reached = False
        self._next = Lot()
        self._in_hand: Lot | None = None

    def stop(self) -> None:
        """Finish the batch in hand, then leave the group. For any thread, or a signal."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped, then leave the group.

        Raises:
            StreamFailed: Kafka said something that reading on could lose records over.
            TooManyRefused: most of what a partition brings breaks the contract; it is paused.
            BatchFailed: a batch could not be applied, for a reason that nobody foresaw.
            ApplyingEnded: there is nobody any more who could apply.
        """
        freeze()
        try:
            while not self._stopping.is_set():
                with at_rest():
                    self._turn()
                self._metrics.reading(self._stream.lags(), self._stream.stalled())
                if self._in_hand is None:
                    self._beat()
            self._settle()
        except _Stopped:
            log.info("stopped while the store was away: what was read will be read again")
        finally:
            self._stream.close()

    def _turn(self) -> None:
        """Read some more, and hand it over as soon as the lot before is in.

        Before the store has committed a lot a crash costs a second reading of it, and after that
        nothing: the positions moved in the same transaction.
        """
        self._insist(partial(self._stream.heed, self._positions))
        if self._stream.is_claim_due:
            self._settle()
            self._hand_over()
            self._settle()
            self._insist(partial(self._stream.claim, self._positions))
        is_full = self._read()
        if self._in_hand is None:
            self._hand_over()
        elif self._applying.is_done(POLL_SECONDS if self._next and not is_full else 0.0):
            self._settle()  # and see what has come meanwhile, before the next is handed over

    def _read(self) -> bool:
        """Poll, judge and gather; whether there were as many records as were asked for."""
        lot = self._next
        wanted = min(self._stream.room(lot.records), GATHERED_RECORDS)
        if wanted <= 0:
            return False
        began_ns = time.time_ns()
        chunks = self._stream.poll(wanted, waits=not lot)
        if not chunks:
            return False
        lot.steps.append(Step("poll", began_ns, time.time_ns()))
        with lot.step("decode"):
            batch = intake.decode(chunks, self._contract)
        lot.add(chunks, batch)
        lot.parents |= self._traces.parents(chunks)
        with lot.step("conceal"):
            self._applying.gather(batch)
        return sum(span.records for span in batch.spans) >= wanted

    def _hand_over(self) -> None:
        """Let what was gathered be applied."""
        if self._next:
            with self._next.step("hand over"):
                self._applying.begin()
            self._in_hand, self._next = self._next, Lot()
            if self._applying.is_done():
                self._settle()

    def _settle(self) -> None:
        """See what came of the lot in hand, waiting for it."""
        lot = self._in_hand
        if lot is None:
            return
        try:
            applied = self._insist(self._applying.outcome)
        except PositionLost as lost:
            log.warning("%s: the batch is dropped, and what is still ours claimed again", lost)
            self._metrics.positions_lost.inc()
            self._in_hand, self._next = None, Lot()  # what was read after it is not next in line
            self._applying.drop()
            self._stream.release()
            return
        except TooManyRefused as flood:
            # So that the other partitions are read on when the worker is started again.
            self._insist(
                partial(self._positions.pause, flood.topic, flood.partition, "worker", str(flood))
            )
            raise
        except (ProcesmijnError, _Stopped):
            raise
        except Exception as error:
            spans = ", ".join(
                f"{it.partition.topic}/{it.partition.number} {it.first_offset} to"
                f" {it.next_offset - 1}"
                for it in lot.batch.spans
            )
            raise BatchFailed(
                f"the batch of offsets {spans} could not be applied ({type(error).__name__}), and"
                " nothing of it was written; --debug shows where, please report"
            ) from error
        self._in_hand = None
        self._stream.report(lot.batch.spans)
        self._note(lot, applied)
        self._beat()

    def _insist(self, step: Callable[[], T]) -> T:
        """Do what needs the store. While it is away stay in the group, fetch nothing, try again."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                outcome = step()
            except StoreUnavailable as error:
                if self._stopping.is_set():
                    raise _Stopped from error
                self._tell_trouble(str(error))
                self._stream.idle(wait_seconds)
                self._beat()
                wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
            else:
                self._tell_trouble(None)
                return outcome

    def _tell_trouble(self, trouble: str | None) -> None:
        """Once when the store goes away and once when it is back, not at every try."""
        if trouble is not None and self._pulse.trouble is None:
            log.error("the store is away, nothing is read until it is back: %s", trouble)
        elif trouble is None and self._pulse.trouble is not None:
            log.info("the store is back")
        self._pulse.trouble = trouble
        self._metrics.store_away.set(trouble is not None)

    def _beat(self) -> None:
        """Show that the loop turns; say once that Kafka is away, and once that it is back."""
        is_reached = self._stream.is_reached
        if is_reached and not self._is_reached:
            log.info("Kafka answers")
        elif self._is_reached and not is_reached:
            log.error("Kafka is away: nothing is read until a broker answers again")
        self._is_reached = is_reached
        self._pulse.beat(is_member=self._stream.is_member and is_reached)

    def _note(self, lot: Lot, applied: Applied) -> None:
        self._metrics.applied(lot, applied)
        self._traces.tell(lot, applied)
        fields = {
            "records": lot.records,
            "partitions": len(lot.batch.spans),
            "stored": applied.stored,
            "duplicates": applied.duplicates,
            "dead": applied.dead_letters,
            "skipped": applied.skipped,
            "cases": applied.cases,
            "lag": sum(self._stream.lags().values()),
            "apply_ms": round(1000 * applied.seconds),
        }
        told = " ".join(f"{name}={value}" for name, value in fields.items())
        log.info("batch %s", told, extra={"fields": fields})


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Within the block SIGTERM and Ctrl-C stop the worker cleanly. For the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()  # and nothing else: a log that is being written may not be written to here

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stopped(Exception):
    """The worker was told to stop while the store was away."""
