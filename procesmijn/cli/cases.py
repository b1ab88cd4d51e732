"""``procesmijn cases``: the cases of a process."""

from __future__ import annotations

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Most,
    Process,
    Since,
    Until,
    at_most,
    moment,
    period,
    tell_left_out,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store import reports
from procesmijn.store.filters import CaseFilter

app = typer.Typer(add_completion=False)


@app.command("cases")
@choosing
def list_cases(
    process: Process,
    cases: CaseFilter,
    form: AsFormat = Format.TABLE,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    limit: Most = None,
) -> None:
    """List the cases of a process, in the columns of bi.fct_case.

    Dates are those of the start, local. --with, --without, --party, --variant and --attribute
    leave other cases out. With a limit, as a table has, the latest come first.
    """
    dates, most = period(since, until), at_most(limit, form)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_cases(process, cases, connection)
        columns, rows = reports.cases(process, dates, connection, cases, most)
        if most is not None:
            rows = [*rows]
            if len(rows) == most:
                total = reports.count_cases(process, dates, connection, cases)
                tell_left_out(most, total, "the latest")
        show(rows, columns, form)
