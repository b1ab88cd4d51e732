"""``procesmijn trend``: a measure over weeks or months, what is usual for it, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeAlias

import typer

from procesmijn.catalogue.calendars import OFFICE
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Since,
    Until,
    known,
    known_party,
    known_process,
    moment,
    period,
)
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.table import duration
from procesmijn.cli.tell import note
from procesmijn.core import certainty
from procesmijn.core.control import FEWEST
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import deliveries, figures, trends
from procesmijn.store.connection import Connection
from procesmijn.store.figures import Clock
from procesmijn.store.filters import Chosen
from procesmijn.store.present import present
from procesmijn.store.trends import By, Each, Measure, Question, Series, dimensions
from procesmijn.zones import load_zone

app = typer.Typer(add_completion=False)

_PLACE: Final = ("process", "supplier", "customer", "agreement")
_PERCENTILES: Final = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
_COLUMNS: Final = (
    *_PLACE,
    *("since", "is_running", "n", "cases", "hits", "unit", "value", *_PERCENTILES),
    *("usual", "usual_low", "usual_high", "signal", "changed"),
)
_OF_TABLE: Final = ("since", "n", "cases", "value", "usual", "signal", "changed")

_Names: TypeAlias = list[str] | None


@app.command("trend")
def trend(  # noqa: PLR0913, PLR0917 - one for each flag
    measure: Annotated[Measure, typer.Argument(help="What is followed.")] = Measure.MEDIAN,
    by: Annotated[By, typer.Option(help="For each of which.")] = By.PROCESS,
    each: Annotated[Each, typer.Option(help="Over which stretches of time.")] = Each.WEEK,
    process: Annotated[
        _Names, typer.Option(metavar="PROCESS", help="Only of this process; repeatable.")
    ] = None,
    supplier: Annotated[
        _Names, typer.Option(metavar="PARTY", help="Only what it supplies; repeatable.")
    ] = None,
    customer: Annotated[
        _Names, typer.Option(metavar="PARTY", help="Only what it receives; repeatable.")
    ] = None,
    agreement: Annotated[
        _Names, typer.Option(metavar="AGREEMENT", help="Only under this agreement; repeatable.")
    ] = None,
    clock: Annotated[Clock, typer.Option(help="By which clock time is told.")] = Clock.WORKING,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Follow a measure over weeks or months, and say which values are more than chance.

    What is usual are the limits of an individuals chart: the mean, and 2.66 mean moving ranges to
    either side of it. Weeks and months are whole; the one that runs is marked.
    """
    if by not in dimensions(measure):
        can = ", ".join(dimensions(measure))
        raise UsageError(f"'{measure}' cannot be told by {by}; --by {can} can")
    chosen = Chosen(*(tuple(names or ()) for names in (process, supplier, customer, agreement)))
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        _known(chosen, connection)
        zone = load_zone(in_force(store).catalogue.calendars[OFFICE].zone)
        today = present(connection).astimezone(zone).date()
        question = Question(measure, by, each, clock, chosen, dates)
        k = figures.moment(connection).small_group
        found = trends.trend(question, today, k, connection)
    rows = [row for series in found for row in _rows(series, question)]
    if form is not Format.TABLE:
        show(rows, _COLUMNS, form)
        return
    places = [name for name in _PLACE if any(row[name] is not None for row in rows)]
    show([row | _told(row) for row in rows], (*places, *_OF_TABLE), form)
    if rows:
        note(
            f"usual: of {FEWEST} {each}s or more of at least {k} cases each; before the terms of an"
            " agreement changed, where there are as many"
        )


def _known(chosen: Chosen, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a name that nobody declared."""
    for name in chosen.processes:
        known_process(name, connection)
    for name in (*chosen.suppliers, *chosen.customers):
        known_party(name, connection)
    for name in chosen.agreements:
        known(name, deliveries.agreements(connection), "agreement")


def _rows(series: Series, question: Question) -> Iterator[dict[str, Any]]:
    usual = series.usual
    for point in series.points:
        end = question.each.after(point.since)
        changes = [each for each in series.changes if point.since <= each.on < end]
        yield {
            **{name: getattr(series, name) for name in _PLACE},
            "since": point.since,
            "is_running": point.is_running,
            "n": point.n,
            "cases": point.cases,
            "hits": point.hits,
            "unit": question.unit,
            "value": point.value,
            **{
                name: certainty.at(point.quantiles, part) if point.quantiles else None
                for name, part in _PERCENTILES.items()
            },
            "usual": usual and usual.centre,
            "usual_low": usual and usual.low,
            "usual_high": usual and usual.high,
            "signal": point.signal,
            "changed": ", ".join(f"{each.agreement} v{each.version}" for each in changes) or None,
        }


def _told(row: dict[str, Any]) -> dict[str, str]:
    """What of a row a table says in words."""

    def words(value: float) -> str:
        if row["unit"].endswith("seconds"):
            return duration(value, is_working=row["unit"].startswith("working"))
        return f"{value:.1%}" if row["unit"] in ("share", "ratio") else f"{value:,.1f}"

    usual = (
        "" if row["usual"] is None else f"{words(row['usual_low'])} to {words(row['usual_high'])}"
    )
    running = " (runs)" if row["is_running"] else ""
    return {"value": words(row["value"]) + running, "usual": usual}
