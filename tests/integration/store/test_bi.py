"""What BI tools read: columns, comments, roles, and what readers do not get to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.store import Store
from schemas.event import Event

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
READERS_VIEWS = {
    *("agg_handover_monthly", "dim_party", "dim_process", "dim_activity", "dim_date"),
    *("dim_deliverable", "dim_agreement", "agg_delivery_monthly", "agg_link_monthly"),
    *("agg_quality_monthly", "agg_rating_monthly", "agg_deviation_monthly", "dim_rule"),
}
FACT_VIEWS = {
    *("fct_handover", "fct_pending", "fct_case", "fct_delivery", "removed"),
    *("agg_handover_daily", "agg_delivery_daily", "fct_link", "fct_forecast"),
    *("fct_repeat", "fct_return", "fct_rating", "fct_complaint", "fct_conversation"),
    *("fct_cadence", "fct_grade", "fct_deviation", "alert_due"),
}

CATALOGUE = """
parties:
  hr: {members: 12}
  payroll: {members: 8, parent: finance}
  finance: {members: 40}
  clerks: {members: 2, parent: payroll}
  lonely: {members: 1}
processes:
  flow: {case: flow, activities: {done: {}}, end: [done]}
"""

AGREEMENT = CATALOGUE.replace("{done: {}}", "{ask: {}, answer: {}, done: {}}")
AGREEMENT += """
deliverables:
  answer: {supplier: payroll}
agreements:
  answers:
    deliverable: answer
    customer: hr
    process: flow
    requested: ask
    delivered: answer
    lead_time: 1 day
"""


@pytest.fixture
def database(database_url: str, store: Store) -> Iterator[psycopg.Connection[Any]]:
    """A session with all rights, on a database with a small catalogue."""
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def us(hours: float) -> int:
    """Microseconds since 1970 of some hours after Monday morning."""
    return int((MONDAY + timedelta(hours=hours)).timestamp() * 1_000_000)


def step(case: str, hours: float, activity: str, party: str, **more: Any) -> Arrival:
    """A generic step some hours after Monday morning."""
    return Arrival(
        Event(
            source="/test",
            id=f"{case}/{activity}/{hours}",
            type="step",
            occurred_us=us(hours),
            objects=(("flow", case),),
            process="flow",
            activity=activity,
            party=party,
            **more,
        )
    )


def passed(cases: int, supplier: str, customer: str) -> Batch:
    """As many cases in which the supplier hands over to the customer, two hours later."""
    return Batch(
        arrivals=tuple(
            arrival
            for case in range(cases)
            for arrival in (
                step(f"{supplier}-{customer}-{case}", 0, "ask", supplier),
                step(f"{supplier}-{customer}-{case}", 2, "answer", customer),
            )
        )
    )


def test_every_column_says_what_it_means(database: psycopg.Connection[Any]) -> None:
    """Tools show comments beside columns; a view without one is a riddle."""
    silent = database.execute(
        """
        SELECT c.relname, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'bi'::regnamespace
          AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)
        """
    ).fetchall()
    assert silent == []
    views = database.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'bi'::regnamespace"
    ).fetchall()
    assert {name for (name,) in views} == READERS_VIEWS | FACT_VIEWS


def test_a_reader_sees_months_and_dimensions_and_nothing_else(
    database: psycopg.Connection[Any],
) -> None:
    """Not the facts, not the days, not the tables below; an analyst sees all of bi."""
    database.execute("SET ROLE bi_reader")
    for view in READERS_VIEWS:
        database.execute(f"SELECT * FROM bi.{view} LIMIT 1").fetchall()
    for view in FACT_VIEWS:
        with pytest.raises(pg.InsufficientPrivilege):
            database.execute(f"SELECT * FROM bi.{view}")
    with pytest.raises(pg.InsufficientPrivilege):
        database.execute("SELECT * FROM mining.handover")
    database.execute("SET ROLE bi_analyst")
    for view in READERS_VIEWS | FACT_VIEWS:
        database.execute(f"SELECT * FROM bi.{view} LIMIT 1").fetchall()
    with pytest.raises(pg.InsufficientPrivilege):
        database.execute("SELECT * FROM stream.event")


def test_small_groups_are_hidden_from_readers_and_small_parties_report_as_their_parent(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Five cases show, four do not; two clerks are payroll; one without a parent, or undeclared,
    is not named at all; and within one reported party there is no handover."""
    applier.apply(passed(4, "hr", "finance"))
    applier.apply(passed(5, "hr", "clerks"))
    applier.apply(passed(6, "payroll", "clerks"))
    applier.apply(passed(7, "hr", "lonely"))
    applier.apply(passed(8, "hr", "stranger"))
    shown = database.execute(
        "SELECT supplier, customer, month, handovers, cases, wait_seconds_p50"
        " FROM bi.agg_handover_monthly"
    ).fetchall()
    assert shown == [("hr", "payroll", date(2026, 3, 1), 5, 5, 7200.0)]
    daily = database.execute(
        "SELECT supplier, customer, handovers, cases, wait_seconds_mean, wait_working_seconds_p90"
        " FROM bi.agg_handover_daily ORDER BY handovers"
    ).fetchall()
    assert [row[:4] for row in daily] == [
        ("hr", "finance", 4, 4),
        ("hr", "clerks", 5, 5),
        ("payroll", "clerks", 6, 6),
        ("hr", "lonely", 7, 7),
        ("hr", "stranger", 8, 8),
    ]
    assert all(row[4:] == (7200, 7200) for row in daily)


def test_pending_ends_with_the_customers_next_event_and_depends_on_the_moment(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Named on Monday at 11:00 local, picked up five hours later: pending only in between."""
    arrivals = (
        step("1", 0, "ask", "hr", receiver="payroll"),
        step("1", 5, "answer", "payroll"),
    )
    applier.apply(Batch(arrivals=arrivals))
    assert database.execute("SELECT * FROM bi.fct_pending").fetchall() == []
    database.execute("SET procesmijn.as_of = '2026-03-02 13:30+00'")
    pending = database.execute(
        "SELECT process, case_key, supplier, customer, activity, delivered_at, delivered_on,"
        " waiting_seconds, waiting_working_seconds FROM bi.fct_pending"
    ).fetchall()
    assert pending == [
        ("flow", "1", "hr", "payroll", "ask", MONDAY, date(2026, 3, 2), 3.5 * 3600, 3.5 * 3600)
    ]
    assert database.execute("SELECT count(*) FROM bi.fct_handover").fetchone() == (0,)


def test_what_a_late_event_takes_away_is_listed_as_removed(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """An event in between makes another handover; who loads increments learns which one went."""
    applier.apply(Batch(arrivals=(step("1", 0, "ask", "hr"), step("1", 4, "answer", "payroll"))))
    ((before, change_id),) = database.execute(
        "SELECT handover_id, change_id FROM bi.fct_handover"
    ).fetchall()
    (bound,) = database.execute("SELECT bi.safe_change_id()").fetchone() or (None,)
    assert change_id < bound
    applier.apply(Batch(arrivals=(step("1", 2, "check", "payroll"),)))
    removed = database.execute("SELECT kind, handover_id, change_id FROM bi.removed").fetchall()
    assert [(kind, key) for kind, key, _ in removed] == [("handover", before)]
    assert removed[0][2] >= bound


def test_a_case_is_open_until_its_end_activity(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """And its cycle time is from first start to last completion."""
    applier.apply(Batch(arrivals=(step("1", 0, "ask", "hr"), step("1", 3, "answer", "payroll"))))
    query = "SELECT is_open, cycle_seconds, started_on, events, handovers, parties FROM bi.fct_case"
    assert database.execute(query).fetchone() == (True, 10_800, date(2026, 3, 2), 2, 1, 2)
    applier.apply(Batch(arrivals=(step("1", 4, "done", "hr"),)))
    assert database.execute(query).fetchone() == (False, 14_400, date(2026, 3, 2), 3, 2, 2)


def test_a_case_as_of_an_earlier_moment_has_not_ended_yet(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """Nor is anything known of how long it takes; one that begins later is not there."""
    applier.apply(
        Batch(
            arrivals=(
                step("1", 0, "ask", "hr"),
                step("1", 4, "done", "payroll", started_us=us(3)),
                step("2", 3, "ask", "hr"),
            )
        )
    )
    query = (
        "SELECT case_key, ended_at, is_open, cycle_seconds, processing_seconds"
        " FROM bi.fct_case ORDER BY case_key"
    )
    assert database.execute(query).fetchall() == [
        ("1", MONDAY + timedelta(hours=4), False, 14_400, 3_600),
        ("2", MONDAY + timedelta(hours=3), True, 0, 0),
    ]
    database.execute("SET procesmijn.as_of = '2026-03-02 12:00+00'")
    assert database.execute(query).fetchall() == [("1", None, True, None, None)]


def test_aggregates_speak_of_now_so_that_no_two_moments_can_be_subtracted(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """A reader who may choose the moment would see what the sixth case added to five."""
    applier.apply(passed(6, "hr", "payroll"))
    query = "SELECT supplier, customer, cases FROM bi.agg_handover_"
    for moment in ("", "2026-03-01 00:00+00"):
        database.execute("SELECT set_config('procesmijn.as_of', %s, false)", (moment,))
        for view in ("daily", "monthly"):
            shown = database.execute(f"{query}{view}".encode()).fetchall()
            assert shown == [("hr", "payroll", 6)]


def test_aggregates_of_deliveries_are_as_of_a_moment_that_readers_cannot_choose(
    database: psycopg.Connection[Any], store: Store, applier: Applier
) -> None:
    """Five are due on Tuesday 17:00, three are delivered by then, one more an hour later."""
    store.activate(parse(AGREEMENT))
    asked = [step(f"{n}", 0, "ask", "hr") for n in range(5)]
    answered = [step(f"{n}", 24 if n < 3 else 32, "answer", "payroll") for n in range(4)]
    applier.apply(Batch(arrivals=(*asked, *answered)))
    daily = "SELECT sum(due), sum(met), sum(overdue), sum(delivered) FROM bi.agg_delivery_daily"
    monthly = daily.replace("daily", "monthly")

    def seen(query: str, moment: str) -> tuple[Any, ...]:
        database.execute("SELECT set_config('procesmijn.as_of', %s, false)", (moment,))
        row: tuple[Any, ...] | None = database.execute(query.encode()).fetchone()
        assert row is not None
        return row

    now, then = "2026-03-04 00:00+00", "2026-03-03 16:30+00"
    assert seen(daily, "2026-03-02 16:00+00") == (None, None, None, None)
    assert seen(daily, then) == (5, 3, 2, 3)
    assert seen(daily, now) == (5, 3, 1, 4)
    assert seen(monthly, then)[:3] == (5, 3, 2)
    database.execute("SET ROLE bi_reader")
    assert seen(monthly, then) == seen(monthly, now) == seen(monthly, "")


def test_what_is_pending_has_a_key_that_stays_and_is_listed_when_it_is_taken_away(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """A correction that names nobody takes it away; one that names another party keeps the key."""
    query = "SELECT pending_id, customer FROM bi.fct_pending"
    asked = step("1", 0, "ask", "hr", receiver="payroll")
    applier.apply(Batch(arrivals=(asked,)))
    ((key, _),) = database.execute(query).fetchall()
    corrected = asked.event._replace(receiver="finance", revision=1)
    applier.apply(Batch(arrivals=(Arrival(corrected),)))
    assert database.execute(query).fetchall() == [(key, "finance")]
    applier.apply(Batch(arrivals=(Arrival(corrected._replace(receiver=None, revision=2)),)))
    assert database.execute(query).fetchall() == []
    removed = database.execute("SELECT kind, pending_id, handover_id FROM bi.removed").fetchall()
    assert removed == [("pending", key, None)]


def test_every_name_in_a_fact_is_in_its_dimension_for_those_who_see_the_facts(
    database: psycopg.Connection[Any], applier: Applier
) -> None:
    """A join loses nothing; and a reader learns no name that the catalogue does not declare."""
    applier.apply(passed(1, "hr", "stranger"))
    applier.apply(Batch(arrivals=(step("9", 0, "hand over", "hr", receiver="nobody"),)))
    parties = "SELECT party, label_en, calendar FROM bi.dim_party WHERE NOT is_declared ORDER BY 1"
    activities = "SELECT process, activity, is_end FROM bi.dim_activity WHERE NOT is_declared"
    database.execute("SET ROLE bi_analyst")
    assert database.execute(parties).fetchall() == [
        ("nobody", "nobody", "office"),
        ("stranger", "stranger", "office"),
    ]
    assert sorted(database.execute(activities).fetchall()) == [
        ("flow", "answer", None),
        ("flow", "ask", None),
        ("flow", "hand over", None),
    ]
    assert database.execute("SELECT count(*) FROM bi.dim_party WHERE is_declared").fetchone() == (
        5,
    )
    database.execute("SET ROLE bi_reader")
    assert database.execute(parties).fetchall() == []
    assert database.execute(activities).fetchall() == []
    assert database.execute("SELECT count(*) FROM bi.dim_party").fetchone() == (5,)
    assert database.execute("SELECT activity FROM bi.dim_activity").fetchall() == [("done",)]


def test_dates_know_the_calendars_that_work(database: psycopg.Connection[Any]) -> None:
    """King's Day and a Sunday are closed for the office; nothing is for always."""
    rows = database.execute(
        "SELECT date, iso_weekday, month_nl, working_calendars FROM bi.dim_date"
        " WHERE date IN ('2026-04-27', '2026-04-28', '2026-05-03') ORDER BY date"
    ).fetchall()
    assert rows == [
        (date(2026, 4, 27), 1, "april", ["always"]),
        (date(2026, 4, 28), 2, "april", ["always", "office"]),
        (date(2026, 5, 3), 7, "mei", ["always"]),
    ]
    assert database.execute("SELECT count(*) FROM bi.dim_date").fetchone() == (47_482,)
