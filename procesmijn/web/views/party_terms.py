"""What a party delivers or gets: each agreement, each other party, and what nobody agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store.deliveries import KeptRow, Side
from procesmijn.store.figures import Clock, WaitRow
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark, Strip, axis, strip
from procesmijn.web.directory import Tag
from procesmijn.web.pairs import median, pair_url, short, shown
from procesmijn.web.records import delivered_is_shown
from procesmijn.web.reliability import reliability
from procesmijn.web.say import NOTHING
from procesmijn.web.trends import Trends
from procesmijn.web.verdicts import missing

_STRIP: Final = 212.0


class Line(NamedTuple):
    """One agreement of the party."""

    label: str
    url: str
    """The party under this agreement alone."""
    other: Tag
    other_url: str
    """The other party, on its own side."""
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
    open_url: str


class Lines(NamedTuple):
    """All agreements of the party."""

    rows: tuple[Line, ...]
    axis: float
    """Where the strips end, in days."""


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


def lines(kept: Sequence[KeptRow], other: Side, asking: Asking) -> Lines:
    """Delivery times are told in days of the supplier."""
    nines = [
        certainty.at(times, 0.9) / asking.day(row.supplier)
        for row in kept
        if (times := _times(row, asking)) is not None
    ]
    end = axis(nines)
    return Lines(tuple(_line(row, end, other, asking) for row in kept), end)


def trend_of_each(
    kept: Sequence[KeptRow],
    waits: Sequence[WaitRow],
    by_week: Trends,
    other: Side,
    asking: Asking,
) -> tuple[Trend, ...]:
    """One for each other party with which something was due."""
    say = asking.say
    found = []
    for tag in asking.names.in_order(getattr(row, other) for row in kept):
        one = reliability([row for row in kept if getattr(row, other) == tag.name], asking.k)
        if one.share is None:
            continue
        notes = []
        if one.target is not None:
            notes.append(say.text("party.of_target", target=say.share(one.target)))
        notes += [
            say.text("party.waits", time=short(median(row), row, asking))
            for row in shown(waits, asking)
            if getattr(row, other) == tag.name
        ]
        found.append(
            Trend(
                tag,
                by_week.spark(one.target, **{other: tag.name}),
                say.share(one.share),
                one.state,
                Markup(", ").join(notes),
                asking.here.at(asking.path, **{other: (tag.name,)}),
            )
        )
    return tuple(found)


def uncovered(
    kept: Sequence[KeptRow], waits: Sequence[WaitRow], other: Side, asking: Asking
) -> tuple[Uncovered, ...]:
    """Pairs with handovers and without any agreement, those first in which most waiting is."""
    agreed = {(row.supplier, row.customer) for row in kept}
    return tuple(
        Uncovered(
            asking.names.party(getattr(row, other)),
            short(median(row), row, asking),
            asking.say.number(row.cases),
            pair_url(row.supplier, row.customer, asking),
        )
        for row in sorted(shown(waits, asking), key=lambda row: -row.seconds_sum)
        if (row.supplier, row.customer) not in agreed
    )


def _line(row: KeptRow, end: float, other: Side, asking: Asking) -> Line:
    say, here, day = asking.say, asking.here, asking.day(row.supplier)
    times = _times(row, asking)
    one = reliability([row], asking.k)
    name = getattr(row, other)
    is_shown = delivered_is_shown(row, asking.k)
    share = missing(one, asking) if one.share is None else Markup.escape(say.share(one.share))
    return Line(
        asking.names.deliverable(row.deliverable).label,
        here.at(asking.path, agreement=(row.agreement,)),
        asking.names.party(name),
        here.kept().at(f"/{other}s", **{other: (name,)}),
        say.lead_time(row.lead_time),
        say.text("party.target", target=say.share(row.target_share))
        if row.target_share
        else Markup(""),
        None if times is None else strip([each / day for each in times], end, _STRIP),
        _median(row, times, asking),
        say.number(row.delivered) if is_shown else f"< {asking.k}",
        share,
        "suppressed" if one.hidden else one.state,
        say.share(one.share_right),
        row.open,
        row.overdue,
        here.kept().at("/late", agreement=(row.agreement,)),
    )


def _median(row: KeptRow, times: Sequence[float] | None, asking: Asking) -> Markup:
    say = asking.say
    if times is not None:
        return say.short(certainty.at(times, 0.5), asking.day(row.supplier), asking.here.clock)
    return say.text("figure.few", k=asking.k) if row.delivered else Markup.escape(NOTHING)


def _times(row: KeptRow, asking: Asking) -> list[float] | None:
    """Its delivery times, seconds at even steps; None where these are of too few cases."""
    is_working = asking.here.clock is Clock.WORKING
    times = row.supplier_clock_seconds if is_working else row.customer_clock_seconds
    if times is None or not delivered_is_shown(row, asking.k):
        return None
    known = [value for value in times if value is not None]
    return known if len(known) == len(times) else None
