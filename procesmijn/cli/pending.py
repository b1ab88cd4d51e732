"""``procesmijn pending``: who waits for whom, against which promise, and what lies with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

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
from procesmijn.cli.show import Format, section, show
from procesmijn.settings import read_settings
from procesmijn.store import deliveries
from procesmijn.store.connection import Connection
from procesmijn.store.present import present

app = typer.Typer(add_completion=False)

_ASKED: Final = {
    "customer": "customer",
    "requested_by": "requested_by",
    "supplier": "supplier",
    "agreement": "agreement",
    "overdue": "overdue",
    "open": "waiting",
    "paused": "paused",
    "longest_seconds": "waiting_seconds_max",
    "first_due_at": "first_due_at",
}
"""Columns of a table, each with what it has of the data."""
_HANDED: Final = {
    "lies_with": "customer",
    "handed_over_by": "supplier",
    "process": "process",
    "activity": "what",
    "waiting": "waiting",
    "longest_seconds": "waiting_seconds_max",
    "oldest_at": "oldest_at",
}
_KINDS: Final = (
    ("delivery", "Asked for and not delivered yet: the customer waits", _ASKED),
    ("pick-up", "Handed over and not begun yet: it lies with the party", _HANDED),
)


@app.command("pending")
def list_pending(
    process: OfProcess = None,
    party: Party = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say who waits for whom, since when, against which promise; and what lies with whom.

    What was asked for and is not delivered yet is waited for by its customer, and by who asked for
    it. What was handed over and is not begun yet lies with the party that is to take it up: others
    wait for that one. A request that nobody has begun is both.
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
    if form is Format.TABLE and rows:
        _show(rows)
    else:
        show(rows, columns, form)


def _show(rows: Sequence[Mapping[str, Any]]) -> None:
    tables = [
        (
            title,
            [
                {name: row[of] for name, of in columns.items()}
                for row in rows
                if row["waiting_for"] == kind
            ],
        )
        for kind, title, columns in _KINDS
    ]
    for number, (title, shown) in enumerate(each for each in tables if each[1]):
        if number:
            print()
        section(title, shown, [*shown[0]])


def _tell_why(given: Mapping[str, str], connection: Connection) -> None:
    def count(left_out: str | None) -> int:
        asked = {name: each for name, each in given.items() if left_out not in (None, name)}
        listing = deliveries.pending(asked.get("process"), asked.get("party"), connection)
        return sum(row["waiting"] for row in listing.rows)

    tell_why("nothing is waited for", given, count, present(connection))
