"""What two groups of cases took, value by value: what a comparison is made of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple

from procesmijn.core.comparison import Values
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, Period, narrowed
from procesmijn.store.statements import statements

ALWAYS: Final = Period()


@dataclass(frozen=True, slots=True)
class Split:
    """Which cases are held beside which.

    With a date those before it beside those since, of the chosen cases; without one those that are
    not chosen beside those that are.
    """

    process: str
    at: date | None = None
    cases: CaseFilter = EVERY_CASE
    within: Period = ALWAYS
    agreement: str | None = None
    """Only deliveries under it ..."""
    supplier: str | None = None
    """... and ratings of its supplier."""

    @property
    def asked(self) -> dict[str, Any]:
        """As statements ask for it."""
        return {
            "process": self.process,
            "at": self.at,
            "since": self.within.since,
            "until": self.within.until,
            "agreement": self.agreement,
            "supplier": self.supplier,
        }


class Groups(NamedTuple):
    """Two groups, by measure, and what of each is not finished."""

    values: dict[str, Values]
    cases_open: float
    """The greater share of the two groups whose cases are open."""
    deliveries_open: float


_OF_CASES: Final = ("cycle time", "work")
_OF_DELIVERIES: Final = ("delivery time", "waiting for delivery", "in time", "first time right")


class Key(NamedTuple):
    """Where something is measured that may improve."""

    process: str
    supplier: str
    customer: str
    agreement: str | None
    measure: str


def groups(split: Split, connection: Connection) -> Groups:
    """Read both groups."""
    values: dict[str, Values] = defaultdict(Values)
    asked = split.asked
    finished: list[list[bool]] = [[], []]
    for is_second, *rest in _rows("cases", split, asked, connection):
        finished[is_second].append(rest[0] is not None)
        for measure, value in zip(_OF_CASES, rest, strict=True):
            values[measure].add(value, is_second=is_second)
    delivered: list[list[bool]] = [[], []]
    for is_second, *rest, is_open in _rows("deliveries", split, asked, connection):
        delivered[is_second].append(not is_open)
        for measure, value in zip(_OF_DELIVERIES, rest, strict=True):
            values[measure].add(value, is_second=is_second)
    for is_second, score in _rows("ratings", split, asked, connection):
        values["rating"].add(score, is_second=is_second)
    return Groups(values, _open(finished), _open(delivered))


def _open(finished: list[list[bool]]) -> float:
    return max(1 - sum(each) / len(each) if each else 0.0 for each in finished)


def _rows(
    statement: LiteralString, split: Split, asked: dict[str, Any], connection: Connection
) -> list[tuple[Any, ...]]:
    sql, chosen = narrowed(statements("comparisons")[statement], "cases", split.cases)
    return connection.execute(sql, {**asked, **chosen}).fetchall()


class Changed(NamedTuple):
    """When an agreement was changed last."""

    process: str
    supplier: str
    on: date | None
    """None where it has been as it is from the beginning."""


def changed_on(agreement: str, connection: Connection) -> Changed:
    """When the last version of an agreement took effect; of one that there is."""
    asked = {"agreement": agreement}
    row = connection.execute(statements("comparisons")["changed_on"], asked).fetchone()
    assert row is not None  # noqa: S101 - the command saw that there is one
    return Changed(*row)


def by_place(
    at: date, within: Period, process: str | None, party: str | None, connection: Connection
) -> dict[Key, Values]:
    """What cases took before a date and since, for each link and each agreement."""
    asked = {
        "at": at,
        "since": within.since,
        "until": within.until,
        "process": process,
        "party": party,
    }
    found: dict[Key, Values] = defaultdict(Values)
    sql = statements("comparisons")
    for *pair, is_second, value in connection.execute(sql["handovers"], asked):
        key = Key(pair[0], pair[1], pair[2], None, "waiting for pick-up")
        found[key].add(value, is_second=is_second)
    for *place, measure, is_second, value in connection.execute(sql["agreements"], asked):
        key = Key(place[0], place[1], place[2], place[3], measure)
        found[key].add(value, is_second=is_second)
    return found
