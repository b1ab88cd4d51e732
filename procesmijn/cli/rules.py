"""``procesmijn rules``: what has to hold in every case, and the cases in which it does not."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    OfProcess,
    Process,
    Since,
    Until,
    known,
    known_party,
    known_process,
    moment,
    period,
    share,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.core.rule_proposals import MIN_CASES, ProposedRule, propose_rules
from procesmijn.settings import read_settings
from procesmijn.store import deviations, flows
from procesmijn.store.filters import CaseFilter

app = typer.Typer(
    add_completion=False,
    help="List the rules of processes and how many cases leave them, list these cases, and suggest"
    " rules.",
)

_OF_TABLE: Final = (
    *("process", "rule", "sentence_en", "cases", "deviating_cases", "share_deviating"),
    "last_deviation_at",
)
"""All of them would fit no terminal."""
_PROPOSED: Final = ("rule", *ProposedRule._fields)

ByParty = Annotated[
    str | None,
    typer.Option(metavar="PARTY", help="Only deviations by what this party completed."),
]


@app.command(name="list")
def list_rules(
    process: OfProcess = None,
    party: ByParty = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """List the rules in words: how many cases each says something of, and how many leave it.

    Dates are those of the start of a case, local.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        columns, rows = deviations.rules(process, party, dates, connection)
    show(rows, _OF_TABLE if form is Format.TABLE else columns, form)


@app.command(name="deviations")
def list_deviations(
    process: OfProcess = None,
    rule: Annotated[
        str | None, typer.Option(metavar="RULE", help="Only those from this rule.")
    ] = None,
    party: ByParty = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """List where cases leave the rules, the last first, in the columns of bi.fct_deviation.

    Dates are those on which a rule was left, local.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        if rule is not None:
            known(rule, deviations.names(process, connection), "rule")
        known_party(party, connection)
        columns, rows = deviations.deviations(process, rule, party, dates, connection)
    hidden = {"deviation_id", "kind", "since_on", "change_id", "updated_at"}
    shown = [name for name in columns if form is not Format.TABLE or name not in hidden]
    show(rows, shown, form)


@app.command()
@choosing
def propose(
    process: Process,
    cases: CaseFilter,
    min_cases: Annotated[
        int, typer.Option(min=1, help="Only rules that say something of so many cases.")
    ] = MIN_CASES,
    confidence: Annotated[
        str, typer.Option(metavar="SHARE", help="Only rules that this share of them keep.")
    ] = "95%",
    form: AsFormat = Format.TABLE,
) -> None:
    """Suggest rules that cases keep: only after, never both, at most.

    Each as it would stand in a catalogue, with the cases that it says something of (support) and
    the share of them that keep it (confidence). That it was kept makes it no rule: you decide.
    """
    kept = float(share("--confidence", confidence))
    with reading(read_settings()) as (store, connection):
        known_cases(process, cases, connection)
        variants = flows.variants(process, store.terms, connection, cases)
    found = propose_rules(variants, min_cases, kept)
    if not found:
        note(f"no rule is kept by {confidence} of {min_cases} cases or more")
    rows = [{"rule": each.said, **each._asdict()} for each in found]
    show(rows, ("rule", "support", "confidence") if form is Format.TABLE else _PROPOSED, form)
