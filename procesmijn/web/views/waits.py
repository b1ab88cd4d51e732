"""Who waits for whom, and how long: the pairs as a matrix, as a network, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from markupsafe import Markup

from procesmijn.store.figures import Clock, WaitRow
from procesmijn.web.address import MEASURES
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.filter_bar import Choice
from procesmijn.web.frame import Frame, frame
from procesmijn.web.network import Link, Network, network
from procesmijn.web.pairs import median, pairs, said, short, shown
from procesmijn.web.records import Wait, tabled, wait_of
from procesmijn.web.views.waits_matrix import OTHERS, Matrix, gathered, matrix
from procesmijn.web.views.waits_pair import Known, known_pairs, legend
from procesmijn.web.views.waits_table import Pair, table

_SMALL_MATRIX: Final = 8
"""So many parties leave room for the network beside the matrix."""
_FEWEST_PILES: Final = 4
_LIGHTEST: Final = 2
"""Class of the colour scale from which on a line shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Context of ``waits.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    """How many handovers that is about, and how they are measured."""
    measures: tuple[Choice, ...]
    parties: tuple[Tag, ...]
    matrix: Matrix
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
    empty: Markup | None
    """What to say where there is nothing to show."""
    empty_url: str | None
    empty_action: Markup | None


def waits(asking: Asking) -> Waits:
    """Answer it."""
    here, say = asking.here, asking.say
    found = pairs(asking.period, asking)
    known = known_pairs(found, asking)
    few = {(row.supplier, row.customer) for row in found if row.cases < asking.k}
    parties = gathered(
        asking.names.in_order(name for row in found for name in (row.supplier, row.customer)),
        known,
        asking,
    )
    named = {tag.name for tag in parties}
    listed = table(known, asking)
    selected = here.selected
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
        ),
        lead=_lead(asking, known, bool(few)),
        basis=_basis(asking, found),
        measures=tuple(
            Choice(
                say.text(f"waits.measure_{measure}"),
                here.at(asking.path, measure=measure),
                here.measure == measure,
            )
            for measure in MEASURES
        ),
        parties=tuple(parties),
        matrix=matrix(parties, known, few, asking),
        is_small=len(parties) <= _SMALL_MATRIX,
        legend=legend(),
        network=network(
            [tag for tag in parties if tag is not OTHERS],
            [_link(each, asking) for each in known if named.issuperset(each.names)],
        ),
        rows=listed.rows,
        shown=say.text("waits.shown", shown=len(listed.rows), count=len(known)),
        count=len(known),
        more_url=here.at(asking.path, rows=len(known), select="")
        if len(listed.rows) < len(known)
        else None,
        axis=say.text("waits.axis", most=say.number(listed.axis)),
        filter_url=here.at(asking.path, select="", supplier=(selected[0],), customer=(selected[1],))
        if selected
        else None,
        clear_url=here.at(asking.path, select=""),
        csv_url=here.at("/waits.csv"),
        empty=None if found else say.text("waits.empty"),
        empty_url=None if found else here.at(asking.path, period="52w", since=None, until=None),
        empty_action=None if found else say.text("frame.longer", n=52),
    )


def records(asking: Asking) -> Records:
    """The pairs of enough cases."""
    wait = "wait_working_seconds" if asking.here.clock is Clock.WORKING else "wait_seconds"
    rows = shown(pairs(asking.period, asking), asking)
    named = {f"seconds_{part}": f"{wait}_{part}" for part in ("sum", "median", "p90")}
    return tabled(Wait, map(wait_of, rows), **named)


def _lead(asking: Asking, known: list[Known], has_few: bool) -> Markup:
    say, names = asking.say, asking.names
    if not known:
        return say.text("figure.too_few" if has_few else "waits.empty", k=asking.k)
    chosen = next((each for each in known if each.is_selected), known[0])
    first = say.text(
        "waits.lead" if chosen is known[0] else "waits.lead_selected",
        customer=names.party(chosen.row.customer).label,
        supplier=names.party(chosen.row.supplier).label,
        time=said(chosen.row, asking),
    )
    piles = sorted((each.total_days(asking) for each in known), reverse=True)
    total = sum(piles)
    if not total or len(known) < _FEWEST_PILES:
        return first
    half = next(n for n in range(1, len(piles) + 1) if sum(piles[:n]) >= total / 2)
    return Markup(" ").join([first, say.text("waits.half", n=half, of=say.number(len(known)))])


def _basis(asking: Asking, found: list[WaitRow]) -> Markup:
    say, rows = asking.say, shown(found, asking)
    parts = [
        say.text(
            f"waits.basis_{asking.here.clock}",
            handovers=say.number(sum(row.handovers for row in rows)),
            dates=_dates(asking),
        )
    ]
    if any(row.basis != "start" for row in rows):
        parts.append(say.text("waits.basis_completion"))
    return Markup(" ").join(parts)


def _dates(asking: Asking) -> Markup:
    since, until = asking.period.since, asking.period.until
    last = asking.today if until is None else min(until - timedelta(days=1), asking.today)
    return asking.say.text(
        "frame.from_to",
        since="…" if since is None else asking.say.day_month(since),
        until=asking.say.day_month(last),
    )


def _link(each: Known, asking: Asking) -> Link:
    row = each.row
    return Link(
        row.supplier,
        row.customer,
        row.cases,
        each.days,
        max(each.step, _LIGHTEST),
        short(median(row), row, asking),
        each.title,
        each.url,
        each.is_selected,
    )
