"""Who waits for whom, and how long: the pairs as a matrix, as a network, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import deliveries, figures
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import Clock, WaitRow, WeekRow
from procesmijn.web import certainty
from procesmijn.web.charts import Spark, Strip, axis, strip
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Asking, Choice, Frame, frame
from procesmijn.web.network import Link, Network, network
from procesmijn.web.reliability import Reliability, bounds, reliability, trend, trend_period

_STEPS: Final = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Days at which the colours of waiting change."""
_SMALL_MATRIX: Final = 8
"""So many parties leave room for the network beside the matrix."""
_STRIP: Final = 108.0
_ROWS: Final = 25


class Cell(NamedTuple):
    """A cell of the matrix."""

    kind: str
    """``pair``, ``few`` where it is not shown, ``none`` without traffic, ``self``."""
    step: int = 0
    value: str = ""
    cases: str = ""
    state: str = ""
    url: str = ""
    title: Markup | str = ""
    is_selected: bool = False


class Row(NamedTuple):
    """What one supplier makes others wait."""

    tag: Tag
    cells: tuple[Cell, ...]
    total: str
    width: float


class Foot(NamedTuple):
    """What one customer waited."""

    total: str
    width: float


class Pair(NamedTuple):
    """A row of the table."""

    supplier: Tag
    customer: Tag
    url: str
    deliverables: tuple[str, ...]
    median: Markup
    p90: Markup
    strip: Strip
    cases: str
    share: Markup
    """Of its deliveries, against the target."""
    state: str
    right: str
    spark: Spark | None
    is_selected: bool
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Context of ``waits.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    """How many handovers that is about, and how they are measured."""
    measures: tuple[Choice, ...]
    parties: tuple[Tag, ...]
    matrix: tuple[Row, ...]
    feet: tuple[Foot, ...]
    is_small: bool
    legend: tuple[Markup, ...]
    network: Network
    rows: tuple[Pair, ...]
    shown: Markup
    count: int
    more_url: str | None
    axis: Markup
    filter_url: str | None
    """The selected pair as a filter."""
    clear_url: str
    csv_url: str
    hidden: int
    empty: Markup | None
    """What to say where there is nothing to show."""
    empty_url: str | None
    empty_action: Markup | None


class _Known(NamedTuple):
    """Everything about one pair."""

    row: WaitRow
    days: float
    """The median, in days of the customer."""
    kept: Reliability
    deliverables: tuple[str, ...]


def waits(asking: Asking, theme: str) -> Waits:
    """Answer it."""
    here, say, connection = asking.here, asking.say, asking.connection
    found = figures.waits(here.chosen, asking.period, here.clock, connection, by_process=False)
    kept = deliveries.kept(here.chosen, asking.period, connection)
    weeks = figures.weeks(
        ["supplier", "customer"], here.chosen, trend_period(asking.today), connection
    )
    known = sorted(
        (_known(asking, row, kept) for row in found if row.cases >= asking.k),
        key=lambda each: -each.days,
    )
    few = {(row.supplier, row.customer) for row in found if row.cases < asking.k}
    parties = asking.names.in_order(name for row in found for name in (row.supplier, row.customer))
    matrix, feet = _matrix(asking, parties, known, few)
    measure_choices = tuple(
        Choice(
            say.text(f"waits.measure_{measure}"),
            here.at(asking.path, measure=measure),
            here.measure == measure,
        )
        for measure in ("median", "p90", "total", "met")
    )
    rows, axis_end = _rows(asking, known, weeks)
    selected = here.selected
    empty = None if found else say.text("waits.empty")
    return Waits(
        frame=frame(
            asking,
            say.text("nav.waits"),
            "waits",
            "period",
            "process",
            "supplier",
            "customer",
            "clock",
            theme=theme,
        ),
        lead=_lead(asking, known, bool(few)),
        basis=_basis(asking, found),
        measures=measure_choices,
        parties=tuple(parties),
        matrix=matrix,
        feet=feet,
        is_small=len(parties) <= _SMALL_MATRIX,
        legend=_legend(),
        network=network(parties, [_link(asking, each) for each in known]),
        rows=tuple(row for row in rows if row.is_shown),
        shown=say.text("waits.shown", shown=sum(row.is_shown for row in rows), count=len(rows)),
        count=len(rows),
        more_url=here.at(asking.path, rows=len(rows), select="")
        if any(not row.is_shown for row in rows)
        else None,
        axis=say.text("waits.axis", most=say.number(axis_end)),
        filter_url=here.at(asking.path, select="", supplier=(selected[0],), customer=(selected[1],))
        if selected
        else None,
        clear_url=here.at(asking.path, select=""),
        csv_url=here.at("/waits.csv"),
        hidden=len(few),
        empty=empty,
        empty_url=None if found else here.at(asking.path, period="52w", since=None, until=None),
        empty_action=None if found else say.text("frame.longer", n=52),
    )


def _known(asking: Asking, row: WaitRow, kept: list[KeptRow]) -> _Known:
    own = [each for each in kept if (each.supplier, each.customer) == (row.supplier, row.customer)]
    day = asking.day(row.customer)
    return _Known(
        row,
        certainty.at(row.quantiles, 0.5) / day,
        reliability(own, asking.k),
        tuple(dict.fromkeys(asking.names.deliverable(each.deliverable).label for each in own)),
    )


def _step(days: float) -> int:
    return 1 + sum(days >= step for step in _STEPS)


def _lead(asking: Asking, known: list[_Known], has_few: bool) -> Markup:
    say, names = asking.say, asking.names
    if not known:
        return say.text("figure.too_few" if has_few else "waits.empty", k=asking.k)
    selected = asking.here.selected
    chosen = next(
        (each for each in known if (each.row.supplier, each.row.customer) == selected), known[0]
    )
    customer = names.party(chosen.row.customer)
    first = say.text(
        "waits.lead_selected" if chosen is not known[0] else "waits.lead",
        customer=customer.label,
        supplier=names.party(chosen.row.supplier).label,
        time=say.time(
            certainty.at(chosen.row.quantiles, 0.5), asking.day(customer.name), asking.here.clock
        ),
    )
    total = sum(_days_waited(asking, each.row) for each in known)
    piles = sorted((_days_waited(asking, each.row) for each in known), reverse=True)
    half = next((n for n in range(1, len(piles) + 1) if sum(piles[:n]) >= total / 2), len(piles))
    if not total or len(known) < 4:
        return first
    return Markup(" ").join([first, say.text("waits.half", n=half, of=say.number(len(known)))])


def _basis(asking: Asking, found: list[WaitRow]) -> Markup:
    say = asking.say
    shown = [row for row in found if row.cases >= asking.k]
    bases = {row.basis for row in shown}
    said = say.text(
        f"waits.basis_{asking.here.clock}",
        handovers=say.number(sum(row.handovers for row in shown)),
        dates=_dates(asking),
    )
    if bases - {"start"}:
        said = Markup(" ").join([said, say.text("waits.basis_completion")])
    return said


def _dates(asking: Asking) -> Markup:
    since, until = asking.period.since, asking.period.until
    last = asking.today if until is None else min(until - timedelta(days=1), asking.today)
    first: date | None = since
    return asking.say.text(
        "frame.from_to",
        since="…" if first is None else asking.say.day_month(first),
        until=asking.say.day_month(last),
    )


def _days_waited(asking: Asking, row: WaitRow) -> float:
    return row.seconds_sum / asking.day(row.customer)


def _value(asking: Asking, each: _Known) -> str:
    """What the matrix shows of a pair, in the measure that was asked for."""
    say, row = asking.say, each.row
    day = asking.day(row.customer)
    match asking.here.measure:
        case "p90":
            return say.tenth(certainty.at(row.quantiles, 0.9) / day)
        case "total":
            return say.number(row.seconds_sum / day)
        case "met":
            return say.share(each.kept.share)
        case _:
            return say.tenth(each.days)


def _title(asking: Asking, each: _Known) -> Markup:
    say, names, row = asking.say, asking.names, each.row
    customer = names.party(row.customer)
    return say.text(
        "waits.cell",
        supplier=names.party(row.supplier).label,
        customer=customer.label,
        time=say.time(
            certainty.at(row.quantiles, 0.5), asking.day(customer.name), asking.here.clock
        ),
        cases=say.number(row.cases),
    )


def _matrix(
    asking: Asking, parties: list[Tag], known: list[_Known], few: set[tuple[str, str]]
) -> tuple[tuple[Row, ...], tuple[Foot, ...]]:
    cells = {(each.row.supplier, each.row.customer): each for each in known}
    caused = {
        tag.name: sum(
            _days_waited(asking, each.row) for each in known if each.row.supplier == tag.name
        )
        for tag in parties
    }
    waited = {
        tag.name: sum(
            _days_waited(asking, each.row) for each in known if each.row.customer == tag.name
        )
        for tag in parties
    }
    most = max([*caused.values(), *waited.values()], default=1.0) or 1.0

    def cell(supplier: str, customer: str) -> Cell:
        pair = (supplier, customer)
        if supplier == customer:
            return Cell("self")
        if pair in few:
            return Cell("few")
        if pair not in cells:
            return Cell("none")
        each = cells[pair]
        is_selected = asking.here.selected == pair
        return Cell(
            "pair",
            _step(each.days),
            _value(asking, each),
            asking.say.number(each.row.cases),
            each.kept.state,
            _pair_url(asking, each, is_selected),
            _title(asking, each),
            is_selected,
        )

    def total(days: float) -> tuple[str, float]:
        said = asking.say.text("figure.days_short", days=asking.say.number(days))
        return str(said), round(days / most * 46, 1)

    return (
        tuple(
            Row(
                tag,
                tuple(cell(tag.name, other.name) for other in parties),
                *total(caused[tag.name]),
            )
            for tag in parties
        ),
        tuple(Foot(*total(waited[tag.name])) for tag in parties),
    )


def _pair_url(asking: Asking, each: _Known, is_selected: bool) -> str:
    select = "" if is_selected else f"{each.row.supplier}>{each.row.customer}"
    return asking.here.at(asking.path, select=select)


def _link(asking: Asking, each: _Known) -> Link:
    row = each.row
    is_selected = asking.here.selected == (row.supplier, row.customer)
    day = asking.day(row.customer)
    return Link(
        row.supplier,
        row.customer,
        row.cases,
        each.days,
        max(_step(each.days), 2),
        asking.say.short(certainty.at(row.quantiles, 0.5), day, asking.here.clock),
        _title(asking, each),
        _pair_url(asking, each, is_selected),
        is_selected,
    )


def _legend() -> tuple[Markup, ...]:
    steps = ["\N{VULGAR FRACTION ONE HALF}", "1", "2", "3", "4"]
    pieces = [f"< {steps[0]}"]
    pieces += [f"{low}\N{EN DASH}{high}" for low, high in pairwise(steps)]
    return tuple(Markup.escape(piece) for piece in [*pieces, f"> {steps[-1]}"])


def _rows(asking: Asking, known: list[_Known], weeks: list[WeekRow]) -> tuple[list[Pair], float]:
    say, here, names = asking.say, asking.here, asking.names
    limits = bounds(weeks, [each.kept.target for each in known if each.kept.target], asking.k)
    # Some pairs wait ten times as long as all others; these leave the axis on the right.
    nines = sorted(
        certainty.at(each.row.quantiles, 0.9) / asking.day(each.row.customer) for each in known
    )
    end = axis(nines[: max(int(len(nines) * 0.9), 1)])

    def pair(number: int, each: _Known) -> Pair:
        row, customer = each.row, names.party(each.row.customer)
        is_selected = here.selected == (row.supplier, row.customer)
        weekly = {
            one.week: one
            for one in weeks
            if (one.supplier, one.customer) == (row.supplier, row.customer)
        }
        return Pair(
            names.party(row.supplier),
            customer,
            _pair_url(asking, each, is_selected),
            each.deliverables,
            say.short(certainty.at(row.quantiles, 0.5), asking.day(customer.name), here.clock),
            say.short(certainty.at(row.quantiles, 0.9), asking.day(customer.name), here.clock),
            strip([value / asking.day(customer.name) for value in row.quantiles], end, _STRIP),
            say.number(row.cases),
            _share(asking, each.kept, each.deliverables),
            each.kept.state,
            say.share(each.kept.share_right),
            trend(weekly, asking.today, asking.k, limits, each.kept.target),
            is_selected,
            is_selected if here.selected else number < (here.rows or _ROWS),
        )

    return [pair(number, each) for number, each in enumerate(known)], end


def _share(asking: Asking, kept: Reliability, deliverables: tuple[str, ...]) -> Markup:
    say = asking.say
    if not deliverables:
        return say.text("figure.no_agreement")
    if kept.share is None:
        return say.text("figure.few" if kept.hidden else "figure.nothing_due", k=asking.k)
    if kept.target is None:
        return Markup(say.share(kept.share))  # noqa: S704 - a number
    return say.text("figure.share_of", share=say.share(kept.share), target=say.share(kept.target))


def csv_rows(asking: Asking) -> list[dict[str, object]]:
    """The pairs as records; those with too few cases are left out."""
    here = asking.here
    found = figures.waits(
        here.chosen, asking.period, here.clock, asking.connection, by_process=False
    )
    suffix = "wait_working_seconds" if here.clock is Clock.WORKING else "wait_seconds"
    return [
        {
            "supplier": row.supplier,
            "customer": row.customer,
            "handovers": row.handovers,
            "cases": row.cases,
            f"{suffix}_sum": row.seconds_sum,
            f"{suffix}_median": certainty.at(row.quantiles, 0.5),
            f"{suffix}_p90": certainty.at(row.quantiles, 0.9),
            "pickup_basis": row.basis,
        }
        for row in found
        if row.cases >= asking.k
    ]
