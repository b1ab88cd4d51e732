"""``procesmijn import``: from a file to the tables, by the way of any other event."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from procesmijn.catalogue import Catalogue
from procesmijn.cli.publishing import chosen_topic, through_kafka
from procesmijn.cli.service import Service, read_keys, service
from procesmijn.cli.storing import store_log
from procesmijn.cli.tell import many, note, progress
from procesmijn.errors import UsageError
from procesmijn.files.columns import Columns
from procesmijn.files.contract import SOURCE
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.log import Log, Refusal, Tally, read_contract, read_steps
from procesmijn.files.ocel import OBJECTS, OcelRows
from procesmijn.files.orders import Order
from procesmijn.files.rows import Rows
from procesmijn.files.steps import source_of
from procesmijn.settings import read_settings
from procesmijn.store import streams
from procesmijn.store.streams import Conflicts
from schemas.envelope import MAX_REVISION

app = typer.Typer(add_completion=False)

_OCEL_ZONE: Final = "UTC"
"""What times without a zone are in that OCEL has in a database; in its JSON they have one."""
_REASONS_SHOWN: Final = 20
_ROWS_SHOWN: Final = 3
"""Of each reason."""


@app.command(name="import")
def import_log(  # noqa: PLR0913, PLR0917 - one for each flag
    file: Annotated[
        Path, typer.Argument(help="XES, CSV, Parquet or OCEL 2.0; text also packed with gzip.")
    ],
    process: Annotated[
        str | None,
        typer.Option(
            help="The process that the cases run through. An OCEL of event types of the contract"
            " needs none."
        ),
    ] = None,
    object_type: Annotated[
        str | None,
        typer.Option(
            help="What the cases are: in an OCEL objects of this type; of a new process its"
            " object type."
        ),
    ] = None,
    case: Annotated[str | None, typer.Option(help="Column of the case.")] = None,
    activity: Annotated[str | None, typer.Option(help="Column of what was done.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of when it was completed.")] = None,
    start: Annotated[str | None, typer.Option(help="Column of when it was begun.")] = None,
    party: Annotated[str | None, typer.Option(help="Column of the department or role.")] = None,
    performer: Annotated[str | None, typer.Option(help="Column of who did it.")] = None,
    id: Annotated[  # noqa: A002 - the flag has this name
        str | None, typer.Option(help="Column that makes an event unique.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="Zone of times without one, such as Europe/Amsterdam."),
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(help="How times are written, if not as in ISO 8601: '%d-%m-%Y %H:%M'."),
    ] = None,
    revision: Annotated[
        int,
        typer.Option(
            min=0, max=MAX_REVISION, help="A higher one replaces what the same rows said before."
        ),
    ] = 0,
    topic: Annotated[str | None, typer.Option(help="Topic to publish to.")] = None,
    to_store: Annotated[
        bool, typer.Option("--to-store", help="Go straight to the database, without Kafka.")
    ] = False,
) -> None:
    """Bring in an event log: XES, CSV, Parquet or OCEL 2.0.

    The events are published to Kafka, and the command waits until all of them are stored. Usual
    names of columns are found without flags. Importing a file again changes nothing.
    """
    settings = read_settings()
    told = Columns(
        case=case,
        activity=activity,
        time=time,
        start=start,
        party=party,
        performer=performer,
        id=id,
    )
    with service(settings, kafka=not to_store) as parts:
        known = parts.active.catalogue
        target = chosen_topic(topic, known)
        rows = rows_of(file)
        if process is None:
            clock = Clock(timezone or _OCEL_ZONE, time_format)
            log = _of_contract(rows, clock, revision)
        else:
            catalogue, columns = _process_of(process, object_type, timezone, told, rows, known)
            zone = timezone or (
                _OCEL_ZONE if isinstance(rows, OcelRows) else catalogue.zone_of(process)
            )
            clock = Clock(zone, time_format)
            case_type = catalogue.processes[process].case
            log = read_steps(rows, columns, process, clock, case_type, revision)
            if clock.order:
                _tell_order(clock.order)
            if catalogue is not known and not log.is_empty():
                _add_process(process, catalogue, parts)
        source, what = (SOURCE, "the file") if process is None else (source_of(process), process)
        new: int | None
        if to_store:
            keys, refused = read_keys(settings), 0
            with progress("storing", log.rows) as report:
                tally, new = store_log(log, parts.applier, parts.store.url, keys, report)
        else:
            refused, new = through_kafka(log, target, parts, settings)
            tally = log.tally
        with parts.store.reader() as connection:
            conflicts = streams.conflicts_of(source, connection)
    _tell(tally, refused, new)
    _tell_conflicts(conflicts, what)
    if tally.refusals or refused or conflicts.events:
        raise typer.Exit(1)


def _of_contract(rows: Rows, clock: Clock, revision: int) -> Log:
    if not isinstance(rows, OcelRows):
        raise UsageError("which process do the cases run through? Say so with --process")
    return read_contract(rows, clock, revision)


def _process_of(
    process: str,
    object_type: str | None,
    timezone: str | None,
    told: Columns,
    rows: Rows,
    known: Catalogue,
) -> tuple[Catalogue, Columns]:
    """The catalogue with the process in it, and the columns with what the cases are."""
    Clock(timezone)  # says what is wrong with a zone
    declared = known.processes.get(process)
    case_type = object_type
    if isinstance(rows, OcelRows):
        column = rows.cases_are(object_type, declared.case if declared else None)
        told = replace(told, case=told.case or column)
        case_type = column.removeprefix(OBJECTS)
    elif declared and object_type not in {None, declared.case}:
        raise UsageError(f"the cases of {process} are {declared.case}, and not {object_type}")
    try:
        return known.with_process(process, timezone, case_type), told
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        raise UsageError(f"--process {process!r} is no name for a process: {problem}") from None


def _add_process(process: str, catalogue: Catalogue, parts: Service) -> None:
    parts.store.activate(catalogue)
    note(f"process {process} is new: it was added to the catalogue")
    for _ in parts.applier.catch_up():  # events of it may have been here before it was known
        pass


def _tell(tally: Tally, refused: int, new: int | None) -> None:
    counts = tally.counts
    imported = counts.rows - counts.refused - counts.of_no_case
    known = 0 if new is None else imported - counts.taken_as_one - refused - new
    told = f": {new:,} new, {known:,} known already" if known else ""
    note(f"{many(imported, 'event')} of {many(counts.rows, 'row')} imported{told}")
    notes = (
        (counts.taken_as_one, "row", "the same as another one: taken as one"),
        (counts.of_no_case, "event", "of no case: left out"),
        (counts.without_party, "event", "without a party"),
        (counts.local_twice, "time", "that the clock shows twice that day: the first was taken"),
        (counts.local_never, "time", "that the clock skips that day: taken for when it changed"),
        (counts.refused, "row", "refused:"),
    )
    for count, noun, what in notes:
        if count:
            note(f"{many(count, noun)} {what}")
    _tell_refused(tally.refusals)


def _tell_refused(refusals: list[Refusal]) -> None:
    """Each reason once, the most frequent first, with the first rows that it is of."""
    alike: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        alike.setdefault(refusal.why, []).append(refusal)
    reasons = sorted(alike.items(), key=lambda item: -len(item[1]))
    for why, rows in reasons[:_REASONS_SHOWN]:
        places = [
            f"row {row.row}: {row.found}" if row.found else f"row {row.row}"
            for row in rows[:_ROWS_SHOWN]
        ]
        more = ", ..." if len(rows) > _ROWS_SHOWN else ""
        note(f"  {many(len(rows), 'row')}: {why} ({', '.join(places)}{more})")
    if len(reasons) > _REASONS_SHOWN:
        note(f"  and {many(len(reasons) - _REASONS_SHOWN, 'more reason')}")


def _tell_order(order: Order) -> None:
    first = "day" if order.is_day_first else "month"
    note(f"dates are read with the {first} first, {order.because}")


def _tell_conflicts(conflicts: Conflicts, process: str) -> None:
    if conflicts.events:
        note(
            f"{many(conflicts.events, 'event')} of {process} were said in more than one way, as"
            " with other columns or in another zone, and chance says which of them stands: import"
            f" the right one again with --revision {conflicts.free_revision}"
        )
