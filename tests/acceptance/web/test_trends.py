"""What changes when? Any measure by any dimension, equal to SQL, with what is usual."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch

Open = Callable[..., Page]

SINCE = "date_trunc('week', bi.as_of()::date - 90)::date"
MET = f"""
    SELECT supplier, date_trunc('week', due_on)::date::text, count(*),
           count(*) FILTER (WHERE status = 'met'), count(DISTINCT (process, case_key))
    FROM bi.fct_delivery
    WHERE due_at <= bi.as_of() AND (status <> 'cancelled' OR is_breached) AND status <> 'unasked'
      AND due_on >= {SINCE}
    GROUP BY 1, 2"""
OTHERS = {
    "median": f"""
        SELECT process, date_trunc('week', picked_up_on)::date::text,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_working_seconds::float8)
        FROM bi.fct_handover WHERE picked_up_on >= {SINCE} GROUP BY 1, 2""",
    "right": f"""
        SELECT process, date_trunc('week', delivered_on)::date::text,
               avg(is_first_time_right::int)::float8
        FROM bi.fct_delivery WHERE NOT is_open AND status <> 'cancelled' AND delivered_on >= {SINCE}
          AND is_first_time_right IS NOT NULL GROUP BY 1, 2""",
    "delivery": f"""
        SELECT process, date_trunc('week', delivered_on)::date::text,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY supplier_clock_seconds::float8)
        FROM bi.fct_delivery WHERE NOT is_open AND status NOT IN ('cancelled', 'unasked')
          AND delivered_on >= {SINCE} GROUP BY 1, 2""",
    "rework": f"""
        SELECT h.process, h.week, COALESCE(r.n, 0)::float8 / h.n FROM (
            SELECT process, date_trunc('week', picked_up_on)::date::text AS week, count(*) AS n
            FROM bi.fct_handover WHERE picked_up_on >= {SINCE} GROUP BY 1, 2) AS h
        LEFT JOIN (
            SELECT process, date_trunc('week', completed_on)::date::text AS week, count(*) AS n
            FROM bi.fct_repeat WHERE supplier IS NOT NULL AND customer IS NOT NULL GROUP BY 1, 2
        ) AS r USING (process, week)""",
    "rating": f"""
        SELECT process, date_trunc('week', asked_on)::date::text, avg(mark)::float8
        FROM bi.fct_rating WHERE question = 'satisfaction' AND status = 'answered'
          AND process IS NOT NULL AND asked_on >= {SINCE} GROUP BY 1, 2""",
    "cycle": f"""
        SELECT process, week::text,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY cycle_seconds::float8)
        FROM (SELECT *, date_trunc('week', ended_at AT TIME ZONE 'Europe/Amsterdam')::date AS week
              FROM bi.fct_case WHERE is_open = false) AS c
        WHERE week >= {SINCE} GROUP BY 1, 2""",
}


def told(served: Served, query: str) -> list[dict[str, object]]:
    """What the API says."""
    rows: list[dict[str, object]] = json.loads(fetch(f"{served.url}/api/v1/trends?{query}")[1])[
        "rows"
    ]
    return rows


def test_shares_by_week_are_those_of_sql_and_what_is_usual_is_that_of_the_definition(
    served: Served, look: Open
) -> None:
    page = look("/")
    page.locator(".side").get_by_role("link", name="Trends").click()
    page.get_by_role("link", name="Within agreement", exact=True).click()
    page.wait_for_url("**/trends?measure=met")
    page.get_by_role("group", name="For each").get_by_role("link", name="Supplier").click()
    page.wait_for_url("**/trends?measure=met&by=supplier")
    sql = {(supplier, week): row for supplier, week, *row in served.rows(MET)}
    rows = told(served, "measure=met&by=supplier")
    assert {(row["supplier"], row["since"]) for row in rows} == set(sql)
    for row in rows:
        due, met, cases = sql[str(row["supplier"]), str(row["since"])]
        if cases < 5:
            assert (row["n"], row["value"]) == (None, None)
        else:
            assert (row["n"], row["hits"], row["cases"]) == (due, met, cases)
            assert row["value"] == pytest.approx(met / due)
    few = sum(cases < 5 for _, _, cases in sql.values())
    expect(page.locator("#table .note").first).to_contain_text(f"of {len(sql) - few} shown")
    judged = {row["supplier"] for row in rows if row["usual"] is not None}
    assert judged
    for supplier in judged:
        own = [row for row in rows if row["supplier"] == supplier]
        whole = [
            float(str(row["value"]))
            for row in own
            if row["value"] is not None and not row["is_running"]
        ]
        spread = 3 / 1.128 * fmean(abs(b - a) for a, b in pairwise(whole))
        if not any(row["changed"] for row in own):
            assert own[0]["usual"] == pytest.approx(fmean(whole))
            assert own[0]["usual_low"] == pytest.approx(max(fmean(whole) - spread, 0))
    page.locator(".multiples h3 a").first.click()
    expect(page.locator(".chart.large")).to_be_visible()
    expect(page.locator(".filter.set .key")).to_have_text("Supplier")
    page.get_by_role("link", name="Drawn").click()
    expect(page.locator(".chart .usual")).to_have_count(2)


@pytest.mark.parametrize("measure", OTHERS)
def test_every_measure_is_that_of_sql(served: Served, measure: str) -> None:
    sql = {(process, week): value for process, week, value in served.rows(OTHERS[measure])}
    rows = [row for row in told(served, f"measure={measure}") if row["value"] is not None]
    assert rows
    for row in rows:
        assert row["value"] == pytest.approx(sql[str(row["process"]), str(row["since"])])


def test_a_command_a_file_and_the_page_say_the_same(served: Served, look: Open) -> None:
    since = served.rows("SELECT (bi.as_of()::date - 90)::text")[0][0]
    command = served.procesmijn(
        *("trend", "met", "--by", "agreement", "--each", "month"),
        "--from",
        since,
        "--format",
        "json",
    ).json
    rows = told(served, "measure=met&by=agreement&each=month")
    text = fetch(f"{served.url}/trends.csv?measure=met&by=agreement&each=month")[1]
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(command) == len(rows) == len(table)
    for row, same, cells in zip(rows, command, table, strict=True):
        assert cells["agreement"] == row["agreement"] == same["agreement"]
        if row["value"] is not None:
            assert {name: same[name] for name in row} == pytest.approx(row)
    changed = served.rows("SELECT agreement FROM bi.dim_agreement WHERE version = 2")[0][0]
    page = look(f"/trends?measure=met&agreement={changed.replace(' ', '+')}&by=agreement")
    expect(page.locator(".flag text")).to_have_text(f"{changed} v2")
    expect(page.locator("table.trend")).to_contain_text(f"{changed} v2")
    assert fetch(f"{served.url}/api/v1/trends?measure=cycle&by=pair")[0] == 422


@pytest.mark.parametrize(
    "name",
    [
        *("waits", "map", "late", "case", "suppliers", "customers", "agreements", "chain"),
        *("compare", "improved", "trends", "uncovered"),
    ],
)
def test_every_table_is_a_file_with_types(served: Served, name: str) -> None:
    case = served.rows("SELECT case_key FROM bi.fct_case WHERE process = 'onboarding' LIMIT 1")[0][
        0
    ]
    query = f"process=onboarding&case={case}" if name == "case" else "period=4w"
    rows = list(csv.DictReader(io.StringIO(fetch(f"{served.url}/{name}.csv?{query}")[1])))
    with urllib.request.urlopen(f"{served.url}/{name}.parquet?{query}") as answer:
        table = pl.read_parquet(answer.read())
    assert len(rows) == len(table) > 0
    assert list(rows[0]) == table.columns
    for column in table.columns:
        cells = [row[column] for row in rows]
        if table[column].dtype.is_numeric():
            known = [float(cell) if cell else None for cell in cells]
            assert table[column].to_list() == pytest.approx(known)
        elif table[column].dtype.is_temporal():
            said = [None if cell is None else cell.isoformat() for cell in table[column]]
            assert [each and each.replace("+00:00", "Z") for each in said] == [
                cell or None for cell in cells
            ]


def test_trends_need_no_script(look: Open) -> None:
    page = look("/trends?limits=yes", "nl", script=False)
    expect(page.locator("table.trend tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Maanden").click()
    expect(page.locator("table.trend tbody tr").first).to_be_visible()
