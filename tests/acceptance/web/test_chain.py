"""Which link holds up the end customer, and what does a late one cost? Two clicks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch, serving

Open = Callable[..., Page]


def test_what_a_late_link_costs_the_end_customer(served: Served, look: Open) -> None:
    page = look("/")
    page.locator(".side").get_by_role("link", name="Chain").click()
    expect(page.locator(".lead")).to_contain_text("Customer questions: ")
    page.locator(".segments.many").get_by_role("link", name="Customer questions").click()
    page.wait_for_url("**/chain?process=customer_service")
    since = served.rows("SELECT (bi.as_of()::date - 90)::text")[0][0]
    command = served.procesmijn(
        "chain", "customer_service", "--from", since, "--format", "json"
    ).json
    links = [row for row in command if row["part"] == "link" and row["cases"] >= 5]
    told = json.loads(fetch(f"{served.url}/api/v1/chain?process=customer_service")[1])["rows"]
    table = list(csv.DictReader(io.StringIO(fetch(f"{served.url}/chain.csv")[1])))
    assert [row["supplier"] for row in table] == [row["supplier"] for row in told]
    for row, same in zip(told, links, strict=True):
        assert {name: same[name] for name in row} == pytest.approx(row)
    worst = max(
        (row for row in told if (row["added_seconds_low"] or 0) > 0),
        key=lambda row: row["added_seconds"],
    )
    labels = dict(served.rows("SELECT party, label_en FROM bi.dim_party"))
    pair = f"from {labels[worst['supplier']]} to {labels[worst['customer']]} is late, the end"
    expect(page.locator(".lead")).to_contain_text(f"Where the link {pair} customer is served")
    expect(page.locator("table.chain tbody tr")).to_have_count(len(told))
    assert page.locator(".belt a").count() == len(told)
    page.locator("table.chain tbody th a").first.click()
    page.wait_for_url("**/waits?process=customer_service&select=*")


def test_partners_are_called_so(served: Served) -> None:
    partners = replace(served.procesmijn, settings={"wording": "partners"})
    with serving(partners) as url:
        for path in ("/chain", "/waits", "/agreements"):
            text = fetch(url + path, **{"Accept-Language": "en"})[1]
            assert "eceiving partner" in text, path
            assert "Supplier" not in text
        assert "leverende partners" in fetch(f"{url}/", **{"Accept-Language": "nl"})[1].lower()


@pytest.mark.parametrize(
    ("language", "theme", "width", "script"),
    [("en", "light", 1280, True), ("nl", "dark", 360, True), ("nl", "light", 768, False)],
)
def test_the_chain_is_for_everybody(
    look: Open, language: str, theme: str, width: int, script: bool
) -> None:
    page = look("/chain?process=onboarding", language, theme, width, script)
    expect(page.locator("table.chain tbody tr").first).to_be_visible()
    if script:
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
