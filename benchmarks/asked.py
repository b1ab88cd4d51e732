"""What whoever starts a benchmark asks for: where its figures go, and how much of it."""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Final

LEAST_EVENTS: Final = 1_000


def file_asked(told: str | None, default: Path) -> Path:
    """The file for the figures, from the words after the command; ``--help`` says what there is."""
    parser = ArgumentParser(description=told, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument(
        "file", nargs="?", type=Path, default=default, help="for the figures (%(default)s)"
    )
    file: Path = parser.parse_args().file
    if not file.parent.is_dir():
        parser.error(f"there is no folder {file.parent}")
    return file


def events_asked(default: int) -> int:
    """``BENCH_EVENTS``; so few that nothing can be measured are refused."""
    (events,) = numbers_asked("BENCH_EVENTS", str(default), LEAST_EVENTS, most=1)
    return events


def numbers_asked(name: str, default: str, least: int = 1, most: int = 20) -> list[int]:
    """Whole numbers of a setting, with commas between them.

    Raises:
        SystemExit: they are none, with a line that says which would be.
    """
    text = os.environ.get(name, default)
    words = text.split(",")
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= most or min(numbers) < least:
        wanted = f"a whole number of {least:,} or more"
        raise SystemExit(f"{name}={text}: has to be {wanted}, such as {name}={default}")
    return numbers
