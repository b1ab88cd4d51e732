"""``procesmijn report``: how what parties do for each other goes: as agreed, right, and heard."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from procesmijn.cli import (
    report_cadence,
    report_grade,
    report_improved,
    report_quality,
    report_voice,
)
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Since,
    Until,
    known_party,
    moment,
    period,
    tell_retired_deliveries,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store import deliveries
from procesmijn.store.deliveries import Side

app = typer.Typer(add_completion=False)
app.command("quality")(report_quality.quality)
app.command("voice")(report_voice.voice)
app.command("cadence")(report_cadence.cadence)
app.command("grade")(report_grade.grade)
app.command("improved")(report_improved.improved)

OneParty: TypeAlias = Annotated[str, typer.Argument(metavar="PARTY", help="Name of the party.")]


@app.callback()
def report() -> None:
    """Say how what parties do for each other goes: as agreed, right, and as customers say."""


@app.command()
def supplier(
    party: OneParty,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what the customers of a party get from it, on which terms, and how it does."""
    _report("supplier", party, since, until, as_of, form)


@app.command()
def customer(
    party: OneParty,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what a party gets from its suppliers, on which terms, and what it is waiting for."""
    _report("customer", party, since, until, as_of, form)


def _report(
    side: Side, party: str, since: str | None, until: str | None, as_of: str | None, form: Format
) -> None:
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_party(party, connection)
        tell_retired_deliveries(None, connection)
        columns, rows = deliveries.report(side, party, dates, connection)
    show(rows, columns, form)
