"""A line over weeks or months as plain numbers: its bands, what is usual, where terms changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import Final, NamedTuple

from markupsafe import Markup

_STEPS: Final = 4
"""So many parts an axis has at most."""
_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_LETTER: Final = 6.2
"""How wide a letter of a label is, on average."""
_FLAG_GAP: Final = 30.0
_FURTHEST: Final = 3.0
"""So many times as far as all else an outer band may stretch an axis."""


class Size(NamedTuple):
    """Room of a picture, and what of it is left around the plot."""

    width: float
    height: float
    left: float
    top: float
    foot: float
    """Where the axis lies."""
    labels: int
    """So many dates have room below it."""


LARGE: Final = Size(920, 300, 52, 34, 262, 7)
SMALL: Final = Size(300, 150, 40, 16, 122, 3)
_RIGHT: Final = 14.0


class Mark(NamedTuple):
    """A value at its date."""

    since: date
    value: float | None
    """None where it may not be told."""
    outer: tuple[float, float] | None
    """Bounds of a band around it; likewise of one within that."""
    inner: tuple[float, float] | None
    title: Markup
    is_running: bool
    is_signal: bool


class Flag(NamedTuple):
    """Something began on a date."""

    on: date
    label: str
    title: Markup


class Usual(NamedTuple):
    """The middle of what is usual, and its bounds."""

    centre: float
    low: float
    high: float


class Grid(NamedTuple):
    """A line across, or a date below: where, and what is written there."""

    at: float
    label: str


class Dot(NamedTuple):
    """A value as it is drawn."""

    x: float
    y: float
    title: Markup
    is_running: bool
    is_signal: bool


class Pole(NamedTuple):
    """A flag as it is drawn."""

    x: float
    y: float
    label: str
    title: Markup
    anchor: str
    """On which side of the pole its label is."""


@dataclass(frozen=True, slots=True)
class LineChart:
    """The whole picture."""

    width: float
    height: float
    left: float
    right: float
    top: float
    foot: float
    grid: tuple[Grid, ...]
    dates: tuple[Grid, ...]
    outer: tuple[str, ...]
    """Points of polygons."""
    inner: tuple[str, ...]
    lines: tuple[str, ...]
    """Points of each unbroken piece."""
    running: str | None
    """Points of the way to a value of what has not passed."""
    dots: tuple[Dot, ...]
    usual: tuple[float, float, float] | None
    """Heights: the middle, the lower and the upper bound."""
    poles: tuple[Pole, ...]


class Axis(NamedTuple):
    """From where to where a picture reaches; those that are compared share one."""

    first: date
    last: date
    low: float
    high: float
    step: float


def axis_of(
    marks: Iterable[Mark], more: Iterable[float], *, least: float | None, most: float | None
) -> Axis | None:
    """One on which all that is told has room; None where that is nothing.

    It begins at ``least`` where that is given, and goes no further than ``most``. What has not
    passed is of few records and may leave it; so may an outer band that is far from all else.
    """
    marks = list(marks)
    told = [mark for mark in marks if mark.value is not None]
    if not told:
        return None
    passed = [mark for mark in told if not mark.is_running] or told
    values = [*(mark.value or 0.0 for mark in passed), *more]
    values += [each for mark in passed for each in mark.inner or ()]
    furthest = _FURTHEST * max(values)
    values += [min(each, furthest) for mark in passed for each in mark.outer or ()]
    low, high = min(values) if least is None else least, max(values)
    step = _round_step((high - low) / _STEPS or 1.0)
    low = floor(low / step + 1e-9) * step
    high = max(ceil(high / step - 1e-9) * step, low + step)
    if most is not None:
        high = min(high, most)
    dates = [mark.since for mark in marks]
    return Axis(min(dates), max(dates), low, high, step)


def line_chart(
    marks: Sequence[Mark],
    axis: Axis,
    size: Size,
    *,
    said: Callable[[float], str],
    dated: Callable[[date], str],
    usual: Usual | None = None,
    flags: Sequence[Flag] = (),
) -> LineChart:
    """Draw it; ``said`` writes a value of the axis, ``dated`` a date."""
    right = size.width - _RIGHT
    days = max((axis.last - axis.first).days, 1)

    def x(day: date) -> float:
        part = (day - axis.first).days / days
        return round(size.left + 8 + part * (right - size.left - 16), 1)

    def y(value: float) -> float:
        part = (value - axis.low) / (axis.high - axis.low)
        return round(size.foot - min(max(part, 0.0), 1.0) * (size.foot - size.top), 1)

    pieces = _pieces(marks)
    whole = [[mark for mark in piece if not mark.is_running] for piece in pieces]
    return LineChart(
        size.width,
        size.height,
        size.left,
        right,
        size.top,
        size.foot,
        tuple(Grid(y(value), said(value)) for value in _ticks(axis)),
        tuple(
            Grid(x(mark.since), dated(mark.since))
            for mark in marks[:: max(ceil(len(marks) / size.labels), 1)]
        ),
        tuple(_band([(x(m.since), m.outer) for m in piece], y) for piece in whole if _wide(piece)),
        tuple(_band([(x(m.since), m.inner) for m in piece], y) for piece in whole if _wide(piece)),
        tuple(_points(piece, x, y) for piece in whole if len(piece) > 1),
        _points(pieces[-1][-2:], x, y)
        if len(pieces[-1]) > 1 and pieces[-1][-1].is_running
        else None,
        tuple(
            Dot(x(mark.since), y(mark.value), mark.title, mark.is_running, mark.is_signal)
            for mark in marks
            if mark.value is not None
        ),
        None if usual is None else (y(usual.centre), y(usual.low), y(usual.high)),
        tuple(_poles(flags, x, right)),
    )


def _round_step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(each * power for each in _ROUND if each * power >= least * (1 - 1e-9))


def _ticks(axis: Axis) -> Iterable[float]:
    value = axis.low
    while value <= axis.high + axis.step * 1e-6:
        yield value
        value += axis.step


def _pieces(marks: Sequence[Mark]) -> list[list[Mark]]:
    """What follows each other without a gap."""
    pieces: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.value is None:
            pieces.append([])
        else:
            pieces[-1].append(mark)
    return pieces


def _wide(piece: Sequence[Mark]) -> bool:
    return len(piece) > 1 and all(mark.outer and mark.inner for mark in piece)


def _points(piece: Sequence[Mark], x: Callable[[date], float], y: Callable[[float], float]) -> str:
    return " ".join(f"{x(mark.since)},{y(mark.value)}" for mark in piece if mark.value is not None)


def _band(
    piece: Sequence[tuple[float, tuple[float, float] | None]], y: Callable[[float], float]
) -> str:
    known = [(x, bounds) for x, bounds in piece if bounds is not None]
    upper = [f"{x},{y(bounds[1])}" for x, bounds in known]
    lower = [f"{x},{y(bounds[0])}" for x, bounds in reversed(known)]
    return " ".join([*upper, *lower])


def _poles(flags: Sequence[Flag], x: Callable[[date], float], right: float) -> Iterable[Pole]:
    free, row = 0.0, 0
    for flag in flags:
        at = x(flag.on)
        row = (row + 1) % 2 if at < free else 0
        length = len(flag.label) * _LETTER + 8
        yield Pole(
            at,
            4.0 + 15 * row,
            flag.label,
            flag.title,
            "end" if at + length > right else "start",
        )
        free = at + length + _FLAG_GAP
