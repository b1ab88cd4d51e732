"""The chain of a process as it is stored: its links, and what came after late ones."""

from __future__ import annotations

from typing import NamedTuple

from procesmijn.core.chain import Share, Waited, Whole, shares
from procesmijn.core.late_links import Added, Group, LateBy, added
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, narrowed
from procesmijn.store.statements import statements


class Compared(NamedTuple):
    """Cases that passed a link, late or in time: what came after."""

    until_end: Group
    """From the delivery at the link to the end of its chain."""
    behind: Group
    """Waiting at the links behind it."""


class Link(NamedTuple):
    """What is known of a link."""

    supplier: str
    customer: str
    to_end: bool
    """Whether its customer is an end customer."""
    handovers: int
    cases: int
    case_wait_us: int
    case_wait_working_us: int
    reaching: int
    """Handovers whose chain ends at an end customer in their case."""
    agreements: tuple[str, ...]
    """By which it is known of its cases whether it was late; none where that goes by its wait."""
    late_after_seconds: float | None
    """Waiting above which it is late then, on the calendar of the customer."""
    late: Compared
    timely: Compared

    @property
    def late_by(self) -> LateBy:
        """What late means, where nobody gave a time."""
        return LateBy.AGREEMENT if self.agreements else LateBy.QUARTER

    @property
    def added(self) -> Added | None:
        """How much later those behind it are served where it is late.

        None where too few cases say so, and behind the end customer, where nobody waits any more.
        """
        return None if self.to_end else added(self.late.until_end, self.timely.until_end)

    @property
    def added_behind(self) -> Added | None:
        """Likewise how much longer the links behind it wait."""
        return None if self.to_end else added(self.late.behind, self.timely.behind)


class Belt(NamedTuple):
    """The closed cases of a process, and what their time consists of."""

    whole: Whole
    links: list[Link]
    shares: list[Share]
    """Of each link, then of work, then of waiting at no link; empty without any case."""


def belt(
    process: str,
    late_after: float | None,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
) -> Belt:
    """The links of a process with what each takes, as :func:`links` and :func:`whole` have them."""
    all_of_it = whole(process, connection, cases)
    if not all_of_it.cases:
        return Belt(all_of_it, [], [])
    found = links(process, late_after, connection, cases)
    waited = [Waited(link.case_wait_us, link.case_wait_working_us) for link in found]
    return Belt(all_of_it, found, shares(all_of_it, waited))


def whole(process: str, connection: Connection, cases: CaseFilter = EVERY_CASE) -> Whole:
    """The closed cases of a process together, and the number of the others."""
    sql, chosen = narrowed(statements("chains")["whole"], "cases", cases)
    row = connection.execute(sql, {"process": process, **chosen}).fetchone()
    return Whole(*row) if row else Whole(0, 0, 0, 0)


def links(
    process: str,
    late_after: float | None,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
) -> list[Link]:
    """The links of a process by their mean place in its cases, those to an end customer last.

    A link is late in a case by its first passage: where that waits more than ``late_after`` seconds
    of working time. Without it where what was agreed on came too late, by the agreements that speak
    of it; and where none tells, where a case waits longer than three of four.
    """
    sql, chosen = narrowed(statements("chains")["links"], "cases", cases)
    asked = {"process": process, "late_after": late_after, **chosen}
    return [
        Link._make([*row[:8], tuple(row[8]), row[9], _compared(row[10:15]), _compared(row[15:])])
        for row in connection.execute(sql, asked)
    ]


def pairs(connection: Connection) -> list[tuple[str, str]]:
    """Who hands over to whom, in any process."""
    return connection.execute(statements("chains")["pairs"]).fetchall()


def _compared(row: tuple[float | None, ...]) -> Compared:
    """Of no case the means are null, and of one the variances."""
    cases, *figures = (value or 0 for value in row)
    until_end, until_end_variance, behind, behind_variance = figures
    return Compared(
        Group(int(cases), until_end, until_end_variance), Group(int(cases), behind, behind_variance)
    )
