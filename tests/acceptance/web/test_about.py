"""Can I trust it? Every figure leads to its definition, and what is odd in the data is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served

Open = Callable[..., Page]

VIEWS = (
    "/",
    "/waits",
    "/late",
    "/suppliers",
    "/suppliers?supplier=hr",
    "/customers?customer=manager",
    "/agreements?agreement=order+placed",
    "/chain",
    "/map?process=onboarding",
    "/streams?topic=procesmijn.events",
)

UNDEFINED = """() => {
  const isDefined = (one) => one.querySelector('a[href*="/about"][href*="#"]') !== null;
  const bare = [];
  for (const head of document.querySelectorAll("main thead:not(.unseen) th.n"))
    if (!isDefined(head)) bare.push(head.innerText);
  const pictures = "svg.chart, svg.belt, svg.timeline, svg.spark, svg.move, .matrix, .network svg,"
    + " .pile, .figure .value, .days, table.rows td.n, .needs";
  for (const part of document.querySelectorAll("main section, main figure, main dl.keys > div"))
    if (part.querySelector(pictures) && !isDefined(part)) bare.push(part.innerText.slice(0, 60));
  return bare;
}"""
LINKS = """() => [...new Set([...document.querySelectorAll('main a[href*="/about"][href*="#"]')]
  .map((each) => each.href.split("#")[1]))]"""


@pytest.fixture(scope="module")
def views(served: Served) -> tuple[str, ...]:
    """All that show figures."""
    process, case = served.rows(
        "SELECT process, case_key FROM bi.fct_delivery WHERE is_open ORDER BY 1, 2 LIMIT 1"
    )[0]
    return (*VIEWS, f"/case?process={process}&case={case}")


def test_every_figure_leads_to_its_definition(look: Open, views: tuple[str, ...]) -> None:
    about = look("/about")
    defined = {each.get_attribute("id") for each in about.locator(".definitions > div").all()}
    assert len(defined) >= 13
    for path in views:
        page = look(path)
        assert page.evaluate(UNDEFINED) == [], path
        used = page.evaluate(LINKS)
        assert used, path
        assert set(used) <= defined, path
        page.context.close()


def test_what_is_odd_in_the_data_is_said(served: Served, look: Open) -> None:
    page = look("/about", width=360)
    outside, corrected, unassigned = served.rows("""
        SELECT (SELECT count(*) FROM bi.fct_handover WHERE is_outside_calendar),
               (SELECT count(*) FROM stream.superseded),
               (SELECT sum(unassigned) FROM mining."case")""")[0]
    facts = page.locator(".facts > div")
    for label, value in (
        ("Handovers that waited in no working hour", outside),
        ("Corrected or retracted", corrected),
        ("Events without a party", unassigned),
    ):
        expect(facts.filter(has_text=label).locator("dd").first).to_have_text(f"{value:,}")
    expect(page.locator("#reliability")).to_contain_text("delivered in time ÷ due")
    expect(page.locator("main > p.note")).to_contain_text("Europe/Amsterdam")
