"""A trend as a table, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store import trends
from procesmijn.store.trends import Point, Series
from procesmijn.web.asking import Asking
from procesmijn.web.exports import Records
from procesmijn.web.records import tabled
from procesmijn.web.say import NOTHING
from procesmijn.web.views.trend_words import Name, Telling


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A week or month of a measure, and what is usual; null where that is of too few cases."""

    process: str | None
    supplier: str | None
    customer: str | None
    agreement: str | None
    since: date
    is_running: bool
    unit: str
    n: int | None
    cases: int | None
    hits: int | None
    value: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    usual: float | None
    usual_low: float | None
    usual_high: float | None
    signal: str | None
    changed: str | None


class Row(NamedTuple):
    """A week or month."""

    name: Name
    url: str
    when: Markup
    is_running: bool
    value: Markup | str
    p10: Markup | str
    p90: Markup | str
    n: str
    cases: str
    usual: Markup | str
    signal: Markup | str
    changed: str


def row(series: Series, point: Point, telling: Telling) -> Row:
    """One of enough cases."""
    say, day = telling.asking.say, telling.day(series)
    low, high = (
        telling.said(certainty.at(point.quantiles, part), day) if telling.is_time else NOTHING
        for part in (0.1, 0.9)
    )
    return Row(
        telling.name(series),
        telling.url(series),
        telling.when(point.since),
        point.is_running,
        telling.said(point.value, day),
        low,
        high,
        say.number(point.n),
        say.number(point.cases),
        telling.usual(series),
        telling.signal(point.signal) or NOTHING,
        telling.changed(series, point),
    )


def records(asking: Asking) -> Records:
    """Every value."""
    return tabled(TrendPoint, points_of(asking))


def points_of(asking: Asking) -> list[TrendPoint]:
    """Every value, without the figures of those of too few cases."""
    telling = Telling.of(asking)
    found = trends.trend(telling.question, asking.today, asking.k, asking.connection)
    return [_point(each, point, telling) for each in found for point in each.points]


def _point(series: Series, point: Point, telling: Telling) -> TrendPoint:
    is_told, usual = telling.is_told(point), series.usual

    def percentile(part: float) -> float | None:
        return certainty.at(point.quantiles, part) if is_told and point.quantiles else None

    return TrendPoint(
        series.process,
        series.supplier,
        series.customer,
        series.agreement,
        point.since,
        point.is_running,
        telling.question.unit,
        point.n if is_told else None,
        point.cases if is_told else None,
        point.hits if is_told else None,
        point.value if is_told else None,
        percentile(0.1),
        percentile(0.25),
        percentile(0.5),
        percentile(0.75),
        percentile(0.9),
        usual and usual.centre,
        usual and usual.low,
        usual and usual.high,
        point.signal and point.signal.value,
        telling.changed(series, point) or None,
    )
