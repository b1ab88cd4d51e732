"""Who has spoken with whom in time, by the calendar, as of any moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.store import Store
from procesmijn.store.cadences import cadences
from schemas.event import Event

CATALOGUE = """
parties: {hr: {}, payroll: {}, organisation: {}, sales: {parent: organisation}, legal: {}}
cadences:
  talks:
    supplier: hr
    customers: [payroll, organisation, legal]
    every: month
    since: 2026-01-01
  weekly:
    supplier: payroll
    customers: hr
    every: week
"""


def held(day: date, supplier: str, *customers: str) -> Arrival:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Arrival(
        Event(
            source="/calendar",
            id=f"{day}/{supplier}",
            type="conversation.held",
            occurred_us=int(moment.timestamp()) * 1_000_000,
            objects=(("conversation", f"{day}/{supplier}"),),
            party=supplier,
            data={"supplier": supplier, "customers": list(customers)},
        )
    )


@pytest.fixture
def database(
    database_url: str, store: Store, applier: Applier
) -> Iterator[psycopg.Connection[Any]]:
    """Hr speaks with payroll in January, February and April, with sales in January only, with legal
    never; payroll with hr in one week."""
    store.activate(parse(CATALOGUE))
    talks = (
        held(date(2026, 1, 20), "hr", "payroll", "sales"),
        held(date(2026, 2, 3), "hr", "payroll"),
        held(date(2026, 4, 30), "hr", "payroll"),
        held(date(2026, 3, 2), "payroll", "hr"),
    )
    applier.apply(Batch(arrivals=talks))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_late_never_due_and_kept_are_by_the_calendar(database: psycopg.Connection[Any]) -> None:
    query = (
        "SELECT customer, status, last_held_on, due_on, periods, kept, missed FROM bi.fct_cadence"
        " WHERE cadence = 'talks' ORDER BY customer"
    )
    january = date(2026, 1, 20)
    for moment, wanted in {
        "2026-03-31 21:59+00": [
            ("legal", "never", None, date(2026, 3, 31), 2, 0, 2),
            ("organisation", "late", january, date(2026, 3, 31), 2, 1, 1),
            ("payroll", "due", date(2026, 2, 3), date(2026, 3, 31), 2, 2, 0),
        ],
        "2026-03-31 22:00+00": [  # the first of April in Amsterdam
            ("legal", "never", None, date(2026, 4, 30), 3, 0, 3),
            ("organisation", "late", january, date(2026, 4, 30), 3, 1, 2),
            ("payroll", "late", date(2026, 2, 3), date(2026, 4, 30), 3, 2, 1),
        ],
        "2026-04-30 13:00+00": [
            ("legal", "never", None, date(2026, 4, 30), 3, 0, 3),
            ("organisation", "late", january, date(2026, 4, 30), 3, 1, 2),
            ("payroll", "kept", date(2026, 4, 30), date(2026, 5, 31), 3, 2, 0),
        ],
    }.items():
        database.execute("SELECT set_config('procesmijn.as_of', %s, false)", [moment])
        assert database.execute(query).fetchall() == wanted


def test_those_that_are_late_come_first(database: psycopg.Connection[Any], store: Store) -> None:
    database.execute("SET procesmijn.as_of = '2026-03-03 12:00+00'")
    columns, rows = cadences(None, None, database)
    assert "status" in columns
    assert [(row["supplier"], row["customer"], row["status"]) for row in rows] == [
        ("hr", "organisation", "late"),
        ("hr", "legal", "never"),
        ("hr", "payroll", "due"),
        ("payroll", "hr", "kept"),
    ]
    assert [row["customer"] for row in cadences("legal", None, database).rows] == ["legal"]
    assert not [*cadences("payroll", "late", database).rows]
    database.execute("RESET procesmijn.as_of")
    [weekly] = [row for row in cadences("payroll", None, database).rows if row["every"] == "week"]
    assert weekly["kept"] == 1
    assert weekly["periods"] - weekly["missed"] == 7, (
        "from the week of 19 January to that of 2 March"
    )
