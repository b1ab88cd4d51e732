"""The bar of filters: each as a link where one thing is chosen, as a form where several can be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from procesmijn.store.figures import Clock
from procesmijn.web.address import STATES, WEEKS
from procesmijn.web.asking import Asking


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


def chips(asking: Asking, keys: Iterable[str]) -> tuple[Chip, ...]:
    """The filters of a view, by their keys in the address."""
    return tuple(chip for key in keys for chip in _chip(asking, key))


def clocks(asking: Asking) -> tuple[Choice, ...]:
    """By which clock time is told."""
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
    """None where there is nothing to choose from."""
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
            for state in STATES
        ),
        here.at(asking.path, state="", due=None) if here.state or here.due else None,
        is_many=False,
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
