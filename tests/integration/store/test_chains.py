"""The chain of hand-made cases: what waits where, where chains end, and what a late link costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from procesmijn.apply import Applier
from procesmijn.catalogue import parse
from procesmijn.core.chain import Whole
from procesmijn.core.late_links import added
from procesmijn.store import Store, chains
from procesmijn.store.filters import CaseFilter
from tests.integration.store.orders import CATALOGUE, HOUR_US, MONDAY, applied, order, step


@pytest.fixture
def database(database_url: str, store: Store) -> Iterator[psycopg.Connection[Any]]:
    """A session with all rights, on a database with a small catalogue."""
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_waiting_and_work_of_a_chain_add_up_and_each_link_knows_its_end(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    applied(applier, order(1, 2), [step("order-2", "ask", "client", 0)])
    assert chains.whole("order", database) == Whole(1, 1, round(7.5 * HOUR_US), HOUR_US)
    links = chains.links("order", None, database)
    assert [
        (each.supplier, each.customer, each.to_end, each.case_wait_us / HOUR_US) for each in links
    ] == [
        ("client", "desk", False, 1),
        ("desk", "stock", False, 2),
        ("stock", "desk", False, 0.5),
        ("desk", "client", True, 3),
    ]
    assert all(each.reaching == each.handovers == each.cases == 1 for each in links)
    rows = database.execute(
        "SELECT place, supplier, customer_role, case_wait_seconds, behind_seconds,"
        " until_end_seconds, reaches_end_customer, served_at FROM bi.fct_link ORDER BY place"
    ).fetchall()
    served = MONDAY + timedelta(hours=4.5)
    assert rows == [
        (1, "client", "internal", 3600, 5.5 * 3600, 4.5 * 3600, True, served),
        (2, "desk", "internal", 7200, 3.5 * 3600, 3.5 * 3600, True, served),
        (3, "stock", "internal", 1800, 3 * 3600, 1800, True, served),
        (4, "desk", "end", 3 * 3600, 0, 0, True, served),
    ]


def test_who_was_named_to_receive_it_is_served_also_where_nothing_comes_of_it(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Of order 2 the client says nothing more, and it is served all the same. After that nobody
    is: what the desk passes on to the carrier ends nowhere."""
    applied(applier, order(2, 2), [step("order-2", "file", "carrier", 30)])
    reaching = (
        "SELECT supplier, customer, reaches_end_customer FROM bi.fct_link"
        " WHERE process = 'order' ORDER BY place"
    )
    assert database.execute(reaching).fetchall() == [
        *(("client", "desk", True), ("desk", "stock", True), ("stock", "desk", True)),
        ("desk", "carrier", False),
    ]
    of_cases = "SELECT process, serves_end_customer FROM bi.fct_case ORDER BY process"
    applied(applier, [step("chore-1", "tidy", "desk", 0), step("chore-1", "done", "stock", 1)])
    assert database.execute(of_cases).fetchall() == [("chore", False), ("order", True)]
    database.execute("SET procesmijn.as_of = '2026-03-02 12:00+01'")
    assert database.execute(of_cases).fetchall() == [("chore", False), ("order", False)]
    assert database.execute(reaching).fetchall() == [
        *(("client", "desk", False), ("desk", "stock", False)),
    ]


def test_what_a_late_link_costs_is_told_by_the_cases_in_which_it_was_late(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """In 20 of 60 cases the stock takes 6 hours and not 2, so the client has to wait 4 longer."""
    applied(applier, *(order(n, 6 if n < 20 else 2 + n % 3 / 10, n % 4) for n in range(60)))
    by_pair = {
        (each.supplier, each.customer): each for each in chains.links("order", 5 * 3600, database)
    }
    late, timely = by_pair["desk", "stock"].late, by_pair["desk", "stock"].timely
    assert (late.until_end.cases, timely.until_end.cases) == (20, 40)
    found = added(late.until_end, timely.until_end)
    assert found is not None
    assert 3.8 * 3600 < found.low < found.seconds < found.high < 4 * 3600
    behind = added(late.behind, timely.behind)
    assert behind is not None
    assert behind.low < 0 < behind.high
    assert by_pair["client", "desk"].late.until_end.cases == 0
    chosen = CaseFilter(having=("thank",))
    links = chains.links("order", None, database, chosen)
    assert {each.cases for each in links} == {30}
    assert {each.late_after_seconds for each in links if each.customer == "stock"} == {6 * 3600}


def test_readers_see_links_of_enough_cases_and_nothing_to_subtract(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """The client says thanks in four of nine cases: too few to show. What the others waited is held
    against their own cycle times, and no moment of the past shows them one by one."""
    applied(applier, *(order(number, 2) for number in range(9)))
    database.execute("SET ROLE bi_reader")
    query = (
        "SELECT supplier, customer, customer_role, handovers, cases, case_wait_seconds_sum,"
        " cycle_seconds_sum, reaching_end_customer FROM bi.agg_link_monthly ORDER BY 1, 2"
    )
    hour, cycle = 3600, (4 * 7.5 + 5 * 4.5) * 3600
    shown = [
        ("client", "desk", "internal", 9, 9, 9 * hour, cycle, 9),
        ("desk", "stock", "internal", 9, 9, 18 * hour, cycle, 9),
        ("stock", "desk", "internal", 9, 9, 4.5 * hour, cycle, 9),
    ]
    assert database.execute(query).fetchall() == shown
    database.execute("SET procesmijn.as_of = '2026-03-02 11:00+01'")
    assert database.execute(query).fetchall() == shown
