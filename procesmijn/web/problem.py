"""What is shown where there are no figures: what happened, what holds, and one thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from procesmijn.web.say import Speech


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
