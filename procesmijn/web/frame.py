"""What surrounds every view: navigation, filters, freshness; and what a view is given to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store.connection import Connection
from procesmijn.store.figures import Clock, Moment
from procesmijn.store.filters import Period
from procesmijn.web.address import WEEKS, Filters
from procesmijn.web.directory import Directory
from procesmijn.web.say import Speech, today

SOURCE: Final = "/source"
"""Where the page sends those who want its source, as its licence asks."""

_NAVIGATION: Final = (
    ("overview", (("start", "/"), ("late", "/late"))),
    ("flows", (("waits", "/waits"),)),
    ("promises", (("suppliers", "/suppliers"), ("customers", "/customers"))),
    ("service", (("about", "/about"),)),
)
_BEHIND_SECONDS: Final = 120
_STOPPED_SECONDS: Final = 3600


class Entry(NamedTuple):
    """A view in the navigation."""

    key: str
    label: Markup
    url: str
    is_here: bool
    badge: int | None


class Group(NamedTuple):
    """Views that belong together."""

    label: Markup
    entries: tuple[Entry, ...]


class Choice(NamedTuple):
    """One thing that a filter can be set to: a link, and a field of the form."""

    label: Markup | str
    url: str
    is_set: bool
    value: str = ""
    tone: str = ""


class Chip(NamedTuple):
    """A filter in the bar."""

    key: str
    label: Markup
    value: Markup | str
    choices: tuple[Choice, ...]
    clear: str | None
    """The address without it; None where it is not set."""
    is_many: bool
    """Whether several can be chosen."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Everything that a view answers from."""

    path: str
    here: Filters
    say: Speech
    names: Directory
    moment: Moment
    connection: Connection
    late: int
    """Deliveries that need somebody today."""
    ignored: tuple[str, ...] = ()
    """Keys of the address that mean nothing."""

    @property
    def today(self) -> date:
        """The date of the page."""
        return today(self.moment.as_of, self.say.zone)

    @property
    def period(self) -> Period:
        """The dates that are asked about."""
        return self.here.dates(self.today)

    def day(self, party: str) -> float:
        """Seconds of a day, on the clock that is asked for: of its calendar, or all of it."""
        if self.here.clock is Clock.ELAPSED:
            return 86_400.0
        return self.names.party(party).day_seconds

    @property
    def k(self) -> int:
        """Figures over fewer cases are not shown."""
        return self.moment.small_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Context of ``frame.html``, and so of every view."""

    say: Speech
    here: Filters
    path: str
    title: Markup
    theme: str
    """``light``, ``dark``, or empty for that of the device."""
    groups: tuple[Group, ...]
    chips: tuple[Chip, ...]
    clocks: tuple[Choice, ...]
    """Empty where a view has no clock."""
    fields: tuple[tuple[str, str], ...]
    """Everything in the address, for forms that change a part of it."""
    notices: tuple[Markup, ...]
    freshness: Markup
    freshness_state: str
    as_of: Markup
    k: int
    permalink: str
    """The same view as of the same moment, for whoever it is sent to."""


def frame(asking: Asking, title: Markup, place: str, *chips: str, theme: str) -> Frame:
    """What surrounds a view at ``place``, with some filters in its bar."""
    say, here = asking.say, asking.here
    freshness, freshness_state = _freshness(asking)
    return Frame(
        say=say,
        here=here,
        path=asking.path,
        title=title,
        theme=theme,
        groups=_groups(asking, place),
        chips=tuple(chip for key in chips if key != "clock" for chip in _chip(asking, key)),
        clocks=_clocks(asking) if "clock" in chips else (),
        fields=tuple(here.pairs()),
        notices=tuple(say.text("frame.ignored", name=name) for name in asking.ignored),
        freshness=freshness,
        freshness_state=freshness_state,
        as_of=say.text("frame.as_of", moment=say.full_moment(asking.moment.as_of)),
        k=asking.k,
        permalink=here.at(asking.path, as_of=asking.moment.as_of.replace(microsecond=0)),
    )


def said_period(asking: Asking) -> Markup:
    """``13 weeks to 12 Nov``."""
    say, here = asking.say, asking.here
    if here.since is not None or here.until is not None:
        dates = asking.period
        last = None if dates.until is None else dates.until - timedelta(days=1)
        return say.text(
            "frame.from_to",
            since="…" if dates.since is None else say.day_month(dates.since),
            until="…" if last is None else say.day_month(last),
        )
    if here.period.endswith("w"):
        return say.text(
            "frame.weeks_to", n=int(here.period[:-1]), until=say.day_month(asking.today)
        )
    since = asking.period.since
    assert since is not None  # noqa: S101 - a month begins
    return Markup(say.month_year(since))  # noqa: S704 - a date


def _groups(asking: Asking, place: str) -> tuple[Group, ...]:
    say, kept = asking.say, asking.here.kept()
    return tuple(
        Group(
            say.text(f"nav.{group}"),
            tuple(
                Entry(
                    key,
                    say.text(f"nav.{key}"),
                    kept.at(path),
                    key == place,
                    asking.late if key == "late" else None,
                )
                for key, path in entries
            ),
        )
        for group, entries in _NAVIGATION
    )


def _clocks(asking: Asking) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            asking.say.text(f"frame.{clock}"),
            asking.here.at(asking.path, clock=clock),
            asking.here.clock is clock,
            clock,
        )
        for clock in Clock
    )


def _chip(asking: Asking, key: str) -> list[Chip]:
    here, say = asking.here, asking.say
    if key == "period":
        return [_period_chip(asking)]
    if key == "state":
        return [_state_chip(asking)]
    chosen: tuple[str, ...] = getattr(here, key)
    if key == "agreement":
        options = {name: (name, "") for name in chosen}
    elif key == "process":
        options = {name: (label, "") for name, label in asking.names.processes.items()}
    else:
        options = {tag.name: (tag.label, tag.tone) for tag in asking.names.parties.values()}
    if not options:
        return []
    for name in chosen:
        options.setdefault(name, (name, ""))
    if not chosen:
        value: Markup | str = say.text("frame.all", count=len(options))
    elif len(chosen) == 1:
        value = options[chosen[0]][0]
    else:
        value = say.text("frame.some", count=len(chosen), of=len(options))
    return [
        Chip(
            key,
            say.text(f"frame.{key}"),
            value,
            tuple(
                Choice(label, here.at(asking.path, **{key: (name,)}), name in chosen, name, tone)
                for name, (label, tone) in options.items()
            ),
            here.at(asking.path, **{key: ()}) if chosen else None,
            is_many=True,
        )
    ]


def _period_chip(asking: Asking) -> Chip:
    here, say, month = asking.here, asking.say, asking.today.replace(day=1)
    months = []
    for _ in range(6):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    offered = [(f"{n}w", say.text("frame.weeks", n=n)) for n in WEEKS]
    offered += [(f"{each:%Y-%m}", Markup(say.month_year(each))) for each in months]  # noqa: S704
    plain = here.to(since=None, until=None)
    is_plain = plain == here
    return Chip(
        "period",
        say.text("frame.period"),
        said_period(asking),
        tuple(
            Choice(
                label, plain.at(asking.path, period=value), is_plain and here.period == value, value
            )
            for value, label in offered
        ),
        None,
        is_many=False,
    )


def _state_chip(asking: Asking) -> Chip:
    here, say = asking.here, asking.say
    states = ("late", "today", "week", "later", "paused")
    return Chip(
        "state",
        say.text("frame.state"),
        say.text(f"late.state_{here.state}" if here.state else "frame.open"),
        tuple(
            Choice(
                say.text(f"late.state_{state}"),
                here.at(asking.path, state=state, due=None),
                here.state == state,
                state,
            )
            for state in states
        ),
        here.at(asking.path, state="", due=None) if here.state or here.due else None,
        is_many=False,
    )


def _freshness(asking: Asking) -> tuple[Markup, str]:
    """How fresh the figures are, in words and as a class of the style sheet."""
    say, moment = asking.say, asking.moment
    if not moment.is_now or moment.applied_at is None:
        return say.text("frame.as_of", moment=say.moment(moment.as_of)), "still"
    seconds = max(int((moment.as_of - moment.applied_at).total_seconds()), 0)
    if seconds < _BEHIND_SECONDS:
        return say.text("frame.live", seconds=seconds), "live"
    if seconds < _STOPPED_SECONDS:
        return say.text("frame.quiet", minutes=seconds // 60), "quiet"
    return say.text("frame.quiet_since", moment=say.moment(moment.applied_at)), "quiet"
