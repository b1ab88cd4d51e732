"""``procesmijn pending``: what each party waits for, since when, and against which promise."""

from __future__ import annotations

import typer

from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    OfProcess,
    Party,
    known_party,
    known_process,
    moment,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store import deliveries

app = typer.Typer(add_completion=False)


@app.command("pending")
def list_pending(
    process: OfProcess = None,
    party: Party = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what each party waits for, since when, and against which promise.

    A delivery is waited for by its customer, and by who asked for it, since the request; a pick-up
    is work that a party was named to take up, and has not begun.
    """
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        columns, rows = deliveries.pending(process, party, connection)
    show(rows, columns, form)
