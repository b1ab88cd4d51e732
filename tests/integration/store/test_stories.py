"""What the demonstration organisation tells is found, with its size; else nothing is found.

``make bench-stories`` does the same at full volume, on as many seeds as one has the time for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import psycopg
import pytest
from psycopg import sql

from benchmarks.organisations import SHAKEN, SLIPPED, Found, Life, found_in
from procesmijn.demo.stories import stories
from procesmijn.embedded import Embedded
from procesmijn.persons import Persons

WEEKS_TOLD: Final = 20
WEEKS_QUIET: Final = 12
QUIET_VOLUME: Final = 0.25
QUIET_SEEDS: Final = range(20)
HOUR: Final = 3600

Live = Callable[[Life], Found]


@pytest.fixture(scope="module")
def live(servers: Embedded, database_template: str, persons: Persons) -> Iterator[Live]:
    """Lets an organisation live in a database of its own, and looks for every story there."""
    name, template = (sql.Identifier(each) for each in ("stories", database_template))
    url = servers.database_url.rpartition("/")[0] + "/stories"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:

        def lived(life: Life) -> Found:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
            try:
                return found_in(life, url, persons)
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

        yield lived


def test_every_story_is_found_with_its_size(live: Live) -> None:
    found = live(Life(7, WEEKS_TOLD, 1.0, is_told=True))
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
    assert found.belt.added is not None
    assert (
        HOUR < found.belt.added.low < found.belt.added.seconds < found.belt.added.high < 72 * HOUR
    )
    assert found.belt.added_by_view == pytest.approx(found.belt.added.seconds)


@pytest.mark.parametrize("seed", QUIET_SEEDS)
def test_where_nothing_is_told_nothing_is_found(live: Live, seed: int) -> None:
    found = live(Life(seed, WEEKS_QUIET, QUIET_VOLUME, is_told=False))
    alarms = {name: size for name, size in found.sizes.items() if size >= stories()[name].alarm}
    assert (alarms, found.unreliable) == ({}, set())
    assert found.belt.times_as_long < stories()["stock_answers_late"].alarm
