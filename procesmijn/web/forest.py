"""Differences on one scale, as plain numbers: each with its interval, better to the right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final, NamedTuple

from markupsafe import Markup

_WIDTH: Final = 920.0
_LEFT: Final = 330.0
"""Room for what it is of."""
_RIGHT: Final = 14.0
_ROW: Final = 30.0
_TOP: Final = 30.0
_STEP: Final = 0.5
_LEAST: Final = 1.0
_MOST: Final = 3.0
"""Standard deviations: what is larger lies at the edge."""


class Effect(NamedTuple):
    """A difference in standard deviations, above zero where it is better, and how sure that is."""

    label: str
    state: str
    value: float
    low: float
    high: float
    title: Markup


class Whisker(NamedTuple):
    """One as it is drawn."""

    label: str
    state: str
    y: float
    x: float
    low: float
    high: float
    title: Markup


class Tick(NamedTuple):
    """A line down, and what is written there."""

    x: float
    label: str


class Forest(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    foot: float
    left: float
    right: float
    zero: float
    ticks: tuple[Tick, ...]
    rows: tuple[Whisker, ...]


def forest(effects: Sequence[Effect], labels: Iterable[tuple[float, str]]) -> Forest | None:
    """Draw them; ``labels`` says what stands below which number of standard deviations."""
    if not effects:
        return None
    furthest = max(abs(each) for one in effects for each in (one.value, one.low, one.high))
    end = min(max(ceil(furthest / _STEP) * _STEP, _LEAST), _MOST)

    def x(value: float) -> float:
        part = (min(max(value, -end), end) + end) / (2 * end)
        return round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT), 1)

    foot = _TOP + _ROW * len(effects)
    return Forest(
        _WIDTH,
        foot + 22,
        foot,
        _LEFT,
        _WIDTH - _RIGHT,
        x(0),
        tuple(Tick(x(value), label) for value, label in labels if abs(value) <= end),
        tuple(
            Whisker(
                each.label,
                each.state,
                _TOP + _ROW * (number + 0.5),
                x(each.value),
                x(each.low),
                x(each.high),
                each.title,
            )
            for number, each in enumerate(effects)
        ),
    )
