"""``procesmijn report quality``: what was returned or done again, between whom, at what price."""

from __future__ import annotations

from typing import Final

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
from procesmijn.store.quality import quality as found

_OF_TABLE: Final = (
    *("process", "kind", "supplier", "customer", "what", "times", "cases", "share"),
    *("recovery_seconds_sum", "recovery_seconds_median", "held_seconds_sum", "behind_seconds_sum"),
)


def quality(
    process: OfProcess = None,
    party: Party = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what was returned or done again, between whom that arose, and what it cost.

    What held up those behind it most comes first. Dates are local, those of the return or of the
    repeat.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        tell_retired_deliveries(process, connection)
        columns, rows = found(Meant(process, party), dates, connection)
    show(rows, _OF_TABLE if form is Format.TABLE else columns, form)
