"""``procesmijn report voice``: what customers say of their suppliers, and how sure that is."""

from __future__ import annotations

from typing import Annotated, Final

import typer

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
    tell_retired_deliveries,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store.quality import Meant
from procesmijn.store.voice import By, VoiceRow
from procesmijn.store.voice import voice as said

_OF_TABLE: Final = (
    *("supplier", "customer", "month", "said", "times", "share_answered", "open", "mark_mean"),
    *("mark_low", "mark_high", "score", "score_low", "score_high", "handling_seconds_median"),
)


def voice(
    by: Annotated[By, typer.Option(help="Whom a row is about.")] = By.SUPPLIER,
    process: OfProcess = None,
    party: Party = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what customers say: ratings, recommendation, complaints, conversations.

    Dates are local, those of the question, of the complaint or of the conversation. Below five
    answers no figure is given.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        tell_retired_deliveries(process, connection)
        rows = said(by, Meant(process, party), dates, connection)
    empty = {"customer": by is not By.PAIR, "month": by is not By.MONTH}
    of_table = tuple(column for column in _OF_TABLE if not empty.get(column))
    columns = of_table if form is Format.TABLE else VoiceRow._fields
    show([row._asdict() for row in rows], columns, form)
