"""From records to a batch: what keeps the contract, what does not, and every offset accounted."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from typing import Final

from consumers.chunk import Chunk
from consumers.contracts import Contract
from procesmijn.batch import Arrival, Batch, DeadLetter, Origin, Span
from schemas.event import Event, Record, Rejection, Skip

log = logging.getLogger(__name__)

DEFECT: Final = "defect"
"""Reason of a dead letter over which our own decoder failed, whatever the record holds."""


def decode(chunks: Iterable[Chunk], contract: Contract) -> Batch:
    """Judge each record by the contract alone: it is an event, a dead letter or a skip."""
    spans: list[Span] = []
    arrivals: list[Arrival] = []
    dead_letters: list[DeadLetter] = []
    for partition, epoch, first_offset, next_offset, records in chunks:
        skipped = 0
        for record in records:
            try:
                outcome = contract(record)
            except Exception as error:  # noqa: BLE001 - see _defect
                outcome = _defect(record, error)
            if isinstance(outcome, Event):
                arrivals.append(Arrival(outcome, Origin(partition, record.offset)))
            elif isinstance(outcome, Skip):
                skipped += 1
            else:
                dead_letters.append(
                    DeadLetter(
                        Origin(partition, record.offset),
                        record.timestamp_us,
                        outcome.reason,
                        outcome.message,
                        record.key,
                        record.value,
                        record.headers,
                    )
                )
        spans.append(Span(partition, epoch, first_offset, next_offset, len(records), skipped))
    return Batch(tuple(spans), tuple(arrivals), tuple(dead_letters))


def _defect(record: Record, error: Exception) -> Rejection:
    """A decoder that raises has a defect. The record is kept, to be redriven when that is mended,
    and the others go on; the message of the exception may quote the record, so it is not told."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "the decoder failed on %s/%d at %d: %s at %s:%s; it is a dead letter now, please report it",
        record.topic,
        record.partition,
        record.offset,
        type(error).__name__,
        at.filename,
        at.lineno,
    )
    return Rejection(
        DEFECT,
        f"procesmijn failed over this record ({type(error).__name__}): redrive it after an upgrade",
    )
