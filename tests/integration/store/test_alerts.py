"""Alerts to the second: by the calendar of the supplier, by periods, by refused records."""

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
from procesmijn.store.alerts import alerts
from procesmijn.store.filters import Period
from schemas.event import Event
from tests.integration.store.test_cadences import CATALOGUE as CADENCES
from tests.integration.store.test_cadences import held

CATALOGUE = (
    CADENCES.replace("legal: {}}", "legal: {}, desk: {}}")
    + """
processes:
  flow: {case: flow, activities: {ask: {}, answer: {}}}
deliverables:
  answer: {supplier: desk}
agreements:
  answers:
    deliverable: answer
    customer: sales
    process: flow
    requested: ask
    delivered: answer
    lead_time: 1 day
channels:
  events: {kind: topic}
alerts:
  nearly: {when: about to be late, before: 8 hours, parties: organisation, channels: events}
  late: {when: late, agreements: answers, channels: events}
  silent: {when: cadence missed, parties: payroll, channels: events}
  refused: {when: dead letters rising, least: 4, channels: events}
"""
)
FRIDAY = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(
    database_url: str, store: Store, applier: Applier
) -> Iterator[psycopg.Connection[Any]]:
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def told(connection: psycopg.Connection[Any], kind: str) -> list[tuple[Any, ...]]:
    query = "SELECT alert_at, alert_on, due_at, supplier, customer, topic FROM bi.alert_due"
    return connection.execute(f"{query} WHERE kind = %s ORDER BY alert_at", [kind]).fetchall()


def test_what_is_about_to_be_late_is_told_so_many_working_hours_before(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Asked on Friday for Monday at five: eight hours before is nine on Monday, no earlier."""
    asked = Event(
        source="/test",
        id="ask",
        type="step",
        occurred_us=int(FRIDAY.timestamp()) * 1_000_000,
        objects=(("flow", "F1"),),
        process="flow",
        activity="ask",
        party="sales",
    )
    applier.apply(Batch(arrivals=(Arrival(asked),)))
    nine, five = (datetime(2026, 3, 9, hour, tzinfo=UTC) for hour in (8, 16))
    pair = ("desk", "sales", None)
    assert told(database, "about to be late") == [(nine, date(2026, 3, 9), five, *pair)]
    assert told(database, "late") == [(five, date(2026, 3, 9), five, *pair)]
    monday = Period(date(2026, 3, 9), date(2026, 3, 10))
    columns, rows = alerts(monday, "flow", "sales", database)
    assert [row["alert"] for row in rows] == ["late", "nearly"]
    assert columns[0] == "alert_id"
    assert not [*alerts(monday.before or monday, None, None, database).rows]
    assert not [*alerts(monday, None, "payroll", database).rows]
    early = asked._replace(id="answer", activity="answer", occurred_us=asked.occurred_us + 1)
    applier.apply(Batch(arrivals=(Arrival(early),)))
    assert told(database, "late") == told(database, "about to be late") == []


def test_a_period_without_a_conversation_is_told_when_it_is_over(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    talks = (
        held(date(2026, 1, 20), "hr", "payroll"),
        held(date(2026, 3, 2), "payroll", "hr"),
        held(date(2026, 3, 31), "hr", "payroll"),
    )
    applier.apply(Batch(arrivals=talks))
    database.execute("SET procesmijn.as_of = '2026-04-20 12:00+00'")
    rows = database.execute(
        "SELECT cadence, alert_at, supplier, customer FROM bi.alert_due"
        " WHERE kind = 'cadence missed' AND alert_at < '2026-03-10' ORDER BY alert_at, cadence"
    ).fetchall()
    weeks = [datetime(2026, 1, 25, 23, tzinfo=UTC) + timedelta(weeks=n) for n in range(7)]
    weekly = [("weekly", at, "payroll", "hr") for at in weeks if at.month != 3 or at.day == 1]
    february = ("talks", datetime(2026, 2, 28, 23, tzinfo=UTC), "hr", "payroll")
    assert rows == sorted([*weekly, february], key=lambda row: (row[1], row[0]))
    [(count,)] = database.execute(
        "SELECT count(*) FROM mining.alerts_between('2026-02-28 22:59+00', '2026-02-28 23:00+00')"
    )
    assert count == 1


def test_refusals_that_rise_are_told_once_an_hour_at_the_record_that_makes_them_rise(
    database: psycopg.Connection[Any],
) -> None:
    """Four in an hour are enough; after five it takes eleven."""
    minutes = [*range(0, 50, 10), *range(60, 82, 2)]
    with database.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO stream.dead_letter (topic_id, partition, "offset", topic, reason, message,'
            " recorded_at, payload_encrypted)"
            " VALUES (gen_random_uuid(), 0, %s, 'hr.events', 'not-json', '', %s, '')",
            [
                (
                    n,
                    datetime(2026, 3, 6, 9, minute % 60, tzinfo=UTC)
                    + timedelta(hours=minute // 60),
                )
                for n, minute in enumerate(minutes)
            ],
        )
    rows = told(database, "dead letters rising")
    assert [row[0] for row in rows] == [
        datetime(2026, 3, 6, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 6, 10, 20, tzinfo=UTC),
    ]
    assert {row[3:] for row in rows} == {(None, None, "hr.events")}
