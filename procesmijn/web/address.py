"""What one sees is an address: the filters as a frozen value, read from a query and written to one.

Everything that narrows or orders a view stands in the address, and nowhere else; so a view can be
shared, bookmarked, exported, and undone with Back. What is left at its default is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final, Self
from urllib.parse import urlencode

from procesmijn.store.figures import Clock
from procesmijn.store.filters import Chosen, Period
from procesmijn.store.trends import By, Each, Measure

WEEKS: Final = (4, 13, 26, 52)
"""Lengths of time that are offered."""
MEASURES: Final = ("median", "p90", "total", "met")
"""What a matrix can show of a pair."""
PATH_MEASURES: Final = ("cases", "median", "p90", "met")
"""What a map can show of a path."""
FORMS: Final = ("map", "bpmn")
"""As what a process can be shown."""
TREND_MEASURES: Final = tuple(Measure)
"""What a trend can follow."""
STATES: Final = ("late", "today", "week", "later", "paused")
"""Of deliveries that are open, by when they are due."""

_WEEKS: Final = re.compile(r"([1-9]\d{0,2})w")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_SELECTED: Final = re.compile(r"[^>]+>[^>]+")
_NAMES: Final = ("process", "supplier", "customer", "agreement")
_MANY: Final = (*_NAMES, "variant")
_VARIANT: Final = re.compile(r"-?\d{1,19}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_REASON: Final = re.compile(r"[a-z0-9-]{1,40}")
_DONE: Final = re.compile(r"(?:redriven:\d{1,9}:\d{1,9}|discarded:\d{1,9}|activated)")
_MOST_ROWS: Final = 5_000
MOST_LETTERS: Final = 500
"""So many refused records of one reason can be looked at one by one."""
_LONGEST: Final = 500
_HIGHEST_RATE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a view is narrowed to."""

    period: str = "13w"
    """``13w``, weeks up to and with today; or ``2026-10``, a month."""
    since: date | None = None
    """First local date, instead of a period."""
    until: date | None = None
    """The date after the last; written as ``to``, the last one."""
    process: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    clock: Clock = Clock.WORKING
    measure: str = "median"
    """What the matrix shows of a pair, the map of a path, a trend of anything."""
    variant: tuple[str, ...] = ()
    """Keys of the ways that cases went, as ``bi.fct_case`` has them."""
    activities: int = 100
    """Of the map: left out is what happens in fewer than the rest of 100% of the cases."""
    paths: int = 95
    form: str = "map"
    """As what a process is shown."""
    by: By = By.PROCESS
    """For each of which a trend is shown."""
    each: Each = Each.WEEK
    """Over which stretches of time."""
    limits: str = ""
    """``yes``: what is usual is drawn."""
    at_date: date | None = None
    """Before this date is held beside since."""
    rate: int = 0
    """What an hour of work is taken to cost; 0 for nothing."""
    state: str = ""
    """Of deliveries that are open."""
    due: date | None = None
    """Of deliveries that are open: due on that date."""
    case: str = ""
    """The key of one."""
    tried: int = 0
    """A lead time to be tried, in the unit of the agreement; 0 for none."""
    select: str = ""
    """A pair, ``hr>payroll``."""
    topic: str = ""
    """Of the streams."""
    reason: str = ""
    """For which records were refused."""
    letter: int = 1
    """Which of them, oldest first."""
    done: str = ""
    """What was just done, to be told: ``redriven:3:1``."""
    rows: int = 0
    """How many rows of a table; 0 for as many as the view finds enough."""
    as_of: datetime | None = None

    @property
    def chosen(self) -> Chosen:
        """The names, as the store asks for them."""
        return Chosen(self.process, self.supplier, self.customer, self.agreement)

    @property
    def selected(self) -> tuple[str, str] | None:
        """Supplier and customer of the pair that is selected."""
        supplier, _, customer = self.select.partition(">")
        return (supplier, customer) if customer else None

    def dates(self, today: date) -> Period:
        """Which local dates are meant, as of one of them."""
        if self.since is not None or self.until is not None:
            return Period(self.since, self.until)
        if weeks := _WEEKS.fullmatch(self.period):
            return Period(
                today - timedelta(weeks=int(weeks[1])) + timedelta(days=1),
                today + timedelta(days=1),
            )
        year, month = map(int, self.period.split("-"))
        return Period(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))

    def before(self, today: date) -> Period | None:
        """As many dates right before, for comparison; None without a beginning."""
        meant = self.dates(today)
        if meant.since is None:
            return None
        length = (meant.until or today + timedelta(days=1)) - meant.since
        return Period(meant.since - length, meant.since)

    def to(self, **changes: Any) -> Self:
        """The same but for some of them."""
        return replace(self, **changes)

    def kept(self) -> Self:
        """What goes along to another view: time, process, parties, clock."""
        return replace(
            type(self)(),
            **{
                name: getattr(self, name)
                for name in ("period", "since", "until", *_NAMES[:3], "clock", "as_of")
            },
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """What differs from the defaults, as it stands in an address."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            match field.name:
                case "since":
                    yield "from", value.isoformat()
                case "until":
                    yield "to", (value - timedelta(days=1)).isoformat()
                case "at_date":
                    yield "at", value.isoformat()
                case "as_of":
                    yield "as_of", value.astimezone(UTC).isoformat().replace("+00:00", "Z")
                case name if name in _MANY:
                    yield from ((name, each) for each in value)
                case name:
                    yield name, str(value)

    def at(self, path: str, **changes: Any) -> str:
        """The address of a path under these filters, some of them changed."""
        query = urlencode(list(self.to(**changes).pairs()), safe=">:")
        return f"{path}?{query}" if query else path


def read_filters(pairs: Iterable[tuple[str, str]]) -> tuple[Filters, tuple[str, ...]]:
    """The filters in an address, and the keys that mean nothing or say what they cannot."""
    found: dict[str, Any] = {}
    ignored: list[str] = []
    for key, value in pairs:
        if not value:
            continue  # a field of a form that was left empty
        try:
            name, read = _read(key, value)
        except (ValueError, OverflowError):
            ignored.append(key)
            continue
        found[name] = (*found.get(name, ()), *read) if name in _MANY else read
    for name in _MANY:
        if name in found:
            found[name] = tuple(dict.fromkeys(found[name]))
    if found.get("since") and found.get("until") and found["since"] >= found["until"]:
        ignored.append("to")
        del found["until"]
    return Filters(**found), tuple(dict.fromkeys(ignored))


def _read(key: str, value: str) -> tuple[str, Any]:
    """Name and value of one field; raises :class:`ValueError`."""
    if key in _NAMES:
        return key, (value,)
    if key == "variant":
        if not _VARIANT.fullmatch(value):
            raise ValueError(value)
        return key, (value,)
    if key not in _READERS:
        raise ValueError(key)
    name, read = _READERS[key]
    return name, read(value)


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise ValueError(value)
        return value

    return read


def _period(value: str) -> str:
    if month := _MONTH.fullmatch(value):
        date(int(month[1]), int(month[2]), 1)
    elif not _WEEKS.fullmatch(value):
        raise ValueError(value)
    return value


def _like(value: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(value):
        raise ValueError(value)
    return value


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant.astimezone(UTC)


def _part(value: str) -> int:
    part = int(value)
    if not 0 <= part <= 100:
        raise ValueError(value)
    return part


def _count(value: str, most: int) -> int:
    count = int(value)
    if not 0 < count <= most:
        raise ValueError(value)
    return count


_READERS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "period": ("period", _period),
    "from": ("since", date.fromisoformat),
    "to": ("until", lambda value: date.fromisoformat(value) + timedelta(days=1)),
    "clock": ("clock", Clock),
    "measure": ("measure", _one_of(*MEASURES, *PATH_MEASURES, *TREND_MEASURES)),
    "activities": ("activities", _part),
    "paths": ("paths", _part),
    "form": ("form", _one_of(*FORMS)),
    "by": ("by", By),
    "each": ("each", Each),
    "limits": ("limits", _one_of("yes")),
    "at": ("at_date", date.fromisoformat),
    "rate": ("rate", partial(_count, most=_HIGHEST_RATE)),
    "state": ("state", _one_of(*STATES)),
    "due": ("due", date.fromisoformat),
    "case": ("case", str.strip),
    "tried": ("tried", partial(_count, most=_LONGEST)),
    "select": ("select", partial(_like, form=_SELECTED)),
    "topic": ("topic", partial(_like, form=_TOPIC)),
    "reason": ("reason", partial(_like, form=_REASON)),
    "letter": ("letter", partial(_count, most=MOST_LETTERS)),
    "done": ("done", partial(_like, form=_DONE)),
    "rows": ("rows", partial(_count, most=_MOST_ROWS)),
    "as_of": ("as_of", _instant),
}
"""By the key in an address: which field it is, and how that is read."""
