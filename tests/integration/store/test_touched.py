"""What is said of a message beforehand is what becomes of it: the same cases, for every type."""

from __future__ import annotations

import orjson
import psycopg

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import default
from procesmijn.catalogue.touched import touched
from procesmijn.persons import Persons
from schemas.event import DEFAULT_TOPIC, Event, Record
from schemas.examples import WHEN, example_event
from schemas.instants import to_us
from schemas.registry import MODELS, decode


def test_the_cases_said_beforehand_are_those_that_are_stored(
    database_url: str, applier: Applier, persons: Persons
) -> None:
    catalogue = default()
    events = []
    for number, name in enumerate(MODELS):
        value = orjson.dumps(example_event(name, str(number)))
        event = decode(Record(DEFAULT_TOPIC, 0, number, to_us(WHEN), None, value))
        assert isinstance(event, Event)
        events.append(event)
    applier.apply(Batch(arrivals=tuple(map(Arrival, events))))
    said = {
        (case.process, case.case)
        for event in events
        for case in touched(persons.conceal(event), catalogue)
    }
    with psycopg.connect(database_url) as connection:
        stored = connection.execute("SELECT process, case_key FROM bi.fct_case").fetchall()
    with_types = {name for name, each in catalogue.processes.items() if each.activity_of_type()}
    assert {process for process, _ in said} == with_types
    assert sorted(stored) == sorted(said)
