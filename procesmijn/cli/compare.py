"""``procesmijn compare``: before and after, with and without, and how sure the difference is."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Process,
    Since,
    Until,
    date_of,
    known,
    moment,
    period,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.core.comparison import Compared, compare
from procesmijn.documents.comparing import MEASURES, sentence
from procesmijn.documents.words import Language
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import comparisons, deliveries
from procesmijn.store.comparisons import Groups, Split, Values
from procesmijn.store.filters import EVERY_CASE, CaseFilter

app = typer.Typer(add_completion=False)

_COLUMNS: Final = ("measure", "unit", *Compared._fields, "sentence_nl", "sentence_en")
_OF_CASES: Final = frozenset({"cycle time", "work", "cost"})
_HOUR: Final = 3_600


@app.command("compare")
@choosing
def compare_groups(  # noqa: PLR0913, PLR0917 - one for each flag
    process: Process,
    cases: CaseFilter,
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Before this date beside since: when something changed."),
    ] = None,
    agreement: Annotated[
        str | None,
        typer.Option(
            metavar="AGREEMENT",
            help="Only deliveries under it; without --at, before its last version beside since.",
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0, help="What an hour of work costs: then the cost of a case is compared."
        ),
    ] = None,
    language: Annotated[
        Language, typer.Option("--lang", help="Language of the sentences in a table.")
    ] = Language.EN,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Hold two groups of cases beside each other: delivery time, first time right, rating, cost.

    With --at or --agreement those before a date beside those since. Without, --with, --without,
    --party, --variant and --attribute choose the second group, and all other cases are the first.
    A difference is no proof of a cause.
    """
    day = date_of("--at", at)
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_cases(process, cases, connection)
        supplier = None
        if agreement is not None:
            known(agreement, deliveries.agreements(connection), "agreement")
            changed = comparisons.changed_on(agreement, connection)
            if changed.process != process:
                raise UsageError(f"'{agreement}' is kept in {changed.process}, not in {process}")
            supplier = changed.supplier
            day = day or changed.on
            if day is None and cases == EVERY_CASE:
                raise UsageError(f"'{agreement}' has never changed; say with --at since when")
        if day is None and cases == EVERY_CASE:
            raise UsageError(
                "say what to compare: --at DATE, --agreement, --with, --attribute, ..."
            )
        split = Split(process, day, cases, dates, agreement, supplier)
        groups = comparisons.groups(split, connection)
    rows = compared(groups, rate)
    short = (*("measure", "cases_first", "cases_second", "verdict"), f"sentence_{language}")
    show(rows, short if form is Format.TABLE else _COLUMNS, form)


def compared(groups: Groups, rate: float | None) -> list[dict[str, Any]]:
    """A row for each measure of which anything is known."""
    values = {name: groups.values[name] for name in MEASURES if name in groups.values}
    if rate is not None and (work := values.get("work")):
        costs = ([seconds / _HOUR * rate for seconds in own] for own in (work.first, work.second))
        values["cost"] = Values(*costs)
    rows = []
    for name, own in values.items():
        if not own.first and not own.second:
            continue
        measure = MEASURES[name]
        still_open = groups.cases_open if name in _OF_CASES else groups.deliveries_open
        found = compare(
            own.first,
            own.second,
            is_share=measure.unit == "share",
            less_is_better=measure.less_is_better,
            still_open=0.0 if name in {"rating", "in time"} else still_open,
        )
        said = {
            f"sentence_{language}": sentence(name, found, language)
            for language in (Language.NL, Language.EN)
        }
        rows.append({"measure": name, "unit": measure.unit, **found._asdict(), **said})
    return rows
