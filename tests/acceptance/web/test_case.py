"""Where is a case, who has it, and when will it be done? Two clicks from anywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch

Open = Callable[..., Page]

OPEN = """
    SELECT process, case_key
    FROM bi.fct_delivery JOIN bi.fct_forecast f USING (process, case_key)
    WHERE is_open AND f.expected_at IS NOT NULL
    GROUP BY process, case_key
    HAVING NOT bool_or(COALESCE(is_breached, false)) AND bool_and(due_at IS NOT NULL)
    ORDER BY count(*) DESC, max(requested_at) DESC LIMIT 1"""


@pytest.fixture(scope="module")
def running(served: Served) -> tuple[str, str]:
    """A case in which something is open and of which the end is expected: process and key."""
    process, case = served.rows(OPEN)[0]
    return process, case


def test_where_is_a_case_and_when_will_it_be_done(
    served: Served, look: Open, running: tuple[str, str]
) -> None:
    _, case = running
    page = look("/")
    page.locator(".side").get_by_label("Where is case").fill(case)
    page.locator(".side").get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Case {case}")
    expected, due, deliverable = served.rows(
        """SELECT to_char(f.expected_at AT TIME ZONE 'Europe/Amsterdam', 'HH24:MI'),
                  to_char(d.due_at AT TIME ZONE 'Europe/Amsterdam', 'HH24:MI'), x.label_en
           FROM bi.fct_forecast f JOIN bi.fct_delivery d USING (process, case_key)
           JOIN bi.dim_deliverable x USING (deliverable)
           WHERE case_key = %s AND is_open ORDER BY due_at LIMIT 1""",
        case,
    )[0]
    lead = " ".join(page.locator(".lead").inner_text().split())
    assert " this case now" in lead
    assert f"{deliverable} is promised for" in lead
    assert f" {due}. The case is expected to end" in lead
    assert lead.endswith(f" {expected}.")
    promised = served.rows("SELECT count(*) FROM bi.fct_delivery WHERE case_key = %s", case)[0][0]
    expect(page.locator("#table tbody tr")).to_have_count(promised)
    assert page.locator(".timeline .promise").count() == promised
    for wrong, said in ((case[:-1] + "x", "Did you mean one of these?"), ("zzz", "Nor one that")):
        expect(look(f"/case?case={wrong}").locator(".lead")).to_contain_text(said)


def test_whoever_a_delivery_lies_with_has_its_case(served: Served, look: Open) -> None:
    rows = list(csv.DictReader(io.StringIO(fetch(f"{served.url}/late.csv")[1])))
    others = [row for row in rows if row["with_party"] != row["supplier"]]
    assert others, "some deliveries were passed on to others"
    answer = json.loads(fetch(f"{served.url}/api/v1/open-deliveries")[1])["rows"]
    assert [row["with_party"] for row in answer] == [row["with_party"] for row in rows]
    for row in (others[0], others[-1], rows[0]):
        at = f"process={row['process']}&case={quote(row['case_key'])}"
        told = json.loads(fetch(f"{served.url}/api/v1/case?{at}")[1])
        command = served.procesmijn("track", row["process"], row["case_key"], "--format", "json")
        assert command.json == told
        held = {holder["party"]: holder["since"] for holder in told["holders"]}
        assert row["with_party"] in held
    first = look(f"/late?process={rows[0]['process']}").locator("table.work tbody tr").nth(1)
    with_party = served.rows(
        "SELECT label_en FROM bi.dim_party WHERE party = %s", rows[0]["with_party"]
    )[0][0]
    expect(first).to_contain_text(with_party)
    first.locator("th .sub a").click()
    expect(first.page.locator(".lead")).to_contain_text(with_party)
    assert fetch(f"{served.url}/api/v1/case?process=training&case=nothing")[0] == 404


@pytest.mark.parametrize(
    ("language", "theme", "width", "script"),
    [("en", "light", 1280, True), ("nl", "dark", 360, False), ("nl", "light", 768, True)],
)
def test_a_case_is_for_everybody(
    look: Open, running: tuple[str, str], language: str, theme: str, width: int, script: bool
) -> None:
    process, case = running
    for path in (f"/case?process={process}&case={case}", f"/case?case={case[:-1]}x"):
        page = look(path, language, theme, width, script)
        expect(page.locator("main table.rows").first).to_be_visible()
        if script:
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert Axe().run(page).violations_count == 0, path
