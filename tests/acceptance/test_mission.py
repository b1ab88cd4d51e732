"""The page that says what it is all for is kept: each command runs, each view and test is there.

Each test runs the commands of its row as they stand on the page, on the demonstration organisation.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from procesmijn.embedded import Embedded
from tests.commands import Outcome, Procesmijn

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "mission.md").read_text("utf-8")
AGAIN: Final = "Seasonal data delivered"
_SETTING: Final = "PROCESMIJN_"


class Row(NamedTuple):
    """What the page names for one thing that is asked for."""

    commands: list[str]
    views: list[str]
    tests: list[str]


def rows() -> dict[str, Row]:
    cells = (line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| K"))
    return {
        key: Row(*(re.findall(r"`([^`]+)`", cell) for cell in (commands, views, tests)))
        for key, _, commands, views, tests in cells
    }


ROWS: Final = rows()
Told = Callable[[str], list[Any]]


class Demo(NamedTuple):
    """The demonstration organisation, filled in as the page says."""

    commands: Procesmijn
    database_url: str


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    [fill] = re.findall(r"^    procesmijn (demo .*)$", PAGE, re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as folder:
        home = Path(folder) / "home"
        filled = Procesmijn(home)(*fill.split())
        assert filled.code == 0, filled.err
        with Embedded(home / "demo", kafka=False) as servers:
            yield Demo(Procesmijn(home / "demo"), servers.database_url)


@pytest.fixture
def told(demo: Demo) -> Told:
    """What the commands of a row say: as JSON, or where they print for people, as text."""

    def told(key: str) -> list[Any]:
        return [_run(command, demo.commands) for command in ROWS[key].commands]

    return told


def _run(command: str, procesmijn: Procesmijn) -> Any:
    words = shlex.split(command)
    at = words.index("procesmijn")
    settings = dict(word.removeprefix(_SETTING).lower().split("=") for word in words[:at])
    is_printed = bool(settings) or not {"print", "summary"}.isdisjoint(words)
    form = () if is_printed else ("--format", "json")
    outcome = procesmijn(*words[at + 1 :], *form, **settings)
    if is_printed:
        assert outcome.code == 0, outcome.err
        return outcome.out
    is_finding = outcome.code == 1 and re.match(r"[\d,]+ differences? between", outcome.err)
    assert outcome.code == 0 or is_finding, outcome.err
    return Outcome(0, outcome.out, outcome.err).json


def only(listed: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """The one row that is like this."""
    [row] = [each for each in listed if wanted.items() <= each.items()]
    return row


def test_the_page_names_what_is_there(demo: Demo) -> None:
    """Every view has rows, every test is one, and every row has a test here that runs it."""
    here = Path(__file__).read_text("utf-8")
    for key, row in ROWS.items():
        assert row.commands
        assert row.views
        assert f'told("{key}")' in here
        for test in row.tests:
            path, _, name = test.partition("::")
            assert f"\ndef {name}(" in (ROOT / path).read_text("utf-8"), test
    with psycopg.connect(demo.database_url) as connection:
        for view in {view for row in ROWS.values() for view in row.views}:
            assert connection.execute(f"SELECT FROM {view} LIMIT 1".encode()).rowcount, view


def test_k1_declared_and_discovered_customers(told: Told) -> None:
    [found] = told("K1")
    several = [row for row in found if row["finding"] == "several customers"]
    assert {"manager", "employee"} <= {row["customer"] for row in several}


def test_k2_agreements_have_versions(told: Told) -> None:
    [listed] = told("K2")
    placed = [row for row in listed if row["agreement"] == "order placed"]
    assert [(row["version"], row["lead_time"]) for row in placed] == [(1, "8 days"), (2, "3 days")]
    assert placed[0]["valid_until"] == placed[1]["valid_from"]


def test_k3_performance_is_held_against_what_was_agreed(told: Told) -> None:
    [report] = told("K3")
    stock = only(report, agreement="stock information")
    assert stock["due"] > 300
    assert stock["share_met"] < stock["target_share"] - 0.1


def test_k4_three_processes_of_human_resources(told: Told) -> None:
    recruitment, onboarding, training = told("K4")
    assert only(recruitment, supplier="manager", customer="hr")["handovers"] > 10
    assert only(onboarding, supplier="hr", customer="payroll")["handovers"] > 10
    assert only(onboarding, supplier="hr", customer="employee")["wait_seconds_median"] > 0
    assert only(training, supplier="hr", customer="manager")["handovers"] > 10


def test_k5_what_a_department_gives_and_gets(told: Told) -> None:
    given, got, asked, waited_for = told("K5")
    assert {row["supplier"] for row in given} == {"hr"}
    assert {"manager", "employee", "payroll"} <= {row["customer"] for row in given}
    seasonal = only(got, agreement="seasonal data")
    assert seasonal["share_first_time_right"] < seasonal["first_time_right_target"] - 0.1
    assert {row["customer"] for row in asked} == {"organisation"}
    assert sum(row["delivered"] for row in asked) > 50
    assert {"delivery", "pick-up"} == {row["waiting_for"] for row in waited_for}


def test_k6_what_runs_is_expected_to_end(told: Told) -> None:
    running, scores = told("K6")
    expected = [row for row in running if row["expected_at"]]
    assert expected
    assert all(row["earliest_at"] <= row["expected_at"] <= row["latest_at"] for row in expected)
    *_, total = scores
    assert total["forecasts"] > 100
    assert 0.7 < total["share_within"] < 0.9


def test_k7_what_customers_say(told: Told) -> None:
    [said] = told("K7")
    complaints = [row for row in said if row["said"] == "complaint"]
    assert sum(row["times"] for row in complaints) > 10
    assert all(row["supplier"] == "it" for row in complaints)
    assert any(row["handling_working_seconds_median"] for row in complaints)
    assert only(said, said="conversation", supplier="hr", customer="payroll")["times"] > 0
    marks = [row["mark_mean"] for row in said if row["said"] == "satisfaction"]
    assert any(marks)


def test_k22_who_is_recommended_and_how_sure_that_is(told: Told) -> None:
    """The service desk is rated lower since the first of June."""
    overall, by_month = told("K22")
    desk = only(overall, supplier="servicedesk", said="recommendation")
    assert 0.2 < desk["share_answered"] < 0.8
    assert -1 <= desk["score_low"] < desk["score"] < desk["score_high"] <= 1
    marks = {row["month"]: row for row in by_month if row["said"] == "satisfaction"}
    assert marks["2026-06-01"]["mark_high"] < marks["2026-05-01"]["mark_low"]


def test_k8_a_service_catalogue_with_what_was_measured(told: Told) -> None:
    [page] = told("K8")
    assert all(words in page for words in ("Filled vacancy", "How to ask", "on time"))
    assert "As of 29\xa0Jun\xa02026" in page


def test_k9_one_link_holds_up_those_behind_it(told: Told) -> None:
    [chain] = told("K9")
    assert sum(row["share"] for row in chain) == pytest.approx(1)
    assert sum(row["share_working"] or 0 for row in chain) == pytest.approx(1)
    warehouse = only(chain, supplier="customer_service", customer="warehouse")
    assert 24 * 3600 < warehouse["added_seconds_low"] < warehouse["added_seconds_high"] < 96 * 3600


def test_k10_what_is_done_again_and_between_whom(told: Told) -> None:
    """The warehouse delivers payroll data that payroll rejects."""
    [report] = told("K10")
    returned = only(report, kind="return", supplier="warehouse", customer="payroll")
    again = only(report, kind="pingpong", supplier="warehouse", customer="payroll", what=AGAIN)
    assert returned["share"] > 0.3
    assert returned["times"] == again["times"] > 5
    assert returned["recovery_seconds_sum"] == again["held_seconds_sum"]
    assert again["behind_seconds_sum"] > again["held_seconds_sum"]


def test_k11_what_nobody_agreed_on(told: Told) -> None:
    [found] = told("K11")
    pair = only(found, finding="no agreement", supplier="marketing", customer="legal")
    assert pair["wait_seconds_sum"] > 0


def test_k12_reliability_and_its_trend(told: Told) -> None:
    """The warehouse answers late since the middle of May."""
    before, since = (only(part, agreement="stock information") for part in told("K12"))
    assert before["share_met"] > since["share_met"] + 0.2


def test_a_report_says_what_changed_since_the_period_before(demo: Demo) -> None:
    """Of five weeks on either side of the day on which the warehouse began to answer late."""
    asked = ("report", "supplier", "warehouse", "--format", "json")
    beside = demo.commands(*asked, "--from", "2026-05-18", "--to", "2026-06-22")
    slipped = only(beside.json, agreement="stock information")
    [before] = [
        row
        for row in demo.commands(*asked, "--from", "2026-04-13", "--to", "2026-05-18").json
        if row["agreement"] == "stock information"
    ]
    assert (slipped["due_before"], slipped["share_met_before"]) == (
        before["due"],
        before["share_met"],
    )
    change = slipped["share_met"] - before["share_met"]
    assert slipped["share_met_change"] == pytest.approx(change)
    assert slipped["share_met_change_low"] < change < slipped["share_met_change_high"] < -0.1
    assert slipped["trend"] == "worse"
    assert "beside 2026-04-13 to 2026-05-18; open, overdue and oldest" in beside.err
    lately = demo.commands(*asked).err
    assert "due and delivered from 2026-03-31 to 2026-06-30, beside 2025-12-30" in lately
    assert "are of 2026-06-29 08:00Z" in lately


def test_other_terms_are_tried_at_the_moment_that_the_store_speaks_of(demo: Demo) -> None:
    """What is not due yet is not late: on the terms as agreed, the figures are those as kept."""
    of_all = ("--from", "2020-01-01", "--format", "json")
    report = demo.commands("report", "supplier", "warehouse", *of_all).json
    kept = only(report, agreement="goods received")
    asked = ("agreements", "simulate", "--agreement", "goods received", "--format", "json")
    [tried] = demo.commands(*asked, "--lead-time", kept["lead_time"]).json
    assert (tried["deliveries"], tried["share_met"]) == (kept["due"], kept["share_met"])
    assert kept["open"] > kept["overdue"]


def test_an_empty_answer_says_why(demo: Demo) -> None:
    """Which option leaves nothing over; and that there was nothing yet."""
    early = demo.commands("pending", "--party", "hr", "--as-of", "2020-01-01T00:00Z").err
    assert early.startswith("nothing is waited for as of 2020-01-01 00:00Z\n")
    assert "procesmijn agreements check" in early
    elsewhere = demo.commands("pending", "--party", "hr", "--process", "customer_service").err
    assert re.search(r"without --party there are \d", elsewhere)
    late = demo.commands(
        "deliveries", "--agreement", "order placed", "--due-before", "2020-01-01"
    ).err
    assert late.startswith(
        "there are no such deliveries as of 2026-06-29 08:00Z\nwithout --due-before"
    )


def test_pending_work_is_of_cases_that_run(demo: Demo) -> None:
    with psycopg.connect(demo.database_url) as connection:
        closed = """SELECT count(*), count(*) FILTER (WHERE NOT c.is_open)
                    FROM bi.fct_pending JOIN bi.fct_case AS c USING (process, case_key)"""
        [(pending, after_the_end)] = connection.execute(closed)
    assert pending > after_the_end == 0


def test_k15_a_customer_takes_part_in_the_last_interview(told: Told) -> None:
    rules, deviations = told("K15")
    last = only(rules, rule="customer in the last interview")
    assert "Interview held" in last["sentence_en"]
    assert 0.1 < last["share_deviating"] < 0.8
    assert only(rules, rule="filled or withdrawn")["deviating_cases"] == 0
    assert {each["rule"] for each in deviations} == {last["rule"]}
    assert len({each["case_key"] for each in deviations}) == last["deviating_cases"]


def test_k14_who_has_not_spoken_in_time(told: Told) -> None:
    """Purchasing has stopped speaking with its customers."""
    listed, never = told("K14")
    assert {row["supplier"] for row in never} == {"purchasing"}
    assert {row["status"] for row in listed} >= {"never", "kept"}
    assert all(row["last_held_on"] is None for row in never)


def test_k16_before_and_after_with_and_without(told: Told) -> None:
    """Purchasing orders faster since the agreement was tightened; nothing else of it moved."""
    orders, tickets = told("K16")
    time = only(orders, measure="delivery time")
    assert time["verdict"] == "better"
    assert time["low"] < time["high"] < 0
    assert 2 < time["first"] / time["second"] < 6
    assert "beter" in time["sentence_nl"]
    assert "better" in time["sentence_en"]
    assert only(orders, measure="cycle time")["verdict"] != "worse"
    cost, work = (only(tickets, measure=measure) for measure in ("cost", "work"))
    assert cost["first"] == pytest.approx(work["first"] / 3600 * 55)
    assert cost["cases_second"] > 100


def test_k18_what_improved_most(told: Told) -> None:
    [moved] = told("K18")
    assert moved == sorted(moved, key=lambda row: -row["improvement"])
    assert all(row["p_adjusted"] <= 0.05 for row in moved)
    best = {(row["process"], row["agreement"], row["measure"]) for row in moved[:3]}
    assert ("purchasing", "order placed", "delivery time") in best
    assert all(row["verdict"] == "better" for row in moved[:2])


def test_k19_internal_and_end_customers(told: Told) -> None:
    for part in told("K19"):
        roles = {
            row["customer"]: row["customer_role"] for row in part if row["customer"] is not None
        }
        assert {each for each, role in roles.items() if role == "end"} == {"end_customer"}
        assert roles["sales"] == "internal"


def test_k20_every_chain_has_an_end_and_all_are_partners(told: Told) -> None:
    chain, report = told("K20")
    links = [row for row in chain if row["part"] == "link"]
    assert {row["process"] for row in links if row["chain_ends"] == "end customer"} == {
        *("customer_service", "product_information"),
    }
    others = [row for row in links if row["chain_ends"] == "through others"]
    assert others
    assert all(row["way"][-1] == "end_customer" for row in others)
    assert all(row["chain_ends"] for row in links)
    heading = " ".join(report.splitlines()[:2]).split()  # it is a line or two
    assert {"delivering", "receiving"} <= set(heading)
    assert not {"supplier", "customer"} & set(heading)


def test_k21_staff_roles_with_their_measures(told: Told, demo: Demo) -> None:
    by_role: dict[str, list[dict[str, Any]]] = {}
    for row in (row for kept in told("K21") for row in kept):
        by_role.setdefault(row["staff_role"], []).append(row)
    assert set(by_role) == {"supporting", "regulating", "executing", "advising"}
    assert all(row["delivered"] for row in by_role["executing"])
    for role in ("supporting", "regulating"):
        assert all(row["supplier_clock_seconds_median"] is not None for row in by_role[role])
    checked = only(by_role["regulating"], agreement="requisition approved")
    advised = only(by_role["advising"], agreement="legal advice")
    with psycopg.connect(demo.database_url) as connection:
        [(approved, rejected, share_followed)] = connection.execute(
            """SELECT count(*) FILTER (WHERE type = 'requisition.approved'),
                      count(*) FILTER (WHERE type = 'requisition.rejected'),
                      count(*) FILTER (WHERE outcome = 'followed')::float8
                          / count(*) FILTER (WHERE outcome IN ('followed', 'not-followed'))
               FROM (SELECT type, data ->> 'outcome' AS outcome FROM stream.event) AS said"""
        )
        [(of_months, share)] = connection.execute(
            """SELECT sum(rejected), (sum(rejected) / sum(approved + rejected))::float8
               FROM bi.agg_delivery_monthly WHERE agreement = 'requisition approved'"""
        )
    assert checked["rejected"] == rejected > 10
    assert checked["share_rejected"] == pytest.approx(rejected / (approved + rejected))
    assert 0 < of_months <= rejected  # less where a month has too few cases
    assert share == pytest.approx(checked["share_rejected"], abs=0.05)
    assert advised["share_followed"] == pytest.approx(share_followed)


def test_k17_people_are_told_what_needs_them(told: Told, demo: Demo) -> None:
    """Everything that was late that week was told, and what is due now is told once."""
    alerts, _, summary = told("K17")
    assert {row["kind"] for row in alerts} >= {"about to be late", "late", "rule broken"}
    with psycopg.connect(demo.database_url) as connection:
        late = connection.execute(
            "SELECT delivery_id, due_at FROM bi.fct_delivery WHERE is_breached"
            " AND due_at BETWEEN '2026-06-23' AND '2026-06-28'"
        ).fetchall()
    said = {row["alert_id"] for row in alerts if row["kind"] == "late"}
    assert late
    assert {f"late/{key}/{due_at:%Y-%m-%dT%H:%M:%S.%fZ}" for key, due_at in late} <= said
    sent = [demo.commands("alerts", "send") for _ in range(2)]
    assert [outcome.code for outcome in sent] == [0, 0]
    assert sent[1].err == "0 alerts noted, 0 messages sent, 0 failed\n"
    listed = demo.commands("alerts", "list", "--format", "json").json
    assert {row["status"] for row in listed} == {"sent"}
    assert sent[0].err.startswith(f"{len(listed)} alerts noted")
    assert summary.startswith("Personeelszaken: de week van 2026-06-22 tot en met 2026-06-28\n")


def test_k24_one_grade_for_each_pair(told: Told) -> None:
    [graded] = told("K24")
    assert {row["grade"] for row in graded} >= {"well", "barely", None}
    stock = only(graded, supplier="warehouse", customer="customer_service")
    assert stock["mark"] < only(graded, supplier="it", customer="organisation")["mark"]
    for row in graded:
        assert (row["grade"] is None) == (row["mark"] is None)
        assert row["due"] < 10 or row["reliability_mark"] == pytest.approx(
            1 + 9 * row["met"] / row["due"]
        )
