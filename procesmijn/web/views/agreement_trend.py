"""How an agreement was kept, week by week: with its interval, its target, and where it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store.agreements import AgreementRow
from procesmijn.store.figures import WeekRow
from procesmijn.web.asking import Asking
from procesmijn.web.say import Speech, week_of

WIDTH: Final = 690.0
HEIGHT: Final = 264.0
_LEFT: Final = 54.0
_RIGHT: Final = 14.0
_TOP: Final = 34.0
_FOOT: Final = 222.0
"""Where the axis of shares ends; bars of what was due stand below it."""
_BARS: Final = 240.0
_BAR: Final = 16.0
_STEPS: Final = 4
_FLAG: Final = 96.0
"""Room that the words beside a flag take."""


class Grid(NamedTuple):
    """A line across, and the share that it stands for."""

    y: float
    label: str


class Label(NamedTuple):
    """A week on the axis."""

    x: float
    label: str


class Due(NamedTuple):
    """A bar of what was due in a week."""

    x: float
    y: float
    width: float
    height: float
    title: Markup


class Flag(NamedTuple):
    """Where other terms began to hold."""

    x: float
    y: float
    label: str
    note: Markup | str
    title: Markup | str
    anchor: str


class Trend(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    left: float
    right: float
    grid: tuple[Grid, ...]
    weeks: tuple[Label, ...]
    band: tuple[str, ...]
    """Points of polygons: the 95% interval."""
    lines: tuple[str, ...]
    targets: tuple[str, ...]
    """Paths."""
    target: tuple[float, float, str] | None
    """Where the last target is written, and what it says."""
    flags: tuple[Flag, ...]
    due: tuple[Due, ...]
    end: tuple[float, float, str] | None
    """The last week, and how it stands."""
    is_running: bool


class _Scale(NamedTuple):
    first: date
    weeks: int
    low: float

    def x(self, day: date) -> float:
        """The middle of the week is where its point is; a day lies between two of these."""
        part = ((day - self.first).days / 7) / max(self.weeks - 1, 1)
        return round(_LEFT + 8 + part * (WIDTH - _LEFT - _RIGHT - 16), 1)

    def y(self, share: float) -> float:
        part = (share - self.low) / (1 - self.low)
        return round(_FOOT - min(max(part, 0.0), 1.0) * (_FOOT - _TOP), 1)


def trend(rows: Iterable[WeekRow], versions: Sequence[AgreementRow], asking: Asking) -> Trend:
    """Weeks with too few cases are gaps; the running one has a ring."""
    by_week = {row.week: row for row in rows}
    shown = {week: row for week, row in by_week.items() if row.cases >= asking.k and row.due}
    last = week_of(asking.today)
    first = min([*by_week, last - timedelta(weeks=1)])
    targets = [float(each.target_share) for each in versions if each.target_share is not None]
    shares = [row.met / row.due for row in shown.values()]
    low = max(int(min([*shares, *targets, 0.9]) * 10) / 10 - 0.1, 0.0)
    scale = _Scale(first, (last - first).days // 7 + 1, low)
    pieces = _pieces(shown, scale)
    end = None
    is_running = last in shown
    if shown:
        row = shown[max(shown)]
        share = row.met / row.due
        target = _target_on(max(shown), versions)
        state = "open" if target is None else "met" if share >= target else "breached"
        end = (scale.x(max(shown)), scale.y(share), state)
    steps = tuple(_steps(versions, scale, asking))
    return Trend(
        WIDTH,
        HEIGHT,
        _LEFT,
        WIDTH - _RIGHT,
        tuple(_grid(low, scale, asking.say)),
        tuple(_labels(scale, asking.say)),
        tuple(_band(piece, scale) for piece in pieces if len(piece) > 1),
        tuple(_line(piece, scale) for piece in pieces if len(piece) > 1),
        steps,
        _last_target(versions, scale, asking),
        tuple(_flags(versions, scale, asking)),
        tuple(_due(by_week, shown, scale, asking)),
        end,
        is_running,
    )


def _pieces(shown: dict[date, WeekRow], scale: _Scale) -> list[list[WeekRow]]:
    """Weeks that follow each other."""
    pieces: list[list[WeekRow]] = [[]]
    for number in range(scale.weeks):
        row = shown.get(scale.first + timedelta(weeks=number))
        if row is None:
            pieces.append([])
        else:
            pieces[-1].append(row)
    return pieces


def _line(piece: Sequence[WeekRow], scale: _Scale) -> str:
    return " ".join(f"{scale.x(row.week)},{scale.y(row.met / row.due)}" for row in piece)


def _band(piece: Sequence[WeekRow], scale: _Scale) -> str:
    sure = [(scale.x(row.week), certainty.share(row.met, row.due)) for row in piece]
    upper = [f"{x},{scale.y(each.high)}" for x, each in sure]
    lower = [f"{x},{scale.y(each.low)}" for x, each in reversed(sure)]
    return " ".join([*upper, *lower])


def _grid(low: float, scale: _Scale, say: Speech) -> Iterable[Grid]:
    for step in range(_STEPS + 1):
        share = low + (1 - low) * step / _STEPS
        yield Grid(scale.y(share), say.share(share))


def _labels(scale: _Scale, say: Speech) -> Iterable[Label]:
    every = max(scale.weeks // 5, 1)
    for number in range(0, scale.weeks, every):
        week = scale.first + timedelta(weeks=number)
        yield Label(scale.x(week), say.day_month(week))


def _due(
    by_week: dict[date, WeekRow], shown: dict[date, WeekRow], scale: _Scale, asking: Asking
) -> Iterable[Due]:
    most = max((row.due for row in shown.values()), default=1)
    step = (WIDTH - _LEFT - _RIGHT - 16) / max(scale.weeks - 1, 1)
    width = round(min(step * 0.6, 18.0), 1)
    for week in sorted(by_week):
        if (row := shown.get(week)) is not None:
            height = round(max(row.due / most * _BAR, 1.0), 1)
            title = asking.say.text(
                "agreement.week",
                week=asking.say.day_month(week),
                share=asking.say.share(row.met / row.due),
                n=row.due,
            )
            x = round(scale.x(week) - width / 2, 1)
            yield Due(x, round(_BARS - height, 1), width, height, title)


def _steps(versions: Sequence[AgreementRow], scale: _Scale, asking: Asking) -> Iterable[str]:
    """The target as a step for each version."""
    for each in versions:
        if each.target_share is None:
            continue
        begin = max(scale.first, each.valid_from or scale.first)
        end = min(asking.today, each.valid_until or asking.today)
        if begin < end:
            y = scale.y(float(each.target_share))
            yield f"M{scale.x(begin)} {y}H{scale.x(end)}"


def _last_target(
    versions: Sequence[AgreementRow], scale: _Scale, asking: Asking
) -> tuple[float, float, str] | None:
    target = _target_on(asking.today, versions)
    if target is None:
        return None
    said = asking.say.text("party.target", target=asking.say.share(target))
    return WIDTH - _RIGHT, round(scale.y(target) - 6, 1), str(said)


def _target_on(day: date, versions: Sequence[AgreementRow]) -> float | None:
    for each in versions:
        holds = (each.valid_from is None or each.valid_from <= day) and (
            each.valid_until is None or day < each.valid_until
        )
        if holds and each.target_share is not None:
            return float(each.target_share)
    return None


def _flags(versions: Sequence[AgreementRow], scale: _Scale, asking: Asking) -> Iterable[Flag]:
    before: AgreementRow | None = None
    free = 0.0
    for each in versions:
        if before is not None and each.valid_from is not None:
            day = each.valid_from
            if scale.first <= day <= asking.today:
                x = scale.x(day)
                note = changed_terms(before, each, asking.say)
                is_left = x > WIDTH * 0.62
                y = 4.0 if x >= free else 22.0
                free = x + _FLAG
                anchor = "end" if is_left else "start"
                yield Flag(x, y, f"v{each.version}", note, asking.say.date(day), anchor)
        before = each


def changed_terms(before: AgreementRow, after: AgreementRow, say: Speech) -> Markup | str:
    """What is other in a version than in the one before."""
    if before.lead_time != after.lead_time:
        return say.text(
            "agreement.changed_time",
            before=say.lead_time(before.lead_time),
            after=say.lead_time(after.lead_time),
        )
    if before.target_share != after.target_share:
        return say.text(
            "agreement.changed_target",
            before=_target(before, say),
            after=_target(after, say),
        )
    return say.text("agreement.changed_else")


def _target(version: AgreementRow, say: Speech) -> str:
    return say.share(None if version.target_share is None else float(version.target_share))
