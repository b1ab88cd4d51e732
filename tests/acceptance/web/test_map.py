"""The process map as people use it: what they read on it is what the database says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import unquote_plus

from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch
from tests.acceptance.web.test_page import PERIOD

Open = Callable[..., Page]


def test_where_time_is_lost(served: Served, look: Open) -> None:
    """One click: the process. Another chooses the path."""
    page = look("/")
    page.locator(".processes").get_by_role("link", name="Onboarding").click()
    before, after, supplier, customer, cases = served.rows(f"""
        SELECT h.from_activity, h.to_activity, s.label_en, c.label_en, count(DISTINCT h.case_key)
        FROM bi.fct_handover h
        JOIN bi.dim_party s ON s.party = h.supplier JOIN bi.dim_party c ON c.party = h.customer
        WHERE {PERIOD} AND process = 'onboarding' GROUP BY 1, 2, 3, 4, c.calendar
        HAVING count(DISTINCT h.case_key) >= 5
        ORDER BY sum(h.wait_working_seconds) / CASE c.calendar WHEN 'always' THEN 24
            WHEN 'customer_service' THEN 12 WHEN 'servicedesk' THEN 10.5 WHEN 'warehouse' THEN 16
            ELSE 8 END DESC LIMIT 1""")[0]
    expect(page.locator(".lead")).to_contain_text(
        f"Onboarding loses most time between {supplier} and {customer}:"
    )
    edge = page.locator(f"a.edge[aria-label^='{before} to {after}, {supplier} to {customer}']")
    expect(edge).to_have_attribute("aria-label", re.compile(rf", {cases} cases, median "))
    page.locator("table.paths tbody th a").first.click()
    expect(page.locator("tr.selected th")).to_have_text(f"{before} → {after}")
    expect(page.locator("figure.map.chosen a.edge.selected").first).to_be_attached()
    expect(page.locator(".below .says")).to_contain_text(f"in {cases} cases wait")
    page.keyboard.press("Escape")
    expect(page.locator("tr.selected")).to_have_count(0)


def test_which_ways_most_cases_take(served: Served, look: Open) -> None:
    """Two clicks: the process, and all of the ways that have 80% of its cases."""
    ways = served.rows("""
        SELECT count(*) FROM bi.fct_case
        WHERE process = 'it_service' AND variant_key <> 0
          AND started_at > bi.as_of()::date - 90 GROUP BY variant_key ORDER BY count(*) DESC""")
    page = look("/")
    page.locator(".processes").get_by_role("link", name="IT").first.click()
    shown = page.locator("table.variants tbody tr")
    expect(shown).to_have_count(5)
    page.get_by_role("link", name="80% of the cases take").click()
    expect(shown.nth(5)).to_be_visible()
    numbers = [int(each.replace(",", "")) for each in shown.locator("td b").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) > 5
    assert abs(numbers[0] - ways[0][0]) <= ways[0][0] * 0.05
    shown.first.locator("a").click()
    expect(page.locator("tr.selected")).to_have_count(1)
    assert "variant=" in page.url
    expect(page.locator(".basis")).to_contain_text(" cases with work completed")


def test_a_slider_leaves_out_what_is_rare(look: Open) -> None:
    page = look("/map?process=onboarding")
    edges = page.locator("svg.drawing > a.edge:not(.figure)")
    expect(edges.first).to_be_attached()
    everything = edges.count()
    nodes = page.locator("svg.drawing > g.node").count()
    slider = page.get_by_label("Paths", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**paths=0**")
    expect(slider).to_be_focused()
    expect(page.locator(".map-legend")).to_contain_text("paths under 100% of cases hidden")
    expect(page.locator("svg.drawing > g.node")).to_have_count(nodes)
    assert nodes - 1 <= edges.count() < everything
    assert page.locator("table.paths tbody tr").count() == min(edges.count(), 25)


def test_the_map_is_walked_with_the_keyboard(look: Open) -> None:
    page = look("/map?process=onboarding")
    expect(page.locator("svg.drawing [tabindex='0']")).to_have_count(1)
    page.locator("svg.drawing [tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    edge = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert edge.startswith(first.split(",")[0])
    page.keyboard.press("ArrowRight")
    node = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert f" to {node.split(',')[0]}, " in edge
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("n")
    below = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "below target" in below
    page.keyboard.press("Enter")
    page.wait_for_url("**select=**")
    expect(page.locator("a.edge.selected").first).to_have_attribute("aria-label", below)


def test_the_map_without_script_and_as_files(served: Served, look: Open) -> None:
    page = look("/map?process=onboarding&paths=0", language="nl", script=False)
    expect(page.locator("figure.map")).to_contain_text("De tabel hieronder zegt hetzelfde")
    rows = page.locator("table.paths tbody tr").count()
    assert rows > 5
    page.get_by_role("button", name="Toepassen").last.click()
    assert "paths=0" in page.url
    _, text, _ = fetch(f"{served.url}/map.csv?process=onboarding&paths=0")
    written = list(csv.DictReader(io.StringIO(text)))
    assert len(written) == rows
    assert min(int(row["cases"]) for row in written) >= 5
    handed = {
        (row[0], row[1]): row[2:]
        for row in served.rows(f"""
            SELECT from_activity, to_activity, count(*), count(DISTINCT case_key),
                   percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_working_seconds)
            FROM bi.fct_handover h WHERE {PERIOD} AND process = 'onboarding' GROUP BY 1, 2""")
    }
    for row in written:
        if row["kind"] == "handover":
            n, cases, ninety = handed[row["from_activity"], row["to_activity"]]
            assert (int(row["passes"]), int(row["cases"])) == (n, cases)
            assert abs(float(row["wait_working_seconds_p90"]) - float(ninety)) < 0.001


def test_the_model_is_drawn_and_can_be_taken_along(served: Served, look: Open) -> None:
    page = look("/map?process=training")
    page.locator(".segments").get_by_role("link", name="BPMN").click()
    expect(page.locator(".bpmn .djs-shape").first).to_be_visible(timeout=60_000)
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    href = page.locator("a.button[download]").get_attribute("href") or ""
    assert unquote_plus(href).startswith("/map.bpmn?process=training")
    _, text, headers = fetch(served.url + href)
    assert headers["content-type"].startswith("application/xml")
    assert (
        text.count("<bpmn:task ") == page.locator(".bpmn .djs-shape[data-element-id^=task]").count()
    )
