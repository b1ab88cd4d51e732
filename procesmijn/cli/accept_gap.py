"""``procesmijn streams accept-gap``: a partition goes on although its log is not what it was."""

from __future__ import annotations

from typing import Annotated

import typer

from consumers.logs import log_ends
from consumers.obstacles import outside_of_log
from procesmijn.cli.options import By, operator, partitions_of
from procesmijn.cli.service import service
from procesmijn.cli.tell import many, note
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import streams


def accept_gap(
    topic: Annotated[str, typer.Argument(help="Topic of the partition.")],
    partition: Annotated[int, typer.Argument(help="Its number.")],
    up_to: Annotated[
        int | None,
        typer.Option(
            help="Offset to go on from; without it one that leaves out nothing that is still there."
        ),
    ] = None,
    by: By = None,
) -> None:
    """Let a partition go on although its log is not what it was, and write that down.

    A partition stands still where its log lacks what comes next, holds what cannot be read, or lost
    its end, until somebody decides. Where the end was lost, what the log holds now is read again.
    """
    with service(read_settings(), kafka=True) as parts:
        there = log_ends(parts.kafka, [topic])
        [place] = partitions_of(topic, partition, there, parts.active.catalogue)
        with parts.store.reader() as connection:
            standing = streams.positions([place.topic_id], connection).get(place)
        log = log_ends(parts.kafka, [topic])[place]  # after the position: no worker is ahead of it
        at = standing.next_offset if standing else None
        proposed = standing.resume_offset if standing else None
        if at is not None and (found := outside_of_log(at, log.first_offset, log.next_offset)):
            parts.store.stall(place, at, *found)  # no worker may have seen it yet
            proposed = found.resume_offset if proposed is None else proposed
        next_offset = log.nearest(proposed or 0) if up_to is None else up_to
        if not log.first_offset <= next_offset <= log.next_offset:
            raise UsageError(
                f"--up-to {next_offset} is not in the log, which has {log.first_offset} to"
                f" {log.next_offset}"
            )
        parts.store.accept_gap(place, next_offset, operator(by))
    difference = next_offset - (at or 0)
    told = (
        f"{many(difference, 'offset')} written off"
        if difference >= 0
        else f"{many(-difference, 'offset')} read again"
    )
    note(f"{topic}/{partition} goes on at {next_offset}; {told}")
