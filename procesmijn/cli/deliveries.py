"""``procesmijn deliveries``: what was asked for, when it is due, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated, Final

import typer

from procesmijn.catalogue.lead_times import HOUR_US, Unit, read_lead_time
from procesmijn.cli.nothing import tell_why
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Most,
    OfProcess,
    Party,
    at_most,
    date_of,
    known,
    known_party,
    known_process,
    moment,
    tell_left_out,
    tell_retired_deliveries,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store import deliveries
from procesmijn.store.connection import Connection
from procesmijn.store.deliveries import DeliveryFilter
from procesmijn.store.present import present

app = typer.Typer(add_completion=False)

_OF_TABLE: Final = (
    *("process", "case_key", "agreement", "supplier", "customer", "requested_at", "due_at"),
    *("delivered_at", "status", "is_breached", "late_seconds", "returns", "late_returns"),
)
"""All of them would fit no terminal."""
_SECONDS_OF: Final = {Unit.HOURS: 1e-6, Unit.DAYS: 24 * HOUR_US * 1e-6}


class Status(StrEnum):
    """Where a delivery stands."""

    MET = "met"
    BREACHED = "breached"
    OPEN = "open"
    CANCELLED = "cancelled"
    UNASKED = "unasked"


@app.command("deliveries")
def list_deliveries(  # noqa: PLR0913, PLR0917 - one for each flag
    status: Annotated[
        Status | None,
        typer.Option(help="Only those that stand so; open ones may be late or not."),
    ] = None,
    process: OfProcess = None,
    agreement: Annotated[
        str | None, typer.Option(metavar="AGREEMENT", help="Only those under this agreement.")
    ] = None,
    party: Party = None,
    due_before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only those that are due on an earlier date.")
    ] = None,
    late_by: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Only those at least so late, elapsed: '8 hours', or '2 days', which are 48.",
        ),
    ] = None,
    limit: Most = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """List deliveries under agreements: asked for, due, delivered, late.

    What is due first comes first; of a table what is open, then what was due last. CSV and JSON
    have all rows, and all columns of bi.fct_delivery. How late something is, is elapsed
    time: until its delivery, or until now where it is open.
    """
    meant = DeliveryFilter(
        process=process,
        agreement=agreement,
        party=party,
        status=status,
        due_before=date_of("--due-before", due_before),
        late_by=None if late_by is None else _seconds(late_by),
        most=at_most(limit, form),
    )
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        if agreement is not None:
            known(agreement, deliveries.agreements(connection), "agreement")
        known_party(party, connection)
        tell_retired_deliveries(process, connection)
        columns, rows = deliveries.deliveries(meant, connection)
        rows = [*rows]
        if not rows:
            _tell_why(meant, connection)
        if len(rows) == meant.most:
            tell_left_out(
                len(rows), deliveries.count_deliveries(meant, connection), "the most urgent"
            )
    show(rows, _OF_TABLE if form is Format.TABLE else columns, form)


def _tell_why(meant: DeliveryFilter, connection: Connection) -> None:
    given = [name for name, each in asdict(meant).items() if name != "most" and each is not None]

    def count(left_out: str | None) -> int:
        freed = dict.fromkeys(given if left_out is None else [left_out])
        return deliveries.count_deliveries(replace(meant, **freed), connection)

    tell_why("there are no such deliveries", given, count, present(connection))


def _seconds(words: str) -> float:
    """Elapsed time in words; raises :class:`UsageError`."""
    try:
        unit, amount = read_lead_time(words)
        return amount * _SECONDS_OF[unit]
    except (ValueError, KeyError):
        raise UsageError(
            f"--late-by {words!r} is no length of time; write '8 hours' or '2 days'"
        ) from None
