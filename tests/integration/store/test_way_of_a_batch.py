"""One event type, one handover, all the way: the thinnest proof that the store works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.in_force import load_rules
from procesmijn.store import Store, reports
from procesmijn.store.filters import Period
from procesmijn.store.objects import KeyCollision
from procesmijn.verify import verify
from schemas.event import Event

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def happened(hours: float, type_: str, party: str) -> Event:
    """Something about employee E1, some hours after Monday morning."""
    moment = MONDAY + timedelta(hours=hours)
    return Event(
        source="/hr",
        id=f"{type_}/{hours}",
        type=type_,
        occurred_us=int(moment.timestamp() * 1_000_000),
        objects=(("employee", "E1"),),
        party=party,
    )


def test_a_handover_is_in_the_store_with_both_clocks(store: Store, applier: Applier) -> None:
    """Delivered on Monday at 11:00 local, accepted on Tuesday at 10:00: 23 hours, 7 worked."""
    applied = applier.apply(
        Batch(
            arrivals=(
                Arrival(happened(23, "payroll_data.accepted", "payroll")),
                Arrival(happened(0, "payroll_data.delivered", "hr")),
            )
        )
    )
    assert (applied.stored, applied.duplicates, applied.cases) == (2, 0, 1)
    with store.reader() as connection:
        (row,) = reports.handovers("onboarding", Period(), None, connection)
    assert (row.supplier, row.customer, row.handovers, row.cases) == ("hr", "payroll", 1, 1)
    assert row.wait_seconds_mean == 23 * 3600
    assert row.wait_working_seconds_mean == 7 * 3600


def test_the_same_events_again_change_nothing_and_verify_agrees(
    store: Store, applier: Applier
) -> None:
    """A second time they are duplicates, and everything computed again is what is stored."""
    batch = Batch(arrivals=(Arrival(happened(0, "contract.issued", "hr")),) * 2)
    assert applier.apply(batch).duplicates == 1
    assert applier.apply(batch).duplicates == 2
    with store.snapshot() as moment:
        done = list(verify(load_rules(store), store.terms, moment))
    assert sum(progress.objects for progress in done) == 1
    assert [finding for progress in done for finding in progress.findings] == []


def test_a_second_delivery_without_a_time_of_its_own_is_no_conflict(
    store: Store, applier: Applier
) -> None:
    """The time is that of the record, so it differs; the earliest stands, whichever came first."""
    first = happened(0, "contract.issued", "hr")._replace(is_time_of_record=True)
    later = first._replace(occurred_us=first.occurred_us + 60_000_000)
    for deliveries in ((first, later), (later, first)):
        for event in deliveries:
            applier.apply(Batch(arrivals=(Arrival(event),)))
        with store.reader() as connection:
            assert connection.execute("SELECT started_at FROM bi.fct_case").fetchone() == (MONDAY,)
            assert connection.execute("SELECT count(*) FROM stream.superseded").fetchone() == (0,)
            connection.execute(
                'TRUNCATE stream.event, mining.object, mining.pack, mining."case", mining.flow_day'
            )


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_two_objects_with_one_key_are_told(
    applier: Applier, monkeypatch: pytest.MonkeyPatch, *, in_one_batch: bool
) -> None:
    """Of SHA-256 only 64 bits are the key of an object: what two share is never mixed."""
    monkeypatch.setattr("procesmijn.store.entries.object_key", lambda *_: 7)
    one, other = (
        Arrival(happened(hours, "ticket.opened", "hr")._replace(objects=(("ticket", id_),)))
        for hours, id_ in enumerate(("T1", "T2"))
    )
    if not in_one_batch:
        applier.apply(Batch(arrivals=(one,)))
    with pytest.raises(KeyCollision, match="ticket 'T2' has the same 64-bit key"):
        applier.apply(Batch(arrivals=(one, other) if in_one_batch else (other,)))
