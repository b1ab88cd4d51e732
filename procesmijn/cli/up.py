"""``procesmijn up``: everything on one machine."""

from __future__ import annotations

import time
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from procesmijn.cli.members import members
from procesmijn.cli.parts import Parts
from procesmijn.cli.service import service
from procesmijn.cli.tell import note
from procesmijn.cli.worker import make_topics
from procesmijn.embedded import CONNECTION, find
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, read_settings

app = typer.Typer(add_completion=False)

_LOOK_SECONDS: Final = 0.5


class AlreadyUp(ProcesmijnError):
    """Everything runs in this home already. For more workers start ``procesmijn worker``."""


@app.command()
def up(
    workers: Annotated[int, typer.Option(help="How many workers.", min=0)] = 1,
) -> None:
    """Run Kafka, PostgreSQL and workers on this machine, until Ctrl-C.

    Everything is kept in the home (PROCESMIJN_HOME), and goes on from there the next time. Other
    commands that are given the same home use what runs here. A server that the settings name is
    used instead of one of ours.
    """
    settings = read_settings()
    with service(settings, kafka=True) as parts:
        if not parts.parts.is_ours and find(settings.home) is not None:
            raise AlreadyUp(
                f"{settings.home} is up already: for more workers start procesmijn worker beside it"
            )
        make_topics(parts, settings, [each.topic for each in parts.active.catalogue.streams])
        parts.store.close()  # the workers have sessions of their own
        with members(settings, workers) as group:
            _show(parts.parts, settings, [str(log) for log in group.logs])
            try:
                while True:
                    group.check()
                    time.sleep(_LOOK_SECONDS)
            except (KeyboardInterrupt, SystemExit):
                note("stopping")


def _database(parts: Parts, settings: Settings) -> str:
    """Where PostgreSQL is; of ours also where its password is kept, since nobody else has it."""
    if settings.database_url is not None:
        return "that of PROCESMIJN_DATABASE_URL"
    at = urlsplit(parts.database_url or "")
    shown = at._replace(netloc=f"{at.username}@{at.hostname}:{at.port}").geturl()
    return f"{shown}, with its password in {settings.home / CONNECTION}"


def _show(parts: Parts, settings: Settings, logs: list[str]) -> None:
    assert parts.kafka is not None  # noqa: S101 - it was asked for
    print(f"home        {settings.home}")
    print(f"Kafka       {parts.kafka.servers}")
    print(f"PostgreSQL  {_database(parts, settings)}")
    print(f"workers     {', '.join(logs) or 'none'}")
    print("Ctrl-C stops all of it; the data stays.", flush=True)
