"""CSV and Parquet as rows of texts, whatever wrote them, and what is said of broken ones."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.files.formats import rows_of
from procesmijn.files.rows import FileError, Row, Unreadable
from procesmijn.files.tables import CsvRows, ParquetRows
from procesmijn.files.xes import XesRows

NAMES = st.lists(
    st.text("abc_:é ", min_size=1, max_size=5).map(str.strip).filter(bool),
    min_size=2,
    max_size=5,
    unique=True,
)
CELLS = st.text("ab 0179.,;|\t\n\"'éü€", max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(NAMES)
    width = len(names)
    row = st.lists(CELLS, min_size=width, max_size=width)
    return names, draw(st.lists(row, max_size=8))


def as_rows(names: list[str], cells: list[list[str]]) -> list[Row]:
    return [{n: cell for n, cell in zip(names, row, strict=True) if cell} for row in cells]


@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    is_packed=st.booleans(),
)
def test_csv_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[list[str]]],
    delimiter: str,
    encoding: str,
    ending: str,
    is_packed: bool,
) -> None:
    names, cells = table
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending)
    writer.writerows([names, *cells])
    content = text.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("csv") / "log"
    path.write_bytes(gzip.compress(content) if is_packed else content)

    rows = rows_of(path)

    assert isinstance(rows, CsvRows)
    assert rows.names == tuple(names)
    assert list(rows) == as_rows(names, cells)
    assert list(rows) == list(rows), "it can be read again"


@settings(deadline=None)  # the first call loads the library
@given(tables())
def test_parquet_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[str]]]
) -> None:
    names, cells = table
    columns = {
        name: pa.array([row[i] for row in cells], pa.string()) for i, name in enumerate(names)
    }
    path = tmp_path_factory.mktemp("parquet") / "log"
    pq.write_table(pa.table(columns), path)

    rows = rows_of(path)

    assert isinstance(rows, ParquetRows)
    assert rows.names == tuple(names)
    assert list(rows) == as_rows(names, cells)


def test_a_byte_that_is_no_utf8_may_come_last(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"case,activity\n" + b"1,check\n" * 300_000 + "2,geprüft\n".encode("latin-1"))

    rows = CsvRows(path)

    assert rows.encoding == "cp1252"
    assert list(rows)[-1] == {"case": "2", "activity": "geprüft"}


def test_bytes_without_meaning_in_windows_are_latin_1(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"case,activity\n1,a\x81\xe9\n")

    assert list(CsvRows(path)) == [{"case": "1", "activity": "a\x81é"}]


def test_numbers_in_csv_keep_their_text(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,amount\n007,17.0\n,1e3\n9007199254740993,\n")

    assert list(CsvRows(path)) == [
        {"case": "007", "amount": "17.0"},
        {"amount": "1e3"},
        {"case": "9007199254740993"},
    ]


def test_lines_of_another_width_are_unreadable_and_empty_ones_are_none(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity\n1,a\n\n2\n3,b,c\n4,d\n")

    assert list(CsvRows(path)) == [
        {"case": "1", "activity": "a"},
        Unreadable("it has 1 cells, and the header has 2"),
        Unreadable("it has 3 cells, and the header has 2"),
        {"case": "4", "activity": "d"},
    ]


def test_an_index_without_a_name_gets_its_place(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(",case\n0,a\n")

    assert list(CsvRows(path)) == [{"column 1": "0", "case": "a"}]


def test_values_of_parquet_have_the_texts_that_csv_would_have(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 5, tzinfo=UTC)
    values = {
        "whole": pa.array([7, None]),
        "whole_beside_none": pa.array([17.0, float("nan")]),
        "fraction": pa.array([0.25, None]),
        "flag": pa.array([True, None]),
        "price": pa.array([Decimal("1.50"), None]),
        "day": pa.array([date(2026, 3, 29), None]),
        "aware": pa.array([moment, None], pa.timestamp("ns", "Europe/Amsterdam")),
        "naive": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("ms")),
        "word": pa.array(["a", None]).dictionary_encode(),
        "list": pa.array([["b", "a"], None]),
        "struct": pa.array([{"b": 1, "a": None}, None]),
        "bytes": pa.array([b"\xff", None]),
        "nothing": pa.nulls(2),
    }
    values["naive"] = pa.array([moment.replace(tzinfo=None), None], pa.timestamp("us"))
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table(values), path)

    first, second = ParquetRows(path)

    assert first == {
        "whole": "7",
        "whole_beside_none": "17",
        "fraction": "0.25",
        "flag": "true",
        "price": "1.50",
        "day": "2026-03-29",
        "aware": "2026-03-29 02:30:00.000005Z",
        "naive": "2026-03-29 02:30:00.000005",
        "word": "a",
        "list": '["b","a"]',
        "struct": '{"a":null,"b":1}',
        "bytes": "\"b'\\\\xff'\"",
    }
    assert second == {}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("log.csv", b"", "is empty"),
        ("log.csv", b"case,activity,case\n1,a,2\n", "two columns 'case'"),
        ("log.csv", b'case,activity\n1,a\n2,"b\n3,c\n', "line 4"),
        ("log.csv", b'case,activity\n1,"a"b\n', "line 2"),
        ("log.csv.gz", gzip.compress(b"case,activity\n" + b"1,a\n" * 9999)[:-9], "cut off"),
        ("log.csv.gz", gzip.compress(b"case,activity\n1,a\n")[:-8] + b"00000000", "damaged"),
        ("log.parquet", b"PAR1 and then something else", "not whole Parquet"),
        ("log.xes", b"case,activity\n1,a\n", "not XES"),
        ("log.xlsx", b"PK\x03\x04...", "as CSV"),
        ("log.json", b' {"ocel:events": {}}', "JSON"),
        ("log.sqlite", b"SQLite format 3\x00", "database"),
        ("log.bin", b"\x7fELF\x00\x01", "neither XES nor CSV nor Parquet"),
    ],
)
def test_what_is_no_event_log_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(FileError) as caught:
        list(rows_of(path))

    assert why in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damage_within_parquet_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"case": [str(n) for n in range(10_000)]}), path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[100:5_000] = bytes(4_900)
    path.write_bytes(content)

    with pytest.raises(FileError, match=r"log\.parquet: damaged Parquet"):
        list(rows_of(path))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not there"):
        rows_of(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is no file"):
        rows_of(tmp_path)


def test_xes_is_known_by_its_content(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = tmp_path / "export.txt"
        path.write_text("\n<log/>", encoding=encoding)

        assert isinstance(rows_of(path), XesRows)
