"""About the figures: what each is, in which unit and by which clock, and where it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import reports
from procesmijn.store.reports import Counts
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
    "rework": "bi.fct_repeat, bi.fct_handover",
    "rating": "bi.fct_rating",
    "comparison": "bi.fct_delivery, bi.fct_case, bi.fct_rating, bi.fct_handover",
    "usual": "bi.fct_delivery, mining.measured_handover",
    "certainty": "bi.fct_delivery, mining.measured_handover",
    "small_groups": "bi.small_group()",
    "lag": "Kafka, stream.position",
    "throughput": "Kafka",
    "freshness": "stream.position",
    "workers": "stream.position",
    "refused": "stream.dead_letter, stream.ledger",
    "ledger": "stream.ledger",
}


_NAMED: Final = 5


class Measure(NamedTuple):
    """A definition."""

    key: str
    label: Markup
    definition: Markup
    formula: Markup
    unit: Markup
    """And by which clock."""
    source: str


class Quality(NamedTuple):
    """Something about the data that a reader should know."""

    label: Markup
    value: str
    note: Markup | str
    """Which ones, where these can be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Context of ``about.html``."""

    frame: Frame
    lead: Markup
    moment: Markup
    """As of when, and when the last was stored."""
    measures: tuple[Measure, ...]
    quality: tuple[Quality, ...]


def about(asking: Asking) -> About:
    """Answer it."""
    say = asking.say
    counts = reports.counts(asking.connection)
    return About(
        frame=frame(asking, say.text("nav.about"), "about"),
        lead=say.text("about.lead", events=say.number(counts.events), n=counts.cases),
        moment=Markup(" ").join(_moment(asking)),
        measures=tuple(
            Measure(
                key,
                say.text(f"measure.{key}"),
                say.text(f"define.{key}", k=asking.k),
                say.text(f"formula.{key}", k=asking.k),
                say.text(f"unit.{key}"),
                source,
            )
            for key, source in _MEASURES.items()
        ),
        quality=_quality(counts, asking),
    )


def _moment(asking: Asking) -> Iterable[Markup]:
    say, moment = asking.say, asking.moment
    yield say.text("about.moment", moment=say.full_moment(moment.as_of), zone=str(say.zone))
    if moment.applied_at is not None:
        yield say.text("about.stored", moment=say.full_moment(moment.applied_at))


def _quality(counts: Counts, asking: Asking) -> tuple[Quality, ...]:
    say, connection = asking.say, asking.connection
    parties, processes = reports.undeclared(connection)
    flaws = reports.flaws(connection)

    def quality(key: str, n: int, names: Iterable[str] = ()) -> Quality:
        named = sorted(names)
        return Quality(
            say.text(f"about.{key}"), say.number(n), say.listed(named[:_NAMED]) if named else ""
        )

    return (
        quality("handovers", counts.handovers),
        quality("refused", counts.dead_letters),
        quality("undeclared_parties", len(parties), parties),
        quality("undeclared_processes", len(processes), processes),
        quality("unassigned", flaws.unassigned),
        Quality(
            say.text("about.outside"),
            say.number(flaws.outside),
            say.text("about.of", share=say.share(flaws.outside / counts.handovers))
            if counts.handovers
            else "",
        ),
        quality("corrected", flaws.corrected),
        quality("after_retirement", flaws.late),
        quality("flagged", len(reports.flagged(connection))),
    )
