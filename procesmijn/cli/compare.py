"""``procesmijn compare``: before and after, with and without, and how sure the difference is."""

from __future__ import annotations

from typing import Annotated, Final

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
from procesmijn.core.comparison import Compared
from procesmijn.documents.comparing import differences
from procesmijn.documents.words import Language
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import comparisons, deliveries
from procesmijn.store.comparisons import Split
from procesmijn.store.filters import EVERY_CASE, CaseFilter

app = typer.Typer(add_completion=False)

_COLUMNS: Final = ("measure", "unit", *Compared._fields, "sentence_nl", "sentence_en")


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
    found = differences(groups.values, groups.cases_open, groups.deliveries_open, rate)
    rows = [
        {
            "measure": each.measure,
            "unit": each.unit,
            **each.compared._asdict(),
            "sentence_nl": each.sentence_nl,
            "sentence_en": each.sentence_en,
        }
        for each in found
    ]
    short = (*("measure", "cases_first", "cases_second", "verdict"), f"sentence_{language}")
    show(rows, short if form is Format.TABLE else _COLUMNS, form)
