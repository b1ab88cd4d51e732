"""A supplier or a customer: what do they get, on which terms, and how well?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries, figures
from procesmijn.store.deliveries import KeptRow, Side
from procesmijn.store.figures import OpenRow, WaitRow
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Frame, frame
from procesmijn.web.open_work import Item, item, state
from procesmijn.web.pairs import longest, pairs, said, shown
from procesmijn.web.reliability import Reliability, reliability, standing
from procesmijn.web.trends import trends
from procesmijn.web.verdicts import against, changed
from procesmijn.web.views.party_terms import (
    Line,
    Trend,
    Uncovered,
    lines,
    trend_of_each,
    uncovered,
)

_WAITING: Final = 12
_OTHER: Final[dict[Side, Side]] = {"supplier": "customer", "customer": "supplier"}


class Key(NamedTuple):
    """A key figure."""

    label: Markup
    anchor: str
    """Its definition."""
    value: str
    unit: str
    note: Markup
    state: str
    spark: Spark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Context of ``party.html``."""

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


def party(asking: Asking, side: Side, name: str) -> Party:
    """Answer it for one of them."""
    here, say = asking.here, asking.say
    other = _OTHER[side]
    tag = asking.names.party(name)
    kept = deliveries.kept(here.chosen, asking.period, asking.connection)
    waits = _waits(kept, asking)
    rows = figures.open_deliveries(here.chosen, asking.connection)
    now = reliability(kept, asking.k)
    by_week = trends(asking, [row.target_share for row in kept], [side], [other])
    terms = lines(kept, other, asking)
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
            "agreement",
            "clock",
        ),
        side=side,
        tag=tag,
        lead=_lead(asking, side, tag, now, waits),
        keys=_keys(asking, kept, now, by_week.spark(now.target, **{side: name}), rows),
        heading=say.text(f"party.heading_{side}", party=tag.label),
        counted=say.text(
            "party.counted",
            n=len({row.deliverable for row in kept}),
            deliveries=say.number(sum(row.delivered for row in kept)),
        ),
        axis=say.text(f"party.axis_{here.clock}", most=say.number(terms.axis)),
        lines=terms.rows,
        trends=trend_of_each(kept, waits, by_week, other, asking),
        trend_bounds=say.text(
            "party.trend_bounds", low=say.share(by_week.low), high=say.share(by_week.high)
        ),
        uncovered=uncovered(kept, waits, other, asking),
        waiting=tuple(item(row, asking) for row in waiting[:_WAITING]),
        waiting_count=say.text("late.open", n=len(rows)),
        waiting_url=here.kept().at("/late", **{side: (name,)}),
        turned_url=here.kept().at(f"/{other}s", **{other: (name,), side: ()}),
        csv_url=here.at(f"/{side}s.csv"),
    )


def _waits(kept: Sequence[KeptRow], asking: Asking) -> list[WaitRow]:
    """What its pairs waited; of an agreement only that of the two who have it."""
    waits = pairs(asking.period, asking)
    if not asking.here.agreement:
        return waits
    agreed = {(row.supplier, row.customer) for row in kept}
    return [row for row in waits if (row.supplier, row.customer) in agreed]


def _lead(
    asking: Asking, side: Side, tag: Tag, now: Reliability, waits: Sequence[WaitRow]
) -> Markup:
    say, names = asking.say, asking.names
    parts = [_share(asking, side, tag, now)]
    slowest = longest(shown(waits, asking), asking)
    if slowest is not None:
        parts.append(
            say.text(
                f"party.longest_{side}",
                other=names.party(getattr(slowest, _OTHER[side])).label,
                time=said(slowest, asking),
            )
        )
    return Markup(" ").join(parts)


def _share(asking: Asking, side: Side, tag: Tag, now: Reliability) -> Markup:
    """What was kept, against the period before."""
    say, here = asking.say, asking.here
    if now.share is None:
        return say.text(f"party.nothing_{side}", party=tag.label)
    earlier = here.before(asking.today)
    if earlier is not None and earlier.since is not None:
        before = deliveries.kept(here.chosen, earlier, asking.connection)
        change = now.change_since(reliability(before, asking.k))
        if change is not None:
            return say.text(
                f"party.share_change_{side}",
                party=tag.label,
                share=say.share(now.share),
                change=changed(change, say),
                since=say.month(earlier.since),
            )
    return say.text(f"party.share_{side}", party=tag.label, share=say.share(now.share))


def _keys(
    asking: Asking,
    kept: Sequence[KeptRow],
    now: Reliability,
    spark: Spark | None,
    rows: Sequence[OpenRow],
) -> tuple[Key, ...]:
    say = asking.say
    late = sum(row.is_late for row in rows)
    oldest = min((row.requested_at for row in rows), default=None)

    def share(key: str, value: float | None, target: float | None, spark: Spark | None) -> Key:
        return Key(
            say.text(f"measure.{key}"),
            key,
            say.share(value).removesuffix("%"),
            "" if value is None else "%",
            against(value, target, say) or say.text("figure.no_target"),
            standing(value, target),
            spark,
        )

    def number(key: str, anchor: str, value: int, note: Markup, state: str = "") -> Key:
        return Key(say.text(f"measure.{key}"), anchor, say.number(value), "", note, state, None)

    return (
        share("reliability", now.share, now.target, spark),
        share("first_time_right", now.share_right, now.right_target, None),
        number(
            "deliveries",
            "deliveries",
            sum(row.delivered for row in kept),
            say.text("party.due_note", n=now.due),
        ),
        number(
            "open",
            "open",
            len(rows),
            say.text("party.oldest", moment=say.moment(oldest)) if oldest else Markup(""),
        ),
        number(
            "overdue",
            "open",
            late,
            say.text("party.of_open", n=len(rows)),
            "breached" if late else "met",
        ),
    )
