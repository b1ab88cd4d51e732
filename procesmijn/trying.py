"""What other terms would have made of the past: deliveries mined again, and nothing written.

One computation, which a command tells of every agreement and a page of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Final

from procesmijn.catalogue.lead_times import LeadTime
from procesmijn.core.deliveries import find_deliveries
from procesmijn.core.due import rule_of
from procesmijn.core.trial import NOTHING_COMPARED, Compared, compare, with_tried
from procesmijn.in_force import read_in_force
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.instances import Part, read_instances
from procesmijn.store.terms import Terms
from schemas.instants import to_us

_EPOCH: Final = date(1970, 1, 1)


def compared(
    agreements: Iterable[str],
    tried: LeadTime,
    dates: Period,
    instant: datetime,
    terms: Terms,
    connection: Connection,
    heard: Callable[[Iterator[Part]], Iterator[Part]] = iter,
) -> dict[str, Compared]:
    """How deliveries stand on both terms, by agreement in force.

    ``dates`` are those of the request, local. ``heard`` gets the parts as they are read, and gives
    them on: whoever waits may be told how far it is.
    """
    catalogue, rules = read_in_force(terms, connection)
    names = {terms.code(name): name for name in agreements}
    both = with_tried(rules, names.keys(), rule_of(tried))
    since, until = _day(dates.since, -(2**31)), _day(dates.until, 2**31 - 1)
    found: defaultdict[str, Compared] = defaultdict(lambda: NOTHING_COMPARED)
    for process in sorted({catalogue.agreements[name].process for name in names.values()}):
        for part in heard(read_instances(process, both, terms, connection)):
            deliveries = find_deliveries(part.cases, part.case_events, part.instances)
            for code, each in compare(deliveries, to_us(instant), since, until).items():
                found[names[code]] += each
    return {name: found[name] for name in names.values()}


def _day(day: date | None, unbound: int) -> int:
    return unbound if day is None else (day - _EPOCH).days
