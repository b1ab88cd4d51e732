"""What had to be done again: returns and repeats in the views, as of a moment, and for readers."""

from __future__ import annotations

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
from procesmijn.store.quality import Meant, quality
from schemas.event import Event

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CATALOGUE = """
parties: {hr: {members: 12}, payroll: {members: 8}, clerk: {members: 1}}
processes:
  joining:
    case: employee
    activities: {ask: {}, deliver: {}, refuse: {}, accept: {}, file: {}}
deliverables:
  data: {supplier: hr}
agreements:
  data:
    deliverable: data
    customer: payroll
    process: joining
    requested: ask
    delivered: deliver
    returned: refuse
    accepted: accept
    lead_time: 2 days
"""


@pytest.fixture
def database(database_url: str, store: Store) -> Iterator[psycopg.Connection[Any]]:
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def told(case: str, *steps: tuple[float, str, str, float | None]) -> Iterator[Arrival]:
    """Steps of a case: hours after Monday morning, activity, party, and the hour of its start."""
    for hours, activity, party, since in steps:
        started_us = None if since is None else _us(since)
        event = Event(
            source="/test",
            id=f"{case}/{hours}",
            type="step",
            occurred_us=_us(hours),
            objects=(("employee", case),),
            process="joining",
            activity=activity,
            party=party,
            started_us=started_us,
        )
        yield Arrival(event)


def _us(hours: float) -> int:
    return int((MONDAY + timedelta(hours=hours)).timestamp() * 1_000_000)


TWICE = (
    (0, "ask", "payroll", None),
    (2, "deliver", "hr", None),
    (3, "refuse", "payroll", None),
    (7, "deliver", "hr", 6),
    (8, "refuse", "payroll", None),
    (10, "deliver", "hr", None),
    (11, "accept", "payroll", None),
)
"""Hr delivers, and payroll refuses it twice."""


def test_a_return_is_timed_until_it_is_delivered_again(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    applier.apply(Batch(arrivals=tuple(told("1", *TWICE))))
    query = (
        "SELECT supplier, customer, nth, returned_on, redelivered_at - returned_at,"
        " recovery_seconds, recovery_working_seconds FROM bi.fct_return ORDER BY nth"
    )
    day, hour = date(2026, 3, 2), timedelta(hours=1)
    first = ("hr", "payroll", 1, day, 4 * hour, 4 * 3600, 4 * 3600)
    assert database.execute(query).fetchall() == [
        first,
        ("hr", "payroll", 2, day, 2 * hour, 2 * 3600, 0),
    ]
    database.execute("SET procesmijn.as_of = '2026-03-02 18:00+00'")
    assert database.execute(query).fetchall() == [first, ("hr", "payroll", 2, day, None, 3600, 0)]
    database.execute("SET procesmijn.as_of = '2026-03-02 11:30+00'")
    assert database.execute(query).fetchall() == []


def test_a_repeat_is_of_those_between_whom_it_arose(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Hr does its own again: for payroll, which handed it back; once more, by itself; and what hr
    had done payroll does after it."""
    more = ((12, "file", "hr", None), (13, "file", "hr", None), (14, "file", "payroll", None))
    applier.apply(Batch(arrivals=tuple(told("1", *TWICE, *more))))
    query = (
        "SELECT activity, kind, party, supplier, customer, held_seconds, rework_seconds,"
        " parties_behind, handover_id IN (SELECT handover_id FROM bi.fct_handover)"
        " FROM bi.fct_repeat ORDER BY completed_at"
    )
    deliver = ("deliver", "pingpong", "hr", "hr", "payroll")
    refuse = ("refuse", "pingpong", "payroll", "payroll", "hr")
    rows = [
        (*deliver, 4 * 3600, 3600, 1, True),
        (*refuse, 3600, None, 1, True),
        (*deliver, 2 * 3600, None, 1, True),
        ("file", "own", "hr", "hr", None, None, None, 1, None),
        ("file", "by-another", "payroll", "hr", "payroll", 3600, None, 0, True),
    ]
    assert database.execute(query).fetchall() == rows
    database.execute("SET procesmijn.as_of = '2026-03-02 17:30+00'")
    assert database.execute(query).fetchall() == [rows[0], (*refuse, 3600, None, 0, True)]


def test_readers_see_months_of_enough_cases(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Five cases show, four do not, and a party of one is not named."""
    own = ((20, "file", "hr", None), (21, "file", "hr", None))
    lone = ((30, "file", "clerk", None), (31, "file", "clerk", None))
    cases = [told(f"{n}", *TWICE, *(own if n < 4 else ()), *lone) for n in range(5)]
    applier.apply(Batch(arrivals=tuple(arrival for case in cases for arrival in case)))
    shown = database.execute(
        "SELECT kind, supplier, customer, month, times, cases, timed, recovery_seconds_sum"
        " FROM bi.agg_quality_monthly ORDER BY kind, supplier"
    ).fetchall()
    march, hour = date(2026, 3, 1), 3600
    assert shown == [
        ("pingpong", "hr", "payroll", march, 10, 5, 5, 5 * hour),
        ("pingpong", "payroll", "hr", march, 5, 5, 0, 0),
        ("return", "hr", "payroll", march, 10, 5, 10, 5 * 6 * hour),
    ]


def test_what_cost_those_behind_it_most_comes_first(
    database: psycopg.Connection[Any], applier: Applier, store: Store
) -> None:
    applier.apply(Batch(arrivals=tuple(told("1", *TWICE))))
    with store.reader() as connection:
        _, rows = quality(Meant("joining", "hr"), Period(date(2026, 3, 2)), connection)
        assert [
            (row["kind"], row["supplier"], row["times"], row["of"], row["behind_seconds_sum"])
            for row in rows
        ] == [
            ("pingpong", "hr", 2, 3, 6 * 3600),
            ("return", "hr", 2, 1, 6 * 3600),
            ("pingpong", "payroll", 1, 3, 3600),
        ]
        assert not quality(Meant("joining"), Period(None, date(2026, 3, 2)), connection).rows
