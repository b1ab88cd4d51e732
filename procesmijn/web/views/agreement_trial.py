"""Other terms for an agreement: how fast it is delivered, and what one lead time makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise, takewhile
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.catalogue.lead_times import HOUR_US, LeadTime, Unit, read_lead_time
from procesmijn.core import certainty
from procesmijn.store.deliveries import QUANTILES, KeptRow
from procesmijn.store.terms import Terms
from procesmijn.trying import compared
from procesmijn.web.asking import Asking
from procesmijn.web.charts import axis
from procesmijn.web.records import delivered_is_shown
from procesmijn.web.reliability import standing
from procesmijn.web.say import Speech

WIDTH: Final = 330.0
HEIGHT: Final = 264.0
_LEFT: Final = 40.0
_RIGHT: Final = 12.0
_TOP: Final = 34.0
_FOOT: Final = 222.0
_HOURS_OF_DAY: Final = 3600.0


class Mark(NamedTuple):
    """A lead time on the curve: that of now, or the one that is tried."""

    x: float
    y: float
    state: str
    label: Markup
    share: str
    anchor: str


class Tick(NamedTuple):
    """A mark on the axis."""

    x: float
    label: str


class Grid(NamedTuple):
    """A line across."""

    y: float
    label: str


class Trial(NamedTuple):
    """The whole picture, and what came of trying."""

    width: float
    height: float
    left: float
    right: float
    foot: float
    curve: str
    ticks: tuple[Tick, ...]
    grid: tuple[Grid, ...]
    target_y: float | None
    marks: tuple[Mark, ...]
    unit: Markup
    most: int
    """The longest lead time that can be tried."""
    value: int
    """What the slider stands on."""
    said: Markup
    """What the terms that are tried would have made of it; else how soon nine in ten come."""


class _Unit(NamedTuple):
    unit: Unit
    seconds: float

    def time(self, amount: int) -> LeadTime:
        return LeadTime(self.unit, amount * HOUR_US if self.unit is Unit.HOURS else amount)


def trial(row: KeptRow, target: float | None, asking: Asking) -> Trial | None:
    """None where too few cases were delivered to say how fast."""
    times = row.supplier_clock_seconds
    known = [value for value in times or () if value is not None]
    if times is None or len(known) < len(times) or not delivered_is_shown(row, asking.k):
        return None
    now = read_lead_time(row.lead_time)
    day = asking.names.party(row.supplier).day_seconds
    unit = _Unit(Unit.HOURS, _HOURS_OF_DAY) if now.unit is Unit.HOURS else _Unit(Unit.DAYS, day)
    lengths = [value / unit.seconds for value in known]
    agreed = {
        Unit.HOURS: now.amount / HOUR_US,
        Unit.DAYS: float(now.amount),
        Unit.DAY_OF_MONTH: None,
    }[now.unit]
    most = axis([lengths[19], (agreed or 0.0) * 1.5, float(asking.here.tried), 1.0])

    def x(length: float) -> float:
        return round(_LEFT + min(length / most, 1.0) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(share: float) -> float:
        return round(_FOOT - share * (_FOOT - _TOP), 1)

    say = asking.say
    marks, said = [], _soon(lengths, target, unit, asking)
    share = row.met / row.due if row.due and row.due_cases >= asking.k else None
    if share is not None and agreed is not None:
        label = say.text("agreement.now", amount=_amount(agreed, say))
        state = standing(share, target)
        marks.append(Mark(x(agreed), y(share), state, label, say.share(share), "end"))
    if asking.here.tried:
        found = _try(row, unit, asking)
        said = _told(found, target, unit, asking)
        if found is not None and found.cases_are_enough:
            label = say.text("agreement.tried", amount=asking.here.tried)
            state = standing(found.share, target)
            at = x(asking.here.tried)
            marks.append(Mark(at, y(found.share), state, label, say.share(found.share), "start"))
    return Trial(
        WIDTH,
        HEIGHT,
        _LEFT,
        WIDTH - _RIGHT,
        _FOOT,
        _curve(lengths, most, x, y),
        tuple(Tick(x(at), _amount(at, say)) for at in _steps(most)),
        tuple(Grid(y(part / 4), say.share(part / 4)) for part in range(5)),
        None if target is None else y(target),
        tuple(marks),
        say.text(f"agreement.unit_{unit.unit}"),
        max(int(most), 2),
        asking.here.tried or max(round(agreed or most / 2), 1),
        said,
    )


class _Found(NamedTuple):
    deliveries: int
    share_now: float
    share: float
    gained: int
    lost: int
    cases_are_enough: bool


def _try(row: KeptRow, unit: _Unit, asking: Asking) -> _Found | None:
    """Mine the deliveries of the period anew; None where none of them counts."""
    tried = unit.time(asking.here.tried)
    found = compared(
        [row.agreement],
        tried,
        asking.period,
        asking.moment.as_of,
        Terms(),
        asking.connection,
    )[row.agreement]
    if not found.deliveries:
        return None
    n = found.deliveries
    return _Found(n, found.met / n, found.met_if_tried / n, found.gained, found.lost, n >= asking.k)


def _told(found: _Found | None, target: float | None, unit: _Unit, asking: Asking) -> Markup:
    say = asking.say
    if found is None or not found.cases_are_enough:
        return say.text("figure.too_few", k=asking.k)
    said = say.text(
        "agreement.would",
        time=say.lead_time(str(unit.time(asking.here.tried))),
        share=say.share(found.share),
        now=say.share(found.share_now),
        n=found.deliveries,
        gained=say.number(found.gained),
        lost=say.number(found.lost),
    )
    state = standing(found.share, target)
    if state == "none":
        return said
    return Markup(" ").join([said, say.text(f"agreement.would_{state}", target=say.share(target))])


def _soon(lengths: Sequence[float], target: float | None, unit: _Unit, asking: Asking) -> Markup:
    """Within how long the share that was promised comes."""
    share = target or 0.9
    length = certainty.at(lengths, share)
    return asking.say.text(
        f"agreement.soon_{unit.unit}",
        share=asking.say.share(share),
        amount=asking.say.tenth(length),
    )


def _steps(most: float) -> Iterator[float]:
    """Some round amounts on the axis."""
    step = max(round(most / 4), 1) if most > 2 else 0.5
    return takewhile(lambda at: at <= most, count(0, step))


def _amount(value: float, say: Speech) -> str:
    return say.number(value) if value == int(value) else say.tenth(value)


def _curve(
    lengths: Sequence[float], most: float, x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    """From nothing at no time to as far as the axis goes."""
    points = [(0.0, 0.0), *zip(lengths, QUANTILES, strict=True)]
    drawn = []
    for (before, low), (after, high) in pairwise(points):
        if before > most:
            break
        part = 1.0 if after <= most else (most - before) / (after - before)
        drawn.append(f"{x(min(after, most))},{y(low + (high - low) * part)}")
    return " ".join([f"{x(0.0)},{y(0.0)}", *drawn])
