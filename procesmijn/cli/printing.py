"""``procesmijn catalogue print``: what each supplier offers, for people."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from procesmijn.catalogue.calendars import OFFICE
from procesmijn.cli.options import AsOf, Since, Until, can_be_written, moment, period
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.tell import many, note
from procesmijn.documents.service_catalogue import (
    TOO_FEW,
    Measured,
    Measurements,
    service_catalogue,
)
from procesmijn.documents.words import Language
from procesmijn.errors import FileNotWritten, UsageError
from procesmijn.settings import read_settings
from procesmijn.store import agreements
from procesmijn.store.agreements import Kept
from procesmijn.store.filters import Period
from procesmijn.store.present import present
from procesmijn.wording import reworded
from procesmijn.zones import load_zone


def print_catalogue(
    language: Annotated[
        Language, typer.Option("--lang", help="Language of labels and texts.")
    ] = Language.NL,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File, .html or .pdf; without it HTML on stdout."),
    ] = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
) -> None:
    """Write the service catalogue: what each supplier offers, to whom, on which terms.

    Beside each promise stands how it was kept, by date of due: in the twelve months before this
    one, or between --from and --to. Figures about few cases are left out.
    """
    if out is not None and out.suffix not in (".html", ".pdf"):
        raise UsageError(f"--out {out}: end it on .html or .pdf")
    can_be_written(out)
    settings = read_settings()
    with reading(settings, moment(as_of)) as (store, connection):
        instant = present(connection)
        catalogue = in_force(store).catalogue
        today = instant.astimezone(load_zone(catalogue.calendars[OFFICE].zone)).date()
        measured = _twelve_months(period(since, until), today)
        kept = agreements.kept(Period(*measured), connection)
    measurements: Measurements = {name: _measured(each) for name, each in kept.items()}
    from procesmijn.documents import render  # noqa: PLC0415 - templates, for this alone

    document = service_catalogue(
        catalogue, language, today, measurements, measured, settings.wording
    )
    written = (
        render.as_pdf(document, instant)
        if out is not None and out.suffix == ".pdf"
        else render.as_html(document)
    )
    if out is None:
        sys.stdout.write(written.decode())
        return
    try:
        out.write_bytes(written)
    except OSError as error:
        raise FileNotWritten(f"{out} cannot be written: {error.strerror}") from error
    suppliers = reworded(many(len(document.suppliers), "supplier"), settings.wording)
    note(f"{out}: {suppliers}")


def _measured(kept: Kept) -> Measured | Literal["too few"]:
    if not kept.due or kept.met is None:
        return TOO_FEW
    right, wrong = kept.first_time_right or 0, kept.first_time_wrong or 0
    return Measured(kept.due, kept.met, right / (right + wrong) if right + wrong else None)


def _twelve_months(asked: Period, today: date) -> tuple[date, date]:
    """What is asked for; else the twelve whole months that are over."""
    until = asked.until or today.replace(day=1)
    return asked.since or until.replace(year=until.year - 1), until
