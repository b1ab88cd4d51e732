"""``procesmijn verify``: proof that the tables say what the events say."""

from __future__ import annotations

from typing import Annotated

import typer

from procesmijn.cli.options import AsFormat, AsOf, moment
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import late_words, many, note, progress
from procesmijn.in_force import load_rules
from procesmijn.retire import lost
from procesmijn.settings import read_settings
from procesmijn.store import retirements, streams
from procesmijn.store.checksums import Checksum, checksums
from procesmijn.verify import Finding
from procesmijn.verify import verify as verify_store

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    form: AsFormat = Format.TABLE,
    limit: Annotated[int, typer.Option(help="Show at most so many differences.", min=0)] = 1_000,
    with_checksums: Annotated[
        bool,
        typer.Option(
            "--checksums", help="Only a checksum of each view: two databases say the same, or not."
        ),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """Prove that the tables say what the events say.

    All is computed again, and compared. Exit code 1 and the differences where there are any; also
    where the archive of what was retired is not what was written.
    Nothing is written; it may run beside live traffic, since it reads one moment. With --checksums
    nothing is computed: what each view says comes to a number, which is the same wherever the same
    events were mined by the same rules, with the same keys.
    """
    if with_checksums:
        with reading(read_settings(), moment(as_of)) as (_, connection), connection.transaction():
            rows = [each._asdict() for each in checksums(connection)]
        show(rows, Checksum._fields, form)
        return
    done, count = 0, 0
    shown: list[Finding] = []
    with reading(read_settings()) as (store, connection):
        total = streams.objects(connection)
        rules = load_rules(store)
        with store.snapshot() as snapshot, progress("comparing", total) as report:
            for part in verify_store(rules, store.terms, snapshot):
                done += part.objects
                count += len(part.findings)
                shown += part.findings[: limit - len(shown)]
                report(done)
        late = retirements.late_events(connection)
        gone = list(lost(retirements.retirements(connection), are_read=True))
    if late:
        note(late_words(late))
    if count or form is not Format.TABLE:
        show([finding._asdict() for finding in shown], Finding._fields, form)
    if count > len(shown):
        note(f"these are the first {len(shown):,} of {count:,}: --limit shows more")
    if count:
        note(
            f"{many(count, 'difference')} in {many(done, 'object')}:"
            " procesmijn rebuild makes the tables say what the events say"
        )
    else:
        note(f"{many(done, 'object')}: every table says what the events say")
    for line in gone:
        note(line)
    if count or gone:
        raise typer.Exit(1)
