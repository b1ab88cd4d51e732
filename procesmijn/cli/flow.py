"""``procesmijn flow``: the process behind the events."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.flow_views import Answer, As, Asked, By, Rows
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Process,
    Since,
    Until,
    can_be_written,
    moment,
    period,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, csv_parts, json_parts, show
from procesmijn.cli.tell import note
from procesmijn.errors import FileNotWritten, UsageError
from procesmijn.settings import read_settings
from procesmijn.store.filters import CaseFilter

app = typer.Typer(add_completion=False)

TABLES: Final = {
    As.DFG: "graph",
    As.VARIANTS: "variants",
    As.HEURISTICS: "heuristics",
    As.MODELS: "models",
    As.REWORK: "rework",
    As.HANDOVER_NETWORK: "networks",
    As.WORKING_TOGETHER: "networks",
    As.DOTTED_CHART: "timelines",
    As.PERFORMANCE_SPECTRUM: "timelines",
    As.DRIFT: "drift",
}
_FILES: Final = dict.fromkeys((As.BPMN, As.PETRI, As.TREE, As.PTML, As.SVG), "model")
_DRAWN: Final = (
    *(As.DFG, As.HEURISTICS, As.HANDOVER_NETWORK, As.WORKING_TOGETHER),
    *(As.DOTTED_CHART, As.PERFORMANCE_SPECTRUM),
)
_VIEWS: Final = TABLES | _FILES
"""The module of each view in ``flow_views``: some take seconds to import."""


@app.command()
@choosing
def flow(  # noqa: PLR0913, PLR0917 - one for each flag
    process: Process,
    cases: CaseFilter,
    what: Annotated[
        As,
        typer.Option(
            "--as",
            metavar="VIEW",
            help="dfg: which activity follows which. variants: the ways that cases went."
            " handover-network, working-together: which parties depend on each other."
            " dotted-chart, performance-spectrum: every case in time. drift: when it changed."
            " bpmn, petri (PNML), tree, ptml, svg: a model. models: models by noise, with the one"
            " to take. heuristics: what depends on what. rework: what is done again, and by whom.",
        ),
    ] = As.DFG,
    form: AsFormat = Format.TABLE,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write to, instead of stdout: a table as JSON, unless --format is csv."
            " NAME.svg gets a picture of what has one; stdout its data, with --format csv or json."
        ),
    ] = None,
    noise: Annotated[
        float,
        typer.Option(
            help="What is rarer than this share of the usual is left out of a model.", min=0, max=1
        ),
    ] = 0.0,
    by: Annotated[
        By,
        typer.Option(help="Discover a model from whole cases, or from the graph: in no time."),
    ] = By.VARIANTS,
    is_judged: Annotated[
        bool,
        typer.Option(
            "--quality/--no-quality",
            help="Tell how well a model fits: that takes longer than a model --by graph.",
        ),
    ] = True,
    dependency: Annotated[
        float,
        typer.Option(help="How certain a dependency of --as heuristics has to be.", min=0, max=1),
    ] = 0.5,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
) -> None:
    """Rebuild a process from what happened.

    Fitness (does the model allow what happened?) and precision (did what it allows happen?) of a
    model are told beside it, on stderr. Dates are local: of the later of two activities for the
    graph, of the pick-up for handovers, of the start of a case for all else. --as-of leaves out
    what was completed after that instant.
    """
    instant = moment(as_of)
    meant = replace(cases, is_as_of=instant is not None)
    dates = period(since, until)
    asked = Asked(process, what, dates, meant, noise, by, is_judged, dependency, instant)
    if what in _FILES and form is not Format.TABLE:
        raise UsageError(
            f"--format {form} is for --as {', '.join(TABLES)}; a model is written as its own format"
        )
    is_drawn = what in TABLES and out is not None and out.suffix.lower() == ".svg"
    if is_drawn and what not in _DRAWN:
        raise UsageError(f"--as {what} has no picture; {', '.join(_DRAWN)} have")
    can_be_written(out)
    with reading(read_settings(), instant) as (store, connection):
        known_cases(process, cases, connection)
        view = import_module(f"procesmijn.cli.flow_views.{_VIEWS[what]}")
        answer: Answer = view.show_flow(asked, store.terms, connection)
        if isinstance(answer, bytes):
            _write([answer], out)
        elif out is None:
            _show(answer, form)
        elif is_drawn and answer.picture is not None:
            _write([answer.picture()], out)
            if form is not Format.TABLE:  # asked for beside the picture
                _show(answer, form)
        elif form is Format.CSV:
            _write(csv_parts(answer.rows, answer.columns), out)
        else:
            _write([answer.document] if answer.document else json_parts(answer.rows), out)


def _show(answer: Rows, form: Format) -> None:
    if form is Format.JSON and answer.document:
        sys.stdout.buffer.write(answer.document)
    else:
        show(answer.rows, answer.columns, form)


def _write(parts: Iterable[bytes], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.writelines(parts)
        return
    try:
        with out.open("wb") as file:
            file.writelines(parts)
    except OSError as error:
        raise FileNotWritten(f"{out} cannot be written: {error.strerror}") from error
    note(f"written to {out}")
