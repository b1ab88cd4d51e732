"""What names stand for: labels in one language, the colour of a party, the length of its day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from procesmijn.documents.words import Language
from procesmijn.store import figures
from procesmijn.store.connection import Connection
from procesmijn.store.figures import NameRow, PartyRow, ProcessRow
from procesmijn.web.rights import Reach

TONES: Final = 9
"""Colours that are far enough apart; the tenth party repeats the first, with a ring."""
_OFFICE_SECONDS: Final = 8 * 3600.0


class Tag(NamedTuple):
    """A party as it is shown."""

    name: str
    label: str
    tone: str
    """A class of the style sheet."""
    day_seconds: float


class Contact(NamedTuple):
    """Something that is delivered."""

    label: str
    call: str | None


@dataclass(frozen=True, slots=True)
class Directory:
    """The declared names. A name that is not declared stands for itself."""

    parties: Mapping[str, Tag]
    processes: Mapping[str, str]
    deliverables: Mapping[str, Contact]
    zone: tzinfo
    """Of most processes: that of the page."""

    @classmethod
    def read(cls, language: Language, connection: Connection) -> Self:
        """What the catalogue in force declares."""
        processes = figures.processes(connection)
        zones = Counter(row.time_zone for row in processes)

        def label(row: PartyRow | ProcessRow | NameRow) -> str:
            return row.label_nl if language is Language.NL else row.label_en

        return cls(
            {
                row.party: Tag(row.party, label(row), _tone(number), row.day_seconds)
                for number, row in enumerate(figures.parties(connection))
            },
            {row.process: label(row) for row in processes if row.cases},
            {
                row.name: Contact(label(row), row.contact)
                for row in figures.deliverables(connection)
            },
            ZoneInfo(zones.most_common(1)[0][0] if zones else "UTC"),
        )

    def within(self, reach: Reach) -> Self:
        """Without the processes that are out of reach."""
        if reach.processes is None:
            return self
        seen = {name: label for name, label in self.processes.items() if name in reach.processes}
        return replace(self, processes=seen)

    def party(self, name: str) -> Tag:
        """A party; one that nobody declared has no colour."""
        return self.parties.get(name) or Tag(name, name, "p0", _OFFICE_SECONDS)

    def process(self, name: str) -> str:
        """The label of a process."""
        return self.processes.get(name, name)

    def deliverable(self, name: str) -> Contact:
        """What is delivered."""
        return self.deliverables.get(name) or Contact(name, None)

    def in_order(self, names: Iterable[str]) -> list[Tag]:
        """Parties in the order of the catalogue, those that nobody declared last."""
        order = {name: number for number, name in enumerate(self.parties)}
        return [
            self.party(name)
            for name in sorted(set(names), key=lambda name: (order.get(name, len(order)), name))
        ]


def _tone(number: int) -> str:
    tone = f"p{number % TONES + 1}"
    return f"{tone} ring" if number >= TONES else tone
