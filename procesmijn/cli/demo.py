"""``procesmijn demo``: all of it at work, on an organisation that does not exist.

A quarter of its history goes through Kafka, then its present goes on, faster than the clock; or two
years go straight into the store, to be analysed. It lives some weeks ago, so that its time can run
without coming to ours too soon; and its database takes that present for now
(:mod:`procesmijn.store.present`), so what is pending is so *then*.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console

from procesmijn.cli.demo_fill import fill_store
from procesmijn.cli.demo_home import Stay, move_in
from procesmijn.cli.demo_page import Page, free_port
from procesmijn.cli.demo_run import Demonstration
from procesmijn.cli.members import members
from procesmijn.cli.options import date_of
from procesmijn.cli.service import service
from procesmijn.cli.tell import note
from procesmijn.cli.web import PORT
from procesmijn.cli.worker import make_topics
from procesmijn.demo.organisation import Organisation, office
from procesmijn.demo.schedule import (
    HISTORY,
    LONG_HISTORY,
    an_hour_into,
    begin_before,
    present_at_start,
)
from procesmijn.demo.screen import final
from procesmijn.errors import UsageError
from procesmijn.settings import Settings, of_file, read_settings, variable

app = typer.Typer(add_completion=False)

SECONDS_WITHOUT_TERMINAL: Final = 30.0
WIDTH_WITHOUT_TERMINAL: Final = 120

PAGE_PORTS: Final = range(PORT, PORT + 20)

BATCH_RECORDS: Final = 2_000
"""So that the first handovers show soon, and Ctrl-C need not wait for a large batch."""

_OF_A_REAL_SERVICE: Final = tuple(map(variable, ("kafka_", "database_", "keys", "health_")))
"""Settings that say where a real service runs: the demonstration brings its own."""


@app.command()
def demo(  # noqa: PLR0913, PLR0917 - one for each flag
    seed: Annotated[int, typer.Option(help="Another seed, another organisation.")] = 1,
    speed: Annotated[
        float, typer.Option(help="How many times as fast as the clock it lives.", min=1, max=3600)
    ] = 60.0,
    seconds: Annotated[
        float | None,
        typer.Option(help="How long to run: until Ctrl-C, or 30 without a terminal.", min=0),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on with what the last run has left.")
    ] = False,
    fill: Annotated[
        bool,
        typer.Option("--fill", help="Put two years of history into the database, and end there."),
    ] = False,
    weeks: Annotated[
        int | None,
        typer.Option(help="How much history: 13 weeks, with --fill 104.", min=1, max=520),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="Day on which the history ends; four weeks ago unless said."),
    ] = None,
    stories: Annotated[
        bool,
        typer.Option(
            "--stories/--no-stories", help="Whether its habits change, as docs/demo.md has it."
        ),
    ] = True,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Open no browser on the page.")
    ] = False,
) -> None:
    """Show it all at work: Kafka, PostgreSQL, a worker, and an organisation that keeps them busy.

    Fifteen departments recruit, buy, answer customers and solve each other's tickets. A quarter of
    their history is read, then they go on live. A page shows it, in a browser where there is one.
    Everything is in a home of its own, the folder demo in PROCESMIJN_HOME, which is made fresh at
    each start.
    """
    began_seconds = time.monotonic()
    if fill and keep:
        raise UsageError("--fill begins afresh: leave --keep out, and go on with --keep after it")
    settings = _settings()
    stay = move_in(settings.home, _stay(seed, weeks, until, fill, stories), keep=keep)
    organisation = Organisation(
        stay.seed, stay.begin, stay.history_end - stay.begin, with_stories=stay.has_stories
    )
    if fill:
        filled = fill_store(organisation, stay, settings, began_seconds)
        filled.write(settings.home)
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    if seconds is None and not console.is_terminal:
        seconds = SECONDS_WITHOUT_TERMINAL
    page = Page(free_port(*PAGE_PORTS))
    note("starting Kafka and PostgreSQL")
    with (
        Demonstration(organisation, stay, speed, settings, page) as show,
        service(settings, kafka=True) as parts,
    ):
        rules = stay.catalogue()
        parts.store.activate(rules.pseudonymous(parts.persons.pseudonym))
        make_topics(parts, settings, [stream.topic for stream in rules.streams])
        with members(settings, 1, page.port) as group:
            show.run(parts, group, console, began_seconds, seconds, with_browser=not no_browser)
    stay._replace(present=show.present).write(settings.home)
    console.print(final(show.figures))


def _stay(seed: int, weeks: int | None, until: str | None, fill: bool, stories: bool) -> Stay:
    """What is to be simulated, unless a stay that is kept says otherwise."""
    last_day = date_of("--until", until)
    present = (
        present_at_start(datetime.now(UTC), office())
        if last_day is None
        else an_hour_into(last_day, office())
    )
    if present > datetime.now(UTC):
        raise UsageError(f"--until {until} lies ahead: name a day that has passed")
    usual = LONG_HISTORY if fill else HISTORY
    begin = begin_before(present, usual if weeks is None else timedelta(weeks=weeks))
    return Stay(seed, begin, present, stories, present)


def _settings() -> Settings:
    """Settings of the demonstration: a home and servers of its own.

    They go into the environment, which is where the worker that we start reads them; so does what
    else a file of settings says, since that may name the servers of a real service.
    """
    home = read_settings().home
    if Stay.of(home) is None:  # else this is the home of a demonstration, as its last words name it
        home /= "demo"
    filed = of_file(os.environ)
    os.environ.pop(variable("settings_file"), None)
    for name in map(variable, Settings.model_fields):
        if name.startswith(_OF_A_REAL_SERVICE):
            os.environ.pop(name, None)
        elif name in filed:
            os.environ[name] = os.environ.get(name) or filed[name]
    os.environ[variable("home")] = str(home)
    os.environ[variable("health_port")] = str(free_port())
    os.environ[variable("batch_records")] = str(BATCH_RECORDS)
    return Settings()
