"""Public event logs, by the command line: the counts that are known of them come out.

They are read where ``PROCESMIJN_TEST_LOGS`` says (default: a folder beside the project), and are no
part of it: a checkout without them has the same tests on logs that these make themselves. In CI
they have to be there.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from tests.commands import Procesmijn

LOGS = Path(os.environ.get("PROCESMIJN_TEST_LOGS", Path(__file__).parents[3] / "shared" / "logs"))
ONBOARDING = LOGS.parent / "messages" / "xes" / "onboarding.xes"


def of_hiring(procesmijn: Procesmijn, process: str) -> tuple[int, int, int, int]:
    """Handovers, cases, those with a direct revisit, those with a ping-pong."""
    pairs = procesmijn("handovers", process, "--format", "json").json
    cases = procesmijn("cases", process, "--format", "json").json
    assert len({case["case_key"] for case in cases}) == len(cases)
    assert sum(case["handovers"] for case in cases) == sum(pair["handovers"] for pair in pairs)
    return (
        sum(pair["handovers"] for pair in pairs),
        len(cases),
        sum(case["revisits_direct"] > 0 for case in cases),
        sum(case["pingpongs"] > 0 for case in cases),
    )


if LOGS.is_dir() or "CI" in os.environ:

    def test_hiring_through_kafka_with_two_workers_and_once_more_without(
        procesmijn: Procesmijn, database_url: str
    ) -> None:
        for way in ([], ["--to-store"]):
            outcome = procesmijn(
                *("import", LOGS / "hiring_log_high.xes.gz", "--process", "hiring"),
                *("--party", "resource", *way),
            )
            assert outcome.code == 0, outcome.err
            assert of_hiring(procesmijn, "hiring") == (38_649, 10_000, 3_922, 135)
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM stream.event WHERE process = 'hiring'"
            ).fetchone()
        assert row == (63_869,)

    def test_hiring_straight_to_the_store(procesmijn: Procesmijn, tmp_path: Path) -> None:
        outcome = procesmijn(
            *("import", LOGS / "hiring_log_high.xes.gz", "--process", "hiring-2"),
            *("--party", "resource", "--to-store"),
        )
        assert outcome.code == 0, outcome.err
        assert of_hiring(procesmijn, "hiring-2") == (38_649, 10_000, 3_922, 135)

        suggested = procesmijn("catalogue", "suggest", "hiring-2", "--format", "json").json
        assert [(pair["first"], pair["second"]) for pair in suggested if pair["forth"] > 3_000] == [
            ("Background Check", "Screening Interview")
        ]
        model = tmp_path / "hiring.bpmn"
        procesmijn("flow", "hiring-2", "--as", "bpmn", "--out", model)
        held = procesmijn("conformance", "hiring-2", "--model", model, "--min-fitness", "1")
        assert held.code == 0, held.err
        assert "fitness 1.000; 10,000 of 10,000 cases keep to the model" in held.err

    def test_purchasing_is_picked_up_at_its_starts_and_goes_out_and_in_again(
        procesmijn: Procesmijn, tmp_path: Path
    ) -> None:
        outcome = procesmijn(
            *("import", LOGS / "Procure_to_Pay.csv.gz", "--process", "procure-to-pay"),
            *("--party", "resource", "--to-store"),
        )
        assert outcome.code == 0, outcome.err
        pairs = procesmijn("handovers", "procure-to-pay", "--format", "json").json
        assert {pair["pickup_basis"] for pair in pairs} == {"start"}
        assert (
            procesmijn(
                "handovers", "procure-to-pay", "--basis", "completion", "--format", "json"
            ).json
            == []
        )
        cases = procesmijn("cases", "procure-to-pay", "--format", "json").json
        assert len(cases) == 1_000
        assert sum(case["events"] for case in cases) == 13_290
        assert all(0 < case["processing_seconds"] <= case["cycle_seconds"] for case in cases)
        *_, forecasts = procesmijn("track", "procure-to-pay", "--backtest", "--format", "json").json
        assert forecasts["forecasts"] > 1_000
        assert forecasts["share_within"] > 0.8
        assert forecasts["error_seconds_mean"] < 0.3 * forecasts["naive_error_seconds_mean"]
        out = tmp_path / "purchasing.xes"
        outcome = procesmijn("export", "procure-to-pay", "--as", "xes", "--out", out)
        assert "13,290 events of 1,000 cases written" in outcome.err
        outcome = procesmijn("import", out, "--process", "procure-to-pay-again", "--to-store")
        assert outcome.code == 0, outcome.err
        again = procesmijn("handovers", "procure-to-pay-again", "--format", "json").json
        assert again == pairs

    def test_local_times_in_a_log_from_japan(procesmijn: Procesmijn) -> None:
        outcome = procesmijn(
            *("import", LOGS / "raw_employee_onboarding_2024.csv", "--process", "saiyo"),
            *("--case", "candidate_id", "--activity", "recruitment_status"),
            *("--time", "status_changed_at", "--performer", "responsible_person"),
            *("--timezone", "Asia/Tokyo", "--to-store"),
        )
        assert outcome.code == 0, outcome.err
        assert "162 events without a party" in outcome.err
        cases = procesmijn("cases", "saiyo", "--format", "json").json
        assert len(cases) == 40
        assert min(case["started_at"] for case in cases) == "2024-01-01T23:54:00Z"
        graph = procesmijn("flow", "saiyo", "--as", "dfg", "--format", "json").json
        assert sum(graph["start"].values()) == 40


if ONBOARDING.is_file() or "CI" in os.environ:

    def test_the_night_that_the_clock_goes_back(procesmijn: Procesmijn) -> None:
        outcome = procesmijn("import", ONBOARDING, "--process", "night-of-october", "--to-store")
        assert outcome.code == 0, outcome.err
        [pair] = procesmijn("handovers", "night-of-october", "--format", "json").json
        assert (pair["supplier"], pair["customer"]) == ("PAYROLL", "IT")
        [case] = procesmijn("cases", "night-of-october", "--format", "json").json
        assert case["processing_seconds"] == pytest.approx(3600.0)
