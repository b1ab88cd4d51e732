"""``procesmijn looked``: who was shown single cases."""

from __future__ import annotations

from typing import Annotated

import typer

from procesmijn.cli.options import AsFormat, Most, Since, Until, at_most, period
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings

app = typer.Typer(add_completion=False)


@app.command()
def looked(
    case: Annotated[str | None, typer.Option(help="Only at this case.")] = None,
    viewer: Annotated[
        str | None,
        typer.Option(help="Only this person, as the provider knows them, or token:NAME."),
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Most = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say who looked at single cases, and from where.

    Every look is written down before anything is shown, and kept for 400 days. Dates are those of
    UTC.
    """
    from procesmijn.store import looks  # noqa: PLC0415 - only this command pays for it

    asked = period(since, until)
    wanted = looks.LookFilter(case, viewer, asked.since, asked.until, at_most(limit, form))
    with reading(read_settings()) as (_, connection):
        found = looks.looks(wanted, connection)
    show([each._asdict() for each in found], looks.Look._fields, form)
