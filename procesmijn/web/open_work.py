"""Open deliveries as people read them: how late or how soon, with whom, how much time is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store.figures import Clock, OpenRow
from procesmijn.tracking.holding import Asked, Case, Holding, holdings_of, lies_with
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
    case_url: str
    """Where it is."""
    supplier: Tag
    customer: Tag
    pair_url: str
    """What the customer waits for the supplier."""
    when: Markup
    """How late it is, or how long there is left."""
    due: Markup
    due_at: str
    """The instant, for machines."""
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


def case_url(process: str, case_key: str, asking: Asking) -> str:
    """Where a case is tracked."""
    return asking.here.kept().at("/case", process=(process,), case=case_key)


def with_whom(rows: Iterable[OpenRow], asking: Asking) -> dict[str, Holding]:
    """With whom each of them lies, by its id."""
    asked: defaultdict[Case, dict[str, Asked]] = defaultdict(dict)
    for row in rows:
        each = Asked(row.supplier, row.requested_at, row.deliverable)
        asked[row.process, row.case_key][row.delivery_id] = each
    found = holdings_of({case: [*own.values()] for case, own in asked.items()}, asking.connection)
    return {
        delivery_id: lies_with(each, found[case])
        for case, own in asked.items()
        for delivery_id, each in own.items()
    }


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
        case_url(row.process, row.case_key, asking),
        supplier,
        names.party(row.customer),
        pair_url(row.supplier, row.customer, asking),
        _when(row, asking, supplier),
        _due(row, asking),
        "" if row.due_at is None else row.due_at.isoformat(),
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
