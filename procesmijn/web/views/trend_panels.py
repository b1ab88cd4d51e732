"""The pictures of a trend: one line with its bands, or several on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store.trends import Point, Series
from procesmijn.web.line_chart import (
    LARGE,
    SMALL,
    Axis,
    Flag,
    LineChart,
    Mark,
    Usual,
    axis_of,
    line_chart,
)
from procesmijn.web.say import NOTHING
from procesmijn.web.views.trend_words import Name, Telling

MOST: Final = 12
"""So many small pictures are shown."""
_OUTER: Final = (0.1, 0.9)
_INNER: Final = (0.25, 0.75)


class Panel(NamedTuple):
    """One line in a picture of its own."""

    name: Name
    url: str
    value: Markup | str
    when: Markup | str
    signal: Markup | None
    chart: LineChart
    alt: Markup


@dataclass(frozen=True, slots=True)
class Pictures:
    """Those of a trend."""

    panels: tuple[Panel, ...]
    axis: Axis
    has_running: bool


def pictures(told: Sequence[Series], telling: Telling) -> Pictures | None:
    """On one scale; None where there is nothing to draw."""
    is_alone = len(told) == 1
    marks = [tuple(_marks(each, telling, has_bands=is_alone)) for each in told[:MOST]]
    usual = [_usual(each, telling) for each in told[:MOST]]
    is_cut = telling.unit in ("share", "points")
    axis = axis_of(
        (mark for some in marks for mark in some),
        (each for limits in usual if limits for each in limits),
        least=None if is_cut else 0.0,
        most={"share": 1.0, "points": 10.0}.get(telling.unit),
    )
    if axis is None:
        return None
    size = LARGE if is_alone else SMALL
    draw = partial(
        line_chart,
        axis=axis,
        size=size,
        said=lambda value: telling.on_axis(value, axis.step),
        dated=telling.dated,
    )
    return Pictures(
        tuple(
            _panel(
                series,
                draw(
                    some,
                    usual=limits,
                    flags=[*_flags(series, axis, telling, is_short=not is_alone)],
                ),
                telling,
            )
            for series, some, limits in zip(told, marks, usual, strict=False)
        ),
        axis,
        any(mark.is_running for some in marks for mark in some),
    )


def _scale(series: Series, telling: Telling) -> float:
    """Times are drawn in days, all else as it is."""
    return telling.day(series) if telling.is_time else 1.0


def _marks(series: Series, telling: Telling, *, has_bands: bool) -> Iterable[Mark]:
    """Every week or month between the first and the last, those without a value as gaps."""
    by_date = {point.since: point for point in series.points}
    day, scale = telling.day(series), _scale(series, telling)
    say = telling.asking.say
    since, last = series.points[0].since, series.points[-1].since
    while since <= last:
        point = by_date.get(since)
        if point is None or not telling.is_told(point):
            yield Mark(since, None, None, None, Markup(""), is_running=False, is_signal=False)
        else:
            yield Mark(
                since,
                point.value / scale,
                *(_bands(point, scale, telling) if has_bands else (None, None)),
                say.text(
                    "trend.point",
                    when=telling.when(since),
                    value=telling.said(point.value, day),
                    n=say.number(point.n),
                ),
                is_running=point.is_running,
                is_signal=point.signal is not None,
            )
        since = telling.question.each.after(since)


def _bands(
    point: Point, scale: float, telling: Telling
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Percentiles of times, the 95% interval of a share."""
    if telling.unit == "share" and point.hits is not None:
        return certainty.share(point.hits, point.n)[1:], None
    if telling.is_time:
        outer, inner = (
            (
                certainty.at(point.quantiles, low) / scale,
                certainty.at(point.quantiles, high) / scale,
            )
            for low, high in (_OUTER, _INNER)
        )
        return outer, inner
    return None, None


def _usual(series: Series, telling: Telling) -> Usual | None:
    """Drawn where that is asked for."""
    if series.usual is None or not telling.asking.here.limits:
        return None
    scale = _scale(series, telling)
    return Usual(*(each / scale for each in series.usual))


def _flags(series: Series, axis: Axis, telling: Telling, *, is_short: bool) -> Iterable[Flag]:
    say = telling.asking.say
    for each in series.changes:
        if axis.first <= each.on <= axis.last:
            version = f"v{each.version}"
            yield Flag(
                each.on,
                version if is_short else f"{each.agreement} {version}",
                say.text(
                    "trend.flag",
                    agreement=each.agreement,
                    version=version,
                    day=say.date(each.on),
                ),
            )


def _panel(series: Series, chart: LineChart, telling: Telling) -> Panel:
    name, last = telling.name(series), telling.last(series)
    return Panel(
        name,
        telling.url(series),
        NOTHING if last is None else telling.said(last.value, telling.day(series)),
        "" if last is None else telling.when(last.since),
        None if last is None else telling.signal(last.signal),
        chart,
        telling.asking.say.text("trend.alt", name=name.words),
    )
