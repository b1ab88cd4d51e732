"""Sessions come and go: what one has learned of a database must not be believed of another."""

from __future__ import annotations

import threading
import time
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import Catalogue, default
from procesmijn.embedded import Embedded
from procesmijn.in_force import RulesOutdated
from procesmijn.persons import Persons
from procesmijn.store import Store, flows, reports
from procesmijn.store.connection import connect
from procesmijn.store.filters import Period
from procesmijn.store.objects import Locked
from schemas.event import Event


def step(case: str, minute: int, activity: str, party: str) -> Arrival:
    """A generic step of the process flow."""
    return Arrival(
        Event(
            source="/test",
            id=f"{case}/{minute}",
            type="step",
            occurred_us=1_772_445_600_000_000 + minute * 60_000_000,
            objects=(("flow", case),),
            process="flow",
            activity=activity,
            party=party,
        )
    )


def test_a_database_that_was_made_anew_is_another_one(
    servers: Embedded, database_url: str, database_template: str, store: Store, applier: Applier
) -> None:
    """As after a restore: the same address, and other codes for the same names."""
    store.activate(default().with_process("flow"))
    applier.apply(Batch(arrivals=(step("1", 0, "begin", "Omega"), step("1", 1, "end", "Psi"))))
    name = sql.Identifier(urlsplit(database_url).path[1:])
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                name, sql.Identifier(database_template)
            )
        )
    with pytest.raises(Exception, match=r"terminat|closed"):
        applier.apply(Batch())
    other = Store(database_url)
    other.resolve({"Alpha", "Beta", "before anything else"})
    other.activate(default().with_process("flow"))
    other.close()
    applier.apply(Batch(arrivals=(step("1", 0, "begin", "Alpha"), step("1", 1, "end", "Beta"))))
    with store.reader() as connection:
        (row,) = reports.handovers("flow", Period(), None, connection)
    assert (row.supplier, row.customer) == ("Alpha", "Beta")


def test_an_activation_comes_through_however_busy_the_batches_are(
    database_url: str, store: Store
) -> None:
    """Batches share the catalogue all the time; the one who wants to change it is not passed."""
    stopping = threading.Event()

    def share() -> None:
        busy = Store(database_url)
        active = busy.active()
        assert active is not None
        while not stopping.is_set():
            with busy.transaction() as tx:
                try:
                    tx.share_rules(active.catalogue_id, active.activated_at, busy.terms)
                except Exception:  # noqa: BLE001 - another catalogue is what we wait for
                    break
                time.sleep(0.2)
        busy.close()

    sharers = [threading.Thread(target=share) for _ in range(4)]
    for number, sharer in enumerate(sharers):
        sharer.start()
        time.sleep(0.05 * (number + 1))
    began = time.monotonic()
    store.activate(default().with_process("busy"))
    took_seconds = time.monotonic() - began
    stopping.set()
    for sharer in sharers:
        sharer.join()
    assert took_seconds < 10


def test_names_that_a_newer_version_knows_have_codes_before_rules_are_compiled(
    store: Store, applier: Applier, database_url: str
) -> None:
    """A release that adds an event type finds a database in which nobody has named it yet."""
    with connect(database_url) as connection:
        connection.execute(
            "DELETE FROM mining.term WHERE name NOT IN (SELECT name FROM mining.term t"
            " JOIN mining.process p ON p.code = t.code)"
        )
    assert applier.apply(Batch(arrivals=(step("1", 0, "begin", "hr"),))).stored == 1


def test_a_batch_that_touches_more_events_than_fit_is_mined_in_parts(
    monkeypatch: pytest.MonkeyPatch, store: Store, persons: Persons
) -> None:
    """With the same facts, and counts by day, as in one part."""
    store.activate(Catalogue().with_process("flow"))
    applier = Applier(store, persons)
    arrivals = tuple(
        step(str(case), minute, f"a{minute}", f"p{minute % 3}")
        for case in range(40)
        for minute in range(5)
    )
    parts: list[int] = []
    whole = Locked.parts

    def counted(self: Locked) -> object:
        for part in whole(self):
            parts.append(len(part.keys))
            yield part

    monkeypatch.setattr(Locked, "parts", counted)
    monkeypatch.setattr("procesmijn.store.objects.EVENTS_AT_ONCE", 30)
    applier.apply(Batch(arrivals=arrivals))
    assert len(parts) > 5
    assert sum(parts) == 40
    with store.reader() as connection:
        flow = flows.graph("flow", Period(), store.terms, connection)
        rows = reports.handovers("flow", Period(), None, connection)
    assert {edge.count for edge in flow.edges.values()} == {40}
    assert flow.starts == {"a0": 40}
    assert sum(row.handovers for row in rows) == 40 * 4


def test_the_same_catalogue_activated_elsewhere_is_looked_at_again(
    database_url: str, store: Store, applier: Applier
) -> None:
    """By a version, or with time zone data, to which it means something else: no batch is mined by
    rules that are not those in force, and the message says what to do."""
    applier.apply(Batch(arrivals=(step("1", 0, "begin", "hr"),)))
    with connect(database_url) as connection:
        connection.execute("UPDATE mining.rules SET digest = 'other' WHERE object_type = 'ticket'")
        connection.execute("UPDATE mining.catalogue SET activated_at = now() WHERE is_active")
    with pytest.raises(RulesOutdated, match="run procesmijn catalogue activate"):
        applier.apply(Batch(arrivals=(step("1", 1, "end", "it"),)))
