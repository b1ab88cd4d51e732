"""How rows read: what is in percent, on whose clock, what is beside what, and what is said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import pytest

from procesmijn.cli.table import duration, readable
from procesmijn.wording import Wording
from procesmijn.zones import load_zone

DAY = 86_400.0


def read(
    *rows: Mapping[str, Any], zone: tzinfo = UTC, wording: Wording = Wording.CUSTOMERS
) -> tuple[dict[str, Sequence[str]], list[str]]:
    """Cells by their heading, and what is said above them."""
    columns, said = readable(rows, [*rows[0]], zone, wording)
    return {each.heading: each.cells for each in columns}, said


def test_what_all_rows_have_is_said_once_and_numbers_stay() -> None:
    same = {"supplier": "hr", "is_open": True, "due_at": None, "paused": 0, "cases": 7}
    cells, said = read({**same, "case_key": "A"}, {**same, "case_key": "B"})
    assert cells == {"cases": ["7", "7"], "case key": ["A", "B"]}
    assert said == ["supplier hr", "is open yes", "paused 0", "no due at"]


@pytest.mark.parametrize("times", [1, 2])
def test_of_one_row_or_of_twins_nothing_is_left_out(times: int) -> None:
    cells, said = read(*[{"supplier": "hr", "due_at": None}] * times)
    assert cells == {"supplier": ["hr"] * times, "due at": [""] * times}
    assert said == []


def test_a_share_is_in_percent_and_beside_its_target() -> None:
    cells, _ = read(
        {"share_met": 0.8712, "target_share": 0.9, "share": 1.0, "overdue": 2, "open": 14},
        {"share_met": 1.0, "target_share": Decimal("0.995"), "share": 0.5, "overdue": 0, "open": 1},
        {"share_met": None, "target_share": 0.9, "share": None, "overdue": 1, "open": 1},
        {"share_met": 0.25, "target_share": None, "share": 0.25, "overdue": 1, "open": 1},
    )
    assert cells == {
        "met of target": ["87.1% of 90.0%", "100.0% of 99.5%", "of 90.0%", "25.0%"],
        "share": ["100%", "50%", "", "25%"],
        "overdue of open": ["2 of 14", "0 of 1", "1 of 1", "1 of 1"],
    }


def test_what_is_not_nothing_is_not_shown_as_nothing_nor_what_is_not_all_as_all() -> None:
    cells, _ = read(*({"share": each} for each in (0.0, 0.0004, 0.0006, 0.99951, 1.0)))
    assert cells["share"] == ["0.0%", "<0.1%", "0.1%", ">99.9%", "100.0%"]


def test_a_value_stands_with_its_interval() -> None:
    around = {"added_seconds": 4 * DAY, "mark_mean": 7.4, "score": 20}
    ends = {"added_seconds_low": 3.5 * DAY, "added_seconds_high": 4.5 * DAY}
    uneven = {"mark_low": 7.0, "mark_high": 7.6, "score_low": None, "score_high": None}
    cells, _ = read({**around, **ends, **uneven})
    assert cells == {
        "added": ["4d 00h \N{PLUS-MINUS SIGN}12h"],
        "mark mean": ["7.4 (7 to 7.6)"],
        "score": ["20"],
    }


def test_instants_are_those_of_the_clocks_there() -> None:
    row = {"at": datetime(2026, 6, 29, 22, 30, 5, tzinfo=UTC)}
    assert read(row) == ({"at": ["2026-06-29 22:30Z"]}, [])
    cells, said = read(row, zone=load_zone("Europe/Amsterdam"))
    assert cells == {"at": ["2026-06-30 00:30"]}
    assert said == ["times in Europe/Amsterdam"]


def test_what_is_said_is_worded_as_the_columns_are() -> None:
    rows = [{"supplier": "hr", "n": 1}, {"supplier": "hr", "n": 2}]
    _, said = read(*rows, wording=Wording.PARTNERS)
    assert said == ["delivering partner hr"]


@pytest.mark.parametrize(
    ("seconds", "elapsed", "working"),
    [
        (59.6, "1m 00s", "1m 00s"),
        (-7_199, "-1h 59m", "-1h 59m"),
        (5 * DAY + 3_600, "5d 01h", "121h"),
        (99.99 * DAY, "99d 23h", "2400h"),
        (100 * DAY, "100d", "2400h"),
    ],
)
def test_time_has_two_units_or_one_of_which_there_are_many(
    seconds: float, elapsed: str, working: str
) -> None:
    assert duration(seconds) == elapsed
    assert duration(seconds, is_working=True) == working
