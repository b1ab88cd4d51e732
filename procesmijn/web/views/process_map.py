"""Where a process loses time: its paths as a map in lanes of parties, and as a table; and the ways
that cases went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import figures
from procesmijn.store.figures import Clock
from procesmijn.store.paths import ActivityRow
from procesmijn.web.address import FORMS, PATH_MEASURES
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Strip, axis, strip
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.filter_bar import Chip, Choice
from procesmijn.web.frame import Frame, frame
from procesmijn.web.verdicts import missing
from procesmijn.web.views.map_paths import Drawn, Path, drawn
from procesmijn.web.views.map_picture import graph
from procesmijn.web.views.map_ways import Ways, ways

_ROWS: Final = 25
_STRIP: Final = 240.0
_MUCH: Final = 0.1
"""Where so many cases do something again, that is said."""


class Row(NamedTuple):
    """A path in the table."""

    before: str
    after: str
    url: str
    supplier: Tag
    customer: Tag
    is_pair: bool
    cases: str
    median: Markup
    p90: Markup
    share: Markup
    state: str
    again: str
    is_selected: bool


class Chosen(NamedTuple):
    """The path that is selected."""

    row: Row
    said: Markup
    deliverables: tuple[str, ...]
    strip: Strip | None
    axis: Markup
    pair_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMap:
    """Context of ``map.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    forms: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    graph: str
    """What the picture is drawn from: JSON."""
    is_bpmn: bool
    bpmn_url: str
    unit: Markup
    hidden: Markup
    rows: tuple[Row, ...]
    shown: Markup
    count: int
    """Rows, those that are not shown among them."""
    more_url: str | None
    chosen: Chosen | None
    clear_url: str
    ways: Ways
    ways_url: str | None
    """Undoes a choice of ways."""
    csv_url: str
    empty: Markup | None
    empty_url: str
    empty_action: Markup


def process_map(asking: Asking) -> ProcessMap:
    """Answer it."""
    here, say = asking.here, asking.say
    process = chosen_process(asking)
    found = drawn(process, asking)
    party_of = {row.activity: row.party for row in found.activities}
    rows = tuple(_row(path, asking) for path in found.paths)
    number = here.rows or _ROWS
    chosen = next((path for path in found.paths if path.is_selected), None)
    surrounding = frame(
        asking, say.text("nav.map"), "map", "period", "supplier", "customer", "clock"
    )
    return ProcessMap(
        frame=replace(surrounding, chips=(_process_chip(process, asking), *surrounding.chips)),
        lead=_lead(found, asking),
        basis=say.text("map.basis", n=found.cases),
        forms=tuple(
            Choice(say.text(f"map.form_{form}"), here.at(asking.path, form=form), here.form == form)
            for form in FORMS
        ),
        measures=tuple(
            Choice(
                say.text(f"map.measure_{measure}"),
                here.at(asking.path, measure=measure),
                here.measure == measure,
            )
            for measure in PATH_MEASURES
        ),
        graph=graph(found, asking),
        is_bpmn=here.form == "bpmn",
        bpmn_url=here.at("/map.bpmn"),
        unit=say.text(f"map.unit_{here.clock}"),
        hidden=_hidden(found, asking),
        rows=_with_chosen(rows, number),
        shown=say.text("waits.shown", shown=min(number, len(rows)), count=len(rows)),
        count=len(rows),
        more_url=here.at(asking.path, rows=len(rows)) if len(rows) > number else None,
        chosen=None if chosen is None else _chosen(chosen, asking),
        clear_url=here.at(asking.path, select=""),
        ways=ways(process, found.labels, party_of, asking),
        ways_url=here.at(asking.path, variant=()) if here.variant else None,
        csv_url=here.at("/map.csv"),
        empty=_empty(found, asking),
        empty_url=here.at(asking.path, period="52w", since=None, until=None, variant=()),
        empty_action=say.text("frame.longer", n=52),
    )


def chosen_process(asking: Asking) -> str:
    """The first that is asked for, else the one with the most cases; empty where there is none."""
    if asking.here.process:
        return asking.here.process[0]
    rows = figures.processes(asking.connection)
    return max(rows, key=lambda row: row.cases).process if rows else ""


def records(asking: Asking) -> Records:
    """The paths that are shown."""
    wait = "wait_working_seconds" if asking.here.clock is Clock.WORKING else "wait_seconds"
    return Records(
        (
            *("process", "from_activity", "to_activity", "kind", "supplier", "customer"),
            *("passes", "cases", f"{wait}_median", f"{wait}_p90", "due", "met", "cases_again"),
        ),
        [
            (
                *(chosen_process(asking), path.row.before, path.row.after, path.row.kind),
                *(path.row.supplier, path.row.customer, path.row.n, path.row.cases),
                *(path.median, path.p90),
                *((path.kept.due, path.kept.met) if path.kept.due else (None, None)),
                None if 0 < path.row.again < asking.k else path.row.again,
            )
            for path in drawn(chosen_process(asking), asking).paths
        ],
    )


def _process_chip(process: str, asking: Asking) -> Chip:
    """One process at a time."""
    names, say = asking.names, asking.say
    return Chip(
        "process",
        say.text("frame.process"),
        names.process(process),
        tuple(
            Choice(
                label,
                asking.here.at(asking.path, process=(name,), variant=(), select="", rows=0),
                name == process,
                name,
            )
            for name, label in names.processes.items()
        ),
        None,
        is_many=False,
    )


def _lead(found: Drawn, asking: Asking) -> Markup:
    say, names = asking.say, asking.names
    worst = next((path for path in found.paths if path.is_handover), None)
    if worst is None or worst.median is None:
        return _empty(found, asking) or say.text(
            "map.lead_none", process=names.process(found.process)
        )
    day = asking.day(worst.row.customer)
    parts = [
        say.text(
            "map.lead",
            process=names.process(found.process),
            supplier=names.party(worst.row.supplier).label,
            customer=names.party(worst.row.customer).label,
            time=say.time(worst.median, day, asking.here.clock),
            cases=say.number(worst.row.cases),
        )
    ]
    again = max(found.activities, key=_share_again)
    if again.again >= asking.k and _share_again(again) >= _MUCH:
        share = say.share(_share_again(again))
        parts.append(say.text("map.again", share=share, activity=found.label(again.activity)))
    return Markup(" ").join(parts)


def _share_again(row: ActivityRow) -> float:
    return row.again / row.cases if row.cases else 0.0


def _empty(found: Drawn, asking: Asking) -> Markup | None:
    if found.paths:
        return None
    if found.has_few:
        return asking.say.text("figure.too_few", k=asking.k)
    return asking.say.text("map.empty")


def _hidden(found: Drawn, asking: Asking) -> Markup:
    """What the sliders leave out."""
    say, here = asking.say, asking.here
    parts = []
    if found.hidden_paths:
        rest = 100 - here.paths
        parts.append(say.text("map.hidden_paths", n=found.hidden_paths, rest=rest))
    if found.hidden_activities:
        rest = 100 - here.activities
        parts.append(say.text("map.hidden_activities", n=found.hidden_activities, rest=rest))
    if found.has_few:
        parts.append(say.text("map.few", k=asking.k))
    return Markup(" · ").join(parts)


def _row(path: Path, asking: Asking) -> Row:
    say, names, row = asking.say, asking.names, path.row
    select = "" if path.is_selected else path.key
    return Row(
        path.before,
        path.after,
        asking.here.at(asking.path, select=select),
        names.party(row.supplier),
        names.party(row.customer),
        path.is_handover,
        say.number(row.cases),
        path.said(path.median, asking),
        path.said(path.p90, asking),
        _share(path, asking),
        path.kept.state if path.is_handover else "none",
        f"< {asking.k}" if 0 < row.again < asking.k else say.share(row.again / row.cases),
        path.is_selected,
    )


def _share(path: Path, asking: Asking) -> Markup:
    """Of the deliveries between the two parties, against the target."""
    say, kept = asking.say, path.kept
    if not path.is_handover:
        return Markup("\N{EN DASH}")
    if not path.is_agreed:
        return say.text("figure.no_agreement")
    if kept.share is None:
        return missing(kept, asking)
    if kept.target is None:
        return Markup(say.share(kept.share))  # noqa: S704 - a figure
    return say.text("figure.share_of", share=say.share(kept.share), target=say.share(kept.target))


def _with_chosen(rows: tuple[Row, ...], number: int) -> tuple[Row, ...]:
    """As many as are asked for, and what is selected among them."""
    return tuple(row for place, row in enumerate(rows) if place < number or row.is_selected)


def _chosen(path: Path, asking: Asking) -> Chosen:
    say, row = asking.say, path.row
    parts = [say.text("map.chosen", before=path.before, after=path.after)]
    if path.median is None or path.p90 is None:
        parts.append(say.text("map.chosen_within", n=row.n, cases=say.number(row.cases)))
        return Chosen(_row(path, asking), Markup(" ").join(parts), (), None, Markup(""), None)
    day, clock = asking.day(row.customer), asking.here.clock
    parts.append(
        say.text(
            "map.chosen_waits",
            n=row.n,
            cases=say.number(row.cases),
            median=say.time(path.median, day, clock),
            p90=say.time(path.p90, day, clock),
        )
    )
    if path.kept.share is not None:
        parts.append(say.text("map.chosen_share", share=say.share(path.kept.share)))
    if not row.is_from_start:
        parts.append(say.text("waits.basis_completion"))
    end = axis([path.p90 / day * 1.1])
    return Chosen(
        _row(path, asking),
        Markup(" ").join(parts),
        path.deliverables,
        strip([seconds / day for seconds in row.quantiles], end, _STRIP),
        say.text("waits.axis", most=say.number(end)),
        asking.here.kept().at("/waits", select=f"{row.supplier}>{row.customer}"),
    )
