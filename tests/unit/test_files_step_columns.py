"""A table that is read column by column gives the very events that it gives row by row, and of rows
that give none the same is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.files.columns import Columns
from procesmijn.files.instants import Clock
from procesmijn.files.log import Log, Refusal, Tally, read_steps
from procesmijn.files.rows import Rows
from procesmijn.files.step_columns import Share
from procesmijn.files.tables import ParquetRows
from schemas.base import MAX_CODE_CHARS, MAX_ID_CHARS, MAX_NAME_CHARS
from schemas.event import Event

ZONE = "Europe/Amsterdam"
BAD = ["", " ", "\t", "a\nb", "x\x00y", "x" * (MAX_NAME_CHARS + 1), "x" * (MAX_ID_CHARS + 1)]
"""What no name, no id or neither may be."""
NAMES = st.sampled_from(["open", " open ", "o\n pen", "é", '"q"\\', *BAD, None])
CODES = st.sampled_from(["start", "Complete", "resume", "x" * (MAX_CODE_CHARS + 1), "", None])
TEXT_TIMES = st.sampled_from(
    [
        *("2026-03-27T14:00:00Z", "2026-03-27 15:00:00.1234567", "2026-10-25 02:30:00"),
        *("2026-03-29 02:30:00", "1774620000", "1969-12-31T00:00:00Z", "2100-01-01T00:00:00Z"),
        *("yesterday", "27-03-2026 14:00", "13/03/2026", "", None),
    ]
)
MOMENTS = st.sampled_from(
    [
        datetime(2026, 3, 27, 14, tzinfo=UTC),
        datetime(2026, 3, 27, 14, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        None,
    ]
)
LOCAL = st.sampled_from(
    [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 27, 14), None]  # noqa: DTZ001 - without a zone on purpose
)
ZONED = pa.timestamp("ns", "America/New_York")


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 12))

    def column(values: st.SearchStrategy[Any], kind: pa.DataType | None = None) -> pa.Array:
        return pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)

    def times() -> pa.Array:
        kinds: list[tuple[st.SearchStrategy[Any], pa.DataType]] = [
            (TEXT_TIMES, pa.string()),
            (MOMENTS, pa.timestamp("us", "UTC")),
            (MOMENTS, ZONED),
            (LOCAL, pa.timestamp("ms")),
        ]
        return column(*draw(st.sampled_from(kinds)))

    cases = [
        column(st.sampled_from(["c1", "c2", "C1 ", *BAD, None]), pa.string()),
        column(st.sampled_from([1, 2, None]), pa.int64()),
        column(st.sampled_from([1.0, 2.5, float("nan"), -0.0, 0.0, None]), pa.float64()),
    ]
    activities = column(NAMES, pa.string())
    columns: dict[str, pa.Array] = {
        "case": draw(st.sampled_from(cases)),
        "activity": activities.dictionary_encode() if draw(st.booleans()) else activities,
        "time": times(),
    }
    if draw(st.booleans()):
        columns["start"] = times()
    if draw(st.booleans()):
        columns["lifecycle"] = column(CODES, pa.string())
    if draw(st.booleans()):
        columns["party"] = column(NAMES, pa.string())
    if draw(st.booleans()):
        columns["note"] = column(st.sampled_from([[1, 2], [], None]), pa.list_(pa.int8()))
    if draw(st.booleans()):
        columns["event_id"] = column(st.sampled_from(["e1", "e2", *BAD, None]), pa.string())
    return pa.table(columns)


class AsRows:
    """The same file, so that nobody knows it for a table."""

    def __init__(self, rows: ParquetRows) -> None:
        self.names = rows.names
        self._rows = rows

    def __iter__(self) -> Any:
        return iter(self._rows)


def in_file(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.sequence or 0)


def told(log: Log) -> tuple[list[Event], list[Refusal], Any]:
    return list(log.events()), log.refusals, log.counts


@settings(deadline=None)  # the first call loads the library
@given(table=tables(), has_zone=st.booleans(), form=st.sampled_from([None, None, "%d-%m-%Y %H:%M"]))
def test_column_by_column_is_row_by_row(
    tmp_path_factory: pytest.TempPathFactory, table: pa.Table, has_zone: bool, form: str | None
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "log.parquet"
    pq.write_table(table, path, row_group_size=5)
    rows = ParquetRows(path)
    columns = Columns(
        **{name: name for name in table.column_names if name not in {"note", "event_id"}},
        id="event_id" if "event_id" in table.column_names else None,
    )

    def read(rows: Rows) -> Log:
        clock = Clock(ZONE if has_zone else None, form)
        return read_steps(rows, columns, "hiring", clock, "vacancy", revision=1)

    as_rows = read(AsRows(rows))
    wanted = told(as_rows)
    log = read(rows)
    assert log.left_out == as_rows.left_out
    assert told(log) == wanted
    assert log.in_shares is not None
    shares = [log.in_shares.read(Share(number, 3)) for number in range(3)]
    events = [list(share.events()) for share in shares]
    assert in_file(event for of_share in events for event in of_share) == wanted[0]
    for of_share in events:
        cases = [event.objects for event in of_share]
        assert sum(a != b for a, b in pairwise(cases)) < max(len(set(cases)), 1)
    together = Tally.together([share.tally for share in shares])
    assert together.counts == wanted[2]
    assert together.refusals == wanted[1]
