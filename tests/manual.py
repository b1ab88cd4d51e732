"""What the pages of the manual have in their blocks of code: commands, and what those print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

DOCS: Final = Path(__file__).parents[1] / "docs"
_COMMAND: Final = re.compile(r"(?:    |\$ )(?:docker compose exec worker )?(procesmijn .*)")
_RUN_FOR_GOOD: Final = ("demo", "up", "worker", "web")
"""Have tests of their own: they run until they are stopped."""


class Command(NamedTuple):
    """A line for the shell, and those that the page shows below it; none where it shows none."""

    line: str
    shown: tuple[str, ...]


def commands_of(page: str) -> list[Command]:
    """The commands of a page, in its order, each once."""
    text = (DOCS / f"{page}.md").read_text("utf-8").replace("\\\n", "")
    found: dict[str, list[str]] = {}
    shown: list[str] | None = None
    for line in text.splitlines():
        if (command := _COMMAND.fullmatch(line)) is not None:
            lines = found.setdefault(command[1], [])
            shown = lines if line.startswith("$ ") else None
        elif line.startswith(("```", "$ ")):
            shown = None
        elif shown is not None:
            shown.append(line)
    return [
        Command(line, tuple(lines))
        for line, lines in found.items()
        if line.split()[1] not in _RUN_FOR_GOOD
    ]
