"""``procesmijn dead-letters``: what was refused, and another try at it."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import typer

from consumers.intake import DEFECT
from consumers.logs import log_ends
from procesmijn.cli.options import (
    AsFormat,
    By,
    PartitionNumber,
    Topic,
    known,
    known_topic,
    operator,
    partitions_of,
)
from procesmijn.cli.service import read_keys, reading, service
from procesmijn.cli.show import Format, write_json
from procesmijn.cli.show import show as write
from procesmijn.cli.tell import many, note, progress
from procesmijn.operating.masking import in_clear, masked
from procesmijn.persons import Persons
from procesmijn.settings import read_settings
from procesmijn.store import Store, dead_letters
from procesmijn.store.connection import Connection
from procesmijn.store.dead_letters import Acceptance, DeadLetterFilter, Refused, Sighting, State
from schemas import reasons
from schemas.registry import decode

app = typer.Typer(
    add_completion=False, help="List, show, redrive or discard records that were refused."
)

OfTopic: TypeAlias = Annotated[str | None, typer.Option(help="Only those of this topic.")]
OfPartition: TypeAlias = Annotated[int | None, typer.Option(help="Only those of this partition.")]
Offset: TypeAlias = Annotated[int | None, typer.Option(help="Only the one at this offset.")]
Reason: TypeAlias = Annotated[
    str | None, typer.Option(help="Only those refused for this reason, such as unknown-type.")
]
Limit: TypeAlias = Annotated[int, typer.Option(help="At most so many, oldest first.", min=1)]
UpTo: TypeAlias = Annotated[
    int | None, typer.Option(help="At most so many, oldest first; without it all.", min=1)
]
OfState: TypeAlias = Annotated[
    State, typer.Option("--state", help="Those that wait, those that were discarded, or all.")
]

_SHORT: Final = ("topic", "partition", "offset", "reason", "message", "recorded_at", "refused_at")
"""Of those that wait the rest is blank."""
_COLUMNS: Final = (
    *_SHORT,
    *("redriven_at", "discarded_at", "discarded_by", "discarded_because"),
)
_NONE: Final = "no record that was refused is like that"


@app.command(name="list")
def list_letters(
    topic: OfTopic = None,
    partition: OfPartition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: Limit = 100,
    state: OfState = State.WAITING,
    form: AsFormat = Format.TABLE,
) -> None:
    """List records that were refused, without what was in them."""
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit, state)
    with reading(read_settings()) as (_, connection):
        _known(wanted, connection)
        found = dead_letters.find(wanted, connection)
        total = dead_letters.count(wanted, connection)
    is_short = state is State.WAITING and form is Format.TABLE
    columns = _SHORT if is_short else _COLUMNS
    write([_place(letter) for letter in found], columns, form)
    _tell_more(len(found), total)


@app.command()
def show(  # noqa: PLR0913, PLR0917 - one for each flag
    topic: OfTopic = None,
    partition: OfPartition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: Limit = 10,
    state: OfState = State.WAITING,
    clear: Annotated[
        bool,
        typer.Option("--clear", help="As it came, names of persons and all. It is written down."),
    ] = False,
    by: By = None,
) -> None:
    """Show records that were refused, as JSON: in which shape they came, all that was said masked.

    They are kept encrypted, so this takes the keys. Who was shown which in clear is written down
    first: procesmijn dead-letters sightings.
    """
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit, state)
    settings = read_settings()
    with reading(settings) as (_, connection):
        _known(wanted, connection)
        found = dead_letters.find(wanted, connection)
        total = dead_letters.count(wanted, connection)
        persons = Persons(read_keys(settings))
        records = dead_letters.open_letters(found, persons, connection)
        if clear:
            dead_letters.note_sightings(found, operator(by), connection)
    shown = in_clear if clear else masked
    write_json([_place(letter) | {"record": shown(records[letter])} for letter in found])
    _tell_more(len(found), total)


@app.command()
def sightings(
    topic: OfTopic = None,
    partition: OfPartition = None,
    offset: Offset = None,
    limit: Limit = 100,
    form: AsFormat = Format.TABLE,
) -> None:
    """List who was shown which refused record in clear, latest first."""
    wanted = DeadLetterFilter(topic, None, partition, offset, limit)
    with reading(read_settings()) as (_, connection):
        _known(wanted, connection)
        found = dead_letters.sightings(wanted, connection)
    write([sighting._asdict() for sighting in found], Sighting._fields, form)
    _tell_latest(len(found), limit)


@app.command()
def redrive(
    topic: OfTopic = None,
    partition: OfPartition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: UpTo = None,
    state: OfState = State.WAITING,
) -> None:
    """Judge refused records again, and take in those that keep the contract now.

    All that are meant, some at a time: what is broken off goes on when it is called again.
    """
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit, state)
    with service(read_settings()) as parts:
        total = _count(wanted, parts.store)
        with progress("judging", total) as report:
            accepted, refused = parts.applier.redrive(wanted, decode, report)
    if not accepted and not refused:
        note(_NONE)
        return
    note(f"{many(accepted, 'record')} redriven, {refused:,} still refused")
    if refused:
        raise typer.Exit(1)


@app.command()
def discard(
    because: Annotated[str, typer.Option(help="Why nobody waits for them any more.")],
    topic: OfTopic = None,
    partition: OfPartition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: UpTo = None,
    by: By = None,
) -> None:
    """Give up on refused records: who, when and why is kept, and so are they.

    They wait for nothing any more, and redrive takes them with --state discarded only.
    """
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit)
    with service(read_settings()) as parts:
        count, total = 0, _count(wanted, parts.store)
        with progress("discarded", total) as report:
            for discarded in parts.store.discard_dead_letters(wanted, operator(by), because):
                count += discarded
                report(count)
    note(f"{many(count, 'record')} discarded" if count else _NONE)


@app.command()
def accept(
    topic: Topic,
    because: Annotated[str, typer.Option(help="Why most of it may be refused.")],
    partition: PartitionNumber = None,
    by: By = None,
) -> None:
    """Let a partition go on that is paused since most of what it brings is refused.

    Whatever its log holds now may be refused; what comes later is counted anew. Who decided that,
    when and why is written down: procesmijn dead-letters acceptances.
    """
    with service(read_settings(), kafka=True) as parts:
        ends = log_ends(parts.kafka, [topic])
        for place in partitions_of(topic, partition, ends, parts.active.catalogue):
            until = ends[place].next_offset
            parts.store.accept_refusals(place, until, operator(by), because)
            parts.store.unpause(topic, place.number)
            note(f"{topic}/{place.number} goes on, whatever is refused before offset {until}")


@app.command()
def acceptances(
    topic: OfTopic = None,
    partition: OfPartition = None,
    limit: Limit = 100,
    form: AsFormat = Format.TABLE,
) -> None:
    """List who let most of what a partition brings be refused, latest first."""
    wanted = DeadLetterFilter(topic, None, partition, None, limit)
    with reading(read_settings()) as (_, connection):
        _known(wanted, connection)
        found = dead_letters.acceptances(wanted, connection)
    write([acceptance._asdict() for acceptance in found], Acceptance._fields, form)
    _tell_latest(len(found), limit)


def _known(wanted: DeadLetterFilter, connection: Connection) -> None:
    """Raise :class:`procesmijn.errors.UsageError` for names that nobody knows: a typing error is
    not to look like good news."""
    known_topic(wanted.topic, connection)
    if wanted.reason is not None:
        known(wanted.reason, [*map(str, reasons.Reason), DEFECT], "reason to refuse a record")


def _count(wanted: DeadLetterFilter, store: Store) -> int:
    with store.reader() as connection:
        _known(wanted, connection)
        total = dead_letters.count(wanted, connection)
    return total if wanted.limit is None else min(total, wanted.limit)


def _tell_more(shown: int, total: int) -> None:
    if shown < total:
        note(f"these are the first {shown:,} of {total:,}: --limit shows more")


def _tell_latest(shown: int, limit: int) -> None:
    if shown == limit:
        note(f"these are the latest {limit:,}: --limit shows more")


def _place(letter: Refused) -> dict[str, Any]:
    values = (
        *(letter.partition.topic, letter.partition.number, letter.offset),
        *(letter.reason, letter.message),
        *(letter.recorded_at, letter.refused_at, letter.redriven_at),
        *(letter.discarded_at, letter.discarded_by, letter.discarded_because),
    )
    return dict(zip(_COLUMNS, values, strict=True))
