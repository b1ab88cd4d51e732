"""``procesmijn rebuild``: everything anew from the stored events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procesmijn.cli.service import Service, service
from procesmijn.cli.tell import many, note, progress
from procesmijn.files.archive import open_archive, read_archive
from procesmijn.rebuild import rebuild as rebuild_store
from procesmijn.settings import read_settings
from procesmijn.store import streams

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
    what follows from them: into a new database, or into one that lacks some of them.
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


def _bring_in(archive: Path, parts: Service) -> None:
    total = open_archive(archive, parts.persons.fingerprint).versions
    done = stored = 0
    with progress("restoring", total) as report:
        for versions in read_archive(archive):
            stored += parts.applier.restore(versions).stored
            done += len(versions)
            report(done)
    note(f"{many(stored, 'version')} of events brought in, {done - stored:,} known before")
