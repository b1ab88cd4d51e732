"""What is kept of months is what their facts come to, whatever came in between."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final, LiteralString

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procesmijn.apply import Applier
from procesmijn.cli.keeping import keeping_months
from procesmijn.core.frames import STEP
from procesmijn.core.tally import BOUNDS, ELAPSED, PREVIOUS, WORKING, Tally
from procesmijn.store import flows as stored_flows
from procesmijn.store import kept, long_periods, reports
from procesmijn.store.filters import Period
from procesmijn.store.statements import statements
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE, histories, in_batches, sorted_pass
from tests.integration.exactness.stepped import SteppedStore

PROCESSES = ("service", "repair", "joining")
MONTHS: Final = """
    SELECT * FROM bi.agg_handover_monthly ORDER BY process, month, supplier, customer, pickup_basis
"""
_BOUNDS: Final = BOUNDS.tolist()
Counted = dict[tuple[Any, ...], Counter[int]]


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    ground = make_ground(2)
    ground.activate(CATALOGUE)
    ground.observer.execute("UPDATE mining.catalogue SET small_group = 1")  # all cells are shown
    return ground


def refresh(ground: Ground) -> int:
    with ground.store.reader() as connection:
        return sum(1 for _ in kept.refresh(connection))


def read(ground: Ground, process: str, kind: LiteralString = "handover") -> Tally:
    with ground.store.reader() as connection:
        return kept.read(kind, process, Period(), connection).tally


def counted(found: Tally) -> Counted:
    ends = found.groups["entries"].cumsum()
    starts = ends - found.groups["entries"]
    return {
        tuple(row): Counter(
            dict(zip(found.bins[a:b].tolist(), found.counts[a:b].tolist(), strict=True))
        )
        for row, a, b in zip(
            found.groups[["left", "right", "part", "measure", "n"]].tolist(),
            starts.tolist(),
            ends.tolist(),
            strict=True,
        )
    }


def from_facts(ground: Ground, process: str) -> Counted:
    """The same, one handover after the other."""
    groups: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for supplier, customer, basis, elapsed_us, working_us, month in ground.observer.execute(
        "SELECT h.supplier, h.customer, h.pickup_basis, h.wait_us, h.wait_working_us,"
        " CASE WHEN h.previous_on > '-infinity' THEN (extract(year FROM h.previous_on) - 1900) * 12"
        " + extract(month FROM h.previous_on) ELSE 0 END::int4"
        " FROM mining.measured_handover h JOIN mining.term p ON p.code = h.process"
        " WHERE p.name = %s",
        (process,),
    ):
        pair = (supplier, customer, basis)
        for measure, duration in ((ELAPSED, elapsed_us), (WORKING, working_us)):
            groups[*pair, measure][_bin(duration)] += 1
        groups[*pair, PREVIOUS][month] += 1
    return _with_numbers(groups)


def of_cases(ground: Ground, process: str) -> tuple[Counted, Counted]:
    """Likewise the ways of the cases, and their steps."""
    ways: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    flows: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for variant, cycle_us, trace in ground.observer.execute(
        "SELECT c.variant, (extract(epoch FROM c.ended_at - c.started_at) * 1000000)::int8, c.trace"
        ' FROM mining."case" c JOIN mining.term p ON p.code = c.process'
        " WHERE p.name = %s AND length(c.trace) > 0",
        (process,),
    ):
        ways[variant, 0, 0, ELAPSED][_bin(cycle_us)] += 1
        steps = [
            (0, None),
            *((int(a), int(us)) for a, _, us in np.frombuffer(trace, STEP)),
            (0, None),
        ]
        for (before, since_us), (after, until_us) in pairwise(steps):
            passed = 0 if since_us is None or until_us is None else until_us - since_us
            flows[before, after, 0, ELAPSED][_bin(passed)] += 1
    return _with_numbers(ways), _with_numbers(flows)


def _bin(duration_us: int) -> int:
    return bisect_right(_BOUNDS, duration_us) - 1


def _with_numbers(groups: Mapping[tuple[int, ...], Counter[int]]) -> Counted:
    return {(*key, counts.total()): counts for key, counts in groups.items()}


def assert_right(ground: Ground) -> None:
    for process in PROCESSES:
        assert counted(read(ground, process)) == from_facts(ground, process)
        ways, flows = of_cases(ground, process)
        assert counted(read(ground, process, "variant")) == ways
        assert counted(read(ground, process, "flow")) == flows
    shown = ground.observer.execute(MONTHS).fetchall()
    with ground.observer.transaction(force_rollback=True):
        ground.observer.execute("UPDATE mining.catalogue SET small_group = 8")  # hides the desk
        fewer = ground.observer.execute(MONTHS).fetchall()
        ground.observer.execute("DELETE FROM mining.reported_month")
        assert fewer == ground.observer.execute(MONTHS).fetchall()
        ground.observer.execute("UPDATE mining.catalogue SET small_group = 1")
        assert shown == ground.observer.execute(MONTHS).fetchall()


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_comes_after_it_was_kept_what_is_read_is_what_the_facts_say(
    ground: Ground, data: st.DataObject
) -> None:
    events = data.draw(histories())
    work = data.draw(st.composite(in_batches)(events, 2))
    ground.clear()
    for at, batch in enumerate([batch for batches in work for batch in batches]):
        ground.appliers[at % 2].apply(batch)
        if data.draw(st.booleans(), label="keep"):
            refresh(ground)
        assert_right(ground)
    refresh(ground)
    assert refresh(ground) == 0
    assert_right(ground)
    ground.assert_sound()


def happened(at: datetime, case: int, party: str) -> Event:
    return Event(
        source="/desk",
        id=f"{case}/{at}",
        type="step",
        occurred_us=int(at.timestamp()) * 1_000_000,
        objects=(("ticket", f"T{case}"),),
        process="service",
        activity="look",
        party=party,
    )


LONG = [
    happened(datetime(2023 + month // 12, month % 12 + 1, day, tzinfo=UTC), case, party)
    for case in range(3)
    for month in range(case, 31 - 4 * case, case + 1)
    for day, party in ((3, "desk"), (9 + case, "lab"), (17 + month % 5, "desk"))
]


def told(ground: Ground, events: Sequence[Event]) -> None:
    ground.clear()
    ground.applier.apply(sorted_pass(events))


def test_years_and_months_and_facts_answer_as_the_records_do(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(ground, LONG)
    assert refresh(ground) > 20
    ground.applier.apply(sorted_pass([happened(datetime(2024, 5, 20, tzinfo=UTC), 9, "lab")]))
    ground.applier.apply(sorted_pass([happened(datetime(2024, 5, 25, tzinfo=UTC), 9, "desk")]))
    bounds = [None, date(2023, 1, 1), date(2023, 4, 1), date(2024, 1, 1), date(2024, 5, 1)]
    ends = [None, date(2024, 5, 9), date(2025, 1, 1), date(2025, 6, 1)]
    with ground.store.reader() as connection:
        for period in (Period(since, until) for since in bounds for until in ends):
            monkeypatch.setattr(long_periods, "EXACT_RECORDS", 1 << 60)
            exact = reports.handovers("service", period, None, connection)
            monkeypatch.setattr(long_periods, "EXACT_RECORDS", -1)
            found = reports.handovers("service", period, None, connection)
            assert [(row[:4], row.pickup_basis) for row in found] == [
                (row[:4], row.pickup_basis) for row in exact
            ]
            for one, other in zip(found, exact, strict=True):
                assert one.percentile_basis == "histogram"
                assert one[4:10] == pytest.approx(other[4:10], rel=0.01)
                assert (one.wait_seconds_mean, one.wait_working_seconds_mean) == pytest.approx(
                    (other.wait_seconds_mean, other.wait_working_seconds_mean), rel=1e-12
                )


def test_what_is_kept_does_not_decide_where_percentiles_come_from(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(ground, LONG)
    with ground.store.reader() as connection:
        [(many,)] = connection.execute("SELECT count(*) FROM bi.fct_handover")
    for most, basis in ((many, "exact"), (many - 1, "histogram")):
        monkeypatch.setattr(long_periods, "EXACT_RECORDS", most)
        for _ in range(2):
            with ground.store.reader() as connection:
                found = reports.handovers("service", Period(), None, connection)
                ways = stored_flows.timed_variants("service", ground.store.terms, connection)
            assert {row.percentile_basis for row in found} == {basis}
            assert ways
            refresh(ground)


def test_graph_and_variants_are_those_of_the_records(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(ground, LONG)
    refresh(ground)
    ground.applier.apply(sorted_pass([happened(datetime(2024, 5, 20, tzinfo=UTC), 0, "lab")]))
    terms = ground.store.terms
    with ground.store.reader() as connection:
        answers = []
        for most in (1 << 60, -1):
            monkeypatch.setattr(long_periods, "EXACT_RECORDS", most)
            graph = stored_flows.graph("service", Period(), terms, connection, timed=True)
            ways = stored_flows.timed_variants("service", terms, connection)
            answers.append((graph, ways))
    (exact, exact_ways), (found, found_ways) = answers
    assert (found.starts, found.ends) == (exact.starts, exact.ends)
    assert found.edges.keys() == exact.edges.keys()
    for pair, edge in found.edges.items():
        there = exact.edges[pair]
        assert (edge.count, edge.total_us) == (there.count, there.total_us)
        assert edge.times is not None
        assert there.times is not None
        assert edge.times[:2] == pytest.approx(there.times[:2], rel=0.01)
        assert (edge.times.basis, there.times.basis) == ("histogram", "exact")
    assert [way[:3] for way in found_ways] == [way[:3] for way in exact_ways]
    for way, other in zip(found_ways, exact_ways, strict=True):
        assert way.cycle_seconds_median == pytest.approx(other.cycle_seconds_median, rel=0.01)


def test_what_was_kept_wrongly_is_found_and_mended(ground: Ground) -> None:
    told(ground, LONG)
    refresh(ground)
    ground.assert_sound()
    assert len(ground.observer.execute(MONTHS).fetchall()) > 40
    for meddling in (
        "UPDATE mining.kept SET counts = set_byte(counts, 0, 9) WHERE since = '2023-03-01'",
        "DELETE FROM mining.month_version WHERE month = '2023-04-01'",
        "UPDATE mining.reported_cell SET cases = cases + 1 WHERE month = '2023-05-01'",
    ):
        ground.observer.execute(meddling)
        assert {finding.table for finding in ground.findings()} & {
            "kept",
            "month_version",
            "reported_cell",
        }
        ground.rebuild()
        ground.assert_sound()
        assert_right(ground)


def test_a_worker_keeps_what_is_left_alone(ground: Ground) -> None:
    told(ground, LONG)
    years = statements("kept")["years"]
    with (
        keeping_months(ground.url, pytest.fail, every_seconds=0.05),
        ground.store.reader() as connection,
    ):
        until = time.monotonic() + 60
        while kept.stale(connection) or connection.execute(years).fetchall():
            assert time.monotonic() < until, "nothing is kept"
            time.sleep(0.05)
    assert refresh(ground) == 0
    assert_right(ground)


def test_a_batch_that_is_under_way_while_a_month_is_kept_is_not_missed(ground: Ground) -> None:
    told(ground, LONG)
    before = counted(read(ground, "service"))

    def hook(step: str) -> None:
        if step == "after advance":  # what the batch wrote cannot be seen yet
            assert refresh(ground) > 0
            assert counted(read(ground, "service")) == before

    late = sorted_pass([happened(datetime(2024, 5, 20, tzinfo=UTC), 0, "lab")])
    with closing(SteppedStore(ground.url, hook)) as store:
        Applier(store, ground.persons).apply(late)
    assert counted(read(ground, "service")) != before
    assert_right(ground)
    assert refresh(ground) > 0
    assert_right(ground)
