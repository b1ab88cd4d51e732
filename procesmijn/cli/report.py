"""``procesmijn report``: how what parties do for each other goes: as agreed, right, and heard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, TypeAlias

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
from procesmijn.cli.tell import note
from procesmijn.settings import read_settings
from procesmijn.store import deliveries
from procesmijn.store.deliveries import Side

app = typer.Typer(add_completion=False)
app.command("quality")(report_quality.quality)
app.command("voice")(report_voice.voice)
app.command("cadence")(report_cadence.cadence)
app.command("grade")(report_grade.grade)
app.command("improved")(report_improved.improved)

_NOR_ASKED: Final = ", and asked for nothing under one"

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
    """Say what a party gets from its suppliers, on which terms, and what it is waiting for.

    Also what it asked for itself, whoever that was promised to: a part of an organisation asks for
    what is agreed with all of it.
    """
    _report("customer", party, since, until, as_of, form)


def _report(
    side: Side, party: str, since: str | None, until: str | None, as_of: str | None, form: Format
) -> None:
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_party(party, connection)
        tell_retired_deliveries(None, connection)
        columns, rows = deliveries.report(side, party, dates, connection)
        elsewhere = [] if rows else deliveries.agreed(party, connection)
    show(rows, columns, form)
    if not rows:
        _tell_where(side, party, elsewhere)


def _tell_where(side: Side, party: str, elsewhere: Iterable[tuple[str, frozenset[Side]]]) -> None:
    """Of an empty report: what there is instead."""
    note(f"{party} has no agreement as a {side}" + (_NOR_ASKED if side == "customer" else ""))
    for name, sides in elsewhere:
        for other in sorted(sides - ({side} if name == party else set())):
            whose = "what it" if name == party else f"what {name}, of which it is a part,"
            does = "supplies" if other == "supplier" else "receives"
            note(f"{whose} {does}: procesmijn report {other} {name}")
