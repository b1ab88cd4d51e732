"""The page as people use it: they ask by clicking, and the answer is what the database says."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import quote, unquote, unquote_plus

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.acceptance.web.conftest import Served, fetch
from tests.commands import one_line

Open = Callable[..., Page]

expect.set_options(timeout=20_000)

VIEWS = (
    "/",
    "/waits",
    "/waits?select=hr>payroll",
    "/map?process=onboarding",
    "/map?process=it_service&form=bpmn&clock=elapsed",
    "/late",
    "/late?state=paused",
    "/suppliers",
    "/suppliers?supplier=hr",
    "/customers?customer=manager&clock=elapsed",
    "/streams",
    "/streams/message",
    "/streams/catalogue",
    "/streams/suggestions?period=4w",
    "/compare?rate=55",
    "/improved?period=4w",
    "/trends?limits=yes",
    "/trends?by=pair&measure=p90&process=onboarding&supplier=hr&customer=payroll",
    "/about",
    "/waits?from=2001-01-01&to=2001-02-01&nonsense=1",
    "/nowhere",
)

WIDE = ("/waits", "/map", "/trends", "/late", "/suppliers?supplier=hr")

PERIOD = "h.picked_up_on > bi.as_of()::date - 91 AND h.picked_up_on <= bi.as_of()::date"
NOW_DUE = """due_at <= bi.as_of() AND status <> 'unasked'
    AND (status <> 'cancelled' OR is_breached)
    AND due_on > bi.as_of()::date - 91 AND due_on <= bi.as_of()::date"""


def first_row(page: Page) -> list[str]:
    """The words of the first row of the table."""
    page.wait_for_load_state()
    cells = page.locator("table.rows tbody tr").first.locator("th, td").all()
    return [" ".join(cell.inner_text().split()) for cell in cells]


@pytest.mark.parametrize(
    ("language", "theme", "width", "is_whole"),
    [("en", "light", 1280, True), ("nl", "dark", 360, True), ("nl", "light", 768, False)],
)
def test_every_view_is_for_everybody(
    look: Open, language: str, theme: str, width: int, is_whole: bool
) -> None:
    for path in VIEWS if is_whole else WIDE:
        page = look(path, language, theme, width)
        scrolls = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(scrolls), f"{path} is wider than {width}"
        assert page.locator("html").get_attribute("lang") == language
        if is_whole:
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        page.context.close()


def test_who_waits_longest_on_whom(served: Served, look: Open) -> None:
    """One click."""
    page = look("/")
    page.locator(".side").get_by_role("link", name="Who waits for whom").click()
    longest = served.rows(f"""
        SELECT s.label_en, c.label_en, count(*), count(DISTINCT h.case_key)
        FROM bi.fct_handover h
        JOIN bi.dim_party s ON s.party = h.supplier JOIN bi.dim_party c ON c.party = h.customer
        WHERE {PERIOD} GROUP BY s.label_en, c.label_en, c.calendar
        HAVING count(DISTINCT h.case_key) >= 5
        ORDER BY percentile_cont(0.5) WITHIN GROUP (ORDER BY h.wait_working_seconds)
          / CASE c.calendar WHEN 'always' THEN 24 WHEN 'customer_service' THEN 12
            WHEN 'servicedesk' THEN 10.5 WHEN 'warehouse' THEN 16 ELSE 8 END DESC LIMIT 1""")
    supplier, customer, _, cases = longest[0]
    expect(page.locator(".lead")).to_contain_text(f"{customer} waits longest, on {supplier}: ")
    row = first_row(page)
    assert row[0] == f"{supplier} → {customer}"
    assert row[5] == f"{cases:,}"


def test_a_pair_is_chosen_filtered_shared_and_undone(served: Served, look: Open) -> None:
    page = look("/waits")
    everything = page.locator("table.pairs tbody tr").count()
    assert everything > 20
    page.get_by_role("link", name="Payroll waits on Human resources").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.pairs tbody tr")).to_have_count(1)
    assert unquote(page.url).endswith("/waits?select=hr>payroll")
    expect(page.locator("a.cell.selected")).to_be_focused()
    page.get_by_role("link", name="Filter on this pair").click()
    expect(page.locator(".filter.set")).to_have_count(2)
    shared = look(page.url.removeprefix(served.url), "en")
    assert first_row(shared) == first_row(page)
    page.go_back()
    expect(page.locator("a.cell.selected")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("table.pairs tbody tr")).to_have_count(everything)
    page.keyboard.press("c")
    expect(page.locator("[data-clock][aria-current]")).to_have_text("Elapsed")
    assert "clock=elapsed" in page.url
    pinned = page.locator("[data-share]").get_attribute("href")
    assert pinned is not None
    assert "as_of=20" in pinned


def test_small_groups_are_hidden_and_in_no_total(served: Served, look: Open) -> None:
    few = served.rows(f"""
        SELECT count(*) FROM (SELECT FROM bi.fct_handover h WHERE {PERIOD}
        GROUP BY h.supplier, h.customer HAVING count(DISTINCT h.case_key) < 5) AS pair""")[0][0]
    assert few, "the organisation has pairs of few cases"
    page = look("/waits?measure=total")
    assert 0 < page.locator(".cell.few").count() <= few
    _, text, _ = fetch(f"{served.url}/waits.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert min(int(row["cases"]) for row in rows) >= 5
    assert page.locator(".matrix tbody tr").count() == 15, "past 15 parties the rest is one"
    joined = [int(each.inner_text().split()[1]) for each in page.locator("a.others").all()]
    assert page.locator("a.cell:not(.others)").count() + sum(joined) == len(rows)
    hours = sum(float(row["wait_working_seconds_sum"]) for row in rows if row["customer"] == "hr")
    expect(page.locator(".matrix tfoot")).to_contain_text(f"{round(hours / 28_800):,} d")


def test_what_is_late_and_whom_to_call(served: Served, look: Open) -> None:
    """Two clicks: the view, and the supplier."""
    late, due = served.rows("""
        SELECT count(*) FILTER (WHERE is_breached),
               count(*) FILTER (WHERE NOT COALESCE(is_breached, false) AND due_at
                   <= date_trunc('day', bi.as_of(), 'Europe/Amsterdam') + interval '1 day')
        FROM bi.fct_delivery WHERE is_open AND requested_at IS NOT NULL""")[0]
    page = look("/")
    expect(page.locator(".lead")).to_contain_text(f"{late + due} deliveries need you today.")
    page.locator(".side").get_by_role("link", name="Running late").click()
    expect(page.locator(".lead")).to_contain_text(
        f"{late} deliveries are late, {due} are due today"
    )
    page.locator(".days a").first.click()
    expect(page.locator("tbody tr.group")).to_have_count(1)
    said = served.rows("""
        SELECT d.case_key, x.contact
        FROM bi.fct_delivery d JOIN bi.dim_deliverable x USING (deliverable)
        WHERE is_open AND is_breached ORDER BY due_at, requested_at, delivery_id LIMIT 1""")[0]
    row = page.locator("table.work tbody tr:not(.group)").first
    expect(row).to_contain_text(said[0])
    expect(row).to_contain_text(f"Call: {said[1]}")
    _, text, _ = fetch(f"{served.url}/late.csv?state=late")
    first, *others = csv.DictReader(io.StringIO(text))
    assert 1 + len(others) == late
    assert first["case_key"] == said[0]
    for link, at in (
        (
            row.locator("th > a"),
            f"/suppliers?supplier={first['supplier']}&agreement={first['agreement']}",
        ),
        (row.locator("a.plain"), f"/waits?select={first['supplier']}>{first['customer']}"),
    ):
        assert unquote_plus(link.get_attribute("href") or "") == at


def test_which_supplier_was_late_most_in_a_month(served: Served, look: Open) -> None:
    """Three clicks."""
    month = served.rows("SELECT (date_trunc('month', bi.as_of()) - interval '1 month')::date")[0][0]
    page = look("/")
    page.locator(".side").get_by_role("link", name="Suppliers").click()
    page.locator("summary", has_text="Period").click()
    page.locator(".choices").get_by_role("link", name=f"{month:%B %Y}").click()
    page.wait_for_url(f"**/suppliers?period={month:%Y-%m}")
    expect(page.locator(".chip .value").first).to_have_text(f"{month:%B %Y}")
    expected = served.rows(
        """
        SELECT p.label_en, sum(late) FROM (
            SELECT supplier, agreement, count(*) FILTER (WHERE status <> 'met') AS late
            FROM bi.fct_delivery WHERE due_at <= bi.as_of() AND status <> 'unasked'
              AND (status <> 'cancelled' OR is_breached) AND date_trunc('month', due_on) = %s
            GROUP BY supplier, agreement HAVING count(DISTINCT case_key) >= 5
        ) AS each JOIN bi.dim_party p ON p.party = supplier GROUP BY p.label_en ORDER BY 2 DESC""",
        month,
    )
    shown = {
        row.locator("th").inner_text(): int(row.locator("td").nth(2).inner_text().replace(",", ""))
        for row in page.locator("table.rows tbody tr").all()
    }
    assert max(shown.items(), key=lambda each: each[1]) == (expected[0][0], int(expected[0][1]))
    assert {name: late for name, late in shown.items() if late} == {
        name: int(late) for name, late in expected if late
    }


def test_what_my_customers_get_from_me_on_which_terms(served: Served, look: Open) -> None:
    """One click, from a start view that is of me."""
    page = look("/?supplier=hr")
    page.locator(".side").get_by_role("link", name="Suppliers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Supplier: Human resources")
    promised = served.rows("""
        SELECT count(DISTINCT agreement) FROM bi.dim_agreement WHERE supplier = 'hr'""")[0][0]
    expect(page.locator("table.lines tbody tr")).to_have_count(promised)
    met, due = served.rows(f"""
        SELECT sum(met), sum(due) FROM (
            SELECT count(*) FILTER (WHERE status = 'met') AS met, count(*) AS due
            FROM bi.fct_delivery WHERE {NOW_DUE} AND supplier = 'hr'
            GROUP BY agreement HAVING count(DISTINCT case_key) >= 5) AS each""")[0]
    expect(page.locator(".lead")).to_contain_text(
        f"Human resources delivers {int(met * 100 / due)}% within agreement"
    )
    name = page.locator("table.lines tbody th").first.inner_text()
    page.locator("table.lines tbody th a").first.click()
    expect(page.locator("table.lines tbody tr")).to_have_count(1)
    expect(page.locator("table.lines tbody th")).to_have_text(name)
    expect(page.locator(".filter.set .key")).to_have_text(["Supplier", "Agreement"])


def test_which_pairs_have_no_agreement(served: Served, look: Open) -> None:
    """One click, and all rows."""
    page = look("/")
    page.locator(".side").get_by_role("link", name="Who waits for whom").click()
    page.get_by_role("link", name="All ").click()
    bare = served.rows(f"""
        SELECT count(*) FROM (SELECT h.supplier, h.customer FROM bi.fct_handover h WHERE {PERIOD}
            GROUP BY 1, 2 HAVING count(DISTINCT h.case_key) >= 5) AS pair
        WHERE NOT EXISTS (SELECT FROM bi.dim_agreement a
            WHERE (a.supplier, a.customer) = (pair.supplier, pair.customer))""")[0][0]
    expect(page.locator("table.pairs td", has_text="no agreement")).to_have_count(bare)


def test_without_script_everything_is_there(look: Open) -> None:
    page = look("/waits", script=False)
    page.locator("summary", has_text="Process").click()
    page.get_by_label("Onboarding").check()
    page.get_by_role("button", name="Apply").first.click()
    page.wait_for_url("**/waits?process=onboarding")
    expect(page.locator("table.pairs tbody tr").nth(3)).to_be_visible()
    page.locator(".side").get_by_role("button", name="NL").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie wacht op wie")
    assert "process=onboarding" in page.url
    page.locator(".side").get_by_role("button", name="Donker").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_api_says_the_same(served: Served) -> None:
    _, text, headers = fetch(f"{served.url}/api/v1/waits?process=onboarding&clock=elapsed")
    answer = json.loads(text)
    assert headers["content-type"] == "application/json"
    outcome = served.procesmijn(
        "handovers",
        "onboarding",
        "--from",
        answer["about"]["since"],
        "--to",
        answer["about"]["until"],
        "--format",
        "json",
    )
    command = {(row["supplier"], row["customer"]): row for row in outcome.json if row["cases"] >= 5}
    assert len(answer["rows"]) == len(command)
    for row in answer["rows"]:
        same = command[row["supplier"], row["customer"]]
        assert (row["handovers"], row["cases"]) == (same["handovers"], same["cases"])
        assert row["seconds_median"] == pytest.approx(same["wait_seconds_median"])
        assert row["seconds_p90"] == pytest.approx(same["wait_seconds_p90"])
    for path in ("agreements?supplier=hr", "weeks", "open-deliveries?process=training"):
        code, text, _ = fetch(f"{served.url}/api/v1/{path}")
        assert code == 200
        assert json.loads(text)["rows"]
    assert fetch(f"{served.url}/api/v1/waits?clock=sundial")[0] == 422
    contract = json.loads(fetch(f"{served.url}/api/v1/openapi.json")[1])
    assert set(contract["paths"]) == {
        f"/api/v1/{name}"
        for name in (
            *(
                "waits",
                "agreements",
                "weeks",
                "open-deliveries",
                "case",
                "chain",
                "trends",
                "compare",
                "improved",
            ),
            *("streams", "dead-letters"),
        )
    }


def test_names_from_events_are_never_markup(served: Served, look: Open) -> None:
    evil, worse = '"><img src=x onerror=alert(1)>', "=cmd|'{{7*7}}'!</td><script>alert(2)</script>"
    day = served.rows("SELECT (bi.as_of() - interval '3 days')::date")[0][0]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("case", "activity", "time", "party"))
    for number in range(6):
        writer.writerow((f"EVIL-{number}", "a<b>", f"{day}T09:00:00Z", evil))
        writer.writerow((f"EVIL-{number}", "c", f"{day}T11:00:00Z", worse))
    file = served.procesmijn.home / "evil.csv"
    file.write_text(text.getvalue())
    outcome = served.procesmijn("import", file, "--process", "complaints", "--to-store")
    assert outcome.code == 0, outcome.err
    page = look(f"/waits?supplier={quote(evil)}&select={quote(evil + '>' + worse)}")
    expect(page.locator(".lead")).to_contain_text(evil)
    assert page.locator("img, main script").count() == 0
    assert page.locator("a.cell").get_attribute("aria-label") == (
        f"{worse} waits on {evil}: median 2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00, 6 cases"
    )
    _, exported, _ = fetch(f"{served.url}/waits.csv?customer={quote(worse)}")
    assert next(csv.DictReader(io.StringIO(exported)))["customer"] == f"'{worse}"


def test_who_may_ask_and_what_a_browser_may_do(served: Served) -> None:
    code, text, headers = fetch(f"{served.url}/late?process=training")
    assert code == 200
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "style=" not in text
    [(viewer, client, address)] = served.rows(
        "SELECT viewer, client, address FROM stream.look ORDER BY look DESC LIMIT 1"
    )
    assert (viewer, client, address) == ("local", "127.0.0.1", "/late?process=training")
    assert fetch(f"{served.url}/", Host="evil.example")[0] == 400
    posted = urllib.request.Request(
        f"{served.url}/preferences", b"theme=dark", {"Sec-Fetch-Site": "cross-site"}
    )
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(posted)
    posted = urllib.request.Request(
        f"{served.url}/preferences",
        b"theme=dark&form_token=guessed",
        {"Sec-Fetch-Site": "same-origin"},
    )
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(posted)
    one_line(served.procesmijn("web", "--address", "0.0.0.0"), "nobody has to log in", 2)  # noqa: S104 - refused
    port = served.url.rpartition(":")[2]
    one_line(served.procesmijn("web", "--port", port), f"--port {port}: cannot listen", 2)


def test_a_theme_is_chosen_without_script_and_stays(look: Open) -> None:
    page = look("/about", script=False)
    page.locator(".side").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/about")


def test_a_look_that_cannot_be_written_down_shows_nothing(served: Served) -> None:
    """And what fails goes out under the same headers as what does not."""
    rename = "ALTER TABLE stream.{} RENAME TO {}"
    with psycopg.connect(served.database_url, autocommit=True) as connection:
        connection.execute(rename.format("look", "aside"))
        try:
            code, text, headers = fetch(f"{served.url}/late", **{"Accept-Language": "en"})
        finally:
            connection.execute(rename.format("aside", "look"))
    assert code == 500
    assert "This page failed" in text
    for answer in (headers, fetch(f"{served.url}/", Host="evil.example")[2]):
        assert "script-src 'self'" in answer["content-security-policy"]
        assert answer["x-content-type-options"] == "nosniff"
        assert answer["cache-control"] == "no-store"


def test_what_is_not_there_is_said(served: Served, look: Open) -> None:
    page = look("/waits?from=2001-01-01&to=2001-02-01&colour=red")
    expect(page.get_by_role("status")).to_contain_text("colour")
    expect(page.locator(".panel.state")).to_contain_text("No handovers in this period.")
    _, text, _ = fetch(f"{served.url}/waits.csv?from=2001-01-01&to=2001-02-01")
    assert text.startswith("supplier,customer,handovers,cases,")
    assert fetch(f"{served.url}/suppliers?supplier=nobody")[0] == 404
    name = served.database_url.rpartition("/")[2]
    admin = served.database_url.removesuffix(name) + "postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        try:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            code, text, _ = fetch(f"{served.url}/", **{"Accept-Language": "en"})
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert code == 503
    assert "Figures could not be read" in text
    assert fetch(f"{served.url}/")[0] == 200
