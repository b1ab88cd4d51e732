"""A supplier or a customer: what do they get, on which terms, and how well?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries, figures
from procesmijn.store.deliveries import KeptRow, Side
from procesmijn.store.figures import Clock, WaitRow, WeekRow
from procesmijn.web import certainty
from procesmijn.web.charts import Spark, Strip, axis, strip
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Asking, Frame, frame
from procesmijn.web.open_work import Item, item, state
from procesmijn.web.reliability import (
    Reliability,
    bounds,
    reliability,
    standing,
    trend,
    trend_period,
)

_STRIP: Final = 212.0
_WAITING: Final = 12
_OTHER: Final[dict[Side, Side]] = {"supplier": "customer", "customer": "supplier"}


class Key(NamedTuple):
    """A key figure."""

    label: Markup
    anchor: str
    """Its definition."""
    value: str
    unit: Markup | str
    note: Markup
    state: str
    spark: Spark | None


class Line(NamedTuple):
    """One agreement of the party."""

    label: str
    other: Tag
    promise: str
    target: Markup
    strip: Strip | None
    median: Markup
    n: str
    share: Markup
    state: str
    right: str
    open: int
    overdue: int
    url: str


class Trend(NamedTuple):
    """How the party does with one other."""

    tag: Tag
    spark: Spark | None
    share: str
    state: str
    note: Markup
    url: str


class Uncovered(NamedTuple):
    """A pair that no agreement speaks of."""

    other: Tag
    wait: Markup
    cases: str
    url: str


class Card(NamedTuple):
    """A party in the list of all."""

    tag: Tag
    url: str
    share: str
    state: str
    target: Markup
    n: str
    late: str
    """Of these, outside agreement."""
    agreements: int
    spark: Spark | None
    open: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Context of ``parties.html``: all suppliers, or all customers."""

    frame: Frame
    side: Side
    lead: Markup
    cards: tuple[Card, ...]
    csv_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Context of ``party.html``: one of them."""

    frame: Frame
    side: Side
    tag: Tag
    lead: Markup
    keys: tuple[Key, ...]
    heading: Markup
    counted: Markup
    axis: Markup
    lines: tuple[Line, ...]
    trends: tuple[Trend, ...]
    trend_bounds: Markup
    uncovered: tuple[Uncovered, ...]
    waiting: tuple[Item, ...]
    """What it waits for, or others wait for it, now."""
    waiting_count: Markup
    waiting_url: str
    turned_url: str
    """The same party on the other side."""
    csv_url: str


def parties(asking: Asking, side: Side, theme: str) -> Parties:
    """All suppliers or customers, those first that are furthest below target."""
    here, say = asking.here, asking.say
    kept = deliveries.kept(here.chosen, asking.period, asking.connection)
    weeks = figures.weeks([side], here.chosen, trend_period(asking.today), asking.connection)
    by_name: dict[str, list[KeptRow]] = {}
    for row in kept:
        by_name.setdefault(getattr(row, side), []).append(row)
    known = {name: reliability(rows, asking.k) for name, rows in by_name.items()}
    limits = bounds(weeks, [each.target for each in known.values() if each.target], asking.k)
    order = sorted(known, key=lambda name: _below(known[name]))

    def card(name: str) -> Card:
        one = known[name]
        weekly = {row.week: row for row in weeks if getattr(row, side) == name}
        return Card(
            asking.names.party(name),
            here.at(asking.path, **{side: (name,)}),
            say.share(one.share),
            one.state,
            _target(asking, one.share, one.target),
            say.number(one.due),
            say.number(one.due - one.met),
            len(by_name[name]),
            trend(weekly, asking.today, asking.k, limits, one.target),
            sum(row.open for row in by_name[name]),
            sum(row.overdue for row in by_name[name]),
        )

    return Parties(
        frame=frame(asking, say.text(f"nav.{side}s"), f"{side}s", "period", "process", theme=theme),
        side=side,
        lead=_parties_lead(asking, side, known),
        cards=tuple(card(name) for name in order),
        csv_url=here.at(f"/{side}s.csv"),
    )


def party(asking: Asking, side: Side, name: str, theme: str) -> Party:
    """One supplier or customer."""
    here, say, connection = asking.here, asking.say, asking.connection
    chosen = here.chosen
    other = _OTHER[side]
    earlier = here.before(asking.today)
    kept = deliveries.kept(chosen, asking.period, connection)
    before = deliveries.kept(chosen, earlier, connection) if earlier else []
    weeks = figures.weeks([side], chosen, trend_period(asking.today), connection)
    by_other = figures.weeks([other], chosen, trend_period(asking.today), connection)
    waits = figures.waits(chosen, asking.period, here.clock, connection, by_process=False)
    rows = figures.open_deliveries(chosen, connection)
    now = reliability(kept, asking.k)
    then = reliability(before, asking.k) if before else None
    since = earlier.since if earlier is not None and then is not None and then.due else None
    tag = asking.names.party(name)
    lines, end = _lines(asking, kept, other)
    limits = bounds(
        [*weeks, *by_other], [row.target_share for row in kept if row.target_share], asking.k
    )
    waiting = sorted(rows, key=lambda row: (not row.is_late, state(row, asking) == "paused"))
    return Party(
        frame=frame(
            asking,
            say.text(f"party.title_{side}", party=tag.label),
            f"{side}s",
            side,
            "period",
            "process",
            other,
            "clock",
            theme=theme,
        ),
        side=side,
        tag=tag,
        lead=_lead(asking, side, tag, now, then, since, waits),
        keys=_keys(asking, kept, now, weeks, limits, rows),
        heading=say.text(f"party.heading_{side}", party=tag.label),
        counted=say.text(
            "party.counted",
            n=len({row.deliverable for row in kept}),
            deliveries=say.number(sum(row.delivered for row in kept)),
        ),
        axis=say.text(f"party.axis_{here.clock}", most=say.number(end)),
        lines=lines,
        trends=_trends(asking, kept, by_other, other, waits, limits),
        trend_bounds=say.text(
            "party.trend_bounds", low=say.share(limits[0]), high=say.share(limits[1])
        ),
        uncovered=_uncovered(asking, kept, waits, other),
        waiting=tuple(item(row, asking) for row in waiting[:_WAITING]),
        waiting_count=say.text("late.open", n=len(rows)),
        waiting_url=here.kept().at("/late", **{side: (name,)}),
        turned_url=here.kept().at(f"/{other}s", **{other: (name,), side: ()}),
        csv_url=here.at(f"/{side}s.csv"),
    )


def csv_rows(asking: Asking) -> list[dict[str, object]]:
    """Agreements with what came of them; figures over too few cases are left empty."""
    k = asking.k
    return [
        {
            "deliverable": row.deliverable,
            "supplier": row.supplier,
            "customer": row.customer,
            "process": row.process,
            "agreement": row.agreement,
            "lead_time": row.lead_time,
            "target_share": row.target_share,
            "due": row.due if row.due_cases >= k else None,
            "met": row.met if row.due_cases >= k else None,
            "first_time_right": row.first_time_right if row.delivered_cases >= k else None,
            "first_time_wrong": row.first_time_wrong if row.delivered_cases >= k else None,
            "delivered": row.delivered if row.delivered_cases >= k else None,
            "supplier_clock_seconds_median": _middle(row.supplier_clock_seconds)
            if row.delivered_cases >= k
            else None,
            "customer_clock_seconds_median": _middle(row.customer_clock_seconds)
            if row.delivered_cases >= k
            else None,
        }
        for row in deliveries.kept(asking.here.chosen, asking.period, asking.connection)
    ]


def uncovered_pairs(kept: list[KeptRow], waits: list[WaitRow]) -> list[WaitRow]:
    """Pairs with handovers, and without any agreement between the two."""
    agreed = {(row.supplier, row.customer) for row in kept}
    return [row for row in waits if (row.supplier, row.customer) not in agreed]


def _middle(quantiles: object) -> float | None:
    return certainty.at(quantiles, 0.5) if isinstance(quantiles, list) else None


def _below(one: Reliability) -> tuple[int, float]:
    if one.share is None:
        return 2, 0.0
    return (0 if one.state == "breached" else 1), one.share - (one.target or 0.0)


def _target(asking: Asking, share: float | None, target: float | None) -> Markup:
    if share is None or target is None:
        return Markup("")
    return asking.say.text(
        f"figure.{standing(share, target)}_target", target=asking.say.share(target)
    )


def _parties_lead(asking: Asking, side: Side, known: dict[str, Reliability]) -> Markup:
    say, names = asking.say, asking.names
    judged = {name: one for name, one in known.items() if one.state != "none"}
    if not judged:
        return say.text("figure.too_few", k=asking.k)
    kept = sum(one.state == "met" for one in judged.values())
    lead = say.text(f"party.all_{side}", kept=say.number(kept), n=len(judged))
    worst = min(judged, key=lambda name: _below(judged[name]))
    one = judged[worst]
    if one.state != "breached":
        return lead
    return Markup(" ").join(
        [
            lead,
            say.text(
                f"party.worst_{side}",
                party=names.party(worst).label,
                share=say.share(one.share),
                target=say.share(one.target),
            ),
        ]
    )


def _lead(
    asking: Asking,
    side: Side,
    tag: Tag,
    now: Reliability,
    then: Reliability | None,
    since: date | None,
    waits: list[WaitRow],
) -> Markup:
    say, names = asking.say, asking.names
    parts = []
    if now.share is None:
        parts.append(say.text(f"party.nothing_{side}", party=tag.label))
    elif since is None or then is None or then.share is None:
        parts.append(say.text(f"party.share_{side}", party=tag.label, share=say.share(now.share)))
    else:
        assert now.estimate is not None and then.estimate is not None  # noqa: S101, PT018 - shares
        change = certainty.difference(now.estimate, then.estimate)
        is_sure = certainty.direction(change) != 0
        said = (
            say.points(change.value)
            if is_sure or abs(change.value) < 0.015
            else say.text("figure.unclear")
        )
        parts.append(
            say.text(
                f"party.share_change_{side}",
                party=tag.label,
                share=say.share(now.share),
                change=said,
                since=say.month(since),
            )
        )
    shown = [row for row in waits if row.cases >= asking.k]
    if shown:
        longest = max(
            shown,
            key=lambda row: certainty.at(row.quantiles, 0.5) / asking.day(row.customer),
        )
        parts.append(
            say.text(
                f"party.longest_{side}",
                other=names.party(getattr(longest, _OTHER[side])).label,
                time=say.time(
                    certainty.at(longest.quantiles, 0.5),
                    asking.day(longest.customer),
                    asking.here.clock,
                ),
            )
        )
    return Markup(" ").join(parts)


def _quantiles(row: KeptRow, clock: Clock) -> list[float] | None:
    said = row.supplier_clock_seconds if clock is Clock.WORKING else row.customer_clock_seconds
    if said is None or any(value is None for value in said):
        return None
    return [float(value) for value in said if value is not None]


def _keys(
    asking: Asking,
    kept: list[KeptRow],
    now: Reliability,
    weeks: list[WeekRow],
    limits: tuple[float, float],
    rows: list[figures.OpenRow],
) -> tuple[Key, ...]:
    say = asking.say
    weekly = {row.week: row for row in weeks}
    late = sum(row.is_late for row in rows)
    oldest = min((row.requested_at for row in rows), default=None)

    def share(key: str, value: float | None, target: float | None, spark: Spark | None) -> Key:
        return Key(
            say.text(f"measure.{key}"),
            key,
            say.share(value).removesuffix("%"),
            "" if value is None else "%",
            _target(asking, value, target) or say.text("figure.no_target"),
            standing(value, target),
            spark,
        )

    return (
        share(
            "reliability",
            now.share,
            now.target,
            trend(weekly, asking.today, asking.k, limits, now.target),
        ),
        share("first_time_right", now.share_right, now.right_target, None),
        Key(
            say.text("measure.deliveries"),
            "deliveries",
            say.number(sum(row.delivered for row in kept)),
            "",
            say.text("party.due_note", n=now.due),
            "",
            None,
        ),
        Key(
            say.text("measure.open"),
            "open",
            say.number(len(rows)),
            "",
            say.text("party.oldest", moment=say.moment(oldest)) if oldest else Markup(""),
            "",
            None,
        ),
        Key(
            say.text("measure.overdue"),
            "open",
            say.number(late),
            "",
            say.text("party.of_open", n=len(rows)),
            "breached" if late else "met",
            None,
        ),
    )


def _lines(asking: Asking, kept: list[KeptRow], other: Side) -> tuple[tuple[Line, ...], float]:
    say, here, names = asking.say, asking.here, asking.names
    nines = []
    for row in kept:
        times = _quantiles(row, here.clock)
        if times is not None and row.delivered_cases >= asking.k:
            nines.append(certainty.at(times, 0.9) / asking.day(row.supplier))
    end = axis(nines)

    def line(row: KeptRow) -> Line:
        one = reliability([row], asking.k)
        times = _quantiles(row, here.clock) if row.delivered_cases >= asking.k else None
        day = asking.day(row.supplier)
        if one.share is None:
            share = say.text("figure.few" if one.hidden else "figure.nothing_due", k=asking.k)
        else:
            share = Markup(say.share(one.share))  # noqa: S704 - a number
        return Line(
            names.deliverable(row.deliverable).label,
            names.party(getattr(row, other)),
            say.lead_time(row.lead_time),
            say.text("party.target", target=say.share(row.target_share))
            if row.target_share
            else Markup(""),
            None if times is None else strip([each / day for each in times], end, _STRIP),
            say.text("figure.few", k=asking.k)
            if times is None and row.delivered
            else Markup("\N{EN DASH}")
            if times is None
            else say.short(certainty.at(times, 0.5), day, here.clock),
            say.number(row.delivered) if row.delivered_cases >= asking.k else f"< {asking.k}",
            share,
            "suppressed" if one.hidden else one.state,
            say.share(one.share_right),
            row.open,
            row.overdue,
            here.kept().at("/late", agreement=(row.agreement,)),
        )

    return tuple(line(row) for row in kept), end


def _trends(
    asking: Asking,
    kept: list[KeptRow],
    weeks: list[WeekRow],
    other: Side,
    waits: list[WaitRow],
    limits: tuple[float, float],
) -> tuple[Trend, ...]:
    say, here = asking.say, asking.here
    found = []
    for tag in asking.names.in_order(getattr(row, other) for row in kept):
        own = [row for row in kept if getattr(row, other) == tag.name]
        one = reliability(own, asking.k)
        if one.share is None:
            continue
        weekly = {row.week: row for row in weeks if getattr(row, other) == tag.name}
        wait = next(
            (row for row in waits if getattr(row, other) == tag.name and row.cases >= asking.k),
            None,
        )
        note = (
            say.text("party.of_target", target=say.share(one.target))
            if one.target is not None
            else Markup("")
        )
        if wait is not None:
            time = say.short(
                certainty.at(wait.quantiles, 0.5), asking.day(wait.customer), here.clock
            )
            note = Markup(", ").join([note, say.text("party.waits", time=time)])
        found.append(
            Trend(
                tag,
                trend(weekly, asking.today, asking.k, limits, one.target),
                say.share(one.share),
                one.state,
                note,
                here.at(asking.path, **{other: (tag.name,)}),
            )
        )
    return tuple(found)


def _uncovered(
    asking: Asking, kept: list[KeptRow], waits: list[WaitRow], other: Side
) -> tuple[Uncovered, ...]:
    say = asking.say
    return tuple(
        Uncovered(
            asking.names.party(getattr(row, other)),
            say.short(
                certainty.at(row.quantiles, 0.5), asking.day(row.customer), asking.here.clock
            ),
            say.number(row.cases),
            asking.here.kept().at("/waits", select=f"{row.supplier}>{row.customer}"),
        )
        for row in sorted(uncovered_pairs(kept, waits), key=lambda row: -row.seconds_sum)
        if row.cases >= asking.k
    )
