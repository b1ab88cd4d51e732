"""What is shown where there are no figures: what happened, what holds, and one thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from procesmijn.web.say import Speech

_ACTIONS: Final = {
    "unread": "again",
    "login": "log_in",
    "left": "log_in",
    "left_here": "leave",
    "no_role": "log_in",
}
"""What one can do, where that is not to go to the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Context of ``problem.html``."""

    say: Speech
    theme: str
    state: str
    """Of which icon."""
    title: Markup
    note: Markup
    action: Markup
    url: str


def problem(
    say: Speech, theme: str, key: str, state: str = "breached", url: str = "/", **parts: str
) -> Problem:
    """The one of which ``texts.toml`` has the words; that it can be said needs no database."""
    return Problem(
        say=say,
        theme=theme,
        state=state,
        title=say.text(f"problem.{key}", **parts),
        note=say.text(f"problem.{key}_note", **parts),
        action=say.text(f"problem.{_ACTIONS.get(key, 'home')}"),
        url=url,
    )
