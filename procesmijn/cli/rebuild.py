"""``procesmijn rebuild``: everything anew from the stored events."""

from __future__ import annotations

import typer

from procesmijn.cli.service import service
from procesmijn.cli.tell import many, note, progress
from procesmijn.rebuild import rebuild as rebuild_store
from procesmijn.settings import read_settings
from procesmijn.store import streams

app = typer.Typer(add_completion=False)


@app.command()
def rebuild() -> None:
    """Compute everything anew from the stored events.

    In place, in chunks, beside live traffic. It may be broken off and started again; what is right
    already is not written a second time.
    """
    with service(read_settings()) as parts:
        with parts.store.reader() as connection:
            total = streams.objects(connection)
        done = 0
        with progress("computing", total) as report:
            for objects in rebuild_store(parts.store, parts.applier):
                done += objects
                report(done)
    note(f"{many(done, 'object')} computed anew")
