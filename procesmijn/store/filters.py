"""Which cases of a process are meant: what every report, model and export can be narrowed to.

A filter chooses whole cases, by what is stored of them, so what is said of chosen cases is said of
all that happened in these. What a part of *time* means differs from report to report (the day of a
pick-up, of a step), and is a :class:`Period` of the report's own beside the filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Literal, LiteralString, NamedTuple, TypeAlias

from psycopg.sql import SQL, Composable, Composed, Placeholder

from procesmijn.core.frames import MAX_CASES_OF_EVENT
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, half-open; what is None has no bound."""

    since: date | None = None
    until: date | None = None

    @property
    def before(self) -> Period | None:
        """The period that is as long and ends where this one begins; None where one has no end."""
        if self.since is None or self.until is None:
            return None
        return Period(self.since - (self.until - self.since), self.since)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which facts are meant: those with one of the names; none means any."""

    processes: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Of a delivery also who asked for it."""
    agreements: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """As statements ask for them: null is no choice."""
        return {name: list(names) or None for name, names in asdict(self).items()}


class Attribute(NamedTuple):
    """A member of the data of an event, and what it says."""

    name: str
    value: str
    """As text; of a list any element will do."""


class Condition(NamedTuple):
    """A statement that a case has to meet, or must not meet, and what it asks for."""

    name: str
    asked: Mapping[str, Any]
    is_met: bool = True


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """The cases that meet every condition; without any, all of them.

    A name that nobody knows is no error: no case has it.
    """

    started: Period = Period()
    """Local date of the first start, in the zone of the process."""
    parties: tuple[str, ...] = ()
    """Each of them delivers or picks up in a handover of the case."""
    attributes: tuple[Attribute, ...] = ()
    """Each is said by an event of the case. Facts do not hold them, so this reads all events."""
    variants: tuple[int, ...] = ()
    """The case went one of these ways: keys as in ``bi.fct_case``."""
    having: tuple[str, ...] = ()
    """Each of these activities was completed in the case."""
    lacking: tuple[str, ...] = ()
    """None of these activities was."""
    is_as_of: bool = False
    """They are taken as they stood as of the moment of the session: what was completed later is not
    in them. Without it as they are known."""

    @property
    def conditions(self) -> Iterator[Condition]:
        """What has to hold, what takes the least time first."""
        if self.started.since is not None:
            yield Condition("since", {"day": self.started.since})
        if self.started.until is not None:
            yield Condition("until", {"day": self.started.until})
        if self.variants:
            yield Condition("variants", {"keys": list(self.variants)})
        for activity in self.having:
            yield Condition("having", {"activity": activity})
        for activity in self.lacking:
            yield Condition("having", {"activity": activity}, is_met=False)
        for party in self.parties:
            yield Condition("party", {"party": party})
        for name, value in self.attributes:
            said = {"name": name, "value": value, "most_cases": MAX_CASES_OF_EVENT}
            yield Condition("attribute", said)


EVERY_CASE: Final = CaseFilter()
EVERYTHING: Final = Chosen()

Subject: TypeAlias = Literal["cases", "handovers", "told_cases"]
"""What the rows of a statement are, and by which column their case is known."""


class Narrowed(NamedTuple):
    """A statement about some cases, and the parameters by which they are chosen."""

    sql: Composed
    parameters: dict[str, Any]


def narrowed(statement: LiteralString, subject: Subject, cases: CaseFilter) -> Narrowed:
    """Put a choice of cases into a statement, where that has ``{chosen}``, and what they are taken
    from, where it has ``{cases}``.

    The statement has the parameter ``process``, which the choice needs as well.
    """
    sql, conditions, parameters = statements("filters"), list[Composable](), dict[str, Any]()
    source = SQL("mining.case_as_of" if cases.is_as_of else 'mining."case"')
    for number, condition in enumerate(cases.conditions):
        named = {key: f"{key}_{number}" for key in condition.asked}
        parameters |= {named[key]: value for key, value in condition.asked.items()}
        marks = {key: Placeholder(name) for key, name in named.items()}
        met = SQL(sql[condition.name]).format(**marks)
        conditions.append(met if condition.is_met else SQL("NOT ({})").format(met))
    chosen: Composable = SQL("true")
    if conditions:
        chosen = SQL(sql[subject]).format(conditions=SQL("\n  AND ").join(conditions), cases=source)
    return Narrowed(SQL(statement).format(chosen=chosen, cases=source), parameters)


def is_said(name: str, connection: Connection) -> bool:
    """Whether any event has an attribute of this name."""
    row = connection.execute(statements("filters")["is_said"], {"name": name}).fetchone()
    return row is not None and bool(row[0])


def activities(process: str, connection: Connection) -> list[str]:
    """Activities that cases of a process can have been chosen by."""
    rows = connection.execute(statements("filters")["activities"], {"process": process})
    return [name for (name,) in rows]


def parties(process: str, connection: Connection) -> list[str]:
    """Likewise its parties."""
    rows = connection.execute(statements("filters")["parties"], {"process": process})
    return [name for (name,) in rows]
