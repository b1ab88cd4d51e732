"""``procesmijn demo --fill``: a long history straight into the store, without Kafka."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import islice
from typing import Final

from procesmijn.batch import Arrival, Batch
from procesmijn.cli.demo_home import Stay
from procesmijn.cli.demo_run import hints
from procesmijn.cli.service import service
from procesmijn.cli.tell import many, note, progress
from procesmijn.demo.heard import Heard
from procesmijn.demo.organisation import Organisation
from procesmijn.demo.schedule import instant_us, local
from procesmijn.demo.systems import SECOND_US
from procesmijn.settings import Settings
from procesmijn.store import reports
from procesmijn.store.present import set_present

_EVENTS_AT_ONCE: Final = 10_000
_DAY_US: Final = timedelta(days=1) // timedelta(seconds=1) * SECOND_US


def fill_store(
    organisation: Organisation, stay: Stay, settings: Settings, began_seconds: float
) -> Stay:
    """Simulate the history and store it, and give the stay to go on from."""
    note("starting PostgreSQL")
    with service(settings) as parts:
        parts.store.activate(stay.catalogue().pseudonymous(parts.persons.pseudonym))
        with progress("days", (stay.history_end - stay.begin).days) as report:
            begin_us = organisation.env.now
            heard = Heard(organisation, instant_us(stay.history_end))
            arrivals = map(Arrival, heard)
            while some := tuple(islice(arrivals, _EVENTS_AT_ONCE)):
                parts.applier.apply(Batch(arrivals=some))
                report((heard.at_us - begin_us) // _DAY_US)
        with parts.store.reader() as connection:
            set_present(stay.history_end, connection)
            stored = reports.counts(connection).events
    first, last = (f"{local(each):%-d %B %Y}" for each in (stay.begin, stay.history_end))
    took_seconds = time.monotonic() - began_seconds
    note(
        f"{many(stored, 'event')} from {first} to {last} are in after {took_seconds:.1f} s;"
        f" {many(heard.refused, 'record')} broke the contract"
    )
    note("\n".join(hints(settings.home, "web")))
    return stay._replace(is_filled=True)
