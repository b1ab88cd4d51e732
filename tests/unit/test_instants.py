"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from procesmijn.core.instants import parse_instant
from procesmijn.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-10-02 07:00", datetime(2020, 10, 2, 5, tzinfo=UTC)),
        (" 2020-10-02T07:00 ", datetime(2020, 10, 2, 5, tzinfo=UTC)),
        ("20201002T070000", datetime(2020, 10, 2, 5, tzinfo=UTC)),
        ("2020-10-02", datetime(2020, 10, 1, 22, tzinfo=UTC)),
        ("2020-10-02T07:00Z", datetime(2020, 10, 2, 7, tzinfo=UTC)),
        ("2020-10-02T07:00-04:30", datetime(2020, 10, 2, 11, 30, tzinfo=UTC)),
        ("2020-10-02T07:00:00.000001Z", datetime(2020, 10, 2, 7, 0, 0, 1, tzinfo=UTC)),
        ("2020-10-25T02:30", datetime(2020, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        ("2020-03-29T02:30", datetime(2020, 3, 29, 1, tzinfo=UTC)),  # skipped: the change
        ("1970-01-01", datetime(1969, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_moment_is_iso_8601_and_local_unless_it_says_otherwise(
    text: str, expected: datetime
) -> None:
    assert parse_instant(text, "Europe/Amsterdam") == int(expected.timestamp() * 1e6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("yesterday", "2020-10-02T07:00"),
        ("", "2020-10-02T07:00"),
        ("2020-02-30", "2020-10-02T07:00"),
        ("1969-12-31", "1970 and 2099"),
        ("2100-01-01T00:00Z", "1970 and 2099"),
    ],
)
def test_what_is_no_moment_is_answered_with_one_that_is(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_instant(text, "Europe/Amsterdam")
