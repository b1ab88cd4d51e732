"""``procesmijn working-time``: how long somebody could have worked, or when something is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
import typer

from procesmijn.catalogue import default, load
from procesmijn.catalogue.calendars import OFFICE
from procesmijn.cli.options import known
from procesmijn.cli.show import write_json
from procesmijn.cli.table import duration
from procesmijn.cli.tell import note
from procesmijn.core.compile import open_hours
from procesmijn.core.due import lead_time
from procesmijn.core.frames import NO_INSTANT
from procesmijn.core.worktime import Calendar, is_outside, stretches, working_us
from procesmijn.errors import ProcesmijnError, UsageError
from procesmijn.files.instants import Clock
from procesmijn.zones import load_zone

app = typer.Typer(add_completion=False)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class As(StrEnum):
    """How it is written."""

    TEXT = "text"
    JSON = "json"


class Stretch(NamedTuple):
    """Time that counts, in the zone of the calendar."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is: what physically passes, also where the clock changes."""
        return (self.end.astimezone(UTC) - self.begin.astimezone(UTC)).total_seconds()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"from": self.begin, "to": self.end, "seconds": self.seconds}

    def __str__(self) -> str:
        """One line for people."""
        begin, end = (f"{each:%a %Y-%m-%d %H:%M:%S %z}" for each in self)
        return f"{begin}  to  {end}  {duration(self.seconds, is_working=True):>7}"


class NeverDue(ProcesmijnError):
    """So much is never worked on that calendar: give another one, or a shorter lead time."""


@app.command(name="working-time")
def working_time(
    since: Annotated[str, typer.Argument(metavar="FROM", help="Such as 2026-03-02T09:30.")],
    until: Annotated[
        str | None,
        typer.Argument(metavar="TO", help="Likewise; with an offset, or local."),
    ] = None,
    plus: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Instead of TO, when is it due: '8 hours', '2 days', 'before the 20th'.",
        ),
    ] = None,
    calendar: Annotated[str, typer.Option(help="Calendar of the catalogue.")] = OFFICE,
    catalogue: Annotated[
        Path | None, typer.Option(help="File with another catalogue than ours.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what is added up.")] = False,
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.TEXT,
) -> None:
    """Count the working time between two instants, in seconds; or, with --plus, say when something
    is due.

    Times without an offset are local, in the zone of the calendar. No database is asked.
    """
    if (until is None) == (plus is None):
        raise UsageError("give either TO or --plus: '8 hours', '2 days' or 'before the 20th'")
    terms = default() if catalogue is None else load(catalogue)
    known(calendar, terms.calendars, "calendar")
    hours = open_hours(terms, calendar)
    clock = Clock(hours.zone)
    from_us = _instant("FROM", since, clock)
    to_us = _instant("TO", until, clock) if until else _due(plus or "", from_us, hours, calendar)
    if to_us < from_us:
        raise UsageError(f"TO ({until}) lies before FROM ({since}): change them round")
    if clock.twice or clock.never:
        note(
            "the clock changes there: of a time that is shown twice the first was taken, and for"
            " one that is skipped the moment of the change"
        )
    parts = [
        Stretch(_local(opens_us, hours.zone), _local(closes_us, hours.zone))
        for opens_us, closes_us in (stretches(hours, from_us, to_us) if explain else ())
    ]
    span = np.array([from_us]), np.array([to_us])
    worked_us, is_idle = int(working_us(hours, *span)[0]), bool(is_outside(hours, *span)[0])
    due_at = _local(to_us, hours.zone)
    if form is As.JSON:
        said: dict[str, Any] = (
            {"due_at": due_at.astimezone(UTC)}
            if plus
            else {
                "working_seconds": worked_us / 1e6,
                "elapsed_seconds": (to_us - from_us) / 1e6,
                "is_outside_calendar": is_idle,
            }
        )
        write_json(said | ({"stretches": [part.plain() for part in parts]} if explain else {}))
        return
    for part in parts:
        print(part)
    print(due_at.isoformat() if plus else _seconds(worked_us))
    if is_idle:
        note(f"all of it lies outside of calendar {calendar}")


def _due(words: str, from_us: int, hours: Calendar, calendar: str) -> int:
    try:
        promised = lead_time(words)
    except ValueError as error:
        raise UsageError(f"--plus {error}") from None
    due_us = int(promised.due_us(hours, np.array([from_us]))[0])
    if due_us == NO_INSTANT:
        raise NeverDue(
            f"{words} are never worked on calendar {calendar} after that: it is never due"
        )
    return due_us


def _instant(word: str, text: str, clock: Clock) -> int:
    try:
        return clock.read(text)
    except ValueError as error:
        raise UsageError(f"{word} {error}") from None


def _local(us: int, zone: str) -> datetime:
    return (_EPOCH + timedelta(microseconds=us)).astimezone(load_zone(zone))


def _seconds(us: int) -> str:
    whole, rest = divmod(us, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)
