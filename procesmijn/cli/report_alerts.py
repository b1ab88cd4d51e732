"""``procesmijn report alerts``: what somebody was to be told, whether anybody was or not."""

from __future__ import annotations

from typing import Final

from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Most,
    OfProcess,
    Party,
    Since,
    Until,
    at_most,
    known_party,
    known_process,
    moment,
    period,
    tell_left_out,
    tell_retired_deliveries,
)
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.settings import read_settings
from procesmijn.store import alerts as store

_NOT_IN_TABLE: Final = frozenset(("alert_id", "kind", "alert_on", "deliverable"))


def alerts(
    since: Since = None,
    until: Until = None,
    party: Party = None,
    process: OfProcess = None,
    limit: Most = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what was to be told by the alerts of the catalogue, the latest first.

    It follows from the facts alone: procesmijn alerts list says what was sent. Dates are those on
    which it was to be told, local.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (opened, connection):
        if process is not None:
            known_process(process, connection)
        known_party(party, connection)
        tell_retired_deliveries(process, connection)
        columns, found = store.alerts(dates, process, party, connection)
        rows = [*found]
        if not rows and not in_force(opened).catalogue.alerts:
            note("the catalogue has no alerts: see docs/catalogue.md")
    shown = rows[: at_most(limit, form)]
    if form is Format.TABLE:
        columns = tuple(
            name
            for name in columns
            if name not in _NOT_IN_TABLE and any(row[name] is not None for row in shown)
        )
    show(shown, columns, form)
    tell_left_out(len(shown), len(rows), "the latest")
