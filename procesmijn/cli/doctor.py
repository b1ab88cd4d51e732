"""``procesmijn doctor``: look at every part, and say how to mend each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import Annotated

import typer

from procesmijn.catalogue import default
from procesmijn.cli.checks import Check, of_database, of_kafka, of_settings
from procesmijn.cli.parts import servers
from procesmijn.cli.show import write_json
from procesmijn.embedded import EmbeddedError
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, read_settings
from procesmijn.store import Store

app = typer.Typer(add_completion=False)


class As(StrEnum):
    """How it is written."""

    TEXT = "text"
    JSON = "json"


@app.command()
def doctor(
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.TEXT,
) -> None:
    """Check all parts, and say how to mend each.

    Exit code 1 where anything is to be mended. Nothing is changed.
    """
    checks: list[Check] = []
    for check in examine(read_settings()):
        checks.append(check)
        if form is As.TEXT:
            print(check, flush=True)
    if form is As.JSON:
        write_json([check._asdict() for check in checks])
    if not all(check.is_well for check in checks):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Check]:
    """Every check in turn; what cannot be reached ends those that need it."""
    yield of_settings(os.environ)
    try:
        with servers(settings, kafka=True, database=True) as parts:
            assert parts.database_url is not None  # noqa: S101 - it was asked for
            assert parts.kafka is not None  # noqa: S101 - likewise
            with closing(Store(parts.database_url)) as store:
                yield from of_database(store, settings)
                yield from of_kafka(parts.kafka, _streams(store), store)
    except EmbeddedError as error:
        yield Check("servers", False, str(error))


def _streams(store: Store) -> list[str]:
    """The topics that are read: those of the catalogue in use, else of the one that ships."""
    try:
        active = store.active()
    except ProcesmijnError:
        active = None
    catalogue = default() if active is None else active.catalogue
    return [stream.topic for stream in catalogue.streams]
