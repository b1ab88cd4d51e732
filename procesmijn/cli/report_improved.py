"""``procesmijn report improved``: what improved most, and what got worse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

import typer

from procesmijn.catalogue.calendars import OFFICE
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    OfProcess,
    Party,
    Since,
    Until,
    known_party,
    known_process,
    moment,
    period,
)
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.core.comparison import Compared, Verdict
from procesmijn.documents.comparing import MEASURES, improvements, sentence
from procesmijn.documents.words import Language
from procesmijn.settings import read_settings
from procesmijn.store import comparisons
from procesmijn.store.comparisons import Key
from procesmijn.store.filters import Period
from procesmijn.zones import load_zone

WEEKS: Final = 13
"""How long a period is that nobody chose."""
_SCALE: Final = ("improvement", "improvement_low", "improvement_high", "p_adjusted")
_COLUMNS: Final = (
    *Key._fields,
    "unit",
    *_SCALE,
    *(name for name in Compared._fields if not name.startswith("effect")),
    *("sentence_nl", "sentence_en"),
)
_OF_TABLE: Final = (
    *("process", "supplier", "customer", "agreement", "measure", "improvement", "verdict"),
)


def improved(  # noqa: PLR0913, PLR0917 - one for each flag
    process: OfProcess = None,
    party: Party = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    language: Annotated[
        Language, typer.Option("--lang", help="Language of the sentences in a table.")
    ] = Language.EN,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what may have changed by chance.")
    ] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what improved most, and what got worse: a period beside the one of that length before it.

    Every link and every agreement is looked at, on one scale (standard deviations, above zero is
    better), with a correction for looking at many. Without dates it is the last thirteen weeks.
    """
    instant = moment(as_of) or datetime.now(UTC)
    asked = period(since, until)
    with reading(read_settings(), instant if as_of else None) as (store, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        zone = load_zone(in_force(store).catalogue.calendars[OFFICE].zone)
        at, within = _beside(asked, instant.astimezone(zone).date())
        values = comparisons.by_place(at, within, process, party, connection)
    moved, silent = improvements(values)
    shown = [each for each in moved if everything or each.compared.verdict != Verdict.NOT_SHOWN]
    note(
        f"{at} to {within.until} beside {within.since} to {at}: {many(len(moved), 'comparison')},"
        f" and {silent} of too few cases; corrected for looking at so many (Benjamini-Hochberg)"
    )
    rows = [
        {
            **each.place._asdict(),
            "unit": MEASURES[each.place.measure].unit,
            **{name: getattr(each, name) for name in _SCALE},
            **each.compared._asdict(),
            **{
                f"sentence_{language}": sentence(each.place.measure, each.compared, language)
                for language in (Language.NL, Language.EN)
            },
        }
        for each in shown
    ]
    if form is Format.JSON:
        rows = [{name: row[name] for name in _COLUMNS} for row in rows]
    show(rows, (*_OF_TABLE, f"sentence_{language}") if form is Format.TABLE else _COLUMNS, form)


def _beside(asked: Period, today: date) -> tuple[date, Period]:
    """When the period begins, and from when on the one before it does, until when it ends."""
    until = asked.until or today
    since = asked.since or until - timedelta(weeks=WEEKS)
    return since, Period(since - (until - since), until)
