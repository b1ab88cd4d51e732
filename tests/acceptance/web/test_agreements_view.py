"""Do we keep our word? Agreements with what came of them, what changed, and what is not agreed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch

Open = Callable[..., Page]

DUE = """due_at <= bi.as_of() AND status <> 'unasked' AND (status <> 'cancelled' OR is_breached)"""
IN_PERIOD = "due_on > bi.as_of()::date - 91 AND due_on <= bi.as_of()::date"


def test_which_agreements_are_kept_and_which_is_furthest_below(served: Served, look: Open) -> None:
    """One click."""
    page = look("/")
    page.locator(".side").get_by_role("link", name="Agreements").click()
    rows = served.rows(f"""
        SELECT agreement, share, target_share, label_en FROM (
            SELECT agreement, deliverable,
                   count(*) FILTER (WHERE status = 'met') * 1.0 / count(*) AS share
            FROM bi.fct_delivery WHERE {DUE} AND {IN_PERIOD}
            GROUP BY agreement, deliverable HAVING count(DISTINCT case_key) >= 5
        ) AS kept JOIN (
            SELECT DISTINCT ON (agreement) agreement, target_share FROM bi.dim_agreement
            ORDER BY agreement, version DESC
        ) AS terms USING (agreement) JOIN bi.dim_deliverable USING (deliverable)
        ORDER BY share - target_share""")
    kept = sum(share >= target for _, share, target, _ in rows)
    lead = page.locator(".lead")
    expect(lead).to_contain_text(f"{kept} of {len(rows)} agreements keep their promise.")
    name, share, target, label = rows[0]
    assert share < target
    expect(lead).to_contain_text(f"{label} does not: {int(share * 100)}% within")
    expect(page.locator("#h-chosen")).to_have_text(label)
    page.locator("table.lines tbody th a").first.click()
    expect(page.locator(".filter.set .value")).to_have_text(name)
    table = list(csv.DictReader(io.StringIO(fetch(f"{served.url}/agreements.csv")[1])))
    worst = next(row for row in table if row["agreement"] == name)
    assert int(worst["met"]) / int(worst["due"]) == pytest.approx(float(share))


def test_what_other_terms_would_have_made_of_it(served: Served, look: Open) -> None:
    page = look("/agreements?agreement=stock+information")
    page.get_by_label("Lead time to try").fill("16")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#tried b")).to_be_visible()
    since = served.rows("SELECT (bi.as_of()::date - 90)::text")[0][0]
    (row,) = served.procesmijn(
        *("agreements", "simulate", "--lead-time", "16 hours", "--agreement", "stock information"),
        *("--from", since, "--format", "json"),
    ).json
    said = page.locator("#tried").inner_text()
    share, n, now = re.search(r"(\d+)% of ([\d,]+) .* where (\d+)% were", said).groups()  # type: ignore[union-attr]  # fails where it is not said
    assert int(n.replace(",", "")) == row["deliveries"]
    assert (int(share), int(now)) == (
        int(row["share_met_if_tried"] * 100),
        int(row["share_met"] * 100),
    )
    assert f"{row['gained']:,} gained, {row['lost']:,} lost" in said
    assert page.locator(".narrow .drop").count() == 2


def test_what_changed_when_the_terms_did(served: Served, look: Open) -> None:
    """Two clicks from the start: the view, and the agreement."""
    versions = served.rows(f"""
        SELECT agreement, a.version, x.label_en, count(*), count(*) FILTER (WHERE status = 'met')
        FROM bi.fct_delivery d JOIN bi.dim_agreement a USING (agreement, version, deliverable)
        JOIN bi.dim_deliverable x USING (deliverable)
        WHERE {DUE} AND agreement IN (SELECT agreement FROM bi.dim_agreement WHERE version = 2)
        GROUP BY agreement, a.version, x.label_en HAVING count(DISTINCT case_key) >= 5
        ORDER BY 1, 2""")
    assert len(versions) == 2, "one agreement has changed"
    page = look("/")
    page.locator(".side").get_by_role("link", name="Agreements").click()
    page.locator("table.lines tbody").get_by_role("link", name=versions[0][2]).click()
    table = page.locator("table.versions tbody tr")
    expect(table).to_have_count(2)
    for row, (_, number, _, due, met) in zip(table.all(), versions, strict=True):
        assert row.locator("th").inner_text() == f"v{number}"
        cells = [cell.inner_text() for cell in row.locator("td").all()]
        assert cells[-2:] == [f"{due:,}", f"{int(met * 100 / due)}%"]
    expect(page.locator(".flag .tag")).to_have_text("v2")
    expect(page.locator(".verdict").first).to_contain_text("since version 2")


def test_which_pairs_no_agreement_covers(served: Served, look: Open) -> None:
    """One click."""
    page = look("/agreements")
    found = served.procesmijn(
        *("agreements", "check", "--format", "json", "--from"),
        served.rows("SELECT (bi.as_of()::date - 90)::text")[0][0],
    )
    bare = [
        (row["process"], row["supplier"], row["customer"], row["handovers"])
        for row in json.loads(found.out)
        if row["finding"] == "no agreement" and row["cases"] >= 5
    ]
    assert bare
    table = list(csv.DictReader(io.StringIO(fetch(f"{served.url}/uncovered.csv")[1])))
    named = ("process", "supplier", "customer")
    told = [
        (*(row[name].removeprefix("'") for name in named), int(row["handovers"])) for row in table
    ]
    assert told == bare
    expect(page.locator("table.bare tbody tr")).to_have_count(min(len(bare), 25))
    assert fetch(f"{served.url}/agreements?agreement=nothing")[0] == 404


@pytest.mark.parametrize(
    ("language", "theme", "width", "script"),
    [("en", "light", 1280, True), ("nl", "dark", 360, True), ("nl", "light", 768, False)],
)
def test_agreements_are_for_everybody(
    look: Open, language: str, theme: str, width: int, script: bool
) -> None:
    page = look("/agreements?agreement=order+placed&tried=5", language, theme, width, script)
    expect(page.locator("#tried b")).to_be_visible()
    expect(page.locator("table.lines tbody tr").nth(5)).to_be_visible()
    if script:
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
