"""What is wrong with a catalogue: every mistake, with its line and the way to mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import NamedTuple

from procesmijn.errors import ProcesmijnError


class Finding(NamedTuple):
    """One mistake in a catalogue, and where it stands."""

    file: str
    line: int
    key: str
    """The way to it through the keys: ``processes.onboarding.case``; empty for the whole file."""
    message: str

    def __str__(self) -> str:
        """Write it in one line, the way compilers do, so that editors can jump to it."""
        said = f"{self.key}: {self.message}" if self.key else self.message
        return f"{self.file}:{self.line}: {' '.join(said.splitlines())}"


class CatalogueErrors(ProcesmijnError):
    """The catalogue was not taken over; mend every line that is listed, then try again."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Take all findings; they are shown by line, one line each."""
        self.findings = tuple(sorted(findings, key=lambda finding: (finding.line, finding.key)))
        super().__init__("\n".join(map(str, self.findings)))


def nearest(name: str, known: Collection[str]) -> str:
    """Say which known name was probably meant, or which there are when nothing comes near."""
    lowered: dict[str, list[str]] = {}
    for each in sorted(known):
        lowered.setdefault(each.casefold(), []).append(each)
    if near := get_close_matches(name.casefold(), lowered, n=1):
        [best] = get_close_matches(name, lowered[near[0]], n=1, cutoff=0)
        return f"did you mean '{best}'?"
    if not known:
        return "none is declared yet"
    names = sorted(known)
    shown = ", ".join(names[:12])
    return f"there are: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
