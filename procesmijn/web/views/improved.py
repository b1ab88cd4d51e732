"""What improved most, and what got worse: every link and agreement, beside the period before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.comparison import Verdict
from procesmijn.core.improvement import Moved
from procesmijn.documents.comparing import improvements, sentence
from procesmijn.documents.words import Language
from procesmijn.store import comparisons
from procesmijn.store.comparisons import Key
from procesmijn.store.filters import Period
from procesmijn.store.trends import By, Measure
from procesmijn.web.asking import Asking
from procesmijn.web.compared import Cells, Figures, cells, drawn, effect, figures, label
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.forest import Effect, Forest
from procesmijn.web.frame import Frame, frame
from procesmijn.web.records import tabled

_ROWS: Final = 25
_DRAWN: Final = 16
_WEEKS: Final = 13
_TRENDS: Final = {
    "waiting for pick-up": Measure.MEDIAN,
    "delivery time": Measure.DELIVERY,
    "in time": Measure.MET,
    "first time right": Measure.RIGHT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement(Figures):
    """Where a measure is looked at, and by how many standard deviations it got better."""

    process: str
    supplier: str
    customer: str
    agreement: str | None
    improvement: float
    improvement_low: float
    improvement_high: float
    p_adjusted: float


class Row(NamedTuple):
    """A measure somewhere."""

    label: str
    what: str
    """Its agreement, or its process."""
    supplier: Tag
    customer: Tag
    url: str
    cells: Cells
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """Context of ``improved.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    forest: Forest | None
    rows: tuple[Row, ...]
    more: Markup
    more_url: str | None
    """With what may have changed by chance."""
    csv_url: str


def improved(asking: Asking) -> Improved:
    """Answer it."""
    here, say = asking.here, asking.say
    at, within = _beside(asking)
    moved, silent = _moved(asking)
    sure = [each for each in moved if each.compared.verdict is not Verdict.NOT_SHOWN]
    shown = moved[: here.rows] if here.rows else sure or moved[:_ROWS]
    # As many of the worst as of the best, where not all have room.
    most = shown if len(shown) <= _DRAWN else [*shown[: _DRAWN // 2], *shown[-_DRAWN // 2 :]]
    last = (within.until or asking.today) - timedelta(days=1)
    return Improved(
        frame=frame(asking, say.text("improved.title"), "compare", "period", "process"),
        lead=_lead(moved, sure, asking),
        basis=say.text(
            "improved.basis",
            since=say.date(at),
            until=say.date(last),
            before=say.date(within.since or at),
            n=len(moved),
            silent=say.number(silent),
        ),
        forest=drawn([_effect(each, asking) for each in most], asking),
        rows=tuple(_row(each, asking) for each in shown),
        more=say.text("improved.more", n=len(moved)),
        more_url=here.at(asking.path, rows=len(moved)) if len(shown) < len(moved) else None,
        csv_url=here.at("/improved.csv"),
    )


def records(asking: Asking) -> Records:
    """All of it, what may be chance as well."""
    return tabled(Improvement, improvements_of(asking))


def improvements_of(asking: Asking) -> list[Improvement]:
    """All of it, what may be chance as well."""
    moved, _ = _moved(asking)
    return [_improvement(each, asking) for each in moved]


def _beside(asking: Asking) -> tuple[date, Period]:
    """When the period begins, and both periods together."""
    period = asking.period
    until = period.until or asking.today + timedelta(days=1)
    since = period.since or until - timedelta(weeks=_WEEKS)
    return since, Period(since - (until - since), until)


def _moved(asking: Asking) -> tuple[list[Moved[Key]], int]:
    at, within = _beside(asking)
    values = comparisons.by_place(at, within, None, None, asking.connection)
    chosen = asking.here.process
    return improvements(
        {key: own for key, own in values.items() if not chosen or key.process in chosen}
    )


def _improvement(moved: Moved[Key], asking: Asking) -> Improvement:
    key = moved.place
    said = [sentence(key.measure, moved.compared, each) for each in (Language.NL, Language.EN)]
    return Improvement(
        **asdict(figures(key.measure, moved.compared, said[0], said[1], asking)),
        process=key.process,
        supplier=key.supplier,
        customer=key.customer,
        agreement=key.agreement,
        improvement=moved.improvement,
        improvement_low=moved.improvement_low,
        improvement_high=moved.improvement_high,
        p_adjusted=moved.p_adjusted,
    )


def _lead(moved: list[Moved[Key]], sure: list[Moved[Key]], asking: Asking) -> Markup:
    say = asking.say
    if not moved:
        return say.text("improved.nothing")
    if not sure:
        return say.text("improved.none")
    better = sum(each.improvement > 0 for each in sure)
    head = say.text(
        "improved.lead", better=say.number(better), worse=say.number(len(sure) - better)
    )
    if not better:
        return head
    best = _row(sure[0], asking)
    most = say.text(
        "improved.most",
        label=best.label,
        supplier=best.supplier.label,
        customer=best.customer.label,
        first=best.cells.first,
        second=best.cells.second,
    )
    return Markup(" ").join([head, most])


def _effect(moved: Moved[Key], asking: Asking) -> Effect | None:
    key, names = moved.place, asking.names
    pair = f"{names.party(key.supplier).label} → {names.party(key.customer).label}"
    name = f"{label(key.measure, asking)}, {key.agreement or pair}"
    return effect(name, key.measure, moved.compared, asking)


def _row(moved: Moved[Key], asking: Asking) -> Row:
    key, names = moved.place, asking.names
    return Row(
        label(key.measure, asking),
        key.agreement or names.process(key.process),
        names.party(key.supplier),
        names.party(key.customer),
        _trend(key, asking),
        cells(key.measure, moved.compared, asking),
        sentence(key.measure, moved.compared, asking.say.language),
    )


def _trend(key: Key, asking: Asking) -> str:
    """Where its course is drawn."""
    followed = _TRENDS[key.measure]
    kept = asking.here.kept().to(process=(), supplier=(), customer=())
    if key.agreement is not None:
        return kept.at(
            "/trends", measure=followed.value, by=By.AGREEMENT, agreement=(key.agreement,)
        )
    return kept.at(
        "/trends",
        measure=followed.value,
        by=By.PAIR,
        process=(key.process,),
        supplier=(key.supplier,),
        customer=(key.customer,),
    )
