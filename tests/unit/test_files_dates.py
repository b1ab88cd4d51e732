"""When something was: local times in a zone, and dates of which the file says how they are read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from procesmijn.files.columns import Columns
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.log import read_log, read_steps

ORDER = "has the day or the month first: say which, with --time-format '%d-%m-%Y %H:%M'"


def test_local_times_are_read_in_the_zone_that_is_told_and_doubtful_ones_counted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n"
        "1,a,2026-10-25T02:30:00\n1,b,2026-03-29T02:30:00\n1,c,2026-10-25T02:30:00Z\n"
    )

    log = read_log(path, Columns(), "hiring", "Europe/Amsterdam")
    utc = [datetime.fromtimestamp(event.occurred_us / 1e6, UTC) for event in log.events()]

    assert [f"{at:%m-%d %H:%M}" for at in utc] == ["10-25 00:30", "03-29 01:00", "10-25 02:30"]
    assert (log.counts.local_twice, log.counts.local_never) == (1, 1)


@pytest.mark.parametrize(
    ("start", "end", "is_day_first", "because"),
    [
        ("05-07-2012 9:02", "26-07-2012 11:47", True, "since '26-07-2012 11:47' can be nothing"),
        ("7/5/2012 9:02", "7/26/2012 11:47", False, "since '7/26/2012 11:47' can be nothing"),
        ("05.07.2012 09:02:00", "06.07.2012 11:47:00,5", True, "as is usual with dots"),
    ],
)
def test_all_dates_of_a_file_say_which_number_is_the_day(
    tmp_path: Path, start: str, end: str, is_day_first: bool, because: str
) -> None:
    path = tmp_path / "log.csv"
    first = f"1;a;{start};2012-08-01 12:00\n"
    last = f"1;b;;{end}\n"
    logs = []
    for body in (first + last, last + first):
        path.write_text("case_id;activity;start_time;end_time\n" + body)
        clock = Clock("Europe/Amsterdam")
        log = read_steps(rows_of(path), Columns(), "hiring", clock)
        assert clock.order is not None
        assert (clock.order.is_day_first, because in clock.order.because) == (is_day_first, True)
        logs.append(sorted(log.events(), key=lambda event: event.id))
        assert log.refusals == []
    assert [e._replace(sequence=0) for e in logs[0]] == [e._replace(sequence=0) for e in logs[1]]
    started = {event.started_us for event in logs[0]} - {None}
    assert started == {int(datetime(2012, 7, 5, 7, 2, tzinfo=UTC).timestamp()) * 10**6}

    form = "%d-%m-%Y %H:%M"
    if re.fullmatch(r"\d\d-.*", start):  # how it is read is no part of which event it is
        path.write_text(f"case_id;activity;end_time\n1;a;{end}\n")
        [told] = read_steps(rows_of(path), Columns(), "x", Clock("UTC", form)).events()
        assert [told] == list(read_log(path, Columns(), "x", "UTC").events())


@pytest.mark.parametrize(
    "times",
    [("05-07-2012", "06-07-2012"), ("26/07/2012", "07/26/2012"), ("2012-07-05", "5-7-2012")],
)
def test_dates_that_leave_the_day_open_are_refused_until_it_is_told(
    tmp_path: Path, times: tuple[str, str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,end_time\n" + "".join(f"1,a,{time}\n" for time in times))

    log = read_log(path, Columns(), "hiring", "UTC")

    plain = times.count("2012-07-05")
    assert log.is_empty() == (plain == 0)
    assert len(list(log.events())) == plain, "also after that was asked"
    assert {refusal.why for refusal in log.refusals} == {f"its 'end_time' {ORDER}"}
