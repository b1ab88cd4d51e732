"""One look at one part, and what comes of it: one line, which says how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

_NAMES_SHOWN: Final = 8


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Somebody should look at it; nothing is lost, and nothing stands still."""
    FAILURE = "failure"
    """Work stands still, something may be lost, or readers see less than there is."""


class Verdict(NamedTuple):
    """What a check has seen; of a finding also how to mend it."""

    level: Level
    said: str


Seen = TypeVar("Seen")


class Check(NamedTuple, Generic[Seen]):
    """A name, and a pure function of what was read."""

    name: str
    look: Callable[[Seen], Verdict]


class Finding(NamedTuple):
    """A verdict with the name of its check."""

    check: str
    level: Level
    said: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.level:<8} {self.check:<15} {self.said}"


def findings(checks: Iterable[Check[Seen]], seen: Seen) -> Iterator[Finding]:
    """Every check of a list on one part."""
    for check in checks:
        yield Finding(check.name, *check.look(seen))


def well(said: str) -> Verdict:
    """Nothing to mend."""
    return Verdict(Level.OK, said)


def warning(said: str) -> Verdict:
    """Somebody should look at it."""
    return Verdict(Level.WARNING, said)


def failure(said: str) -> Verdict:
    """It has to be mended."""
    return Verdict(Level.FAILURE, said)


def counted(counts: Mapping[str, int]) -> str:
    """Names with their numbers, the first of them."""
    return some([f"{name} ({count:,})" for name, count in counts.items()])


def some(names: Sequence[str]) -> str:
    """The first of some names, and how many there are besides."""
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
