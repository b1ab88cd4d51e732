"""What the demonstration organisation tells is found, with its size; else nothing is found.

``stories.yaml`` says what happens and how large it is; ``stories.sql`` measures it in the views
that BI tools read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
import pytest
from psycopg import sql

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.coverage import covered
from procesmijn.core.late_links import Added, added
from procesmijn.demo.heard import Heard
from procesmijn.demo.organisation import Organisation, catalogue
from procesmijn.demo.schedule import instant_us, local
from procesmijn.demo.stories import since, stories
from procesmijn.embedded import Embedded
from procesmijn.persons import Persons
from procesmijn.store import Store, agreements, chains
from procesmijn.store.filters import CaseFilter, Period
from procesmijn.store.present import set_present

BEGIN: Final = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)  # a Monday in Amsterdam
WEEKS_TOLD: Final = 20
WEEKS_QUIET: Final = 12
QUIET_VOLUME: Final = 0.25
QUIET_SEEDS: Final = range(20)
HOUR: Final = 3600

_FILE: Final = Path(__file__).with_name("stories.sql").read_text("utf-8")
MEASURES: Final = dict(re.findall(r"-- name: (\w+)\n(.*?;)", _FILE, re.DOTALL))
UNRELIABLE: Final = MEASURES.pop("unreliable")
BY_VIEW: Final = MEASURES.pop("late_link")

SLIPPED: Final = {"contract for managers", "requisition approved", "stock information", "answer"}
"""The agreements that the stories break, on any seed: of the end customer, too."""
SHAKEN: Final = {"contract for new employees", "details for sales"}
"""Those that they break on most seeds."""


class Belt(NamedTuple):
    """What the chain of the questions of end customers says of the link to the warehouse."""

    times_as_long: float
    """That its cases wait there, since the story begins."""
    largest_share: tuple[str, str]
    """The link between parties of ours at which most of the cycle time waits, since then."""
    added: Added
    """How much later end customers are served where that link is late, over all of the time."""
    added_by_view: float


class Found(NamedTuple):
    """What there is to see."""

    sizes: dict[str, float]
    unreliable: set[str]
    belt: Belt


Live = Callable[[int, int, float, bool], Found]


@pytest.fixture(scope="module")
def live(servers: Embedded, database_template: str, persons: Persons) -> Iterator[Live]:
    """Lets an organisation live in a database of its own, and looks for every story there."""
    name, template = (sql.Identifier(each) for each in ("stories", database_template))
    url = servers.database_url.rpartition("/")[0] + "/stories"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:

        def lived(seed: int, weeks: int, volume: float, is_told: bool) -> Found:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
            store = Store(url)
            try:
                history = timedelta(weeks=weeks)
                rules = catalogue(day_of("orders_improve", history) if is_told else None)
                store.activate(rules.pseudonymous(persons.pseudonym))
                organisation = Organisation(
                    seed, BEGIN, history, with_stories=is_told, volume=volume
                )
                applier = Applier(store, persons)
                arrivals = map(Arrival, Heard(organisation, instant_us(BEGIN + history)))
                while some := tuple(islice(arrivals, 10_000)):
                    applier.apply(Batch(arrivals=some))
                with store.reader() as connection:
                    set_present(BEGIN + history, connection)
                    return measured(history, rules, connection)
            finally:
                store.close()
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

        yield lived


def measured(history: timedelta, rules: Catalogue, connection: psycopg.Connection) -> Found:
    sizes: dict[str, float] = {}
    for story, query in MEASURES.items():
        rows = connection.execute(query, {"since": day_of(story, history)}).fetchall()
        sizes[story] = float(rows[0][0]) if rows else 0.0
    process = "product_information"
    pairs = agreements.uncovered(process, Period(), covered(rules), connection)
    count = "SELECT count(*) FROM bi.fct_case WHERE process = %s"
    ((cases,),) = connection.execute(count, [process]).fetchall()
    sizes["check_without_agreement"] = max((pair.cases for pair in pairs), default=0) / cases
    late = {"since": local(BEGIN + history * 0.65).date()}
    unreliable = {agreement for (agreement,) in connection.execute(UNRELIABLE, late)}
    return Found(sizes, unreliable, belt(day_of("stock_answers_late", history), connection))


def belt(day: date, connection: psycopg.Connection) -> Belt:
    process, warehouse = "customer_service", ("customer_service", "warehouse")
    before, since, always = (
        {
            (link.supplier, link.customer): link
            for link in chains.links(process, None, connection, CaseFilter(started=started))
        }
        for started in (Period(None, day), Period(day, None), Period())
    )
    link = always[warehouse]
    found = added(link.late.until_end, link.timely.until_end)
    assert found is not None
    of_ours = {
        pair: each.case_wait_us
        for pair, each in since.items()
        if not each.to_end and each.supplier != "end_customer"
    }
    asked = {"norm": link.late_after_seconds}
    ((by_view,),) = connection.execute(BY_VIEW, asked).fetchall()
    working_us = [
        each[warehouse].case_wait_working_us / each[warehouse].cases for each in (since, before)
    ]
    return Belt(
        working_us[0] / working_us[1], max(of_ours, key=of_ours.__getitem__), found, by_view
    )


def day_of(story: str, history: timedelta) -> date:
    return local(since(story, BEGIN, history)).date()


def test_every_story_is_found_with_its_size(live: Live) -> None:
    found = live(7, WEEKS_TOLD, 1.0, True)
    assert found.sizes.keys() == stories().keys()
    missed = {
        name: size
        for name, size in found.sizes.items()
        if not stories()[name].found[0] <= size <= stories()[name].found[1]
    }
    assert not missed
    assert SLIPPED <= found.unreliable <= SLIPPED | SHAKEN
    least, most = stories()["stock_answers_late"].found
    assert least <= found.belt.times_as_long <= most
    assert found.belt.largest_share == ("customer_service", "warehouse")
    assert (
        HOUR < found.belt.added.low < found.belt.added.seconds < found.belt.added.high < 72 * HOUR
    )
    assert found.belt.added_by_view == pytest.approx(found.belt.added.seconds)


@pytest.mark.parametrize("seed", QUIET_SEEDS)
def test_where_nothing_is_told_nothing_is_found(live: Live, seed: int) -> None:
    found = live(seed, WEEKS_QUIET, QUIET_VOLUME, False)
    alarms = {name: size for name, size in found.sizes.items() if size >= stories()[name].alarm}
    assert (alarms, found.unreliable) == ({}, set())
    assert found.belt.times_as_long < stories()["stock_answers_late"].alarm
