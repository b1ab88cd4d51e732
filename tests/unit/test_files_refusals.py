"""Rows that give no event are named one by one; of a file that is broken nothing is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from procesmijn.errors import UsageError
from procesmijn.files.columns import Columns, ColumnsError
from procesmijn.files.log import Counts, Refusal, read_log
from procesmijn.files.rows import FileError
from tests.event_logs import read_events

ORDER = "has the day or the month first: say which, with --time-format '%d-%m-%Y %H:%M'"


def test_rows_that_give_no_event_are_named_one_by_one_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,start_time,end_time,department\n"
        "1,a,,2026-03-02T10:00:00Z,HR\n"
        ",a,,2026-03-02T10:00:00Z,HR\n"
        "2,,,2026-03-02T10:00:00Z,HR\n"
        "3,a,,,HR\n"
        "4,a,,31-13-2026,HR\n"
        "5,a,,2026-03-02T10:00:00,HR\n"
        "6,a,2026-03-02T10:00:01Z,2026-03-02T10:00:00Z,HR\n"
        "7,a\n"
        f"8,{'a' * 201},,2026-03-02T10:00:00Z,HR\n"
        "9,a\x07,,2026-03-02T10:00:00Z,HR\n"
        "10,a,soon,2026-03-02T10:00:00Z,HR\n"
        "11,b,,2026-03-02T10:00:00Z,\n"
        "1\x1f2,b,,2026-03-02T10:00:00Z,\n"
        '"1\n3",b,,2026-03-02T10:00:00Z,\n'
    )

    log, events = read_events(path)

    assert [event.objects[0][1] for event in events] == ["1", "11"]
    assert [event.sequence for event in events] == [1, 12]
    control = "a control character (such as a tab or a line break), which none may hold"
    form = "should be as 2026-11-20 09:56:24+01:00"
    assert log.refusals == [
        Refusal(2, "its 'case_id' (case) is empty"),
        Refusal(3, "its 'activity' (activity) is empty"),
        Refusal(4, "its 'end_time' (time) is empty"),
        Refusal(5, f"its 'end_time' {ORDER}", "'31-13-2026'"),
        Refusal(6, "its 'end_time' has no zone: say in which it is, with --timezone"),
        Refusal(7, "its 'start_time' lies after its 'end_time'"),
        Refusal(8, "it has 2 cells, and the header has 5"),
        Refusal(9, "its 'activity' has more than 200 characters", "201"),
        Refusal(10, f"its 'activity' has {control}"),
        Refusal(11, f"its 'start_time' {form}", "'soon'"),
        Refusal(13, f"its 'case_id' has {control}"),
        Refusal(14, f"its 'case_id' has {control}"),
    ]
    assert log.counts == Counts(14, 12, 0, 1, 0, 0)


@pytest.mark.parametrize("name", ["log.csv.gz", "log.xes.gz"])
def test_of_a_file_that_breaks_off_nothing_is_imported(tmp_path: Path, name: str) -> None:
    rows = [f"{number},a,2026-03-02T10:00:00Z\n" for number in range(20_000)]
    csv_text = "case_id,activity,timestamp\n" + "".join(rows)
    xes_text = "<log>" + "<trace><event/></trace>" * 20_000 + "</log>"
    content = gzip.compress((csv_text if "csv" in name else xes_text).encode())
    path = tmp_path / name
    path.write_bytes(content[: len(content) * 3 // 4])

    with pytest.raises(FileError) as caught:
        read_events(path)

    assert f"cut off or damaged near byte {path.stat().st_size}" in str(caught.value)


def test_broken_xml_says_the_line_and_how_far_it_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<log>\n<trace><event/></trace>\n<trace></event>\n</log>")

    with pytest.raises(FileError, match=r"line 3: .*; it broke after row 1, and nothing"):
        read_events(path)


def test_what_cannot_be_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp\n")
    with pytest.raises(FileError, match="holds no events"):
        read_events(path)
    path.write_text("case_id,activity,moment\n1,a,2026-03-02T10:00:00Z\n")
    with pytest.raises(ColumnsError, match=r"--time; the file has case_id, activity, moment"):
        read_events(path)
    with pytest.raises(UsageError, match="unknown time zone 'Delft'"):
        read_log(path, Columns(time="moment"), "hiring", "Delft")
    for name in ("", "x" * 201, "漢" * 100, "a\nb"):
        with pytest.raises(UsageError, match="too long, or empty, or more"):
            read_log(path, Columns(time="moment"), name)
