"""Single cases as charts and tests read them: in order, by local week, and with whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.core.flow import CaseTrace, Company, Starting, Variant
from procesmijn.store import Store, traces
from procesmijn.store.connection import Connection
from procesmijn.store.filters import CaseFilter
from schemas.event import Event

HOUR_US = 3_600_000_000
SUNDAY_US = 1_772_380_800_000_000
"""Sunday 1 March 2026, 16:00 UTC: it is Monday in Tokyo."""
WEEK_US = 7 * 24 * HOUR_US
CATALOGUE = """
parties: {hr: {}, it: {}}
processes:
  making: {case: thing, zone: Asia/Tokyo}
  other: {case: other thing}
"""


def event(case: str, activity: str, party: str, *at_us: int, process: str = "making") -> Event:
    """A step of a case; of two instants the first is its start."""
    return Event(
        source="/test",
        id=f"{case}/{activity}",
        type="step",
        started_us=at_us[0] if len(at_us) == 2 else None,
        occurred_us=at_us[-1],
        objects=(("thing" if process == "making" else "other thing", case),),
        process=process,
        activity=activity,
        party=party,
    )


@pytest.fixture
def connection(store: Store, applier: Applier) -> Iterator[Connection]:
    """Of a database with a few cases."""
    store.activate(parse(CATALOGUE))
    first, second, third = (SUNDAY_US + week * WEEK_US for week in range(3))
    steps = [
        event("handed over", "ask", "hr", first),
        event("handed over", "make", "it", first + 2 * HOUR_US),
        event("side by side", "ask", "hr", first - 2 * HOUR_US, first + 9 * HOUR_US),
        event("side by side", "make", "it", first - 2 * HOUR_US, first + 8 * HOUR_US),
        event("alone", "ask", "hr", second),
        event("late", "ask", "hr", third),
        event("late", "make", "it", third + HOUR_US),
        event("elsewhere", "ask", "hr", third, process="other"),
    ]
    applier.apply(Batch(arrivals=tuple(map(Arrival, steps))))
    with store.reader() as reader:
        yield reader


def test_cases_come_in_the_order_in_which_they_started(
    store: Store, connection: Connection
) -> None:
    found = list(traces.traces("making", store.terms, connection))
    assert [trace.case_key for trace in found] == ["side by side", "handed over", "alone", "late"]
    assert found[0].activities == ("make", "ask")
    assert found[1] == CaseTrace(
        "handed over", ("ask", "make"), (SUNDAY_US, SUNDAY_US + 2 * HOUR_US)
    )
    span = traces.span("making", connection)
    assert span == traces.Span(4, date(2026, 3, 1), date(2026, 3, 16), "Asia/Tokyo")
    assert traces.span("elsewhere", connection) == traces.Span(0, None, None, "UTC")
    assert traces.trace("making", "handed over", store.terms, connection) == found[1]
    assert traces.trace("making", "elsewhere", store.terms, connection) is None
    chosen = CaseFilter(lacking=("make",))
    assert [t.case_key for t in traces.traces("making", store.terms, connection, chosen)] == [
        "alone"
    ]
    assert traces.span("making", connection, chosen).cases == 1


def test_days_are_local_and_only_those_whose_cases_had_time_to_end(
    store: Store, connection: Connection
) -> None:
    """The last completion, less the eleven hours that the slowest case took, lies in the third."""
    assert traces.starting("making", store.terms, connection) == [
        Starting(date(2026, 3, 1), Variant(("make", "ask"), 1)),
        Starting(date(2026, 3, 2), Variant(("ask", "make"), 1)),
    ]


def test_who_took_part_is_known_by_handovers_and_where_not_that_is_told(
    store: Store, connection: Connection
) -> None:
    assert traces.companies("making", store.terms, connection) == traces.Companies(
        [Company(("hr", "it"), 2), Company((), 2)], incomplete=1
    )
