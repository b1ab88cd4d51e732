"""Cases of an organisation at work are tracked and forecast: by command, by the core and in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import orjson
import psycopg
import pytest
from psycopg import sql

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import Catalogue
from procesmijn.cli.commands import load
from procesmijn.demo.heard import Heard
from procesmijn.demo.organisation import Organisation, catalogue
from procesmijn.demo.schedule import instant_us
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store
from procesmijn.store.present import set_present
from procesmijn.store.streams import speak_of
from procesmijn.tracking.subject import Subject

BEGIN: Final = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)  # a Monday in Amsterdam
HISTORY: Final = timedelta(weeks=10)
VOLUME: Final = 0.3
WITHOUT_END: Final = "requests"

Told = tuple[Any, ...]


@pytest.fixture(scope="module")
def rules() -> Catalogue:
    """That of the organisation, but that nothing is declared to end one process."""
    declared = catalogue()
    endless = declared.processes[WITHOUT_END].model_copy(update={"end": ()})
    processes = {**declared.processes, WITHOUT_END: endless}
    return declared.model_copy(update={"processes": processes})


@pytest.fixture(scope="module")
def organisation(
    servers: Embedded, database_template: str, persons: Persons, rules: Catalogue
) -> Iterator[Store]:
    """Some weeks of it."""
    template = sql.Identifier(database_template)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE tracked TEMPLATE {}").format(template))
    store = Store(servers.database_url.rpartition("/")[0] + "/tracked")
    store.activate(rules.pseudonymous(persons.pseudonym))
    at_work = Organisation(7, BEGIN, HISTORY, with_stories=False, volume=VOLUME)
    arrivals = map(Arrival, Heard(at_work, instant_us(BEGIN + HISTORY)))
    applier = Applier(store, persons)
    while some := tuple(islice(arrivals, 10_000)):
        applier.apply(Batch(arrivals=some))
    with store.reader() as connection:
        set_present(BEGIN + HISTORY, connection)
    yield store
    store.close()


def test_sql_forecasts_what_the_core_does(organisation: Store, rules: Catalogue) -> None:
    query = (
        "SELECT process, case_key, after_activity, since, expected_at, earliest_at, latest_at,"
        " cases, alike, clock FROM bi.fct_forecast"
    )
    seen = set[Told]()
    for ago in (timedelta(0), timedelta(days=17, hours=5)):
        with organisation.reader() as connection:
            speak_of(BEGIN + HISTORY - ago, connection)
            expected = {
                (process, *case)
                for process in rules.processes
                for case in Subject.of(process, organisation.terms, connection).running()
            }
            found = set(connection.execute(query).fetchall())
        assert {row[:-1] for row in found} == expected
        assert WITHOUT_END in {process for process, *_ in found}
        seen |= {row[-2:] for row in found}
    assert {alike for alike, _ in seen} == {None, "way", "done", "last"}
    assert {clock for _, clock in seen} == {"working", "elapsed"}


def test_forecasts_hold_as_often_as_they_say(organisation: Store) -> None:
    with organisation.reader() as connection:
        trials = Subject.of("it_service", organisation.terms, connection).trials()
    total = trials.score()
    assert total is not None
    assert total.forecasts > 200
    assert 0.72 < total.share_within < 0.9
    assert total.error_seconds_median < 0.6 * total.naive_error_seconds_median


def test_a_case_is_told_with_its_promises_and_without_persons(
    organisation: Store,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with organisation.reader() as connection:
        ((case, supplier, due_at),) = connection.execute(
            "SELECT case_key, supplier, due_at FROM bi.fct_delivery"
            " WHERE process = 'recruitment' AND deliverable = 'Filled vacancy' AND is_open"
            " ORDER BY requested_at LIMIT 1"
        ).fetchall()
        persons = connection.execute(
            "SELECT DISTINCT performer FROM stream.event WHERE performer IS NOT NULL"
        ).fetchall()
    monkeypatch.setenv("PROCESMIJN_DATABASE_URL", organisation.url)
    monkeypatch.setenv("PROCESMIJN_KEYS", keys.text())
    load("track").main(["recruitment", case, "--format", "json"], standalone_mode=False)
    written = capsys.readouterr().out
    told = orjson.loads(written)

    assert told["is_open"] is True
    (promise,) = (each for each in told["promises"] if each["deliverable"] == "Filled vacancy")
    assert (promise["status"], promise["call"]) == ("open", "vacatures@example.org")
    assert datetime.fromisoformat(promise["due_at"]) == due_at
    (holder,) = (each for each in told["holders"] if each["party"] == supplier)
    assert holder["basis"] in {"asked", "named"}
    assert "last" not in {each["basis"] for each in told["holders"]}
    assert told["steps"][0]["activity"] == "Vacancy requested"
    assert len(persons) > 50
    assert not [name for (name,) in persons if name in written]
