"""``procesmijn archive``: the events of a database as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procesmijn.cli.service import service
from procesmijn.cli.tell import many, note, progress
from procesmijn.files.archive import write_archive
from procesmijn.settings import read_settings
from procesmijn.store import history, retirements

app = typer.Typer(add_completion=False)


@app.command()
def archive(
    out: Annotated[Path, typer.Option(help="A folder that does not exist yet.")],
) -> None:
    """Write every event, in every version, to Parquet files.

    As of one moment, beside live traffic. All else follows from the events: procesmijn rebuild
    --from makes a database of them again. Persons are in it as pseudonyms; keep the keys elsewhere.
    """
    with service(read_settings()) as parts, parts.store.snapshot() as moment:
        total, taken_at = history.measure(moment.lookup)
        retired = retirements.retirements(moment.lookup)
        versions = history.read_versions(moment.stream)
        keys = parts.persons.fingerprint
        written = 0
        with progress("written", total) as report:
            lacks = [str(it.archive) for it in retired]
            for written in write_archive(out, versions, keys, taken_at, lacks):
                report(written)
    for it in retired:
        note(
            f"not in it: {many(it.versions, 'version')} of events retired on"
            f" {it.begun_at:%Y-%m-%d} by {it.by}, which are in {it.folder}"
        )
    note(f"{many(written, 'version')} of events in {out}")
