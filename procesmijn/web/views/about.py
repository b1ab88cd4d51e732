"""About the figures: what each is, in which unit and by which clock, and where it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import reports
from procesmijn.web.asking import Asking
from procesmijn.web.frame import Frame, frame

_MEASURES: Final = {
    "waiting": "mining.measured_handover",
    "paths": 'mining."case", bi.fct_handover',
    "working_time": "mining.calendar_stretch",
    "reliability": "bi.fct_delivery",
    "delivery_time": "bi.fct_delivery",
    "first_time_right": "bi.fct_delivery",
    "deliveries": "bi.fct_delivery",
    "chain": "mining.link",
    "coverage": "bi.fct_handover, bi.dim_agreement",
    "simulation": "bi.fct_delivery, mining.pack",
    "open": "bi.fct_delivery, mining.pack",
    "cycle_time": "bi.fct_case, bi.fct_forecast",
    "certainty": "bi.fct_delivery, mining.measured_handover",
    "small_groups": "bi.small_group()",
}


class Measure(NamedTuple):
    """A definition."""

    key: str
    label: Markup
    definition: Markup
    source: str


class Quality(NamedTuple):
    """Something about the data that a reader should know."""

    label: Markup
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Context of ``about.html``."""

    frame: Frame
    lead: Markup
    measures: tuple[Measure, ...]
    quality: tuple[Quality, ...]


def about(asking: Asking) -> About:
    """Answer it."""
    say, connection = asking.say, asking.connection
    counts = reports.counts(connection)
    parties, processes = reports.undeclared(connection)
    return About(
        frame=frame(asking, say.text("nav.about"), "about"),
        lead=say.text("about.lead", events=say.number(counts.events), n=counts.cases),
        measures=tuple(
            Measure(key, say.text(f"measure.{key}"), say.text(f"define.{key}", k=asking.k), source)
            for key, source in _MEASURES.items()
        ),
        quality=(
            Quality(say.text("about.handovers"), say.number(counts.handovers)),
            Quality(say.text("about.refused"), say.number(counts.dead_letters)),
            Quality(say.text("about.undeclared_parties"), say.number(len(parties))),
            Quality(say.text("about.undeclared_processes"), say.number(len(processes))),
            Quality(say.text("about.flagged"), say.number(len(reports.flagged(connection)))),
        ),
    )
