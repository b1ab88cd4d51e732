"""What people read while a command works: on stderr, and moving only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Report: TypeAlias = Callable[[int], None]
"""Told how many are done so far."""


def note(message: str) -> None:
    """One line on stderr."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def progress(label: str, total: int) -> Iterator[Report]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    # What is written to stdout meanwhile is data, and goes where stdout goes.
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)


def many(count: int, noun: str, plural: str | None = None) -> str:
    """A number and what it is of: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def verb(count: int) -> str:
    """What so many do: one is, others are."""
    return "is" if count == 1 else "are"


def late_words(events: int) -> str:
    """What to do about events that concern cases which have left."""
    return (
        f"{many(events, 'event')} came for retired cases, and {verb(events)} in no case: procesmijn"
        " rebuild --from takes a retirement back (procesmijn retire --list)"
    )
