"""What surrounds every view: navigation, filters, freshness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.web.address import Filters
from procesmijn.web.asking import Asking
from procesmijn.web.filter_bar import Chip, Choice, chips, clocks
from procesmijn.web.rights import Right, reach
from procesmijn.web.say import Speech

SOURCE: Final = "/source"
"""Where the page sends those who want its source, as its licence asks."""

_NAVIGATION: Final = (
    ("overview", (("start", "/"), ("late", "/late"))),
    ("flows", (("waits", "/waits"), ("map", "/map"), ("chain", "/chain"))),
    (
        "promises",
        (("suppliers", "/suppliers"), ("customers", "/customers"), ("agreements", "/agreements")),
    ),
    ("explore", (("compare", "/compare"), ("trends", "/trends"))),
    ("service", (("streams", "/streams"), ("about", "/about"))),
)
_ASKS: Final = {
    "streams": Right.STREAMS,
    "about": Right.DEFINITIONS,
}
"""The right that a view asks for, where it is not that to facts."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Context of ``frame.html``, and so of every view."""

    say: Speech
    here: Filters
    path: str
    title: Markup
    theme: str
    groups: tuple[Group, ...]
    chips: tuple[Chip, ...]
    clocks: tuple[Choice, ...]
    """Empty where a view has no clock."""
    fields: tuple[tuple[str, str], ...]
    """Everything in the address, for forms that change a part of it."""
    form_token: str
    """For :mod:`procesmijn.web.forms`."""
    viewer: str
    """Who is logged in; empty where nobody has to."""
    sees_cases: bool
    notices: tuple[Markup, ...]
    freshness: Markup
    freshness_state: str
    as_of: Markup
    k: int
    permalink: str
    """The same view as of the same moment, for whoever it is sent to."""


def frame(asking: Asking, title: Markup, place: str, *filters: str) -> Frame:
    """What surrounds a view at ``place``, with some filters in its bar, or the ``clock``."""
    say, here = asking.say, asking.here
    freshness, freshness_state = _freshness(asking)
    return Frame(
        say=say,
        here=here,
        path=asking.path,
        title=title,
        theme=asking.theme,
        groups=_groups(asking, place),
        chips=chips(asking, (key for key in filters if key != "clock")),
        clocks=clocks(asking) if "clock" in filters else (),
        fields=tuple(here.pairs()),
        form_token=asking.form_token,
        viewer=asking.viewer.label,
        sees_cases=bool(reach(asking.viewer.grants, Right.FACTS)),
        notices=tuple(say.text("frame.ignored", name=name) for name in asking.ignored),
        freshness=freshness,
        freshness_state=freshness_state,
        as_of=say.text("frame.as_of", moment=say.full_moment(asking.moment.as_of)),
        k=asking.k,
        permalink=here.at(asking.path, as_of=asking.moment.as_of.replace(microsecond=0)),
    )


def _groups(asking: Asking, place: str) -> tuple[Group, ...]:
    say, kept = asking.say, asking.here.kept()
    groups = (
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
                if reach(asking.viewer.grants, _ASKS.get(key, Right.FACTS))
            ),
        )
        for group, entries in _NAVIGATION
    )
    return tuple(group for group in groups if group.entries)


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
