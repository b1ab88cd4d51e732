"""``procesmijn pending``: what each party waits for, since when, and against which promise."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from procesmijn.cli.nothing import tell_why
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
from procesmijn.store.connection import Connection
from procesmijn.store.present import present

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
        columns, found = deliveries.pending(process, party, connection)
        rows = [*found]
        if not rows:
            given = {"process": process, "party": party}
            _tell_why({name: each for name, each in given.items() if each}, connection)
    show(rows, columns, form)


def _tell_why(given: Mapping[str, str], connection: Connection) -> None:
    def count(left_out: str | None) -> int:
        asked = {name: each for name, each in given.items() if left_out not in (None, name)}
        listing = deliveries.pending(asked.get("process"), asked.get("party"), connection)
        return sum(row["waiting"] for row in listing.rows)

    tell_why("nothing is waited for", given, count, present(connection))
