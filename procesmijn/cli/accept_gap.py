"""``procesmijn accept-gap``: a partition goes on although records are gone."""

from __future__ import annotations

from typing import Annotated

import typer

from consumers.logs import log_ends
from procesmijn.cli.options import known
from procesmijn.cli.service import service
from procesmijn.cli.tell import many, note
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import streams

app = typer.Typer(add_completion=False)


@app.command(name="accept-gap")
def accept_gap(
    topic: Annotated[str, typer.Argument(help="Topic of the partition.")],
    partition: Annotated[int, typer.Argument(help="Its number.")],
    up_to: Annotated[
        int | None,
        typer.Option(help="Offset to go on from; without it the first that is still there."),
    ] = None,
) -> None:
    """Let a partition go on although records are gone, and write that down.

    A partition whose log lacks what comes next stands still, until somebody says that the records
    in between are lost: retention took them, or the log was damaged.
    """
    with service(read_settings(), kafka=True) as parts:
        known(topic, [stream.topic for stream in parts.active.catalogue.streams], "stream")
        ends = {place.number: (place, log) for place, log in log_ends(parts.kafka, [topic]).items()}
        if partition not in ends:
            raise UsageError(f"{topic} has no partition {partition}, but {len(ends)} from 0 on")
        place, log = ends[partition]
        next_offset = log.first_offset if up_to is None else up_to
        if not log.first_offset <= next_offset <= log.next_offset:
            raise UsageError(
                f"--up-to {next_offset} is not in the log, which has {log.first_offset} to"
                f" {log.next_offset}"
            )
        with parts.store.reader() as connection:
            standing = streams.positions([place.topic_id], connection).get(place)
        parts.store.accept_gap(place, next_offset)
    lost = next_offset - (standing.next_offset or 0) if standing else next_offset
    note(f"{topic}/{partition} goes on at {next_offset}; {many(lost, 'offset')} written off")
