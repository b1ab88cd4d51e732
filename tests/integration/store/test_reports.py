"""What commands read: sums that are large, and steps that are in no case."""

from __future__ import annotations

import psycopg

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.cli.checks import content
from procesmijn.cli.checks.check import Level
from procesmijn.core.flow import Edge
from procesmijn.store import Store, flows, reports
from procesmijn.store.filters import Period
from procesmijn.store.reports import Astray
from schemas.event import Event

LARGEST = 2**63 - 1
CATALOGUE = """
parties: {hr: {}, payroll: {}}
processes:
  joining: {case: employee, activities: {ask: {}}}
"""


def step(number: int, object_type: str, process: str = "joining") -> Arrival:
    """A generic step of a case of some type."""
    return Arrival(
        Event(
            source="/test",
            id=str(number),
            type="step",
            occurred_us=1_772_445_600_000_000 + number,
            objects=((object_type, "E0001234"),),
            process=process,
            activity="ask",
            party="hr",
        )
    )


def test_waiting_of_many_cases_adds_up_beyond_64_bits(store: Store, database_url: str) -> None:
    store.activate(parse(CATALOGUE))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO mining.term (name) VALUES ('joining'), ('ask') ON CONFLICT DO NOTHING"
        )
        connection.execute(
            "INSERT INTO mining.flow_day"
            " SELECT p.code, '2026-03-02', a.code, a.code, shard, 1, %s"
            " FROM mining.term p, mining.term a, generate_series(1, 3) AS shard"
            " WHERE p.name = 'joining' AND a.name = 'ask'",
            (LARGEST,),
        )
    with store.reader() as reader:
        graph = flows.graph("joining", Period(), store.terms, reader)
    assert graph.edges["ask", "ask"] == Edge(3, 3 * LARGEST)


def test_steps_about_another_type_than_the_cases_of_their_process_are_reported(
    store: Store, applier: Applier
) -> None:
    """Those of processes that nobody declares are told as such, and the others are in a case."""
    store.activate(parse(CATALOGUE))
    applier.apply(
        Batch(
            arrivals=(
                step(1, "joining"),
                step(2, "joining"),
                step(3, "vacancy"),
                step(4, "employee"),
                step(5, "brewing", "brewing"),
            )
        )
    )
    with store.reader() as connection:
        assert reports.astray(connection) == [
            Astray("joining", "joining", "employee", 2),
            Astray("joining", "vacancy", "employee", 1),
        ]
        assert reports.processes(connection) == {"joining": (1, 1, 0)}
        verdict = content.of_steps(content.read(connection, None))
    assert verdict.level is Level.FAILURE
    assert "joining (2 about joining, and its cases are employee), joining (1" in verdict.said
