"""Agreements beside what happened: what is promised, what nobody promised, what could be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from psycopg.types.json import Jsonb

from procesmijn.catalogue.coverage import Covered, Delivered
from procesmijn.core.frames import Int64s
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.statements import statements


class AgreementRow(NamedTuple):
    """A version of an agreement, as ``bi.dim_agreement`` has it."""

    agreement: str
    version: int
    valid_from: date | None
    valid_until: date | None
    process: str
    deliverable: str
    supplier: str
    customer: str
    staff_role: str
    lead_time: str
    target_share: Decimal | None
    first_time_right_target: Decimal | None
    return_window: str | None
    customer_role: str
    """``internal`` or ``end``."""


class Uncovered(NamedTuple):
    """A pair in the handovers of a process that no agreement speaks of."""

    process: str
    supplier: str
    customer: str
    handovers: int
    cases: int
    wait_seconds_median: float
    wait_seconds_sum: float
    wait_working_seconds_sum: float


class Kept(NamedTuple):
    """How an agreement was kept; None where that is of too few cases to be told."""

    due: int | None
    met: int | None
    first_time_right: int | None
    first_time_wrong: int | None


class Supplied(NamedTuple):
    """What a party delivered to another after it had been handed something: n times."""

    process: str
    supplier: str
    customer: str
    requested: str
    """Activity with which it was handed last before, by whomever."""
    delivered: str
    """Activity with which it delivered."""
    cases: int
    requested_us: Int64s
    """int64[n]; likewise the other one."""
    delivered_us: Int64s


def listed(
    process: str | None, period: Period, connection: Connection, *, in_force: bool = False
) -> list[AgreementRow]:
    """Versions of agreements that hold on any date of a period, by process and name; ``in_force``
    those of them that hold at the moment of the session."""
    asked = _of(process, period) | {"in_force": in_force}
    rows = connection.execute(statements("agreements")["listed"], asked)
    return [AgreementRow(*row) for row in rows]


def uncovered(
    process: str | None, period: Period, covered: Iterable[Covered], connection: Connection
) -> list[Uncovered]:
    """Pairs that no agreement speaks of, most waiting first. Periods are by day of pick-up."""
    spoken_of = [
        {name: str(each) for name, each in one._asdict().items() if each is not None}
        for one in covered
    ]
    asked = {**_of(process, period), "covered": Jsonb(spoken_of)}
    rows = connection.execute(statements("agreements")["uncovered"], asked)
    return [Uncovered(*row) for row in rows]


def unknown_parties(
    process: str | None, period: Period, connection: Connection
) -> list[tuple[str, int, int]]:
    """Parties that the catalogue does not know, with their handovers and cases."""
    asked = _of(process, period)
    return connection.execute(statements("agreements")["unknown_parties"], asked).fetchall()


def happened(period: Period, connection: Connection) -> dict[tuple[str, str], int]:
    """How often each activity of each process was completed in a period."""
    rows = connection.execute(statements("agreements")["happened"], _of(None, period))
    return {(process, activity): times for process, activity, times in rows}


def recipients(
    process: str | None, period: Period, delivered: Iterable[Delivered], connection: Connection
) -> list[tuple[str, str, int]]:
    """Who picked each deliverable up, and how often, most often first. Periods are by day of
    pick-up."""
    asked = {**_of(process, period), "delivered": Jsonb([each._asdict() for each in delivered])}
    return connection.execute(statements("agreements")["recipients"], asked).fetchall()


def used(period: Period, connection: Connection) -> set[str]:
    """Agreements of which anything was asked for or delivered in a period."""
    rows = connection.execute(statements("agreements")["used"], _of(None, period))
    return {name for (name,) in rows}


def kept(period: Period, connection: Connection) -> dict[str, Kept]:
    """How agreements were kept in the months that begin in a period, as readers see it.

    Where every month is of too few cases the period counts as one. Those without any delivery are
    not there.
    """
    rows = connection.execute(statements("agreements")["kept"], _of(None, period))
    return {name: Kept(*counts) for name, *counts in rows}


def supplied(
    process: str | None, period: Period, at_least: int, connection: Connection
) -> list[Supplied]:
    """What happened at least so often, most often first. Periods are by day of delivery."""
    asked = {**_of(process, period), "at_least": at_least}
    cursor = connection.cursor(binary=True).execute(statements("agreements")["supplied"], asked)
    return [
        Supplied(*row[:-2], *(np.array(instants_us, np.int64) for instants_us in row[-2:]))
        for row in cursor
    ]


def _of(process: str | None, period: Period) -> dict[str, Any]:
    return {"process": process, "since": period.since, "until": period.until}
