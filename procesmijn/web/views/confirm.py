"""Are you sure: what is about to be done to refused records, before it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from markupsafe import Markup

from procesmijn.store import dead_letters
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.frame import Frame, frame
from procesmijn.web.problem import Problem, problem
from procesmijn.web.views.refusals import reason_label

MOST_AT_ONCE: Final = 5_000
"""So many refused records are redriven or discarded in one request."""

Act: TypeAlias = Literal["redrive", "discard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Context of ``confirm.html``."""

    frame: Frame
    lead: Markup
    note: Markup
    act: Act
    url: str
    fields_sent: tuple[tuple[str, str], ...]
    asks_because: bool
    button: Markup
    back_url: str


def confirm(asking: Asking, desk: Desk, act: Act) -> Confirm | Problem:
    """Ask it."""
    here, say = asking.here, asking.say
    wanted = meant(here.topic, here.reason)
    n = dead_letters.count(wanted, asking.connection) if here.topic and here.reason else 0
    if not n or desk.persons is None:
        return problem(say, asking.theme, "no_letters", "none", "/streams")
    return Confirm(
        frame=frame(asking, say.text(f"confirm.{act}_title"), "streams"),
        lead=say.text(
            f"confirm.{act}",
            n=min(n, MOST_AT_ONCE),
            topic=here.topic,
            reason=reason_label(here.reason, say),
        ),
        note=say.text(f"confirm.{act}_note"),
        act=act,
        url=f"/streams/{act}",
        fields_sent=(("topic", here.topic), ("reason", here.reason)),
        asks_because=act == "discard",
        button=say.text(f"confirm.{act}_button", n=min(n, MOST_AT_ONCE)),
        back_url=here.kept().to(topic=here.topic, reason=here.reason).at("/streams"),
    )


def meant(topic: str, reason: str) -> DeadLetterFilter:
    """The records of a topic that were refused for a reason and wait."""
    return DeadLetterFilter(topic, reason, limit=MOST_AT_ONCE)
