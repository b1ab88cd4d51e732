"""What customers say, as the events say it: tied to deliveries, as of a moment, and for readers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.store import Store
from procesmijn.store.filters import Period
from procesmijn.store.quality import Meant
from procesmijn.store.voice import By, voice
from schemas.event import Event

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CATALOGUE = """
parties:
  facilities: {members: 12}
  organisation: {members: 900}
  sales: {members: 30, parent: organisation}
processes:
  rooms: {case: request, activities: {ask: {}, deliver: {}}}
deliverables:
  room: {supplier: facilities}
agreements:
  room:
    deliverable: room
    customer: organisation
    process: rooms
    requested: ask
    delivered: deliver
    lead_time: 2 days
"""


@pytest.fixture
def database(database_url: str, store: Store) -> Iterator[psycopg.Connection[Any]]:
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def said(type_: str, hours: float, about: dict[str, str], **more: Any) -> Arrival:
    moment = MONDAY + timedelta(hours=hours)
    objects = tuple(sorted(about.items()))
    fields = {
        name: more.pop(name)
        for name in ("party", "receiver", "revision", "is_retracted", "process", "activity")
        if name in more
    }
    event = Event(
        source="/test",
        id=more.pop("id", f"{type_}/{hours}/{objects}"),
        type=type_,
        occurred_us=int(moment.timestamp() * 1_000_000),
        objects=objects,
        data=more,
    )
    return Arrival(event._replace(**fields))


def delivered(request: str) -> Iterator[Arrival]:
    for hours, activity, party in ((0, "ask", "sales"), (4, "deliver", "facilities")):
        about = {"request": request}
        yield said("step", hours, about, process="rooms", activity=activity, party=party)


def given(rating: str, hours: float, score: int, **more: Any) -> Arrival:
    scale = {"lowest": 0, "highest": 10, "score": score, "supplier": "facilities"}
    return said("rating.given", hours, {"rating": rating}, party="sales", **(scale | more))


HISTORY = (
    *delivered("R1"),
    said(
        "rating.requested",
        5,
        {"rating": "Q1", "request": "R1"},
        supplier="facilities",
        receiver="sales",
    ),
    given("Q1", 8, 7),
    given("Q1", 9, 9),
    said("rating.requested", 5, {"rating": "Q2"}, supplier="facilities", receiver="sales"),
    said("rating.lapsed", 30, {"rating": "Q2"}, supplier="facilities"),
    given("Q3", 6, 3, id="wrong"),
    given("Q3", 6, 6, id="wrong", revision=1),
    given("Q4", 6, 1, id="never"),
    given("Q4", 6, 1, id="never", revision=1, is_retracted=True),
    said(
        "complaint.filed",
        6,
        {"complaint": "C1", "request": "R1"},
        party="sales",
        receiver="facilities",
        supplier="facilities",
        category="late",
    ),
    said("complaint.settled", 30, {"complaint": "C1"}, party="facilities", outcome="upheld"),
    said(
        "conversation.held",
        3,
        {"conversation": "V1"},
        supplier="facilities",
        customers=["sales", "organisation"],
        party="facilities",
    ),
)


@pytest.mark.parametrize("seed", range(3))
def test_what_was_said_does_not_depend_on_how_it_came_in(
    database: psycopg.Connection[Any], applier: Applier, seed: int
) -> None:
    """In any order, twice, in batches; the later answer, the higher revision and the retraction
    stand; and a rating is of the delivery from its supplier to whom its customer belongs."""
    arrivals = [*HISTORY, *HISTORY[:5]]
    random.Random(seed).shuffle(arrivals)
    for at in range(0, len(arrivals), 4):
        applier.apply(Batch(arrivals=tuple(arrivals[at : at + 4])))
    ratings = (
        "SELECT rating_id, status, question, score, round(mark, 2)::float8, stance, case_key,"
        " delivery_id IN (SELECT delivery_id FROM bi.fct_delivery) FROM bi.fct_rating ORDER BY 1"
    )
    assert database.execute(ratings).fetchall() == [
        ("Q1", "answered", "satisfaction", 9, 9.1, "promoter", "R1", True),
        ("Q2", "lapsed", "satisfaction", None, None, None, None, None),
        ("Q3", "answered", "satisfaction", 6, 6.4, "detractor", None, None),
    ]
    complaints = (
        "SELECT complaint_id, supplier, customer, handler, category, outcome, is_open,"
        " handling_seconds, handling_working_seconds, case_key, delivery_id IS NOT NULL"
        " FROM bi.fct_complaint"
    )
    filed = ("C1", "facilities", "sales", "facilities", "late")
    assert database.execute(complaints).fetchall() == [
        (*filed, "upheld", False, 24 * 3600, 8 * 3600, "R1", True)
    ]
    talks = (
        "SELECT conversation_id, supplier, customer, held_on FROM bi.fct_conversation ORDER BY 3"
    )
    assert database.execute(talks).fetchall() == [
        ("V1", "facilities", "organisation", date(2026, 3, 2)),
        ("V1", "facilities", "sales", date(2026, 3, 2)),
    ]
    database.execute("SET procesmijn.as_of = '2026-03-02 17:30+00'")
    assert [row[:4] for row in database.execute(ratings)] == [
        ("Q1", "answered", "satisfaction", 7),
        ("Q2", "open", "satisfaction", None),
        ("Q3", "answered", "satisfaction", 6),
    ]
    assert [row[5:8] for row in database.execute(complaints)] == [(None, True, 2.5 * 3600)]


def test_the_report_has_a_row_for_all_that_was_said(applier: Applier, store: Store) -> None:
    store.activate(parse(CATALOGUE))
    pulse = {"question": "recommendation"}
    answers = [given(f"P{n}", 10, score, **pulse) for n, score in enumerate((10, 9, 9, 8, 6))]
    applier.apply(Batch(arrivals=(*HISTORY, *answers)))
    with store.reader() as connection:
        rows = voice(By.PAIR, Meant(party="sales"), Period(), connection)
        by_what = {row.said: row for row in rows}
        monthly = voice(By.MONTH, Meant(), Period(date(2026, 3, 3)), connection)
    assert [*by_what] == ["complaint", "conversation", "recommendation", "satisfaction"]
    assert {(row.supplier, row.customer) for row in rows} == {("facilities", "sales")}
    assert by_what["complaint"][4:8] == (1, None, None, 0)
    assert by_what["complaint"].handling_working_seconds_median == 8 * 3600
    assert by_what["satisfaction"][4:8] == (2, 2, 0.5, 0)
    assert by_what["satisfaction"].mark_mean is None, "of two answers"
    recommended = by_what["recommendation"]
    assert (recommended.times, recommended.asked) == (5, 0)
    assert recommended.score == pytest.approx(0.4)
    assert monthly == []


def test_readers_see_months_of_enough_answers(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    applier.apply(Batch(arrivals=tuple(given(f"Q{n}", n, 8) for n in range(4))))
    query = (
        "SELECT month, supplier, customer, asked, answered, mark_mean FROM bi.agg_rating_monthly"
    )
    database.execute("SET ROLE bi_reader")
    assert database.execute(query).fetchall() == []
    applier.apply(Batch(arrivals=(given("Q4", 5, 9),)))
    ((month, *rest, mean),) = database.execute(query).fetchall()
    assert (month, rest) == (date(2026, 3, 1), ["facilities", "sales", 5, 5])
    assert float(mean) == pytest.approx(1 + 0.9 * 8.2)
