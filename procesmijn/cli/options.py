"""Options that several commands have, and what their words mean."""

from __future__ import annotations

import errno
import getpass
import os
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from procesmijn.batch import Partition
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.errors import nearest
from procesmijn.catalogue.fields import read_share
from procesmijn.cli.show import Format
from procesmijn.cli.tell import many, note, verb
from procesmijn.errors import FileNotWritten, UsageError
from procesmijn.store import catalogues, deliveries, retirements, streams
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period

ROWS_OF_TABLE: Final = 100
"""Nobody reads more on a screen."""

Process: TypeAlias = Annotated[str, typer.Argument(help="Name of the process.", metavar="PROCESS")]
AsFormat: TypeAlias = Annotated[Format, typer.Option("--format", help="How it is written.")]
Since: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="First date, such as 2026-01-01.")
]
Until: TypeAlias = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="The date after the last.")
]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option("--as-of", metavar="INSTANT", help="As it stood then: 2026-01-31T12:00+01:00."),
]
OfProcess: TypeAlias = Annotated[
    str | None, typer.Option("--process", metavar="PROCESS", help="Only those of this process.")
]
Party: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--party", metavar="PARTY", help="Only those that it supplies, receives or asks for."
    ),
]
Most: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--limit", help=f"At most so many; of a table {ROWS_OF_TABLE} unless said.", min=1
    ),
]
Topic: TypeAlias = Annotated[str, typer.Argument(help="Topic of a stream.", metavar="TOPIC")]
PartitionNumber: TypeAlias = Annotated[
    int | None,
    typer.Argument(
        help="Number of one partition; without it all of the topic.", metavar="[PARTITION]"
    ),
]
By: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Who decides; without it the user of the operating system.", metavar="NAME"),
]


def period(since: str | None, until: str | None) -> Period:
    """Local dates, half-open; raises :class:`UsageError`."""
    first, last = date_of("--from", since), date_of("--to", until)
    if first is not None and last is not None and last <= first:
        raise UsageError(
            f"--to {last} has to lie after --from {first}: it is the first date left out"
        )
    return Period(first, last)


def at_most(limit: int | None, form: Format) -> int | None:
    """How many rows are shown: CSV and JSON have all of them unless said."""
    return ROWS_OF_TABLE if limit is None and form is Format.TABLE else limit


def tell_left_out(shown: int, total: int, which: str) -> None:
    """Say of how many rows these are, where some are left out."""
    if shown < total:
        note(f"these are {which} {shown:,} of {total:,}: --limit shows more, CSV and JSON all")


def moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """An instant with its zone; raises :class:`UsageError`."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is no instant; write it as 2026-01-31T12:00Z"
        ) from None
    if instant.tzinfo is None:
        raise UsageError(f"{option} {text!r} has no zone; end it on Z or +01:00")
    return instant.astimezone(UTC)


def share(option: str, text: str) -> Decimal:
    """A part of a whole, such as 90%; raises :class:`UsageError`."""
    try:
        return read_share(text)
    except ValueError as error:
        raise UsageError(f"{option} {error}") from None


def operator(by: str | None) -> str:
    """Who decides, as it is written down."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return f"user {os.getuid()}"


def partitions_of(
    topic: str, number: int | None, there: Iterable[Partition], catalogue: Catalogue
) -> list[Partition]:
    """The partitions that are meant, of a stream of the catalogue; raises :class:`UsageError`."""
    known(topic, [stream.topic for stream in catalogue.streams], "stream")
    found = sorted(place for place in there if place.topic == topic)
    if number is None:
        return found
    chosen = [place for place in found if place.number == number]
    if not chosen:
        raise UsageError(f"{topic} has no partition {number}, but {len(found)} from 0 on")
    return chosen


def can_be_written(out: Path | None) -> None:
    """Raise :class:`procesmijn.errors.FileNotWritten` before anything is computed in vain."""
    if out is None:
        return
    if not out.parent.is_dir():
        why = errno.ENOENT
    elif out.is_dir():
        why = errno.EISDIR
    elif not os.access(out if out.exists() else out.parent, os.W_OK):
        why = errno.EACCES
    else:
        return
    raise FileNotWritten(f"{out} cannot be written: {os.strerror(why)}")


def tell_retired_deliveries(process: str | None, connection: Connection) -> None:
    """Say of how many cases the deliveries are not among those that are there."""
    if retired := retirements.retired_cases(process, connection):
        note(
            f"{many(retired, 'case')} {verb(retired)} retired: deliveries of such cases are in"
            " bi.agg_delivery_daily and bi.agg_delivery_monthly alone"
        )


def known_process(name: str, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a process that nobody declared."""
    known(name, streams.processes(connection), "process")


def known_party(name: str | None, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a party that nobody declared."""
    if name is not None:
        known(name, deliveries.parties(connection), "party")


def known_topic(name: str | None, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a topic that is no stream and never was."""
    read = streams.topics(connection)
    if name is None or name in read:
        return
    active = catalogues.active(connection)
    declared = [stream.topic for stream in active.catalogue.streams] if active else []
    known(name, {*read, *declared}, "stream")


def known(name: str, names: Collection[str], noun: str) -> None:
    """Raise :class:`UsageError`, with the nearest, for a name that is not among those known."""
    if name not in names:
        raise UsageError(f"there is no {noun} '{name}'; {nearest(name, names)}")


def date_of(option: str, text: str | None) -> date | None:
    """A local date; raises :class:`UsageError`."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no date; write it as 2026-01-31") from None
