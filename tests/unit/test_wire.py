"""Frames on the wire: the bytes of a binary COPY, forth and back."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from procesmijn.core.frames import NO_INSTANT
from procesmijn.store import layouts
from procesmijn.store.wire import NULL, Column, Layout, array, copied, field, name_field

ALL = {
    "cases": layouts.CASES,
    "handovers": layouts.HANDOVERS,
    "pendings": layouts.PENDINGS,
    "repeats": layouts.REPEATS,
    "flows": layouts.FLOWS,
    "handover days": layouts.HANDOVER_DAYS,
}
PLAUSIBLE_US = st.integers(0, 4_102_444_800_000_000) | st.just(NO_INSTANT)
ROW = np.dtype([("at_us", "<i8"), ("on", "<i4"), ("hi", "<u8"), ("lo", "<u8"), ("n", "<i2")])
SMALL = Layout(
    ROW,
    [
        Column("at", "timestamptz", ("at_us",)),
        Column("day", "date", ("on",)),
        Column("key", "uuid", ("hi", "lo")),
        Column("n", "int2", ("n",)),
    ],
)


@pytest.mark.parametrize("name", ALL)
def test_every_field_of_a_frame_has_its_column(name: str) -> None:
    layout = ALL[name]
    fields = [field for column in layout.columns for field in column.fields]
    assert sorted(fields) == sorted(layout.frame.names or ())


@given(
    arrays.arrays(
        ROW,
        st.integers(0, 5),
        elements=st.tuples(
            PLAUSIBLE_US,
            st.integers(0, 50_000),
            st.integers(0, 2**64 - 1),
            st.integers(0, 2**64 - 1),
            st.integers(-(2**15), 2**15 - 1),
        ),
    )
)
def test_what_is_encoded_is_decoded(rows: np.ndarray[tuple[int], np.dtype[np.void]]) -> None:
    body = SMALL.encode(rows)
    assert np.array_equal(SMALL.decode(body), rows)
    in_blocks = list(SMALL.stream([body[:19], body[19:30], body[30:]]))
    assert np.array_equal(np.concatenate(in_blocks), rows)


def test_a_row_is_what_postgresql_documents() -> None:
    """A count, then each value behind its width, big-endian, instants and dates since 2000."""
    rows = np.array([(946_684_800_000_001, 10_958, 1, 2, 3)], dtype=ROW)
    row = struct.pack(">h iq ii iQQ ih", 4, 8, 1, 4, 1, 16, 1, 2, 2, 3)
    assert SMALL.encode(rows) == (
        b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0) + row + struct.pack(">h", -1)
    )


def test_a_tail_is_one_more_column_of_any_length() -> None:
    layout = Layout(np.dtype([("n", "<i2")]), [Column("n", "int2", ("n",))], tail="rest")
    body = layout.encode(np.array([(1,), (2,)], dtype=layout.frame), [b"", b"abc"])
    rows = struct.pack(">h ih i", 2, 2, 1, 0) + struct.pack(">h ih i3s", 2, 2, 2, 3, b"abc")
    assert layout.names == ("n", "rest")
    assert body[19:-2] == rows


def test_a_null_is_told_apart_from_a_row() -> None:
    """A width of -1 without a value makes the rows come out uneven: that must not be misread."""
    rows = np.zeros(2, dtype=ROW)
    body = SMALL.encode(rows)
    with pytest.raises(ValueError, match="a null, or another width, among at, day, key, n"):
        SMALL.decode(body[:-10] + body[-2:])


def test_a_record_is_a_count_and_each_value_behind_its_type_and_width() -> None:
    """As ``record_send`` writes it. The types are passed over: the statement names the columns."""
    record = struct.pack(">i iiq iii iiQQ iih", 4, 1184, 8, 1, 1082, 4, 1, 2950, 16, 1, 2, 21, 2, 3)
    row = (946_684_800_000_001, 10_958, 1, 2, 3)
    assert SMALL.decode_records(b"").tolist() == []
    assert SMALL.decode_records(record * 2).tolist() == [row, row]
    with pytest.raises(ValueError, match="a null, or another width"):
        SMALL.decode_records(record[:-2])


def test_an_array_is_its_dimensions_and_each_element_behind_its_width() -> None:
    assert array("int4", np.array([7, -1])).body == struct.pack(
        ">iiiii ii ii", 1, 0, 23, 2, 1, 4, 7, 4, -1
    )
    key = bytes(range(16))
    assert array("uuid", np.frombuffer(key, dtype="V16")).body == (
        struct.pack(">iiiii i", 1, 0, 2950, 1, 1, 16) + key
    )


def test_a_field_is_a_value_behind_its_width() -> None:
    assert field(b"ab") == struct.pack(">i", 2) + b"ab"
    assert name_field("é") == field("é".encode())
    assert name_field(None) == NULL == struct.pack(">i", -1)
    assert copied([b"row"])[-5:] == b"row" + struct.pack(">h", -1)
