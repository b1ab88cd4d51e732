"""``procesmijn handovers``: who waits for whom."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Process,
    Since,
    Until,
    moment,
    period,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.settings import read_settings
from procesmijn.store import reports
from procesmijn.store.filters import CaseFilter
from procesmijn.store.reports import HandoverRow

app = typer.Typer(add_completion=False)


class Basis(StrEnum):
    """When work counts as picked up."""

    START = "start"
    COMPLETION = "completion"


@app.command()
@choosing
def handovers(
    process: Process,
    cases: CaseFilter,
    form: AsFormat = Format.TABLE,
    since: Since = None,
    until: Until = None,
    basis: Annotated[
        Basis | None,
        typer.Option(help="Only those picked up at a known start, or those at the completion."),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Say who waits for whom, how often and how long.

    Waiting is from the supplier's completion to the customer's pick-up: elapsed, and on the
    calendar of the customer. Dates are those of the pick-up, local.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_cases(process, cases, connection)
        rows = reports.handovers(process, dates, basis, connection, cases)
        unassigned = reports.unassigned(process, connection)
    show([row._asdict() for row in rows], HandoverRow._fields, form)
    if any(row.percentile_basis == "histogram" for row in rows):
        note("medians and percentiles come from histograms, and are at most 1% off")
    if unassigned:
        note(f"{many(unassigned, 'event')} without a party: no handover is known of them")
