"""Start: which process needs me? One sentence for each, what is due today, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries, figures
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import OpenRow, WaitRow, WeekRow
from procesmijn.web import certainty
from procesmijn.web.charts import Spark
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Asking, Frame, frame, said_period
from procesmijn.web.open_work import Item, item, needs_today
from procesmijn.web.reliability import Reliability, bounds, reliability, trend, trend_period

_SHOWN: Final = 9
_LATE_SHOWN: Final = 5
_MOVES: Final = 3
_SCALE: Final = 250.0
_NEAR: Final = 60.0
_ROOM: Final = 44.0
_PILES: Final = 5
_NAMED: Final = 3


class ProcessLine(NamedTuple):
    """How one process stands."""

    name: str
    label: str
    url: str
    state: str
    sentence: Markup
    spark: Spark | None
    share: str | None
    """Percent, without the sign; None where it is not shown."""
    target: Markup | None
    due: Markup


class Label(NamedTuple):
    """Where a figure is written over its mark."""

    x: float
    anchor: str


class Move(NamedTuple):
    """A pair of which the wait surely changed."""

    supplier: Tag
    customer: Tag
    url: str
    cases: str
    before: Markup
    now: Markup
    before_x: float
    now_x: float
    before_label: Label
    now_label: Label
    is_better: bool


class Pile(NamedTuple):
    """A pair, and how much waiting it holds."""

    supplier: Tag
    customer: Tag
    url: str
    width: float
    days: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Context of ``start.html``."""

    frame: Frame
    lead: Markup
    """The opening sentence."""
    bounds: Markup
    """Where the axis of the sparks begins and ends."""
    processes: tuple[ProcessLine, ...]
    needs: tuple[Item, ...]
    needs_more: int
    open_count: int
    late_url: str
    better: tuple[Move, ...]
    worse: tuple[Move, ...]
    moved: Markup
    since: Markup | None
    """The month with which the period before begins."""
    piles: tuple[Pile, ...]
    piled: Markup


class _Standing(NamedTuple):
    name: str
    now: Reliability
    before: Reliability | None

    @property
    def direction(self) -> int:
        if self.now.estimate is None or self.before is None or self.before.estimate is None:
            return 0
        return certainty.direction(certainty.difference(self.now.estimate, self.before.estimate))


def start(asking: Asking, theme: str) -> Start:
    """Answer it."""
    here, say, connection = asking.here, asking.say, asking.connection
    earlier = here.before(asking.today)
    kept = deliveries.kept(here.chosen, asking.period, connection)
    kept_before = deliveries.kept(here.chosen, earlier, connection) if earlier else []
    weeks = figures.weeks(["process"], here.chosen, trend_period(asking.today), connection)
    by_process = figures.waits(here.chosen, asking.period, here.clock, connection, by_process=True)
    pairs = figures.waits(here.chosen, asking.period, here.clock, connection, by_process=False)
    pairs_before = (
        figures.waits(here.chosen, earlier, here.clock, connection, by_process=False)
        if earlier
        else []
    )
    rows = figures.open_deliveries(here.chosen, connection)
    needs = needs_today(rows, asking)
    shown = _most_urgent(needs)
    standings = _standings(kept, kept_before, asking.k)
    better, worse = _moves(asking, pairs, pairs_before)
    limits = bounds(
        weeks, [each.now.target for each in standings if each.now.target is not None], asking.k
    )
    has_before = any(row.due for row in kept_before)
    since = (
        Markup(say.month(earlier.since))  # noqa: S704 - a date
        if earlier is not None and earlier.since is not None and has_before
        else None
    )
    piles, piled = _piles(asking, pairs)
    return Start(
        frame=frame(
            asking,
            say.text("nav.start"),
            "start",
            "period",
            "process",
            "supplier",
            "customer",
            "clock",
            theme=theme,
        ),
        lead=_lead(asking, len(needs), standings),
        bounds=say.text("start.bounds", low=say.share(limits[0]), high=say.share(limits[1])),
        processes=tuple(
            _line(asking, each, by_process, weeks, limits, since) for each in standings
        ),
        needs=tuple(item(row, asking) for row in shown),
        needs_more=len(needs) - len(shown),
        open_count=len(rows),
        late_url=here.kept().at("/late"),
        better=better[:_MOVES],
        worse=worse[:_MOVES],
        moved=say.text("start.moved", better=len(better), worse=len(worse)),
        since=since,
        piles=piles,
        piled=piled,
    )


def _most_urgent(needs: list[OpenRow]) -> list[OpenRow]:
    """Those late longest, and room for those that can still come in time."""
    late = [row for row in needs if row.is_late]
    due = [row for row in needs if not row.is_late]
    return [*late[: max(_SHOWN - len(due), _LATE_SHOWN)], *due][:_SHOWN]


def _standings(kept: list[KeptRow], kept_before: list[KeptRow], k: int) -> list[_Standing]:
    names = sorted({row.process for row in kept if row.due or row.open})
    standings = [
        _Standing(
            name,
            reliability([row for row in kept if row.process == name], k),
            reliability([row for row in kept_before if row.process == name], k)
            if kept_before
            else None,
        )
        for name in names
    ]
    # Those that promise and do not keep it come first, those of which nothing is shown last.
    order = {"breached": 0, "met": 1, "none": 2}
    return sorted(standings, key=lambda each: (order[each.now.state], each.now.share or 0.0))


def _lead(asking: Asking, needs: int, standings: list[_Standing]) -> Markup:
    say = asking.say
    head = say.text("start.needs", n=needs) if needs else say.text("start.calm")
    rising = [asking.names.process(each.name) for each in standings if each.direction > 0]
    falling = [asking.names.process(each.name) for each in standings if each.direction < 0]
    parts = [head]
    if rising and falling:
        parts.append(
            say.text(
                "start.better_worse", better=_named(asking, rising), worse=_named(asking, falling)
            )
        )
    elif rising:
        parts.append(say.text("start.better", n=len(rising), names=_named(asking, rising)))
    elif falling:
        parts.append(say.text("start.worse", n=len(falling), names=_named(asking, falling)))
    return Markup(" ").join(parts)


def _named(asking: Asking, labels: list[str]) -> Markup:
    more = len(labels) - _NAMED
    shown = labels if more <= 0 else labels[: _NAMED - 1]
    rest = [str(asking.say.text("start.others", n=len(labels) - len(shown)))] if more > 0 else []
    return asking.say.listed([*shown, *rest])


def _line(
    asking: Asking,
    each: _Standing,
    waits: list[WaitRow],
    weeks: list[WeekRow],
    limits: tuple[float, float],
    since: Markup | None,
) -> ProcessLine:
    say, here, now = asking.say, asking.here, each.now
    label = asking.names.process(each.name)
    url = here.kept().at("/waits", process=(each.name,))
    own = [row for row in waits if row.process == each.name and row.cases >= asking.k]
    weekly = {row.week: row for row in weeks if row.process == each.name}
    if now.share is None:
        sentence = say.text("start.too_few", k=asking.k)
        return ProcessLine(
            each.name,
            label,
            url,
            "suppressed" if now.hidden else "none",
            sentence if now.hidden else say.text("start.nothing_due"),
            None,
            None,
            None,
            Markup(""),
        )
    parts = [_share_part(asking, each, since)]
    if own:
        longest = max(own, key=lambda row: certainty.at(row.quantiles, 0.5) / _day(asking, row))
        parts.append(_wait_part(asking, longest))
    return ProcessLine(
        each.name,
        label,
        url,
        now.state,
        Markup(" ").join(parts),
        trend(weekly, asking.today, asking.k, limits, now.target),
        say.share(now.share).removesuffix("%"),
        None
        if now.target is None
        else say.text(f"figure.{now.state}_target", target=say.share(now.target)),
        say.text("figure.count", n=say.number(now.due)),
    )


def _share_part(asking: Asking, each: _Standing, since: Markup | None) -> Markup:
    say, now = asking.say, each.now
    share = say.share(now.share)
    if since is None or each.before is None or each.before.share is None or now.share is None:
        return say.text("start.share", share=share)
    change = now.share - each.before.share
    if each.direction == 0 and round(abs(change) * 100) > 1:
        said = say.text("figure.unclear")
    else:
        said = say.points(change if round(abs(change) * 100) > 1 or each.direction else 0.0)
    return say.text("start.share_change", share=share, change=said, since=since)


def _wait_part(asking: Asking, row: WaitRow) -> Markup:
    say, names = asking.say, asking.names
    customer = names.party(row.customer)
    seconds = certainty.at(row.quantiles, 0.5)
    return say.text(
        "start.longest",
        customer=customer.label,
        supplier=names.party(row.supplier).label,
        time=say.time(seconds, _day(asking, row), asking.here.clock),
    )


def _day(asking: Asking, row: WaitRow) -> float:
    return asking.day(row.customer)


def _moves(
    asking: Asking, pairs: list[WaitRow], before: list[WaitRow]
) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """Pairs of which the median surely changed, those first that changed by most."""
    then = {(row.supplier, row.customer): row for row in before if row.cases >= asking.k}
    found = []
    for row in pairs:
        earlier = then.get((row.supplier, row.customer))
        if row.cases < asking.k or earlier is None:
            continue
        now = certainty.median(row.quantiles, row.handovers)
        was = certainty.median(earlier.quantiles, earlier.handovers)
        change = certainty.difference(now, was)
        if certainty.direction(change):
            found.append((change.value / _day(asking, row), row, now.value, was.value))
    found.sort(key=lambda each: each[0])
    better = [each for each in found if each[0] < 0]
    worse = [each for each in reversed(found) if each[0] > 0]
    shown = [*better[:_MOVES], *worse[:_MOVES]]
    most = max((max(now, was) / _day(asking, row) for _, row, now, was in shown), default=1.0)

    def move(row: WaitRow, now: float, was: float) -> Move:
        say, clock, day = asking.say, asking.here.clock, _day(asking, row)
        was_x, now_x = (round(each / day / most * _SCALE + 8, 1) for each in (was, now))
        was_label, now_label = _labels(was_x, now_x)
        return Move(
            asking.names.party(row.supplier),
            asking.names.party(row.customer),
            _pair_url(asking, row),
            say.number(row.cases),
            say.short(was, day, clock),
            say.short(now, day, clock),
            was_x,
            now_x,
            was_label,
            now_label,
            now < was,
        )

    return (
        tuple(move(row, now, was) for _, row, now, was in better),
        tuple(move(row, now, was) for _, row, now, was in worse),
    )


def _labels(before_x: float, now_x: float) -> tuple[Label, Label]:
    """Over their marks, or side by side where these are too near for that."""
    if abs(before_x - now_x) >= _NEAR:
        before, now = (
            Label(min(max(x, _ROOM / 2), _SCALE - 12), "middle") for x in (before_x, now_x)
        )
        return before, now
    left = Label(max(min(before_x, now_x), _ROOM), "end")
    right = Label(max(before_x, now_x, _ROOM) + 6, "start")
    return (left, right) if before_x < now_x else (right, left)


def _piles(asking: Asking, pairs: list[WaitRow]) -> tuple[tuple[Pile, ...], Markup]:
    """Where most waiting is, in days of whoever waits."""
    shown = [(row.seconds_sum / _day(asking, row), row) for row in pairs if row.cases >= asking.k]
    shown.sort(key=lambda each: -each[0])
    total = sum(days for days, _ in shown)
    most = shown[0][0] if shown else 1.0
    piles = tuple(
        Pile(
            asking.names.party(row.supplier),
            asking.names.party(row.customer),
            _pair_url(asking, row),
            round(max(days / most * 60, 1.0), 1),
            asking.say.number(days),
            asking.say.share(days / total),
        )
        for days, row in shown[:_PILES]
        if total
    )
    return piles, asking.say.text(
        "start.piled", period=said_period(asking), total=asking.say.number(total)
    )


def _pair_url(asking: Asking, row: WaitRow) -> str:
    return asking.here.kept().at("/waits", select=f"{row.supplier}>{row.customer}")
