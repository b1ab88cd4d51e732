"""``procesmijn conformance``: a process held against the model that its owner gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.each_case import each_case
from procesmijn.cli.options import AsFormat, AsOf, Process, Since, Until, moment, period
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show, write_json
from procesmijn.cli.tell import many, note, progress
from procesmijn.core.flow import CaseTrace, Variant, instant
from procesmijn.errors import UsageError
from procesmijn.flows.moves import Where
from procesmijn.flows.reading import read
from procesmijn.settings import read_settings
from procesmijn.store import filters, flows, traces
from procesmijn.store.filters import CaseFilter

if TYPE_CHECKING:
    from procesmijn.flows.conformance import Conformance, Outcome
    from procesmijn.flows.net import Net

app = typer.Typer(add_completion=False)


class As(StrEnum):
    """What is told of a process that is held against a model."""

    DEVIATIONS = "deviations"
    VARIANTS = "variants"
    CASES = "cases"


@app.command()
@choosing
def conformance(  # noqa: PLR0913, PLR0917 - one for each flag
    process: Process,
    cases: CaseFilter,
    model: Annotated[Path, typer.Option(help="BPMN or PNML file.")],
    what: Annotated[
        As,
        typer.Option(
            "--as",
            help="deviations: where it leaves the model, and in how many cases. variants: how each"
            " way fits. cases: those that leave it.",
        ),
    ] = As.DEVIATIONS,
    case: Annotated[
        str | None,
        typer.Option("--case", metavar="KEY", help="One case, step by step: an alignment."),
    ] = None,
    min_fitness: Annotated[
        float | None, typer.Option(help="Exit with 1 where fitness is lower.", min=0, max=1)
    ] = None,
    form: AsFormat = Format.TABLE,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
) -> None:
    """Hold a process against a model: how well it fits, where it leaves it, and in which cases.

    All cases are replayed, variant by variant; one case (--case) is aligned, which is exact.
    Dates are those of the start, local. --as-of leaves out what was completed after that instant.
    """
    instant = moment(as_of)
    chosen = replace(cases, started=period(since, until), is_as_of=instant is not None)
    content = _read(model)
    with reading(read_settings(), instant) as (store, connection):
        known_cases(process, chosen, connection)
        net = read(content, filters.activities(process, connection))
        if case is not None:
            is_as_of = instant is not None
            trace = traces.trace(process, case, store.terms, connection, is_as_of=is_as_of)
            told = _aligned(process, case, trace, net)
        else:
            held = _conform(net, flows.variants(process, store.terms, connection, chosen))
            if what is As.CASES:
                those = each_case(process, chosen, held.cases, store.terms, connection)
                told = _cases(held, those)
            else:
                told = _deviations(held) if what is As.DEVIATIONS else _variants(held)
    if form is Format.JSON:
        write_json({**told.summary, told.name: told.rows})
    else:
        show(told.rows, told.columns, form)
    fitness = told.summary["fitness"]
    if min_fitness is not None and fitness < min_fitness:
        note(f"fitness {fitness:.3f} is below {min_fitness:g}")
        raise typer.Exit(1)


class _Told(NamedTuple):
    """A table, and what is true of all of it; JSON has both."""

    summary: dict[str, Any]
    name: str
    rows: list[dict[str, Any]]
    columns: tuple[str, ...]


def _conform(net: Net, variants: list[Variant]) -> Conformance:
    from procesmijn.flows.conformance import conform  # noqa: PLC0415 - pm4py: seconds, 200 MB

    with progress("replaying", len(variants)) as report:
        held = conform(net, variants, report)
    note(
        f"fitness {held.fitness:.3f}; {held.fitting:,} of {many(held.cases, 'case')} keep to the"
        " model"
    )
    if held.never:
        note(f"in the model, and in none of these cases: {', '.join(held.never)}")
    return held


def _deviations(held: Conformance) -> _Told:
    rows = [
        (kind, " or ".join(activities), cases, cases / held.cases)
        for (kind, activities), cases in held.deviations()
    ]
    return _told(_summary(held), "deviations", rows, ("deviation", "activities", "cases", "share"))


def _variants(held: Conformance) -> _Told:
    rows = [
        (outcome.activities, outcome.cases, outcome.fitness, _in_words(outcome))
        for outcome in held.outcomes
    ]
    return _told(_summary(held), "variants", rows, ("variant", "cases", "fitness", "deviations"))


def _cases(held: Conformance, with_traces: Iterable[CaseTrace]) -> _Told:
    """Those that leave the model, in the order in which they started."""
    left = {outcome.activities: outcome for outcome in held.outcomes if outcome.deviations}
    rows = [
        (trace.case_key, instant(trace.completed_us[-1]), outcome.fitness, _in_words(outcome))
        for trace in with_traces
        if (outcome := left.get(trace.activities)) is not None
    ]
    columns = ("case_key", "completed_at", "fitness", "deviations")
    return _told(_summary(held), "deviating_cases", rows, columns)


def _aligned(process: str, case: str, trace: CaseTrace | None, net: Net) -> _Told:
    from procesmijn.flows.alignment import align  # noqa: PLC0415 - loads r4pm, 48 MB

    if trace is None:
        raise UsageError(f"there is no case '{case}' in {process}: procesmijn cases {process}")
    found = align(net, trace.activities)
    note(f"fitness {found.fitness:.3f}")
    done = iter(trace.completed_us)
    rows = [
        (where, activity, None if where is Where.MODEL else instant(next(done)))
        for where, activity in found.moves
    ]
    columns = ("where", "activity", "completed_at")
    return _told({"fitness": found.fitness, "case_key": case}, "moves", rows, columns)


def _told(
    summary: dict[str, Any], name: str, rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]
) -> _Told:
    return _Told(summary, name, [dict(zip(columns, row, strict=True)) for row in rows], columns)


def _summary(held: Conformance) -> dict[str, Any]:
    return {
        "fitness": held.fitness,
        "cases": held.cases,
        "fitting_cases": held.fitting,
        "never": held.never,
    }


def _in_words(outcome: Outcome) -> str:
    return "; ".join(
        f"{kind}: {' or '.join(activities)}" for kind, activities in outcome.deviations
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read ({error.strerror}); check its name and permissions"
        ) from None
