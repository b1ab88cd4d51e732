"""What one sees is an address: whatever is chosen comes back from it, and nothing makes it fail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from procesmijn.store.figures import Clock
from procesmijn.store.filters import Period
from procesmijn.store.trends import By, Each
from procesmijn.web.address import Filters, read_filters

NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True, max_size=3).map(
    tuple
)
DATES = st.dates(date(1970, 1, 2), date(2099, 1, 1))


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Any that can be chosen."""
    since, until = draw(st.none() | DATES), draw(st.none() | DATES)
    if since is not None and until is not None and until <= since:
        until = since + timedelta(days=1)
    return Filters(
        period=draw(st.sampled_from(["13w", "4w", "104w", "2026-02"])),
        since=since,
        until=until,
        process=draw(NAMES),
        supplier=draw(NAMES),
        customer=draw(NAMES),
        agreement=draw(NAMES),
        clock=draw(st.sampled_from(Clock)),
        measure=draw(st.sampled_from(["median", "p90", "total", "met", "rework"])),
        by=draw(st.sampled_from(By)),
        each=draw(st.sampled_from(Each)),
        limits=draw(st.sampled_from(["", "yes"])),
        at_date=draw(st.none() | DATES),
        rate=draw(st.integers(0, 10_000)),
        state=draw(st.sampled_from(["", "late", "paused"])),
        due=draw(st.none() | DATES),
        select=draw(st.sampled_from(["", "hr>payroll"])),
        rows=draw(st.integers(0, 5_000)),
        as_of=draw(
            st.none() | st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1))  # noqa: DTZ001 - the zone is added
        ),
    )


@given(filters())
def test_filters_come_back_from_their_address(chosen: Filters) -> None:
    query = urlsplit(chosen.at("/waits")).query
    assert read_filters(parse_qsl(query, keep_blank_values=True)) == (chosen, ())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "period",
                    "from",
                    "to",
                    "rows",
                    "due",
                    "as_of",
                    "select",
                    "clock",
                    "measure",
                    "state",
                    "x",
                ]
            ),
            st.text(),
        )
    )
)
def test_no_address_fails(pairs: list[tuple[str, str]]) -> None:
    chosen, ignored = read_filters(pairs)
    assert "x" in ignored or not any(key == "x" and value for key, value in pairs)
    chosen.at("/")


def test_what_is_left_at_its_default_is_left_out() -> None:
    assert Filters().at("/late") == "/late"
    assert Filters(clock=Clock.ELAPSED).at("/") == "/?clock=elapsed"


def test_periods_are_half_open_and_the_one_before_is_as_long() -> None:
    today = date(2026, 11, 12)
    assert Filters().dates(today) == Period(date(2026, 8, 14), date(2026, 11, 13))
    assert Filters().before(today) == Period(date(2026, 5, 15), date(2026, 8, 14))
    assert Filters(period="2026-12").dates(today) == Period(date(2026, 12, 1), date(2027, 1, 1))
    last = read_filters([("from", "2026-03-01"), ("to", "2026-03-31")])[0]
    assert last.dates(today) == Period(date(2026, 3, 1), date(2026, 4, 1))


def test_what_belongs_to_one_view_does_not_go_along_to_another() -> None:
    there = Filters(process=("hr",), select="a>b", state="late", clock=Clock.ELAPSED).kept()
    assert there == Filters(process=("hr",), clock=Clock.ELAPSED)
