"""Rework as readers get it: a row for each activity and each party."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from procesmijn.core.rework import NO_REWORK, Rework, find_rework
from procesmijn.store.connection import Connection
from procesmijn.store.instances import Part
from procesmijn.store.terms import Terms

_SECOND_US: Final = 1_000_000


class ReworkRow(NamedTuple):
    """What was done again of one activity, or by one party."""

    by: str
    """``activity`` or ``party``."""
    name: str
    cases: int
    """In which it was done, or took part."""
    cases_repeated: int
    """Those in which something was done again."""
    share_repeated: float
    repeats: int
    """Completions of an activity that was completed before in the case."""
    repeats_untimed: int
    """Those of which no start is known: they are in no time."""
    rework_seconds: float
    """From start to completion, of all other repeats together."""


def rework(parts: Iterable[Part], terms: Terms, connection: Connection) -> list[ReworkRow]:
    """Add up the rework of cases: activities first, then parties, most repeats first."""
    activities: dict[int, Rework] = {}
    parties: dict[int, Rework] = {}
    for part in parts:
        found = find_rework(part.instances)
        for total, more in ((activities, found.activities), (parties, found.parties)):
            for code, counted in more.items():
                total[code] = total.get(code, NO_REWORK) + counted
    terms.meet({*activities, *parties}, connection)
    return [
        *sorted(_rows("activity", activities, terms), key=_most_first),
        *sorted(_rows("party", parties, terms), key=_most_first),
    ]


def _rows(by: str, found: Mapping[int, Rework], terms: Terms) -> Iterator[ReworkRow]:
    for code, counted in found.items():
        yield ReworkRow(
            by,
            terms.names[code],
            counted.cases,
            counted.cases_repeated,
            counted.cases_repeated / counted.cases,
            counted.repeats,
            counted.untimed,
            counted.rework_us / _SECOND_US,
        )


def _most_first(row: ReworkRow) -> tuple[int, str]:
    return -row.repeats, row.name
