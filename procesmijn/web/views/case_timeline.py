"""The timeline of a case: a lane per party on calendar time, with working days as a second axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
from markupsafe import Markup

from procesmijn.core.worktime import Calendar, working_us
from procesmijn.store.figures import Clock
from procesmijn.tracking.told import Told
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.say import today
from schemas.instants import to_us

WIDTH: Final = 920.0
_LEFT: Final = 124.0
_RIGHT: Final = 12.0
_TOP: Final = 46.0
_BAR: Final = 20.0
_ROW: Final = 26.0
_PAD: Final = 10.0
_FOOT: Final = 22.0
_LETTER: Final = 6.6
"""So wide is a letter, at most."""
_LEAST: Final = 4.0
_ROWS: Final = 3
_DAYS_APART: Final = 16
"""So many days each have a mark; more have one a week, and from ``_WEEKS_APART`` one a month."""
_WEEKS_APART: Final = 112


class Tick(NamedTuple):
    """A mark on both axes."""

    x: float
    label: str
    days: str
    """Working days since the first."""
    is_today: bool


class Shade(NamedTuple):
    """A stretch in which nobody works."""

    x: float
    width: float
    is_wide: bool
    """Whether there is room to say so."""


class Bar(NamedTuple):
    """Something that was done, or is being done."""

    x: float
    y: float
    width: float
    is_open: bool
    label: str
    label_x: float | None
    """None where there is no room for it: the table has it."""
    title: Markup


class Wait(NamedTuple):
    """Waiting to be picked up."""

    x: float
    y: float
    width: float
    title: Markup


class Promise(NamedTuple):
    """A moment for which something was promised."""

    x: float
    y: float
    state: str
    title: Markup


class Lane(NamedTuple):
    """What one party did and waited, and what was promised of it."""

    tag: Tag
    y: float
    height: float
    bars: tuple[Bar, ...]
    waits: tuple[Wait, ...]
    promises: tuple[Promise, ...]


class Expected(NamedTuple):
    """When it is expected to end: the middle, and between which bounds four in five do."""

    y: float
    x: float
    low: float
    high: float
    now: float
    title: Markup


class Timeline(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    left: float
    foot: float
    """Where the lanes end."""
    ticks: tuple[Tick, ...]
    shades: tuple[Shade, ...]
    lanes: tuple[Lane, ...]
    now: float | None
    """Where now is; None of a case that is over."""
    clock: str
    expected: Expected | None


@dataclass(frozen=True, slots=True)
class _Axis:
    """Instants become places."""

    since: datetime
    until: datetime

    def x(self, instant: datetime) -> float:
        part = (instant - self.since) / (self.until - self.since)
        return round(_LEFT + min(max(part, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT), 1)


@dataclass(slots=True)
class _Rows:
    """Room in a lane: what overlaps goes below each other, as long as there are rows."""

    ends: list[float] = field(default_factory=list)

    def take(self, x: float, until: float) -> int:
        for number, end in enumerate(self.ends):
            if end <= x:
                self.ends[number] = until
                return number
        if len(self.ends) < _ROWS:
            self.ends.append(until)
            return len(self.ends) - 1
        return _ROWS - 1


def timeline(told: Told, hours: Calendar, asking: Asking) -> Timeline:
    """Draw what is told of a case; ``hours`` are those of its process."""
    axis = _axis(told, asking)
    is_over = told.is_open is False
    parties = dict.fromkeys(step["party"] for step in told.steps if step["party"])
    parties |= dict.fromkeys(holder["party"] for holder in told.holders)
    parties |= dict.fromkeys(promise["supplier"] for promise in told.promises)
    lanes, y = [], _TOP
    for name in parties:
        lane = _lane(name, y, told, axis, asking)
        lanes.append(lane)
        y += lane.height
    expected = None
    if told.forecast is not None and not is_over:
        expected = _expected(told, y, axis, asking)
        y += _ROW + _PAD
    return Timeline(
        WIDTH,
        y + _FOOT,
        _LEFT,
        y,
        tuple(_ticks(axis, hours, asking)),
        tuple(_shades(axis, hours, asking)),
        tuple(lanes),
        None if is_over else axis.x(told.as_of),
        asking.say.clock_time(told.as_of),
        expected,
    )


def _axis(told: Told, asking: Asking) -> _Axis:
    """Whole days, from the first to the last of which anything is known."""
    instants = [told.started_at]
    instants += [step["completed_at"] or step["started_at"] for step in told.steps]
    instants += [promise["due_at"] for promise in told.promises if promise["due_at"]]
    if told.is_open is not False:
        instants.append(told.as_of)
        if told.forecast is not None:
            instants.append(told.forecast["expected_at"])
    zone = asking.say.zone
    first, last = today(min(instants), zone), today(max(instants), zone)
    return _Axis(_midnight(first, asking), _midnight(last + timedelta(days=1), asking))


def _lane(name: str, y: float, told: Told, axis: _Axis, asking: Asking) -> Lane:
    say, rows = asking.say, _Rows()
    bars, waits = list[Bar](), list[Wait]()
    own = [step for step in told.steps if step["party"] == name]
    spans = [_span(step, told, axis) for step in own]
    for number, (step, (waited, begun, done)) in enumerate(zip(own, spans, strict=True)):
        following = spans[number + 1][0] if number + 1 < len(spans) else WIDTH - _RIGHT
        width = max(done - begun, _LEAST)
        row = rows.take(waited, begun + width)
        top = y + _PAD + row * _ROW
        text = step["activity"]
        room = len(text) * _LETTER + 10
        if room <= width:
            label_x: float | None = begun + 8
        elif begun + width + room <= following:
            label_x = begun + width + 5
        else:
            label_x = None
        if begun > waited:
            waits.append(Wait(waited, top, begun - waited, _waited(step, asking)))
        is_open = step["completed_at"] is None
        bars.append(Bar(begun, top, width, is_open, text, label_x, _done(step, asking)))
    for holder in told.holders:
        if holder["party"] == name and holder["basis"] in {"named", "asked"}:
            x = axis.x(holder["since"])
            if (width := axis.x(told.as_of) - x) > 0:
                row = rows.take(x, x + width)
                title = say.text("late.since", moment=say.moment(holder["since"]))
                waits.append(Wait(x, y + _PAD + row * _ROW, width, title))
    promises = tuple(
        Promise(axis.x(each["due_at"]), y + _PAD, state_of(each), _promised(each, asking))
        for each in told.promises
        if each["supplier"] == name and each["due_at"] is not None
    )
    height = 2 * _PAD + _BAR + (max(len(rows.ends), 1) - 1) * _ROW
    return Lane(asking.names.party(name), y, height, tuple(bars), tuple(waits), promises)


def _span(step: dict[str, Any], told: Told, axis: _Axis) -> tuple[float, float, float]:
    """Where waiting for it begins, where it was taken up, and where it was done."""
    begun = step["started_at"] or step["completed_at"]
    waited = begun - timedelta(seconds=step["wait_seconds"] or 0.0)
    return axis.x(waited), axis.x(begun), axis.x(step["completed_at"] or told.as_of)


def _expected(told: Told, y: float, axis: _Axis, asking: Asking) -> Expected:
    say, forecast = asking.say, told.forecast
    assert forecast is not None  # noqa: S101 - asked for only where there is one
    return Expected(
        y + _PAD + _BAR / 2,
        axis.x(forecast["expected_at"]),
        axis.x(forecast["earliest_at"]),
        axis.x(forecast["latest_at"]),
        axis.x(told.as_of),
        say.text(
            "case.between",
            share=say.share(forecast["share"]),
            earliest=say.moment(forecast["earliest_at"]),
            latest=say.moment(forecast["latest_at"]),
        ),
    )


def _ticks(axis: _Axis, hours: Calendar, asking: Asking) -> Iterable[Tick]:
    days = _days(axis, asking)
    worked = np.cumsum([0, *_works(days, hours, asking)]).tolist()
    free = WIDTH
    ticks = list[Tick]()
    for day, before in zip(days, worked, strict=False):
        if len(days) > _WEEKS_APART:
            is_marked, label = day.day == 1, asking.say.month_year(day)
        elif len(days) > _DAYS_APART:
            is_marked, label = day.weekday() == 0, asking.say.day_month(day)
        else:
            is_marked, label = True, asking.say.weekday(day)
        if is_marked or day == days[0]:
            x = axis.x(_midnight(day, asking))
            said = asking.say.text("figure.days_short", days=asking.say.number(before))
            ticks.append(Tick(x, label, str(said), day == asking.today))
    for tick in reversed(ticks):
        # The beginning of the axis is seldom that of a week: what would not fit is not written.
        if tick.x + len(tick.label) * _LETTER <= free:
            free = tick.x
            yield tick


def _shades(axis: _Axis, hours: Calendar, asking: Asking) -> Iterable[Shade]:
    """Days on which nobody works, those that follow each other together."""
    days = _days(axis, asking)
    if len(days) > _WEEKS_APART:
        return
    begun: date | None = None
    for day, works in zip([*days, None], [*_works(days, hours, asking), True], strict=True):
        if not works and begun is None:
            begun = day
        elif works and begun is not None:
            x = axis.x(_midnight(begun, asking))
            end = axis.until if day is None else _midnight(day, asking)
            width = round(axis.x(end) - x, 1)
            yield Shade(x, width, width > len(asking.say.text("case.still")) * _LETTER)
            begun = None


def _works(days: Sequence[date], hours: Calendar, asking: Asking) -> list[bool]:
    """Whether anybody works, day by day."""
    edges = [to_us(_midnight(day, asking)) for day in [*days, days[-1] + timedelta(days=1)]]
    bounds = np.array(edges, dtype=np.int64)
    return [bool(us) for us in working_us(hours, bounds[:-1], bounds[1:])]


def _days(axis: _Axis, asking: Asking) -> list[date]:
    first = today(axis.since, asking.say.zone)
    last = today(axis.until - timedelta(microseconds=1), asking.say.zone)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _midnight(day: date, asking: Asking) -> datetime:
    return datetime.combine(day, time(), asking.say.zone)


def state_of(promise: dict[str, Any]) -> str:
    """Where a promise stands, as an icon of the page."""
    if promise["is_breached"]:
        return "breached"
    return {"met": "met", "open": "open"}.get(promise["status"], "none")


def _done(step: dict[str, Any], asking: Asking) -> Markup:
    say, begun, done = asking.say, step["started_at"], step["completed_at"]
    name = step["activity"]
    if done is None:
        return say.text("case.since", activity=name, since=say.moment(begun))
    if begun is None or begun == done:
        return say.text("case.at", activity=name, at=say.moment(done))
    return say.text("case.from_to", activity=name, since=say.moment(begun), until=say.moment(done))


def _waited(step: dict[str, Any], asking: Asking) -> Markup:
    say, day = asking.say, asking.names.party(step["party"]).day_seconds
    return say.text(
        "case.waited",
        supplier=asking.names.party(step["supplier"]).label,
        time=say.time(step["wait_working_seconds"], day, Clock.WORKING),
    )


def _promised(promise: dict[str, Any], asking: Asking) -> Markup:
    return asking.say.text(
        "case.promised",
        deliverable=asking.names.deliverable(promise["deliverable"]).label,
        moment=asking.say.moment(promise["due_at"]),
    )
