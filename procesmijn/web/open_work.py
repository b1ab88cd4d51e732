"""Open deliveries as people read them: how late or how soon, with whom, how much time is used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store.figures import Clock, OpenRow
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.pairs import pair_url
from procesmijn.web.say import today

_BAR: Final = 92.0
_PROMISE: Final = 77.0


class Item(NamedTuple):
    """A delivery that is open."""

    state: str
    icon: str
    label: str
    url: str
    """All that is open under its agreement."""
    agreement_url: str
    """How that is kept."""
    call: str | None
    case: str
    supplier: Tag
    customer: Tag
    pair_url: str
    """What the customer waits for the supplier."""
    when: Markup
    """How late it is, or how long there is left."""
    due: Markup
    due_at: str
    """The instant, for machines."""
    with_party: Tag
    with_url: str | None
    """What it supplies; None where nobody declared it."""
    with_since: Markup
    used: float
    """How far the bar goes, of the time that was agreed."""
    over: float
    """What of it lies past the promise."""
    promise: float
    bar: float
    agreed: str
    customer_clock: Markup


def state(row: OpenRow, asking: Asking) -> str:
    """Where it stands, by when it is due."""
    if row.is_late:
        return "late"
    if row.due_at is None:
        return "paused"
    days = (today(row.due_at, asking.say.zone) - asking.today).days
    return "today" if days <= 0 else "week" if days < 7 else "later"


def needs_today(rows: Iterable[OpenRow], asking: Asking) -> list[OpenRow]:
    """What is late or due today."""
    return [row for row in rows if state(row, asking) in {"late", "today"}]


def item(row: OpenRow, asking: Asking) -> Item:
    """A delivery in words and bars."""
    say, names, kept = asking.say, asking.names, asking.here.kept()
    where = state(row, asking)
    supplier = names.party(row.supplier)
    delivery = names.deliverable(row.deliverable)
    allotted = row.used_seconds + (row.left_seconds or 0.0)
    part = row.used_seconds / allotted if allotted > 0 and row.left_seconds is not None else 0.0
    length = min(part * _PROMISE, _BAR)
    return Item(
        where,
        {"late": "breached", "today": "today", "paused": "none"}.get(where, "open"),
        delivery.label,
        kept.at("/late", agreement=(row.agreement,)),
        kept.at("/suppliers", supplier=(row.supplier,), agreement=(row.agreement,)),
        delivery.call,
        row.case_key,
        supplier,
        names.party(row.customer),
        pair_url(row.supplier, row.customer, asking),
        _when(row, asking, supplier),
        _due(row, asking),
        "" if row.due_at is None else row.due_at.isoformat(),
        names.party(row.with_party),
        kept.at("/suppliers", supplier=(row.with_party,), customer=())
        if row.with_party in names.parties
        else None,
        say.text("late.since", moment=say.moment(row.with_since)),
        round(min(length, _PROMISE), 1),
        round(max(length - _PROMISE, 0.0), 1),
        _PROMISE,
        _BAR,
        say.lead_time(row.lead_time),
        say.short(row.customer_seconds, supplier.day_seconds, Clock.ELAPSED),
    )


def _when(row: OpenRow, asking: Asking, supplier: Tag) -> Markup:
    say, clock = asking.say, asking.here.clock
    if row.due_at is None or row.left_seconds is None:
        return say.text("late.stands_still")
    seconds = row.left_seconds
    if clock is Clock.ELAPSED or (row.is_late and not seconds):
        # Late at night it is, although nobody has worked since.
        seconds = (row.due_at - asking.moment.as_of).total_seconds()
        clock = Clock.ELAPSED
    time = say.time(seconds, supplier.day_seconds, clock)
    return say.text("late.late_by" if row.is_late else "late.left", time=time)


def _due(row: OpenRow, asking: Asking) -> Markup:
    if row.due_at is None:
        return asking.say.text("late.paused")
    return near(row.due_at, asking)


def near(instant: datetime, asking: Asking) -> Markup:
    """A moment as it is said these days: ``today 16:00``, ``Wed 11 Nov 17:00``."""
    say = asking.say
    # The end of a day is said as that day.
    day = today(instant - timedelta(microseconds=1), say.zone)
    if day == asking.today:
        return say.text("late.today_at", time=say.clock_time(instant))
    return Markup(say.moment(instant))  # noqa: S704 - a date
