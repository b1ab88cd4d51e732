"""``procesmijn dead-letters``: what was refused, and another try at it."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import typer

from procesmijn.cli.masking import in_clear, masked
from procesmijn.cli.options import AsFormat
from procesmijn.cli.service import read_keys, reading, service
from procesmijn.cli.show import Format, write_json
from procesmijn.cli.show import show as write
from procesmijn.cli.tell import many, note
from procesmijn.persons import Persons
from procesmijn.settings import read_settings
from procesmijn.store import dead_letters
from procesmijn.store.dead_letters import DeadLetterFilter, Refused
from schemas.registry import decode

app = typer.Typer(add_completion=False, help="List, show or redrive records that were refused.")

Topic: TypeAlias = Annotated[str | None, typer.Option(help="Only those of this topic.")]
Partition: TypeAlias = Annotated[int | None, typer.Option(help="Only those of this partition.")]
Offset: TypeAlias = Annotated[int | None, typer.Option(help="Only the one at this offset.")]
Reason: TypeAlias = Annotated[
    str | None, typer.Option(help="Only those refused for this reason, such as unknown-type.")
]
Limit: TypeAlias = Annotated[int, typer.Option(help="At most so many, oldest first.", min=1)]
Everything: TypeAlias = Annotated[
    bool, typer.Option("--all", help="Those that were redriven, too.")
]

_COLUMNS: Final = (
    *("topic", "partition", "offset", "reason", "message"),
    *("recorded_at", "refused_at", "redriven_at"),
)


@app.command(name="list")
def list_letters(
    topic: Topic = None,
    partition: Partition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: Limit = 100,
    everything: Everything = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """List records that were refused, without what was in them."""
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit, everything)
    with reading(read_settings()) as (_, connection):
        found = dead_letters.find(wanted, connection)
    write([_place(letter) for letter in found], _COLUMNS, form)
    if len(found) == limit:
        note(f"these are the first {limit:,}: --limit shows more")


@app.command()
def show(
    topic: Topic = None,
    partition: Partition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: Limit = 10,
    everything: Everything = False,
    clear: Annotated[
        bool, typer.Option("--in-clear", help="As it came, names of persons and all.")
    ] = False,
) -> None:
    """Show records that were refused, as JSON: in which shape they came, all that was said masked.

    They are kept encrypted, so this takes the keys.
    """
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit, everything)
    settings = read_settings()
    with reading(settings) as (_, connection):
        found = dead_letters.find(wanted, connection)
        persons = Persons(read_keys(settings))
        records = dead_letters.open_letters(found, persons, connection)
    shown = in_clear if clear else masked
    write_json([_place(letter) | {"record": shown(records[letter])} for letter in found])
    if len(found) == limit:
        note(f"these are the first {limit:,}: --limit shows more")


@app.command()
def redrive(
    topic: Topic = None,
    partition: Partition = None,
    offset: Offset = None,
    reason: Reason = None,
    limit: Limit = 1_000,
) -> None:
    """Judge refused records again, and take in those that keep the contract now."""
    wanted = DeadLetterFilter(topic, reason, partition, offset, limit)
    with service(read_settings()) as parts:
        accepted, refused = parts.applier.redrive(wanted, decode)
    if not accepted and not refused:
        note("no record that was refused is like that")
        return
    note(f"{many(accepted, 'record')} redriven, {refused:,} still refused")
    if refused:
        raise typer.Exit(1)


def _place(letter: Refused) -> dict[str, Any]:
    values = (
        *(letter.partition.topic, letter.partition.number, letter.offset),
        *(letter.reason, letter.message),
        *(letter.recorded_at, letter.refused_at, letter.redriven_at),
    )
    return dict(zip(_COLUMNS, values, strict=True))
