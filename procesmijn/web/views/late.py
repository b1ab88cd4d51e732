"""Running late: what now? Open deliveries by due moment, with whom they are, whom to call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import figures
from procesmijn.store.figures import OpenRow
from procesmijn.tracking.holding import Holding
from procesmijn.web.address import STATES
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.frame import Frame, frame
from procesmijn.web.open_work import Item, item, needs_today, state, with_whom
from procesmijn.web.say import today

_DAYS: Final = 8
_MARKS: Final = 15
_ROWS: Final = 10


class Mark(NamedTuple):
    """Deliveries that are due on one day, or in one stretch of time."""

    label: Markup
    deliveries: int
    icon: str
    marks: int
    """So many are drawn, and ``more`` besides."""
    more: int
    url: str
    is_today: bool
    is_selected: bool


class Row(NamedTuple):
    """A delivery, and whoever has to act."""

    item: Item
    with_party: Tag
    with_url: str | None
    """What it supplies; None where nobody declared it."""
    with_since: Markup


class Group(NamedTuple):
    """Deliveries that stand alike."""

    state: str
    icon: str
    label: Markup
    deliveries: int
    rows: tuple[Row, ...]
    more_url: str | None
    more: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Context of ``late.html``."""

    frame: Frame
    lead: Markup
    count: Markup
    marks: tuple[Mark, ...]
    work: tuple[Group, ...]
    csv_url: str
    clear_url: str | None
    """Without the day or state that is chosen."""


def late(asking: Asking) -> Late:
    """Answer it."""
    here, say = asking.here, asking.say
    rows = figures.open_deliveries(here.chosen, asking.connection)
    shown: defaultdict[str, list[OpenRow]] = defaultdict(list)
    for row in rows:
        if _is_meant(row, asking):
            shown[state(row, asking)].append(row)
    limit = here.rows or _ROWS
    held = with_whom([row for some in shown.values() for row in some[:limit]], asking)
    return Late(
        frame=frame(
            asking,
            say.text("nav.late"),
            "late",
            "supplier",
            "customer",
            "process",
            "agreement",
            "state",
            "clock",
        ),
        lead=_lead(asking, rows),
        count=say.text("late.open", n=len(rows)),
        marks=_marks(asking, rows),
        work=tuple(_group(asking, each, shown[each], held) for each in STATES if each in shown),
        csv_url=here.at("/late.csv"),
        clear_url=here.at(asking.path, state="", due=None) if here.state or here.due else None,
    )


def records(asking: Asking) -> Records:
    """The same deliveries."""
    rows = figures.open_deliveries(asking.here.chosen, asking.connection)
    meant = [row for row in rows if _is_meant(row, asking)]
    held = with_whom(meant, asking)
    return Records(
        (*OpenRow._fields, "state", "with_party", "with_since"),
        [
            (*row, state(row, asking), holding.party, holding.since)
            for row in meant
            for holding in (held[row.delivery_id],)
        ],
    )


def _due_date(row: OpenRow, asking: Asking) -> date | None:
    """On which date of the page it is due; the end of a date is that date."""
    if row.due_at is None:
        return None
    return today(row.due_at - timedelta(microseconds=1), asking.say.zone)


def _is_meant(row: OpenRow, asking: Asking) -> bool:
    here = asking.here
    if here.state and state(row, asking) != here.state:
        return False
    return here.due is None or (_due_date(row, asking) == here.due and not row.is_late)


def _lead(asking: Asking, rows: list[OpenRow]) -> Markup:
    say, names = asking.say, asking.names
    late_rows = [row for row in rows if row.is_late]
    due = len(needs_today(rows, asking)) - len(late_rows)
    if not late_rows and not due:
        return say.text("late.calm", n=len(rows))
    head = [
        say.text(
            "late.head",
            late=say.text("late.are_late", n=len(late_rows)),
            due=say.text("late.are_due", n=due),
        )
    ]
    by_supplier = Counter(row.supplier for row in late_rows)
    if late_rows:
        supplier, most = by_supplier.most_common(1)[0]
        head.append(say.text("late.most", supplier=names.party(supplier).label, n=most))
        oldest = min(late_rows, key=lambda row: row.due_at or asking.moment.as_of)
        head.append(
            say.text(
                "late.longest",
                customer=names.party(oldest.customer).label,
                when=item(oldest, asking).when,
            )
        )
    return Markup(" ").join(head)


def _marks(asking: Asking, rows: list[OpenRow]) -> tuple[Mark, ...]:
    say, here = asking.say, asking.here
    counted = Counter(
        day for row in rows if not row.is_late and (day := _due_date(row, asking)) is not None
    )
    days: list[date] = []
    day = asking.today
    while len(days) < _DAYS:
        # A day on which nobody works, and nothing is due, is none to look at.
        if day.weekday() < 5 or counted[day]:
            days.append(day)
        day += timedelta(days=1)
    later = sum(n for each, n in counted.items() if each >= day)

    def mark(label: Markup, n: int, icon: str, url: str, *, now: bool, chosen: bool) -> Mark:
        return Mark(label, n, icon, min(n, _MARKS), max(n - _MARKS, 0), url, now, chosen)

    late_now = sum(row.is_late for row in rows)
    return (
        mark(
            say.text("late.state_late"),
            late_now,
            "breached",
            here.at(asking.path, state="late", due=None),
            now=False,
            chosen=here.state == "late",
        ),
        *(
            mark(
                Markup(say.weekday(each)),  # noqa: S704 - a date
                counted[each],
                "today" if each == asking.today else "open",
                here.at(asking.path, state="", due=each),
                now=each == asking.today,
                chosen=here.due == each,
            )
            for each in days
        ),
        mark(
            say.text("late.state_later"),
            later,
            "open",
            here.at(asking.path, state="later", due=None),
            now=False,
            chosen=here.state == "later",
        ),
    )


def _group(asking: Asking, name: str, rows: list[OpenRow], held: Mapping[str, Holding]) -> Group:
    say, here = asking.say, asking.here
    limit = here.rows or _ROWS
    shown = tuple(_row(row, held[row.delivery_id], asking) for row in rows[:limit])
    more = len(rows) - len(shown)
    return Group(
        name,
        shown[0].item.icon,
        say.text(f"late.state_{name}"),
        len(rows),
        shown,
        here.at(asking.path, rows=limit + 25, state=here.state or name, due=here.due)
        if more
        else None,
        say.text("late.more", n=min(more, 25)) if more else Markup(""),
    )


def _row(row: OpenRow, holding: Holding, asking: Asking) -> Row:
    say, names, kept = asking.say, asking.names, asking.here.kept()
    return Row(
        item(row, asking),
        names.party(holding.party),
        kept.at("/suppliers", supplier=(holding.party,), customer=())
        if holding.party in names.parties
        else None,
        say.text("late.since", moment=say.moment(holding.since)),
    )
