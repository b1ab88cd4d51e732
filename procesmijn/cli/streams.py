"""``procesmijn streams``: what is read, how far, and whether it is to be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from consumers.logs import LogEnds, log_ends, offsets_at
from procesmijn.batch import Partition
from procesmijn.cli.accept_gap import accept_gap
from procesmijn.cli.options import (
    AsFormat,
    By,
    PartitionNumber,
    Topic,
    moment,
    operator,
    partitions_of,
)
from procesmijn.cli.service import Service, service
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import streams
from procesmijn.store.streams import Pause, Standing

app = typer.Typer(
    add_completion=False,
    help="List, pause, resume or rewind what is read, or accept a gap in it.",
)

app.command(name="accept-gap")(accept_gap)

_COLUMNS: Final = (
    *("topic", "partition", "backfill", "state", "next_offset", "end_offset", "behind"),
    *("owner", "updated_at", "because"),
)
_MISSING: Final = dict.fromkeys(_COLUMNS) | {
    "state": "no such topic",
    "because": "create it, or start a worker that may",
}


@app.command(name="list")
def list_streams(form: AsFormat = Format.TABLE) -> None:
    """List every partition: how far it is read, how far behind, by whom, and why it stands still
    if it does."""
    with service(read_settings(), kafka=True) as parts:
        backfill = {it.topic: it.backfill for it in parts.active.catalogue.streams}
        with parts.store.reader() as connection:
            ends = log_ends(parts.kafka, backfill)
            standing = streams.positions({place.topic_id for place in ends}, connection)
            pauses = streams.pauses(connection)
    rows = [
        _row(place, log, standing.get(place), streams.pause_of(place, pauses))
        | {"backfill": backfill[place.topic]}
        for place, log in sorted(ends.items(), key=lambda item: (item[0].topic, item[0].number))
    ]
    missing = [
        _MISSING | {"topic": topic, "backfill": backfill[topic]}
        for topic in sorted(backfill.keys() - {place.topic for place in ends})
    ]
    show(rows + missing, _COLUMNS, form)


@app.command()
def pause(
    topic: Topic,
    partition: PartitionNumber = None,
    because: Annotated[str, typer.Option(help="Why, for who comes after you.")] = "",
    by: By = None,
) -> None:
    """Let nobody read a topic, or one partition of it, until it is resumed.

    Workers look every few seconds. They stay in their group, and read the others on.
    """
    with service(read_settings(), kafka=True) as parts:
        _meant(topic, partition, parts)
        parts.store.pause(topic, partition, operator(by), because)
    note(f"{_name(topic, partition)} is paused; procesmijn streams resume goes on where it stands")


@app.command()
def resume(topic: Topic, partition: PartitionNumber = None) -> None:
    """Let what was paused be read on, where it stands."""
    with service(read_settings(), kafka=True) as parts:
        _meant(topic, partition, parts)
        ended = parts.store.unpause(topic, partition)
        with parts.store.reader() as connection:
            rest = [it for it in streams.pauses(connection) if it.topic == topic]
    if partition is not None and any(it.number is None for it in rest):
        raise UsageError(f"{topic} is paused as a whole: procesmijn streams resume {topic}")
    note(f"{_name(topic, partition)} {'is read on' if ended else 'was not paused'}")


@app.command()
def rewind(
    topic: Topic,
    partition: PartitionNumber = None,
    to_time: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Read again what Kafka took since then, by the timestamps of records:"
            " 2026-01-31T12:00+01:00.",
        ),
    ] = None,
    to_offset: Annotated[
        int | None, typer.Option(help="Read again from this offset on, of one partition.", min=0)
    ] = None,
    by: By = None,
) -> None:
    """Read a partition, or all of a topic, again from a time or an offset on.

    What is known of it changes nothing: it counts as duplicates. The ledger keeps both readings,
    and who decided.
    """
    since = moment(to_time, "--to-time")
    if (since is None) == (to_offset is None):
        raise UsageError("say where to: --to-time or --to-offset, one of the two")
    if since is not None and since > datetime.now(UTC):
        raise UsageError(f"--to-time {to_time}: that is still to come")
    if to_offset is not None and partition is None:
        raise UsageError("--to-offset is of one partition: name it")
    with service(read_settings(), kafka=True) as parts:
        places = _meant(topic, partition, parts)
        ends = log_ends(parts.kafka, [topic])
        targets = (
            dict.fromkeys(places, to_offset or 0)
            if since is None
            else offsets_at(parts.kafka, places, since)
        )
        with parts.store.reader() as connection:
            standing = streams.positions({place.topic_id for place in places}, connection)
        for place in places:
            at = standing[place].next_offset if place in standing else None
            target = targets.get(place)
            name = _name(topic, place.number)
            if at is None or target is None or target >= at:
                note(f"{name} stands at {at or 0}: nothing before that is meant")
                continue
            if target < ends[place].first_offset:
                raise UsageError(f"the log of {name} begins at {ends[place].first_offset}")
            stood = parts.store.rewind(place, target, operator(by))
            note(f"{name} goes back from {stood} to {target}: {many(stood - target, 'offset')}")


def _meant(topic: str, number: int | None, parts: Service) -> list[Partition]:
    there = log_ends(parts.kafka, [topic])
    return partitions_of(topic, number, there, parts.active.catalogue)


def _row(
    place: Partition, log: LogEnds, standing: Standing | None, paused: Pause | None
) -> dict[str, Any]:
    at = None if standing is None else standing.next_offset
    stalled = None if standing is None else standing.stalled
    if stalled is not None:
        state, because = "stands still", stalled
    elif paused is not None:
        state, because = "paused", f"{paused.paused_by}: {paused.because}".removesuffix(": ")
    else:
        state, because = "read" if standing else "never claimed", ""
    return {
        "topic": place.topic,
        "partition": place.number,
        "state": state,
        "next_offset": at,
        "end_offset": log.next_offset,
        "behind": log.next_offset - (log.first_offset if at is None else at),
        "owner": None if standing is None else standing.owner,
        "updated_at": None if standing is None else standing.updated_at,
        "because": because,
    }


def _name(topic: str, number: int | None) -> str:
    return topic if number is None else f"{topic}/{number}"
