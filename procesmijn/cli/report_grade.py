"""``procesmijn report grade``: are customers looked after well enough, barely, or poorly?"""

from __future__ import annotations

from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Party,
    Since,
    Until,
    known_party,
    moment,
    period,
    tell_retired_deliveries,
)
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.store.grades import grades


def grade(
    party: Party = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Grade each supplier and customer: well, barely or poorly, and say how that came about.

    Of delivery reliability, first time right and rating, by the weights of the catalogue. Too few
    records give none. Dates are local: of what was due, delivered and rated.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_party(party, connection)
        tell_retired_deliveries(None, connection)
        columns, rows = grades(party, dates, connection)
    show(rows, columns, form)
