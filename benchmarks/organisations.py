"""What there is to see in an organisation that does not exist: each of its stories, as a number.

``procesmijn/demo/stories.yaml`` says what happens and how large it is; ``stories.sql`` measures it
in the views that BI tools read. Tests and :mod:`benchmarks.stories` hold one against the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.coverage import covered
from procesmijn.core.late_links import Added
from procesmijn.demo.heard import Heard
from procesmijn.demo.organisation import Organisation, catalogue
from procesmijn.demo.schedule import instant_us, local
from procesmijn.demo.stories import since
from procesmijn.persons import Persons
from procesmijn.store import Store, agreements, chains
from procesmijn.store.connection import Connection
from procesmijn.store.filters import CaseFilter, Period
from procesmijn.store.present import set_present

BEGIN: Final = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)  # a Monday in Amsterdam
EVENTS_AT_ONCE: Final = 10_000

_FILE: Final = Path(__file__).with_name("stories.sql").read_text("utf-8")
_MEASURES: Final = dict(re.findall(r"-- name: (\w+)\n(.*?;)", _FILE, re.DOTALL))
_UNRELIABLE: Final = _MEASURES.pop("unreliable")
_LATE_LINK: Final = _MEASURES.pop("late_link")

SLIPPED: Final = {"contract for managers", "requisition approved", "stock information", "answer"}
"""The agreements that the stories break, on any seed: of the end customer, too."""
SHAKEN: Final = {"contract for new employees", "details for sales"}
"""Those that they break on most seeds."""


@dataclass(frozen=True, slots=True)
class Life:
    """Which organisation, and how long it lives."""

    seed: int
    weeks: int
    volume: float
    """Of all that comes in: 1 is as much as in the demonstration."""
    is_told: bool
    """Whether it tells its stories."""

    @property
    def history(self) -> timedelta:
        """How long that is."""
        return timedelta(weeks=self.weeks)

    def day_of(self, story: str) -> date:
        """The local day on which a story begins."""
        return local(since(story, BEGIN, self.history)).date()


class Belt(NamedTuple):
    """What the chain of the questions of end customers says of the link to the warehouse."""

    times_as_long: float
    """That its cases wait there, since the story begins."""
    largest_share: tuple[str, str]
    """The link between parties of ours at which most of the cycle time waits, since then."""
    added: Added | None
    """How much later end customers are served where that link is late, over all of the time; None
    where it hardly ever is."""
    added_by_view: float | None


class Found(NamedTuple):
    """What there is to see."""

    sizes: dict[str, float]
    """Of each story; zero where there is too little to say."""
    unreliable: set[str]
    """Agreements that are not kept."""
    belt: Belt


def found_in(life: Life, url: str, persons: Persons) -> Found:
    """Let an organisation live in a database with all tables, and look for every story there."""
    store = Store(url)
    try:
        rules = catalogue(life.day_of("orders_improve") if life.is_told else None)
        store.activate(rules.pseudonymous(persons.pseudonym))
        organisation = Organisation(
            life.seed, BEGIN, life.history, with_stories=life.is_told, volume=life.volume
        )
        applier = Applier(store, persons)
        arrivals = map(Arrival, Heard(organisation, instant_us(BEGIN + life.history)))
        while some := tuple(islice(arrivals, EVENTS_AT_ONCE)):
            applier.apply(Batch(arrivals=some))
        with store.reader() as connection:
            set_present(BEGIN + life.history, connection)
            return _measured(life, rules, connection)
    finally:
        store.close()


def _measured(life: Life, rules: Catalogue, connection: Connection) -> Found:
    sizes: dict[str, float] = {}
    for story, query in _MEASURES.items():
        rows = connection.execute(query, {"since": life.day_of(story)}).fetchall()
        sizes[story] = float(rows[0][0]) if rows else 0.0
    process = "product_information"
    pairs = agreements.uncovered(process, Period(), covered(rules), connection)
    count = "SELECT count(*) FROM bi.fct_case WHERE process = %s"
    ((cases,),) = connection.execute(count, [process]).fetchall()
    sizes["check_without_agreement"] = max((pair.cases for pair in pairs), default=0) / cases
    late = {"since": local(BEGIN + life.history * 0.65).date()}
    unreliable = {agreement for (agreement,) in connection.execute(_UNRELIABLE, late)}
    return Found(sizes, unreliable, _belt(life.day_of("stock_answers_late"), connection))


def _belt(day: date, connection: Connection) -> Belt:
    process, warehouse = "customer_service", ("customer_service", "warehouse")
    before, since, always = (
        {
            (link.supplier, link.customer): link
            for link in chains.links(process, None, connection, CaseFilter(started=started))
        }
        for started in (Period(None, day), Period(day, None), Period())
    )
    link = always[warehouse]
    of_ours = {
        pair: each.case_wait_us
        for pair, each in since.items()
        if not each.to_end and each.supplier != "end_customer"
    }
    ((by_view,),) = connection.execute(_LATE_LINK).fetchall()
    working_us = [
        each[warehouse].case_wait_working_us / each[warehouse].cases for each in (since, before)
    ]
    return Belt(
        working_us[0] / working_us[1], max(of_ours, key=of_ours.__getitem__), link.added, by_view
    )
