"""Did it help? Before and after, equal to the command, answered in two clicks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch

Open = Callable[..., Page]


def test_is_it_getting_better_since_the_agreement_changed(served: Served, look: Open) -> None:
    """Two clicks: the view, and the process."""
    agreement, process, label, day = served.rows("""
        SELECT a.agreement, a.process, p.label_en, a.valid_from
        FROM bi.dim_agreement a JOIN bi.dim_process p USING (process) WHERE a.version = 2""")[0]
    page = look("/")
    page.locator(".side").get_by_role("link", name="Before and after").click()
    page.wait_for_url("**/compare")
    page.get_by_role("link", name=label, exact=True).click()
    page.wait_for_url(f"**/compare?process={process}&agreement=*")
    command = served.procesmijn(
        "compare", process, "--agreement", agreement, "--format", "json"
    ).json
    query = f"process={process}&agreement={agreement.replace(' ', '+')}"
    told = json.loads(fetch(f"{served.url}/api/v1/compare?{query}")[1])["rows"]
    assert [row["measure"] for row in told] == [row["measure"] for row in command]
    for row, same in zip(told, command, strict=True):
        assert {name: same[name] for name in row if row[name] is not None} == pytest.approx(
            {name: value for name, value in row.items() if value is not None}
        )
    time = next(row for row in command if row["measure"] == "delivery time")
    first, second = served.rows(
        """
        SELECT avg(seconds) FILTER (WHERE NOT since), avg(seconds) FILTER (WHERE since) FROM (
            SELECT requested_on >= %s AS since, avg(supplier_clock_seconds) AS seconds
            FROM bi.fct_delivery WHERE agreement = %s AND status IN ('met', 'breached')
            GROUP BY case_key, 1) AS cases""",
        day,
        agreement,
    )[0]
    assert (time["first"], time["second"]) == pytest.approx((float(first), float(second)))
    assert time["verdict"] == "better"
    expect(page.locator(".lead")).to_contain_text(f"since the terms of “{agreement}” changed")
    expect(page.locator("table.compared")).to_contain_text(time["sentence_en"])
    assert page.locator(".forest circle").count() == sum(row["effect"] is not None for row in told)
    page.get_by_label("An hour of work costs").fill("55")
    page.get_by_role("button", name="Apply").last.click()
    expect(page.locator("table.compared")).to_contain_text("The cost of a case")
    page.locator("table.compared tbody th a").first.click()
    page.wait_for_url("**/trends?*")
    expect(page.locator(".flag text")).to_have_text(f"{agreement} v2")


def test_without_a_change_it_is_this_period_beside_the_one_before(
    served: Served, look: Open
) -> None:
    since, before, until = served.rows(
        "SELECT (d - 90)::text, (d - 181)::text, (d + 1)::text"
        " FROM (SELECT bi.as_of()::date AS d) AS today"
    )[0]
    command = served.procesmijn(
        *("compare", "it_service", "--at", since, "--from", before, "--to", until),
        *("--rate", "40", "--format", "json"),
    ).json
    text = fetch(f"{served.url}/compare.csv?process=it_service&rate=40")[1]
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["sentence_nl"] for row in table] == [row["sentence_nl"] for row in command]
    assert "cost" in {row["measure"] for row in table}
    page = look("/compare?process=it_service", "nl", script=False)
    expect(page.locator(".segments [aria-current]").last).to_have_text(
        "Deze periode, naast die ervoor"
    )
    expect(page.locator("table.compared tbody tr").first).to_be_visible()


def test_what_improved_is_what_the_command_says(served: Served, look: Open) -> None:
    since, until = served.rows(
        "SELECT (d - 27)::text, (d + 1)::text FROM (SELECT bi.as_of()::date AS d) AS x"
    )[0]
    command = served.procesmijn(
        *("report", "improved", "--from", since, "--to", until, "--all", "--format", "json")
    ).json
    told = json.loads(fetch(f"{served.url}/api/v1/improved?period=4w")[1])["rows"]
    assert told
    assert [row["sentence_en"] for row in told] == [row["sentence_en"] for row in command]
    assert [row["improvement"] for row in told] == [row["improvement"] for row in command]
    sure = [row for row in told if row["verdict"] in ("better", "worse")]
    page = look("/improved?period=4w")
    expect(page.locator("table.compared tbody tr")).to_have_count(len(sure) or min(len(told), 25))
