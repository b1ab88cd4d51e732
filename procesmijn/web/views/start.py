"""Start: which process needs me? One sentence for each, what is due today, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.core.certainty import Estimate
from procesmijn.store import deliveries, figures
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import OpenRow, WaitRow
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark
from procesmijn.web.frame import Frame, frame
from procesmijn.web.open_work import Item, item, needs_today
from procesmijn.web.pairs import longest, pairs, said, shown
from procesmijn.web.reliability import Reliability, reliability
from procesmijn.web.trends import Trends, trends
from procesmijn.web.verdicts import against, changed
from procesmijn.web.views.start_waiting import Moves, Piles, moves, piles

_SHOWN: Final = 9
_LATE_SHOWN: Final = 5
_NAMED: Final = 3


class ProcessLine(NamedTuple):
    """How one process stands."""

    label: str
    url: str
    state: str
    sentence: Markup
    spark: Spark | None
    share: str | None
    """Percent, without the sign; None where it is not shown."""
    target: Markup | None
    due: Markup


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
    moves: Moves
    since: Markup | None
    """The month with which the period before begins."""
    piles: Piles


class _Standing(NamedTuple):
    name: str
    now: Reliability
    change: Estimate | None
    """Since the period before."""

    @property
    def direction(self) -> int:
        return 0 if self.change is None else certainty.direction(self.change)


def start(asking: Asking) -> Start:
    """Answer it."""
    here, say = asking.here, asking.say
    earlier = here.before(asking.today)
    kept = deliveries.kept(here.chosen, asking.period, asking.connection)
    kept_before = deliveries.kept(here.chosen, earlier, asking.connection) if earlier else []
    now = pairs(asking.period, asking)
    before = pairs(earlier, asking) if earlier else []
    rows = figures.open_deliveries(here.chosen, asking.connection)
    needs = needs_today(rows, asking)
    urgent = _most_urgent(needs)
    standings = _standings(kept, kept_before, asking.k)
    by_week = trends(asking, [each.now.target for each in standings], ["process"])
    has_before = any(row.due for row in kept_before)
    since = (
        Markup(say.month(earlier.since))  # noqa: S704 - a date
        if earlier is not None and earlier.since is not None and has_before
        else None
    )
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
        ),
        lead=_lead(asking, len(needs), standings),
        bounds=say.text("start.bounds", low=say.share(by_week.low), high=say.share(by_week.high)),
        processes=_lines(asking, standings, by_week, since),
        needs=tuple(item(row, asking) for row in urgent),
        needs_more=len(needs) - len(urgent),
        open_count=len(rows),
        late_url=here.kept().at("/late"),
        moves=moves(now, before, asking),
        since=since,
        piles=piles(now, asking),
    )


def _most_urgent(needs: list[OpenRow]) -> list[OpenRow]:
    """Those late longest, and room for those that can still come in time."""
    late = [row for row in needs if row.is_late]
    due = [row for row in needs if not row.is_late]
    return [*late[: max(_SHOWN - len(due), _LATE_SHOWN)], *due][:_SHOWN]


def _standings(kept: list[KeptRow], kept_before: list[KeptRow], k: int) -> list[_Standing]:
    def standing(name: str) -> _Standing:
        now, before = (
            reliability([row for row in rows if row.process == name], k)
            for rows in (kept, kept_before)
        )
        return _Standing(name, now, now.change_since(before))

    names = sorted({row.process for row in kept if row.due or row.open})
    # Those that promise and do not keep it come first, those of which nothing is shown last.
    order = {"breached": 0, "met": 1, "none": 2}
    return sorted(
        map(standing, names), key=lambda each: (order[each.now.state], each.now.share or 0.0)
    )


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


def _lines(
    asking: Asking, standings: list[_Standing], by_week: Trends, since: Markup | None
) -> tuple[ProcessLine, ...]:
    waits = shown(pairs(asking.period, asking, by_process=True), asking)

    def line(each: _Standing) -> ProcessLine:
        say, now = asking.say, each.now
        label = asking.names.process(each.name)
        url = asking.here.kept().at("/map", process=(each.name,))
        if now.share is None:
            state, key = ("suppressed", "too_few") if now.hidden else ("none", "nothing_due")
            why = say.text(f"start.{key}", k=asking.k)
            return ProcessLine(label, url, state, why, None, None, None, Markup(""))
        sentence = _share_part(asking, each, since)
        slowest = longest((row for row in waits if row.process == each.name), asking)
        if slowest is not None:
            sentence = Markup(" ").join([sentence, _wait_part(asking, slowest)])
        return ProcessLine(
            label,
            url,
            now.state,
            sentence,
            by_week.spark(now.target, process=each.name),
            say.share(now.share).removesuffix("%"),
            against(now.share, now.target, say) or None,
            say.text("figure.count", n=say.number(now.due)),
        )

    return tuple(map(line, standings))


def _share_part(asking: Asking, each: _Standing, since: Markup | None) -> Markup:
    say, share = asking.say, asking.say.share(each.now.share)
    if since is None or each.change is None:
        return say.text("start.share", share=share)
    return say.text(
        "start.share_change", share=share, change=changed(each.change, say), since=since
    )


def _wait_part(asking: Asking, row: WaitRow) -> Markup:
    names = asking.names
    return asking.say.text(
        "start.longest",
        customer=names.party(row.customer).label,
        supplier=names.party(row.supplier).label,
        time=said(row, asking),
    )
