"""A case is tracked: what was done, who has it, what is to come, and when it is expected to end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands import Procesmijn, one_line
from tests.event_logs import write_csv

PROCESS = "permits"
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)  # Monday, nine o'clock in Amsterdam


def rows_of(number: int, *steps: tuple[str, str, float]) -> list[dict[str, str]]:
    """A case on the next working day: activity, party and hour of each step."""
    begin = BEGIN + timedelta(weeks=number // 5, days=number % 5)
    return [
        {
            "case": f"P-{number:03}",
            "activity": activity,
            "time": (begin + timedelta(hours=hour)).isoformat(),
            "party": party,
        }
        for activity, party, hour in steps
    ]


@pytest.fixture(scope="module")
def permits(procesmijn: Procesmijn, tmp_path_factory: pytest.TempPathFactory) -> Procesmijn:
    """Fifty cases that are decided after 2 to 7 hours, and one that was asked for and checked."""
    rows = [
        row
        for number in range(50)
        for row in rows_of(
            number, ("ask", "desk", 0), ("check", "legal", 1), ("decide", "desk", 2 + number % 6)
        )
    ]
    rows += rows_of(50, ("ask", "desk", 0), ("check", "legal", 1))
    file = write_csv(Path(tmp_path_factory.mktemp("logs")) / "permits.csv", rows)
    outcome = procesmijn("import", file, "--process", PROCESS, "--to-store")
    assert outcome.code == 0, outcome.err
    return procesmijn


def test_a_case_is_tracked(permits: Procesmijn) -> None:
    soon = ("--as-of", "2026-03-16T10:30Z")  # an hour and a half after it was checked
    told = permits("track", PROCESS, "P-050", *soon, "--format", "json").json

    assert (told["is_open"], told["ended_at"]) == (None, None)  # nothing is declared to end it
    assert [
        (step["activity"], step["party"], step["supplier"], step["wait_seconds"])
        for step in told["steps"]
    ] == [("ask", "desk", None, None), ("check", "legal", "desk", 3600.0)]
    assert told["holders"] == [
        {
            "party": "legal",
            "since": "2026-03-16T09:00:00Z",
            "basis": "last",
            "what": "check",
            "waiting_seconds": 5400.0,
            "waiting_working_seconds": 5400.0,
        }
    ]
    assert told["promises"] == []
    # Of fifty cases nine were decided within the hour and a half after the check.
    assert told["forecast"] == {
        "expected_at": "2026-03-16T13:00:00Z",
        "earliest_at": "2026-03-16T11:00:00Z",
        "latest_at": "2026-03-16T15:00:00Z",
        "share": 0.8,
        "cases": 41,
        "alike": "way",
        "clock": "working",
    }
    assert told["to_come"] == [
        {
            "activity": "decide",
            "share": 1.0,
            "next_share": 1.0,
            "expected_at": "2026-03-16T13:00:00Z",
        }
    ]
    assert told["ways_on"] == [{"activities": ["decide"], "share": 1.0}]

    table = permits("track", PROCESS, "P-050", *soon)
    assert (table.code, table.err) == (0, "")
    assert "Done so far; times in Europe/Amsterdam\n" in table.out
    assert "2026-03-16 10:00  check     legal  1h 00m        1h 00m" in table.out
    assert "Expected to end; 80% do between; times in Europe/Amsterdam\n" in table.out
    running = permits("track", PROCESS, *soon, "--format", "json").json
    assert [
        (row["case_key"], row["expected_at"]) for row in running if row["after"] == "check"
    ] == [("P-050", "2026-03-16T13:00:00Z")]


def test_as_of_a_moment_nothing_later_is_told(permits: Procesmijn) -> None:
    early = ("--as-of", "2026-01-08T08:30Z", "--format", "json")
    told = permits("track", PROCESS, "P-003", *early).json
    assert [step["activity"] for step in told["steps"]] == ["ask"]
    assert (told["forecast"], told["to_come"]) == (None, [])  # too few had been decided
    later = permits("track", PROCESS, "P-003")
    assert later.out.startswith("permits P-003: ended 2026-01-08 13:00Z\n")
    assert "Who has it" not in later.out


def test_how_good_forecasts_were(permits: Procesmijn) -> None:
    outcome = permits("track", PROCESS, "--backtest", "--format", "json")
    *by_activity, total = outcome.json
    assert {row["after"] for row in by_activity} <= {"ask", "check", "decide"}
    assert total["after"] is None
    assert total["forecasts"] == sum(row["forecasts"] for row in by_activity) > 10
    assert total["share_within"] >= 0.7
    assert total["error_seconds_mean"] <= total["naive_error_seconds_mean"]
    assert "forecasts held, where 80% should" in outcome.err


def test_what_is_not_there_is_told_in_one_line(permits: Procesmijn) -> None:
    one_line(permits("track", PROCESS, "P-05O"), "did you mean 'P-050'?", code=2)
    one_line(permits("track", PROCESS, "elsewhere"), "procesmijn cases permits lists them", code=2)
    early = permits("track", PROCESS, "P-050", "--as-of", "2026-01-08T08:30Z")
    one_line(early, "there is no case 'P-050' of permits", code=2)
    one_line(permits("track", "permit", "P-050"), "did you mean 'permits'?", code=2)
    both = permits("track", PROCESS, "P-050", "--backtest")
    one_line(both, "leave the case out", code=2)
