"""What changes when: any measure by any dimension, over weeks or months, beside what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from procesmijn.core.control import FEWEST
from procesmijn.store import trends
from procesmijn.store.trends import By, Each, Measure, Series, dimensions
from procesmijn.web.address import TREND_MEASURES
from procesmijn.web.asking import Asking
from procesmijn.web.filter_bar import Choice
from procesmijn.web.frame import Frame, frame
from procesmijn.web.views.trend_panels import MOST, Panel, Pictures, pictures
from procesmijn.web.views.trend_table import Row, row
from procesmijn.web.views.trend_words import Telling

_ROWS: Final = 25
_NAMED: Final = 3
_DEFINED: Final = {
    Measure.MEDIAN: "waiting",
    Measure.P90: "waiting",
    Measure.HANDOVERS: "waiting",
    Measure.MET: "reliability",
    Measure.RIGHT: "first_time_right",
    Measure.DELIVERY: "delivery_time",
    Measure.DELIVERIES: "deliveries",
    Measure.REWORK: "rework",
    Measure.RATING: "rating",
    Measure.CYCLE: "cycle_time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendExplorer:
    """Context of ``trends.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    defined: str
    """Where the measure is defined."""
    measures: tuple[Choice, ...]
    dimensions: tuple[Choice, ...]
    stretches: tuple[Choice, ...]
    limits: tuple[Choice, ...]
    heading: Markup
    unit: Markup
    """What the axis shows, and where it begins."""
    panels: tuple[Panel, ...]
    """Of one line the whole width, with its bands."""
    bands: Markup | None
    left_out: Markup | None
    has_limits: bool
    has_running: bool
    is_time: bool
    rows: tuple[Row, ...]
    shown: Markup
    count: str
    more_url: str | None
    csv_url: str
    empty: Markup | None
    empty_url: str


def trend_explorer(asking: Asking) -> TrendExplorer:
    """Answer it."""
    here, say, telling = asking.here, asking.say, Telling.of(asking)
    question, measure = telling.question, telling.question.measure
    found = trends.trend(question, asking.today, asking.k, asking.connection)
    told = [each for each in found if any(map(telling.is_told, each.points))]
    drawn = pictures(told, telling)
    listed = telling.listed(told)
    number = here.rows or _ROWS
    filters = ["period", "process", "supplier", "customer"]
    if By.AGREEMENT in dimensions(measure):
        filters.append("agreement")
    if telling.is_time and measure is not Measure.CYCLE:
        filters.append("clock")
    return TrendExplorer(
        frame=frame(asking, say.text("nav.trends"), "trends", *filters),
        lead=_lead(told, telling),
        basis=say.text(f"trend.basis_{question.each}", n=FEWEST),
        defined=_DEFINED[measure],
        measures=tuple(
            _choice(f"trend.measure_{each}", each is measure, asking, measure=each.value)
            for each in TREND_MEASURES
        ),
        dimensions=tuple(
            _choice(f"trend.by_{each}", each is question.by, asking, by=each)
            for each in dimensions(measure)
        ),
        stretches=tuple(
            _choice(f"trend.each_{each}", each is question.each, asking, each=each) for each in Each
        ),
        limits=tuple(
            _choice(f"trend.limits_{each or 'no'}", here.limits == each, asking, limits=each)
            for each in ("", "yes")
        ),
        heading=say.text(f"trend.measure_{measure}"),
        unit=_unit(drawn, telling),
        panels=drawn.panels if drawn else (),
        bands=_bands(told, telling),
        left_out=say.text("trend.left_out", n=len(told) - MOST) if len(told) > MOST else None,
        has_limits=here.limits != "" and any(each.usual for each in told),
        has_running=drawn is not None and drawn.has_running,
        is_time=telling.is_time,
        rows=tuple(row(each, point, telling) for each, point in listed[:number]),
        shown=say.text("waits.shown", shown=min(number, len(listed)), count=len(listed)),
        count=say.number(len(listed)),
        more_url=here.at(asking.path, rows=len(listed)) if len(listed) > number else None,
        csv_url=here.at("/trends.csv"),
        empty=None if told else say.text("figure.too_few" if found else "trend.empty", k=asking.k),
        empty_url=here.at(asking.path, period="52w", since=None, until=None),
    )


def _choice(key: str, is_set: bool, asking: Asking, **changes: Any) -> Choice:
    return Choice(asking.say.text(key), asking.here.at(asking.path, rows=0, **changes), is_set)


def _bands(told: Sequence[Series], telling: Telling) -> Markup | None:
    """What the bands are, where there are any."""
    if len(told) != 1 or telling.unit not in ("seconds", "share"):
        return None
    return telling.asking.say.text(f"trend.bands_{telling.unit}")


def _unit(drawn: Pictures | None, telling: Telling) -> Markup:
    say = telling.asking.say
    said = say.text(f"trend.unit_{telling.question.unit.replace(' ', '_')}")
    if drawn is None or not drawn.axis.low:
        return said
    low = telling.on_axis(drawn.axis.low, drawn.axis.step)
    return Markup("; ").join([said, say.text("trend.axis_from", low=low)])


def _lead(told: Sequence[Series], telling: Telling) -> Markup:
    say, each = telling.asking.say, telling.question.each
    measure = say.text(f"trend.measure_{telling.question.measure}")
    if not told:
        return say.text("trend.nothing", measure=measure)
    if len(told) == 1:
        return _lead_of_one(told[0], measure, telling)
    judged = [series for series in told if series.usual is not None]
    if not judged:
        return say.text(f"trend.too_short_{each}", n=FEWEST)
    last = [(series, telling.last(series)) for series in judged]
    left = [series for series, point in last if point is not None and point.signal is not None]
    if not left:
        return say.text(f"trend.all_usual_{each}", measure=measure, n=len(judged))
    return say.text(
        f"trend.left_usual_{each}",
        measure=measure,
        n=len(left),
        of=say.number(len(judged)),
        names=say.listed(telling.name(series).words for series in left[:_NAMED]),
    )


def _lead_of_one(series: Series, measure: Markup, telling: Telling) -> Markup:
    say, point = telling.asking.say, telling.last(series)
    if point is None:
        return say.text("trend.only_running")
    head = say.text(
        "trend.lead",
        name=telling.name(series).words,
        measure=measure,
        value=telling.said(point.value, telling.day(series)),
        when=telling.when(point.since),
    )
    if series.usual is None:
        more = say.text(f"trend.too_short_{telling.question.each}", n=FEWEST)
    else:
        how = "usual" if point.signal is None else point.signal.name.lower()
        more = say.text(f"trend.is_{how}", usual=telling.usual(series))
    return Markup(" ").join([head, more])
