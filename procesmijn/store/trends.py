"""Any measure by any dimension over weeks or months, with what is usual and what is not.

Beside :mod:`procesmijn.store.figures`, which speaks of one period. Weeks begin on Mondays. The
first and the last are whole, whatever dates are asked for, but for the one that runs; so a value
is of a whole week or month, or is said to be of one that has not passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from procesmijn.core import certainty
from procesmijn.core.control import FEWEST, Limits, Signal, limits, signals
from procesmijn.store import agreements
from procesmijn.store.agreements import AgreementRow
from procesmijn.store.comparisons import ALWAYS
from procesmijn.store.connection import Connection
from procesmijn.store.deliveries import QUANTILES
from procesmijn.store.figures import Clock
from procesmijn.store.filters import EVERYTHING, Chosen, Period
from procesmijn.store.statements import statements


class Measure(StrEnum):
    """What is followed."""

    MEDIAN = "median"
    """Of the waiting until pick-up; likewise the percentile."""
    P90 = "p90"
    MET = "met"
    """Delivery reliability."""
    RIGHT = "right"
    """First time right."""
    DELIVERY = "delivery"
    """Median of the delivery time."""
    REWORK = "rework"
    """Work that was done again for a customer, beside handovers."""
    RATING = "rating"
    """Mean mark of satisfaction."""
    HANDOVERS = "handovers"
    """How many there were; likewise the deliveries."""
    DELIVERIES = "deliveries"
    CYCLE = "cycle"
    """Median of the cycle time of cases that ended."""


class By(StrEnum):
    """For each of which it is followed."""

    PROCESS = "process"
    PAIR = "pair"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    AGREEMENT = "agreement"


class Each(StrEnum):
    """Over which stretches of time."""

    WEEK = "week"
    MONTH = "month"

    def first(self, day: date) -> date:
        """The first day of the one that a day is in."""
        if self is Each.MONTH:
            return day.replace(day=1)
        return day - timedelta(days=day.weekday())

    def after(self, first: date) -> date:
        """The first day of the next one."""
        return self.first(first + timedelta(days=31 if self is Each.MONTH else 7))


class Kind(NamedTuple):
    """How a measure is read and told."""

    statement: str
    unit: str
    """``seconds``, ``share``, ``ratio``, ``points`` or ``count``."""
    part: float | None = None
    """Which quantile it is, of those that are one."""


KINDS: Final = {
    Measure.MEDIAN: Kind("handovers", "seconds", 0.5),
    Measure.P90: Kind("handovers", "seconds", 0.9),
    Measure.MET: Kind("deliveries", "share"),
    Measure.RIGHT: Kind("deliveries", "share"),
    Measure.DELIVERY: Kind("deliveries", "seconds", 0.5),
    Measure.REWORK: Kind("rework", "ratio"),
    Measure.RATING: Kind("ratings", "points"),
    Measure.HANDOVERS: Kind("handovers", "count"),
    Measure.DELIVERIES: Kind("deliveries", "count"),
    Measure.CYCLE: Kind("cycles", "seconds", 0.5),
}
_BOUNDS: Final = {"share": (0.0, 1.0), "points": (1.0, 10.0)}
_PLACES: Final = {
    By.PAIR: ("supplier", "customer"),
    By.AGREEMENT: ("process", "supplier", "customer", "agreement"),
}


def dimensions(measure: Measure) -> tuple[By, ...]:
    """By what a measure can be followed: a handover is of no agreement, a case of no party."""
    statement = KINDS[measure].statement
    if statement == "cycles":
        return (By.PROCESS,)
    return tuple(By) if statement == "deliveries" else tuple(By)[:-1]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    measure: Measure
    by: By
    each: Each
    clock: Clock = Clock.WORKING
    """Cycle times are elapsed on either."""
    chosen: Chosen = EVERYTHING
    period: Period = ALWAYS

    @property
    def unit(self) -> str:
        """``working seconds``, ``seconds``, ``share``, ``ratio``, ``points`` or ``count``."""
        unit = KINDS[self.measure].unit
        is_working = self.clock is Clock.WORKING and self.measure is not Measure.CYCLE
        return f"working {unit}" if unit == "seconds" and is_working else unit

    def whole(self, today: date) -> Period:
        """The weeks or months that the dates touch, each of them whole."""
        since, until = self.period.since, self.period.until
        if until is not None:
            until = min(self.each.after(self.each.first(until - timedelta(days=1))), _next(today))
        return Period(None if since is None else self.each.first(since), until)


class Point(NamedTuple):
    """A week or a month."""

    since: date
    is_running: bool
    """It has not passed."""
    n: int
    """Records behind the value."""
    cases: int
    hits: int | None
    """Of a share or ratio: how many of them."""
    value: float
    quantiles: Sequence[float]
    """Seconds at :data:`QUANTILES`; empty where it is no time."""
    signal: Signal | None = None


class Change(NamedTuple):
    """Other terms of an agreement began to hold."""

    agreement: str
    version: int
    on: date


class Place(NamedTuple):
    """What a line is of; names that it is not by are None."""

    process: str | None
    supplier: str | None
    customer: str | None
    agreement: str | None


class Series(NamedTuple):
    """One line of a trend."""

    process: str | None
    supplier: str | None
    customer: str | None
    agreement: str | None
    points: tuple[Point, ...]
    usual: Limits | None
    """Of the weeks before the last change where these are enough, else of all that have passed;
    None of too few. Those of few cases are not among them."""
    changes: tuple[Change, ...]

    @property
    def n(self) -> int:
        """All records."""
        return sum(point.n for point in self.points)


def trend(question: Question, today: date, k: int, connection: Connection) -> list[Series]:
    """Follow a measure, what has most records first; below ``k`` cases a value says nothing."""
    period = question.whole(today)
    question = replace(question, period=period)
    points = defaultdict[Place, list[Point]](list)
    kind = KINDS[question.measure]
    for *names, since, n, cases, hits, mean, quantiles in connection.execute(
        statements("trends")[kind.statement], _asked(question)
    ):
        points[Place(*names)].append(
            Point(
                since,
                question.each.after(since) > today,
                n,
                cases,
                hits,
                _value(kind, n, hits, mean, quantiles),
                quantiles or (),
            )
        )
    listed = agreements.listed(None, Period(), connection)
    found = [
        _judged(place, tuple(own), _changes(place, listed, question), kind.unit, k)
        for place, own in points.items()
    ]
    return sorted(found, key=lambda each: (-each.n, str(each)))


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _asked(question: Question) -> dict[str, Any]:
    return {
        **question.chosen.parameters,
        "since": question.period.since,
        "until": question.period.until,
        "by": list(_PLACES.get(question.by, (question.by.value,))),
        "each": question.each.value,
        "measure": question.measure.value,
        "is_working": question.clock is Clock.WORKING,
        "quantiles": list(QUANTILES),
    }


def _value(
    kind: Kind, n: int, hits: int | None, mean: float | None, quantiles: Sequence[float]
) -> float:
    if kind.part is not None:
        return certainty.at(quantiles, kind.part)
    if hits is not None and kind.unit != "count":
        return hits / n
    return float(n) if mean is None else mean


def _judged(
    place: Place,
    points: tuple[Point, ...],
    changes: tuple[Change, ...],
    unit: str,
    k: int,
) -> Series:
    told = [point for point in points if not point.is_running and point.cases >= k]
    before = [point for point in told if changes and point.since < changes[-1].on]
    base = before if len(before) >= FEWEST else told
    usual = limits([point.value for point in base], *_BOUNDS.get(unit, ()))
    if usual is not None:
        found = signals([point.value for point in told], usual)
        said = {point.since: signal for point, signal in zip(told, found, strict=True)}
        points = tuple(point._replace(signal=said.get(point.since)) for point in points)
    return Series(*place, points, usual, changes)


def _changes(
    place: Place, listed: Iterable[AgreementRow], question: Question
) -> tuple[Change, ...]:
    """Of the agreements that a line is about, in the time that is asked about."""
    chosen, period = question.chosen, question.period

    def is_meant(row: AgreementRow) -> bool:
        return all(
            (name is None or name == own) and (not some or own in some)
            for own, name, some in (
                (row.process, place.process, chosen.processes),
                (row.supplier, place.supplier, chosen.suppliers),
                (row.customer, place.customer, chosen.customers),
                (row.agreement, place.agreement, chosen.agreements),
            )
        )

    changes = [
        Change(row.agreement, row.version, row.valid_from)
        for row in listed
        if row.version > 1
        and row.valid_from is not None
        and (period.since is None or row.valid_from >= period.since)
        and (period.until is None or row.valid_from < period.until)
        and is_meant(row)
    ]
    return tuple(sorted(changes, key=lambda each: (each.on, each.agreement)))
