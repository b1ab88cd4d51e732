"""A link that an agreement speaks of is late where that was broken, told in three ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from procesmijn.apply import Applier
from procesmijn.batch import Arrival
from procesmijn.catalogue import Catalogue, parse
from procesmijn.core.late_links import LateBy
from procesmijn.store import Store, chains
from tests.integration.store.orders import CATALOGUE, MONDAY, applied, order, step

Row = Mapping[str, Any]

PROMISED = """
deliverables:
  count: {supplier: house}
  answer: {supplier: desk}
agreements:
  counts:
    {deliverable: count, customer: desk, process: order, requested: look up, delivered: count,
     returned: recount, lead_time: 4 hours}
  quick counts:
    {deliverable: count, customer: desk, process: order, requested: look up, delivered: count,
     lead_time: 1 hour}
  answers:
    {deliverable: answer, customer: client, process: order, requested: ask, delivered: answer,
     returned: thank, lead_time: 8 hours}
"""


def promised(*names: str) -> Catalogue:
    """The catalogue with some of these agreements. The stock is a part of the house, which gives
    its word."""
    text = CATALOGUE.replace("ask: {}", "ask: {}, look up: {}, count: {}, recount: {}")
    rules = parse(
        text.replace("stock: {", "house: {members: 30}\n  stock: {parent: house, ") + PROMISED
    )
    return rules.model_copy(update={"agreements": {name: rules.agreements[name] for name in names}})


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A session with all rights."""
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def test_late_is_what_came_later_than_agreed(
    database: psycopg.Connection[Any], database_url: str, store: Store, applier: Applier
) -> None:
    """In 20 of 60 cases the stock takes 7 hours and not 3, of the 4 that it has; two are left."""
    store.activate(promised("counts"))
    applied(applier, *(order(n, 6 if n < 20 else 2 + n % 3 / 10, n % 4) for n in range(60)))
    with psycopg.connect(database_url) as reader:
        links = {
            (each.supplier, each.customer): each for each in chains.links("order", None, reader)
        }
        given = chains.links("order", 5 * 3600, reader)
    for pair in (("desk", "stock"), ("stock", "desk")):
        link = links[pair]
        assert (link.late_by, link.agreements) == (LateBy.AGREEMENT, ("counts",))
        assert link.late_after_seconds is None
        assert (link.late.until_end.cases, link.timely.until_end.cases) == (20, 40)
        assert link.added is not None
        assert link.added_behind is not None
        assert 3.8 * 3600 < link.added.low < link.added.high < 4 * 3600
        assert link.added_behind.low <= 0 <= link.added_behind.high
    assert links["client", "desk"].late_by is LateBy.QUARTER
    assert links["client", "desk"].late_after_seconds == 3600
    assert {(each.agreements, each.late_after_seconds) for each in given} == {((), 5 * 3600)}
    months = database.execute(
        "SELECT supplier, customer, judged, breached FROM bi.agg_link_monthly"
        " ORDER BY supplier, customer"
    ).fetchall()
    assert [tuple(row.values()) for row in months] == [
        *(("client", "desk", 0, 0), ("desk", "client", 0, 0)),
        *(("desk", "stock", 60, 20), ("stock", "desk", 60, 20)),
    ]


def test_each_link_has_the_verdict_of_the_delivery_that_it_is_about(
    database: psycopg.Connection[Any], store: Store, applier: Applier
) -> None:
    """Of cases without any order in them, and as of several moments: held against plain loops."""
    store.activate(promised("counts", "quick counts", "answers"))
    applied(applier, *(_disorder(number, Random(number)) for number in range(60)))
    judged = set()
    for hours in (2, 9, 30, 1000):
        moment = MONDAY + timedelta(hours=hours)
        database.execute("SELECT set_config('procesmijn.as_of', %s, false)", [moment.isoformat()])
        links = database.execute("SELECT * FROM bi.fct_link").fetchall()
        deliveries = database.execute("SELECT * FROM bi.fct_delivery").fetchall()
        for link in links:
            found = {name: link[name] for name in ("agreement", "delivery_id", "is_breached")}
            of_case = [each for each in deliveries if each["case_key"] == link["case_key"]]
            assert found == _expected(link, of_case), (moment, link)
            judged.add((found["agreement"], found["is_breached"]))
    assert {("quick counts", True), ("answers", None), (None, None)} <= judged
    assert {(name, late) for name in ("counts", "answers") for late in (True, False)} <= judged


def _disorder(number: int, random: Random) -> list[Arrival]:
    """Steps at moments of their own, each by whoever does it."""
    doing = {
        "ask": "client",
        "look up": "desk",
        "count": "stock",
        "recount": "desk",
        "answer": "desk",
        "thank": "client",
        "carry": "carrier",
    }
    chosen = random.choices([*doing], k=random.randint(2, 14))
    minutes = accumulate(random.choices((5, 20, 90, 400), k=len(chosen)))
    return [
        step(f"order-{number}", activity, doing[activity], minute / 60)
        for activity, minute in zip(chosen, minutes, strict=True)
    ]


def _expected(link: Row, deliveries: Sequence[Row]) -> Row:
    """The slow, obvious way."""
    is_to = {"house": {"house", "stock"}}
    found: tuple[Any, ...] | None = None
    for each in deliveries:
        supplies = is_to.get(each["supplier"], {each["supplier"]})
        gives = link["supplier"] in supplies and link["customer"] == each["customer"]
        asks = link["supplier"] == each["customer"] and link["customer"] in supplies
        if each["requested_at"] is None or each["requested_at"] > link["delivered_at"]:
            continue
        asks = asks and link["delivered_at"] in {each["requested_at"], each["returned_at"]}
        if not gives and not asks:
            continue
        is_it = link["delivered_at"] in {each["delivered_at"], each["first_delivered_at"]}
        rank = (
            not is_it,
            -each["requested_at"].timestamp(),
            [True, False, None].index(each["is_breached"]),
            each["agreement"],
        )
        if found is None or rank < found[0]:
            found = (rank, each)
    told = found[1] if found else dict.fromkeys(("agreement", "delivery_id", "is_breached"))
    return {name: told[name] for name in ("agreement", "delivery_id", "is_breached")}
