"""Options that several commands have, and what their words mean."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Annotated, TypeAlias

import typer

from procesmijn.catalogue.errors import nearest
from procesmijn.cli.show import Format
from procesmijn.errors import UsageError
from procesmijn.store import streams
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period

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


def period(since: str | None, until: str | None) -> Period:
    """Local dates, half-open; raises :class:`UsageError`."""
    first, last = _date("--from", since), _date("--to", until)
    if first is not None and last is not None and last <= first:
        raise UsageError(
            f"--to {last} has to lie after --from {first}: it is the first date left out"
        )
    return Period(first, last)


def moment(text: str | None) -> datetime | None:
    """An instant with its zone; raises :class:`UsageError`."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text!r} is no instant; write it as 2026-01-31T12:00Z") from None
    if instant.tzinfo is None:
        raise UsageError(f"--as-of {text!r} has no zone; end it on Z or +01:00")
    return instant.astimezone(UTC)


def known_process(name: str, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a process that nobody declared."""
    known(name, streams.processes(connection), "process")


def known(name: str, names: Collection[str], noun: str) -> None:
    """Raise :class:`UsageError`, with the nearest, for a name that is not among those known."""
    if name not in names:
        raise UsageError(f"there is no {noun} '{name}'; {nearest(name, names)}")


def _date(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no date; write it as 2026-01-31") from None
