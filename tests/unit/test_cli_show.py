"""What a table looks like on a terminal: nothing in it may be broken that people read as one."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import pytest

from procesmijn.cli.show import Format, as_json, csv_parts, json_parts, show
from procesmijn.cli.tell import progress

COLUMNS: Final = ("supplier", "customer", "handovers", "wait_seconds_mean", "wait_working_seconds")
ROWS: Final = [
    {
        "supplier": "Human resources",
        "customer": "Legal department of the north",
        "handovers": 12_345_678,
        "wait_seconds_mean": 90_000.0,
        "wait_working_seconds": 28_800.0,
    }
]
Print: TypeAlias = Callable[[int, Sequence[Mapping[str, Any]]], tuple[str, str]]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Print:
    """Shows rows on a terminal of so many columns; gives what both streams say."""

    def printed(width: int, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        show(rows, COLUMNS, Format.TABLE)
        out, err = capsys.readouterr()
        return re.sub(r"\x1b\[[0-9;]*m", "", out), err

    return printed


def test_a_terminal_with_room_shows_all_on_one_line_each(printed: Print) -> None:
    out, err = printed(120, ROWS)
    assert len(out.splitlines()) == 2
    assert out.split()[-4:] == ["1d", "01h", "8h", "00m"]
    assert err == ""


def test_headings_give_way_first_and_then_names_between_words(printed: Print) -> None:
    out, _ = printed(76, ROWS)
    assert out.splitlines()[1:] == [
        "supplier         customer                       handovers     mean  working",
        "Human resources  Legal department of the north   12345678   1d 01h   8h 00m",
    ]
    out, _ = printed(62, ROWS)
    assert out.splitlines()[2:] == [
        "Human resources  Legal department    12345678  1d 01h   8h 00m",
        "                   of the north",
    ]


def test_where_even_that_does_not_fit_every_row_is_a_block(printed: Print) -> None:
    out, err = printed(46, [*ROWS, {**ROWS[0], "supplier": "hr", "customer": "it"}])
    assert out.splitlines() == [
        "supplier      Human resources",
        "customer      Legal department of the north",
        "handovers     12345678",
        "wait mean     1d 01h",
        "wait working  8h 00m",
        "",
        "supplier      hr",
        "customer      it",
        "handovers     12345678",
        "wait mean     1d 01h",
        "wait working  8h 00m",
    ]
    assert err == ""


def test_what_events_say_gives_a_terminal_no_orders(printed: Print) -> None:
    out, _ = printed(120, [{**ROWS[0], "supplier": "a\x1b[2J\tb\nc"}])
    assert out.splitlines()[1].startswith("a\\x1b[2J b c  ")


def test_no_rows_are_a_heading(printed: Print) -> None:
    out, _ = printed(80, [])
    assert out.split()[:3] == ["supplier", "customer", "handovers"]


@pytest.mark.parametrize("form", [Format.CSV, Format.JSON])
def test_rows_go_to_stdout_as_they_come_while_a_bar_moves_on_stderr(
    form: Format, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    came: list[int] = []

    def rows() -> Iterator[dict[str, int]]:
        with progress("reading", 2_500) as report:
            for number in range(2_500):
                came.append(number)
                yield {"n": number, "half": number // 2}
                report(number)

    parts = csv_parts(rows(), ["n", "half"]) if form is Format.CSV else json_parts(rows())
    next(parts)
    assert len(came) < 2_500
    del parts
    show(rows(), ["n", "half"], form)
    out, err = capsys.readouterr()
    assert "reading" in err
    if form is Format.JSON:
        assert out.encode() == as_json([{"n": n, "half": n // 2} for n in range(2_500)])
        assert b"".join(json_parts([])) == as_json([])
    else:
        assert out.splitlines() == ["n,half", *(f"{n},{n // 2}" for n in range(2_500))]
