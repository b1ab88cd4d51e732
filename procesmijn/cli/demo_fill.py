"""``procesmijn demo --fill``: a long history straight into the store, without Kafka."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from procesmijn.batch import Arrival, Batch
from procesmijn.cli.demo_home import Stay
from procesmijn.cli.demo_run import hints
from procesmijn.cli.service import service
from procesmijn.cli.tell import Report, many, note, progress
from procesmijn.demo.organisation import Organisation
from procesmijn.demo.schedule import instant_us, local
from procesmijn.demo.systems import SECOND_US
from procesmijn.settings import Settings
from procesmijn.store import reports
from procesmijn.store.present import set_present
from schemas.event import Event, Record
from schemas.registry import decode

_EVENTS_AT_ONCE: Final = 10_000
_DAY_US: Final = timedelta(days=1) // timedelta(seconds=1) * SECOND_US


def fill_store(
    organisation: Organisation, stay: Stay, settings: Settings, began_seconds: float
) -> Stay:
    """Simulate the history and store it, and give the stay to go on from.

    What breaks the contract has no place in a topic, so it is counted, and no dead letter.
    """
    note("starting PostgreSQL")
    with service(settings) as parts:
        parts.store.activate(stay.catalogue().pseudonymous(parts.persons.pseudonym))
        with progress("days", (stay.history_end - stay.begin).days) as report:
            heard = _Heard(organisation, stay, report)
            arrivals = iter(heard)
            while some := tuple(islice(arrivals, _EVENTS_AT_ONCE)):
                parts.applier.apply(Batch(arrivals=some))
        with parts.store.reader() as connection:
            set_present(stay.history_end, connection)
            stored = reports.counts(connection).events
    first, last = (f"{local(each):%-d %B %Y}" for each in (stay.begin, stay.history_end))
    took_seconds = time.monotonic() - began_seconds
    note(
        f"{many(stored, 'event')} from {first} to {last} are in after {took_seconds:.1f} s;"
        f" {many(heard.refused, 'record')} broke the contract"
    )
    note("\n".join(hints(settings.home)[:-1]))
    return stay._replace(is_filled=True)


class _Heard:
    """What the organisation's systems say, as events; what is none is counted."""

    def __init__(self, organisation: Organisation, stay: Stay, report: Report) -> None:
        self._organisation = organisation
        self._stay = stay
        self._report = report
        self.refused = 0

    def __iter__(self) -> Iterator[Arrival]:
        begin_us, end_us = instant_us(self._stay.begin), instant_us(self._stay.history_end)
        for emission in self._organisation.until(end_us):
            at_us, headers, value, key = emission
            outcome = decode(Record("demo", 0, 0, at_us, key, value, headers))
            if isinstance(outcome, Event):
                yield Arrival(outcome)
            else:
                self.refused += 1
            self._report((at_us - begin_us) // _DAY_US)
