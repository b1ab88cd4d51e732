"""All suppliers, or all customers: who keeps its promises, and how far below are the others?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries
from procesmijn.store.deliveries import KeptRow, Side
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.frame import Frame, frame
from procesmijn.web.records import Kept, kept_of, tabled
from procesmijn.web.reliability import Reliability, above_target, reliability
from procesmijn.web.trends import trends
from procesmijn.web.verdicts import against


class Card(NamedTuple):
    """A party in the list."""

    tag: Tag
    url: str
    share: str
    state: str
    target: Markup
    n: str
    late: str
    """Of these, outside agreement."""
    agreements: int
    spark: Spark | None
    open: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Context of ``parties.html``."""

    frame: Frame
    lead: Markup
    cards: tuple[Card, ...]
    csv_url: str


def parties(asking: Asking, side: Side) -> Parties:
    """Answer it; those come first that are furthest below target."""
    here, say = asking.here, asking.say
    by_name: dict[str, list[KeptRow]] = {}
    for row in deliveries.kept(here.chosen, asking.period, asking.connection):
        by_name.setdefault(getattr(row, side), []).append(row)
    known = {name: reliability(rows, asking.k) for name, rows in by_name.items()}
    by_week = trends(asking, [each.target for each in known.values()], [side])

    def card(name: str, rows: Sequence[KeptRow]) -> Card:
        one = known[name]
        return Card(
            asking.names.party(name),
            here.at(asking.path, **{side: (name,)}),
            say.share(one.share),
            one.state,
            against(one.share, one.target, say),
            say.number(one.due),
            say.number(one.due - one.met),
            len(rows),
            by_week.spark(one.target, **{side: name}),
            sum(row.open for row in rows),
            sum(row.overdue for row in rows),
        )

    return Parties(
        frame=frame(asking, say.text(f"nav.{side}s"), f"{side}s", "period", "process"),
        lead=_lead(asking, side, known),
        cards=tuple(
            card(name, by_name[name])
            for name in sorted(known, key=lambda name: above_target(known[name]))
        ),
        csv_url=here.at(f"/{side}s.csv"),
    )


def records(asking: Asking) -> Records:
    """Agreements with what came of them; figures over too few cases are left empty."""
    rows = deliveries.kept(asking.here.chosen, asking.period, asking.connection)
    return tabled(Kept, [kept_of(row, asking.k) for row in rows])


def _lead(asking: Asking, side: Side, known: Mapping[str, Reliability]) -> Markup:
    say, names = asking.say, asking.names
    judged = {name: one for name, one in known.items() if one.state != "none"}
    if not judged:
        return say.text("figure.too_few", k=asking.k)
    kept = sum(one.state == "met" for one in judged.values())
    lead = say.text(f"party.all_{side}", kept=say.number(kept), n=len(judged))
    worst = min(judged, key=lambda name: above_target(judged[name]))
    one = judged[worst]
    if one.state != "breached":
        return lead
    return Markup(" ").join(
        [
            lead,
            say.text(
                f"party.worst_{side}",
                party=names.party(worst).label,
                share=say.share(one.share),
                target=say.share(one.target),
            ),
        ]
    )
