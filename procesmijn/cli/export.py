"""``procesmijn export``: the cases of a process as an event log, for other tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import AsOf, Process, Since, Until, can_be_written, moment, period
from procesmijn.cli.service import reading
from procesmijn.cli.tell import many, note, progress
from procesmijn.core.frames import NO_INSTANT
from procesmijn.files.exports import Form, written
from procesmijn.in_force import load_rules
from procesmijn.settings import read_settings
from procesmijn.store import logs
from procesmijn.store.filters import CaseFilter
from schemas.instants import to_us

app = typer.Typer(add_completion=False)


@app.command()
@choosing
def export(
    process: Process,
    cases: CaseFilter,
    form: Annotated[
        Form,
        typer.Option(
            "--as",
            metavar="FORM",
            help="What it is written as: xes, ocel2-json, ocel2-sqlite, csv or parquet.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="File to write; ending on .gz: packed.")],
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
) -> None:
    """Write the cases of a process as an event log: XES, OCEL 2.0, CSV or Parquet.

    Dates are those of a case's start, local: cases are written whole. Persons are pseudonyms. The
    file gets its name when it is whole.
    """
    chosen, instant = replace(cases, started=period(since, until)), moment(as_of)
    count = 0
    can_be_written(out)
    with reading(read_settings(), instant) as (store, connection):
        known_cases(process, chosen, connection)
        rules = load_rules(store)
        case_type = logs.case_type_of(process, rules.rules, store.terms)
        until_us = NO_INSTANT if instant is None else to_us(instant)
        logs.hold_moment(connection)
        found = logs.find_cases(process, chosen, connection)
        parts = logs.read_log(
            process,
            found,
            rules.rules,
            store.terms,
            connection,
            until_us=until_us,
            with_others=form.has_objects,
        )
        with (
            progress("written", len(found)) as report,
            written(out, form, process, case_type) as write,
        ):
            for done, part in parts:
                write(part)
                count += part.events.num_rows
                report(done)
    note(f"{many(count, 'event')} of {many(len(found), 'case')} written to {out}")
