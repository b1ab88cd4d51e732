"""Public event logs come in with the counts that are known of them.

They are read where ``PROCESMIJN_TEST_LOGS`` says (default: a folder beside the project), and are no
part of it: a checkout without them has the tests on logs that these make themselves. In CI they
have to be there.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from procesmijn.files.columns import Columns
from procesmijn.files.log import Counts, Log, read_log
from procesmijn.files.steps import message_of
from schemas.event import Event, Lifecycle, Record
from schemas.registry import decode

BESIDE = Path(__file__).parents[3] / "shared"
LOGS = Path(os.environ.get("PROCESMIJN_TEST_LOGS", BESIDE / "logs"))
ONBOARDING = LOGS.parent / "messages" / "xes" / "onboarding.xes"


def read(
    path: Path, columns: Columns, process: str, zone: str | None = None
) -> tuple[Log, list[Event]]:
    log = read_log(path, columns, process, zone)
    events = list(log.events())
    for event in events[:: max(1, len(events) // 500)]:
        headers, value = message_of(event)
        assert decode(Record("t", 0, 0, -1, None, value, headers)) == event
    return log, events


def cases(events: list[Event]) -> int:
    return len({event.objects for event in events})


if LOGS.is_dir() or "CI" in os.environ:

    def test_hiring() -> None:
        log, events = read(LOGS / "hiring_log_high.xes.gz", Columns(party="resource"), "hiring")

        assert log.counts == Counts(63_869, 0, 0, 0, 0, 0)
        assert cases(events) == 10_000
        assert len({event.party for event in events}) == 8
        assert {event.lifecycle for event in events} == {Lifecycle.COMPLETE}
        assert len({event.id for event in events}) == 63_869
        assert "case:protected" in log.left_out

    def test_purchasing_has_starts() -> None:
        columns = Columns(
            case="case_id",
            activity="activity",
            start="start_time",
            time="end_time",
            party="resource",
        )

        log, events = read(LOGS / "Procure_to_Pay.csv.gz", columns, "procure-to-pay")

        assert log.counts == Counts(13_290, 0, 0, 0, 0, 0)
        assert cases(events) == 1_000
        assert all(each.started_us and each.started_us <= each.occurred_us for each in events)
        assert events[0].occurred_us - (events[0].started_us or 0) == 1_800_000_000
        without_words = read_log(LOGS / "Procure_to_Pay.csv.gz", Columns(), "procure-to-pay")
        assert without_words.columns.start == "start_time"
        assert without_words.columns.performer == "resource"

    def test_local_times_in_japanese_logs() -> None:
        columns = Columns(
            case="candidate_id",
            activity="recruitment_status",
            time="status_changed_at",
            performer="responsible_person",
        )
        path = LOGS / "raw_employee_onboarding_2024.csv"

        log, events = read(path, columns, "recruitment", "Asia/Tokyo")

        assert log.counts == Counts(162, 0, 0, 162, 0, 0)
        assert cases(events) == 40
        assert events[0].activity == "応募受付"
        assert events[0].occurred_us == 1_731_765_360_000_000  # 2024-11-16T13:56Z
        assert read_log(path, columns, "recruitment").rows == 162

    def test_incidents_by_activity() -> None:
        columns = Columns(
            case="incident_id", activity="status", time="reported_at", party="assigned_to"
        )

        log, events = read(LOGS / "raw_itsm_2024.csv", columns, "incidents", "Asia/Tokyo")

        assert log.counts == Counts(975, 0, 0, 0, 0, 0)
        assert (
            Counter(event.activity for event in events)["インシデント報告"] == cases(events) == 150
        )


if ONBOARDING.is_file() or "CI" in os.environ:

    def test_the_night_that_the_clock_goes_back() -> None:
        log, events = read(ONBOARDING, Columns(), "onboarding", "Europe/Amsterdam")

        assert log.counts == Counts(3, 0, 0, 0, 0, 0)
        assert cases(events) == 1
        start, complete, created = events
        assert (start.lifecycle, complete.lifecycle) == (Lifecycle.START, Lifecycle.COMPLETE)
        assert complete.occurred_us - start.occurred_us == 3_600_000_000
        assert (created.party, created.performer) == ("IT", None)
        assert created.occurred_us == 1_793_001_600_000_000  # 2026-10-26T08:00Z
