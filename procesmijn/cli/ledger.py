"""``procesmijn ledger``: what became of every offset, and whether it adds up."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from procesmijn.cli.options import AsFormat, known_topic
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import late_words, many, note
from procesmijn.settings import read_settings
from procesmijn.store import retirements
from procesmijn.store.ledger import Account, Entry, accounts

app = typer.Typer(add_completion=False)

_COUNTS: Final = ("stored", "duplicate", "dead", "skipped", "no_record")
_COLUMNS: Final = (
    *("topic", "partition", "first_offset", "next_offset", *_COUNTS),
    *("gap", "read_again", "redriven", "discarded", "adds_up", "topic_id"),
)
_ENTRY_COLUMNS: Final = (
    *("topic", "partition", "first_offset", "next_offset", *_COUNTS),
    *("decision", "decided_by", "decided_at", "topic_id"),
)


@app.command()
def ledger(
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    entries: Annotated[
        bool,
        typer.Option("--entries", help="Row by row: which offsets, and what operators decided."),
    ] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what became of every offset of every partition, and whether it adds up.

    An offset was stored, a known duplicate, a dead letter, skipped, without a record, or given up
    by an operator. Exit code 1, and what is wrong on stderr, where that does not add up.
    """
    with reading(read_settings()) as (_, connection):
        known_topic(topic, connection)
        found = accounts(topic, connection)
        late = retirements.late_events(connection)
    if entries:
        rows = [_entry(account, each) for account in found for each in account.entries]
        show(rows, _ENTRY_COLUMNS, form)
    else:
        show([_summed(account) for account in found], _COLUMNS, form)
    wrong = [account for account in found if account.findings]
    for account in wrong:
        for finding in account.findings:
            note(f"{account.partition.topic}/{account.partition.number}: {finding}")
    if late:
        note(late_words(late))
    if wrong:
        raise typer.Exit(1)
    note(f"{many(len(found), 'partition')}: every offset is accounted for")


def _summed(account: Account) -> dict[str, Any]:
    counts = {name: sum(getattr(it, name) for it in account.entries) for name in _COUNTS}
    values = {
        **_place(account),
        "first_offset": account.entries[0].first_offset if account.entries else account.position,
        "next_offset": account.position,
        **counts,
        "gap": account.gap,
        "read_again": account.read_again,
        "redriven": account.letters.redriven,
        "discarded": account.letters.discarded,
        "adds_up": not account.findings,
    }
    return {column: values[column] for column in _COLUMNS}


def _entry(account: Account, entry: Entry) -> dict[str, Any]:
    values = _place(account) | entry._asdict()
    return {column: values[column] for column in _ENTRY_COLUMNS}


def _place(account: Account) -> dict[str, Any]:
    topic_id, number, topic = account.partition
    return {"topic": topic, "partition": number, "topic_id": str(topic_id)}
