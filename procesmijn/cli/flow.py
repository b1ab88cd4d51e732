"""``procesmijn flow``: the process behind the events."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from procesmijn.cli.options import AsFormat, Process, Since, Until, known_process, period
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.core.flow import DirectlyFollows, Variant
from procesmijn.errors import ProcesmijnError, UsageError
from procesmijn.flows import dfg
from procesmijn.flows.forms import Form, write
from procesmijn.settings import read_settings
from procesmijn.store import reports
from procesmijn.store.reports import Period

app = typer.Typer(add_completion=False)

_COLUMNS: Final = ("from", "to", "count", "seconds_mean")


class As(StrEnum):
    """What the flow is written as."""

    DFG = "dfg"
    BPMN = "bpmn"
    PETRI = "petri"
    TREE = "tree"
    PTML = "ptml"
    SVG = "svg"


class By(StrEnum):
    """What a model is discovered from."""

    VARIANTS = "variants"
    GRAPH = "graph"


class FileNotWritten(ProcesmijnError):
    """The file cannot be written; the message says why."""


@app.command()
def flow(  # noqa: PLR0913, PLR0917 - one for each flag
    process: Process,
    to_what: Annotated[
        As,
        typer.Option(
            "--as",
            help="dfg: which activity follows which. bpmn, petri (PNML), tree, ptml, svg: a model.",
        ),
    ] = As.DFG,
    form: AsFormat = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="File to write to, instead of stdout.")] = None,
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
    since: Since = None,
    until: Until = None,
) -> None:
    """Rebuild a process from what happened.

    Fitness (does the model allow what happened?) and precision (did what it allows happen?) of a
    model are told beside it, on stderr. Dates are those of the later of two activities, local.
    """
    dates = period(since, until)
    is_model = to_what is not As.DFG
    if is_model and form is not Format.TABLE:
        raise UsageError(f"--format {form} is for --as dfg; a model is written as its own format")
    if is_model and by is By.VARIANTS and dates != Period():
        raise UsageError("variants are those of whole cases: give --by graph with --from and --to")
    with reading(read_settings()) as (store, connection):
        known_process(process, connection)
        graph = reports.flow(process, dates, store.terms, connection)
        variants = reports.variants(process, store.terms, connection) if is_model else []
    if is_model:
        found = graph if by is By.GRAPH else variants
        # How well it fits is held against whole cases, so not for a part of the time.
        fits = variants if dates == Period() else []
        _write(_model(process, found, noise, Form(to_what), fits), out)
    elif form is Format.JSON or out is not None:
        _write(dfg.write(graph), out)
    else:
        show(list(_rows(graph)), _COLUMNS, form)


def _model(
    process: str,
    found: DirectlyFollows | list[Variant],
    noise: float,
    form: Form,
    variants: list[Variant],
) -> bytes:
    from procesmijn.flows.discovery import discover  # noqa: PLC0415 - pm4py: seconds, 200 MB
    from procesmijn.flows.quality import quality  # noqa: PLC0415

    model = discover(found, noise)
    if model.left_out:
        note(f"left out as noise: {', '.join(model.left_out)}")
    if variants:
        fit = quality(model.tree, variants)
        note(f"fitness {fit.fitness:.3f}, precision {fit.precision:.3f}")
    return write(model.tree, form, process)


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(f"{out} cannot be written: {error.strerror}") from error


def _rows(graph: DirectlyFollows) -> Iterator[dict[str, Any]]:
    """The graph as rows, the most frequent first; nothing before a start, nothing after an end."""
    edges = [(a, b, edge.count, edge.seconds_mean) for (a, b), edge in graph.edges.items()]
    starts = [(None, b, count, None) for b, count in graph.starts.items()]
    ends = [(a, None, count, None) for a, count in graph.ends.items()]
    everything = [*starts, *edges, *ends]
    for row in sorted(everything, key=lambda row: (-row[2], row[0] or "", row[1] or "")):
        yield dict(zip(_COLUMNS, row, strict=True))
