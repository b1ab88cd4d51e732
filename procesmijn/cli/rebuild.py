"""``procesmijn rebuild``: everything anew from the stored events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procesmijn.cli.service import Service, service
from procesmijn.cli.tell import many, note, progress
from procesmijn.files.archive import open_archive, read_archive
from procesmijn.rebuild import rebuild as rebuild_store
from procesmijn.retire import find, take_back
from procesmijn.settings import read_settings
from procesmijn.store import streams
from procesmijn.store.retirements import Retirement

app = typer.Typer(add_completion=False)


@app.command()
def rebuild(
    archive: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="What procesmijn archive has written."),
    ] = None,
) -> None:
    """Compute everything anew from the stored events.

    In place, in chunks, beside live traffic. It may be broken off and started again; what is right
    already is not written a second time. With --from the events of an archive are brought in, and
    what follows from them: into a new database, or into one that lacks some of them. Where it is
    that of a retirement which is in force here, that is taken back.
    """
    with service(read_settings()) as parts:
        if archive is not None:
            _bring_in(archive, parts)
            return
        with parts.store.reader() as connection:
            total = streams.objects(connection)
        done = 0
        with progress("computing", total) as report:
            for objects in rebuild_store(parts.store, parts.applier):
                done += objects
                report(done)
    note(f"{many(done, 'object')} computed anew")


def _bring_in(folder: Path, parts: Service) -> None:
    archive = open_archive(folder, parts.persons.fingerprint)
    with parts.store.reader() as connection:
        retirement = find(archive, connection)
    if retirement is not None:
        _take_back(folder, retirement, parts)
        return
    done = stored = 0
    with progress("restoring", archive.versions) as report:
        for versions in read_archive(folder):
            stored += parts.applier.restore(versions).stored
            done += len(versions)
            report(done)
    if archive.lacks:
        note(f"not in it are the events of {many(len(archive.lacks), 'retirement')}")
    note(f"{many(stored, 'version')} of events brought in, {done - stored:,} known before")


def _take_back(folder: Path, retirement: Retirement, parts: Service) -> None:
    done = 0
    with progress("restoring", retirement.versions + retirement.objects) as report:
        for part in take_back(folder, retirement, parts.store, parts.applier):
            done += part
            report(done)
    # Where an earlier take-back was broken off, nothing tells any more how many cases had left.
    cases = sum(retirement.cases.values())
    counted = f"{many(cases, 'case')} and " if cases else ""
    note(
        f"{counted}{many(retirement.versions, 'version')} of events are back: it is as if they"
        " had never been retired"
    )
