"""``procesmijn cases``: the cases of a process."""

from __future__ import annotations

import typer

from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Process,
    Since,
    Until,
    known_process,
    moment,
    period,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store import reports

app = typer.Typer(add_completion=False)


@app.command()
def cases(
    process: Process,
    form: AsFormat = Format.TABLE,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
) -> None:
    """List the cases of a process, in the columns of bi.fct_case.

    Dates are those of the start, local.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_process(process, connection)
        columns, rows = reports.cases(process, dates, connection)
    show(rows, columns, form)
