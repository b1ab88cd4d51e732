"""Whatever the width of a terminal, a table has every heading and every word, and fits."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from procesmijn.cli.layout import Column, lay_out

WORDS = st.text("abcdefghi\u65e5\u672c", min_size=1, max_size=10)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
NUMBERS = st.integers(0, 10**9).map(str)


@st.composite
def tables(draw: st.DrawFn) -> list[Column]:
    """Up to a dozen columns of text or numbers, with rows as long."""
    rows = draw(st.integers(0, 4))
    columns = draw(st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=2), st.booleans())))
    return [
        Column(
            " ".join(heading),
            draw(st.lists(TEXTS if is_text else NUMBERS, min_size=rows, max_size=rows)),
            is_number=not is_text,
            is_text=is_text,
        )
        for heading, is_text in columns
    ]


def words_of(columns: list[Column]) -> Counter[str]:
    return Counter(
        word
        for column in columns
        for text in (column.heading, *column.cells)
        for word in text.split()
    )


@given(tables(), st.integers(64, 300))
def test_nothing_is_lost_or_broken_and_nothing_is_too_wide(
    columns: list[Column], width: int
) -> None:
    lines = list(lay_out(columns, width, str))
    assert max(map(cell_len, lines), default=0) <= width
    assert not words_of(columns) - Counter(" ".join(lines).replace(",", "").split())


def laid_out(width: int, *columns: Column) -> list[str]:
    return list(lay_out(columns, width, str))


def test_text_folds_between_words_and_a_heading_stands_on_its_column() -> None:
    ways = Column("way", ["ask > offer > accept", "ask"], is_text=True)
    cases = Column("number of cases", ["1391", "7"], is_number=True)
    assert laid_out(24, ways, cases) == [
        "                  number",
        "                      of",
        "way                cases",
        "ask > offer >       1391",
        "  accept",
        "ask                    7",
    ]


def test_a_word_that_fits_nowhere_breaks_at_the_end_of_its_line() -> None:
    key = Column("key", ["a" * 40], is_text=True)
    assert laid_out(25, key, Column("n", ["1"], is_number=True)) == [
        "key  " + "a" * 20,
        "     " + "a" * 20,
        "n    1",
    ]


def test_rows_are_blocks_where_they_would_be_taller_beside_each_other() -> None:
    said = Column("said", ["ten words of text"] * 2, is_text=True)
    long = Column("more", ["so much that it takes many lines " * 12] * 2, is_text=True)
    lines = laid_out(80, said, long, *(Column(f"column {n}", ["1", "2"]) for n in range(4)))
    assert lines[0] == "said      ten words of text"
    assert "" in lines
