"""``procesmijn retire``: closed cases leave the tables, their figures stay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from procesmijn.cli.options import AsFormat, By, date_of, operator
from procesmijn.cli.service import reading, service
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note, progress
from procesmijn.errors import UsageError
from procesmijn.retire import Forecast, Wanted, forecast
from procesmijn.retire import retire as retire_cases
from procesmijn.settings import Settings, read_settings
from procesmijn.store import retirements
from procesmijn.store.retirements import Retirement

app = typer.Typer(add_completion=False)

_COLUMNS: Final = ("before", "cases", "events", "begun_at", "by", "state", "folder", "archive")


@app.command()
def retire(
    before: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Cases leave that were over by then: 2024-01-01."),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where their events go; it does not exist yet."),
    ] = None,
    by: By = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would leave, by process.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Only list the retirements that are in force.")
    ] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Let closed cases leave the tables; their figures and the keys of their events stay.

    Their events go to an archive, which is whole before any of them leaves. Beside live traffic; it
    may be broken off, and goes on when it is called again. procesmijn rebuild --from the archive
    takes it back.
    """
    settings = read_settings()
    if listed:
        _list(settings, form)
        return
    limit = date_of("--before", before)
    if limit is None or (archive is None and not dry_run):
        raise UsageError("name --before DATE and --archive FOLDER; or --list what has left")
    if limit > datetime.now(UTC).date():
        raise UsageError(f"--before {limit} lies ahead: what is still to come cannot leave")
    if dry_run:
        _forecast(limit, settings, form)
        return
    assert archive is not None  # noqa: S101 - seen above
    _retire(Wanted(limit, archive.absolute(), operator(by)), settings)


def _retire(wanted: Wanted, settings: Settings) -> None:
    with service(settings) as parts:
        with parts.store.reader() as connection:
            total = len(retirements.closed_objects(wanted.before, connection).keys)
        done = 0
        with progress("retiring", total) as report:
            for objects in retire_cases(
                wanted, parts.store, parts.applier, parts.persons.fingerprint
            ):
                done += objects
                report(done)
        with parts.store.reader() as connection:
            ours = [
                it for it in retirements.retirements(connection) if it.folder == str(wanted.folder)
            ]
    if not ours:
        note(f"nothing to retire: no case was over before {wanted.before}")
        return
    cases = sum(ours[-1].cases.values())
    note(
        f"{many(cases, 'case')} retired; {many(ours[-1].versions, 'version')} of their events in"
        f" {wanted.folder}: keep it, procesmijn rebuild --from it takes this back"
    )


def _forecast(limit: date, settings: Settings, form: Format) -> None:
    with reading(settings) as (store, _):
        rows = forecast(limit, store)
    show([row._asdict() for row in rows], Forecast._fields, form)


def _list(settings: Settings, form: Format) -> None:
    with reading(settings) as (_, connection):
        rows = [_row(it) for it in retirements.retirements(connection)]
    show(rows, _COLUMNS, form)


def _row(retirement: Retirement) -> dict[str, Any]:
    state = "in force" if retirement.ended_at else "not finished"
    return {
        "before": retirement.before.isoformat(),
        "cases": sum(retirement.cases.values()),
        "events": retirement.versions,
        "begun_at": retirement.begun_at,
        "by": retirement.by,
        "state": "being taken back" if retirement.is_returning else state,
        "folder": retirement.folder,
        "archive": str(retirement.archive),
    }
