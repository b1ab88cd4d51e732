"""Geometry of small pictures, as plain numbers: templates draw them, and a table says the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from procesmijn.core.certainty import at

_PAD: Final = 4.0


class Spark(NamedTuple):
    """A line without axes."""

    width: float
    height: float
    lines: tuple[str, ...]
    """Points of each unbroken piece, as ``points`` of a polyline has them."""
    x: float
    y: float
    """Where it ends."""
    target_y: float | None
    is_running: bool
    """Whether the last point is of a week that has not passed."""


class Strip(NamedTuple):
    """Where the middle of a distribution lies: 10 to 90, 25 to 75, and the median."""

    width: float
    x10: float
    x25: float
    x50: float
    x75: float
    x90: float


def spark(
    values: Sequence[float | None],
    low: float,
    high: float,
    target: float | None = None,
    *,
    width: float = 112,
    height: float = 30,
    is_running: bool = False,
) -> Spark | None:
    """A line through what is there; None where that is less than two points."""
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    step = (width - 2 * _PAD) / (len(values) - 1)

    def place(number: int, value: float) -> tuple[float, float]:
        part = (min(max(value, low), high) - low) / (high - low)
        return round(_PAD + number * step, 1), round(height - _PAD - part * (height - 2 * _PAD), 1)

    pieces: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            x, y = place(number, value)
            pieces[-1].append(f"{x},{y}")
    x, y = place(*known[-1])
    return Spark(
        width,
        height,
        tuple(" ".join(piece) for piece in pieces if len(piece) > 1),
        x,
        y,
        None if target is None else place(0, target)[1],
        is_running,
    )


def strip(quantiles: Sequence[float], most: float, width: float) -> Strip:
    """A distribution on an axis from 0 to ``most``, which it may leave on the right."""

    def x(value: float) -> float:
        return round(min(value / most, 1.0) * width, 1) if most else 0.0

    x10, x25, x50, x75, x90 = (x(at(quantiles, part)) for part in (0.1, 0.25, 0.5, 0.75, 0.9))
    return Strip(width, x10, x25, x50, x75, x90)


def axis(values: Sequence[float]) -> float:
    """A round end of an axis that most of the values fit on."""
    longest = max(values, default=1.0)
    for step in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 500):
        if longest <= step:
            return float(step)
    return longest
