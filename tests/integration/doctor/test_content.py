"""Each kind of wrong content is found, in a real database that is broken that way."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.cli.checks import installation
from procesmijn.cli.checks.check import Level, findings
from procesmijn.cli.doctor import examine
from procesmijn.persons import Keys
from procesmijn.rebuild import only_rebuild
from procesmijn.settings import Settings
from procesmijn.store import Store, retirements
from procesmijn.store import keys as stored_keys
from schemas.event import Event
from tests.integration.doctor.conftest import Doctor, told


@pytest.mark.parametrize(("number", "words"), [(99, "upgrade it"), (-1, "start procesmijn worker")])
def test_tables_of_another_version(
    number: int, words: str, doctor: Doctor, sql: psycopg.Connection
) -> None:
    sql.execute("DELETE FROM procesmijn.migration WHERE number > 1")
    sql.execute("INSERT INTO procesmijn.migration VALUES (%s, 'another')", [number])
    told(doctor(), "schema", words)


def test_no_catalogue(doctor: Doctor, sql: psycopg.Connection) -> None:
    sql.execute("UPDATE mining.catalogue SET is_active = false")
    told(doctor(), "catalogue", "run procesmijn catalogue activate")


def test_a_catalogue_that_means_something_else_here(
    doctor: Doctor, sql: psycopg.Connection
) -> None:
    sql.execute("UPDATE mining.rules SET digest = 'other' WHERE object_type = 'vacancy'")
    told(doctor(), "catalogue", "means something else")


def test_keys_other_than_those_that_the_data_were_made_with(
    doctor: Doctor, store: Store, keys: Keys
) -> None:
    with store.reader() as connection:
        stored_keys.remember(keys.fingerprint, connection)
    assert doctor()["fingerprint"].level is Level.OK
    told(doctor(keys=Keys.generate().text()), "fingerprint", keys.fingerprint)


def test_no_keys(doctor: Doctor) -> None:
    told(doctor(keys=None), "keys", "PROCESMIJN_KEYS_FILE")
    told(doctor(keys="pseudonym=x"), "keys", "keys are three words")


def test_keys_that_others_can_read(doctor: Doctor, keys: Keys, tmp_path: Path) -> None:
    kept = tmp_path / "keys"
    keys.save(kept)
    assert doctor(keys=None, keys_file=kept)["keys"].level is Level.OK
    kept.chmod(0o644)
    told(doctor(keys=None, keys_file=kept), "keys", f"chmod 600 {kept}")


def test_readers_who_may_not_read(doctor: Doctor, sql: psycopg.Connection) -> None:
    sql.execute("REVOKE USAGE ON SCHEMA bi FROM bi_reader")
    told(doctor(), "readers", "GRANT USAGE ON SCHEMA bi TO bi_reader", Level.WARNING)
    sql.execute("ALTER ROLE bi_analyst RENAME TO bi_analyst_once")
    try:
        told(doctor(), "readers", "CREATE ROLE bi_analyst NOLOGIN", Level.WARNING)
    finally:
        sql.execute("ALTER ROLE bi_analyst_once RENAME TO bi_analyst")


def test_an_event_that_was_said_in_two_ways(doctor: Doctor, sql: psycopg.Connection) -> None:
    assert doctor()["conflicts"].level is Level.OK
    sql.execute(
        """
        WITH said AS (
            INSERT INTO stream.event (event_key, source, id, revision, content_mac, is_retracted,
                type, lifecycle, started_at, occurred_at, sequence, objects)
            VALUES (gen_random_uuid(), 'hr', 'e1', 3, 'b', false, 'ticket.closed', 0, 'infinity',
                now(), 0, '[["ticket", "T1"]]')
            RETURNING *
        )
        INSERT INTO stream.superseded (event_key, revision, content_mac, event)
        SELECT event_key, said.revision + wanted.higher, 'a', to_jsonb(said)
        FROM said, (VALUES (0), (-1)) AS wanted (higher)
        """
    )
    told(doctor(), "conflicts", "1 ", Level.WARNING)


def test_an_event_that_came_for_a_case_that_was_retired(
    doctor: Doctor, sql: psycopg.Connection
) -> None:
    assert doctor()["retired"].level is Level.OK
    sql.execute(
        "INSERT INTO stream.late_event (event_key, retirement, object_key)"
        " VALUES (gen_random_uuid(), 1, 0)"
    )
    told(doctor(), "retired", "1 event came for retired cases", Level.WARNING)


def test_a_retirement_that_was_broken_off_and_whose_archive_is_gone(
    doctor: Doctor, store: Store, tmp_path: Path
) -> None:
    assert doctor()["retirements"].level is doctor()["archives"].level is Level.OK
    folder = tmp_path / "before-2024"
    with store.reader() as connection:
        retirements.begin(date(2024, 1, 1), str(folder), "Ann", connection)
        mended = f"run procesmijn retire --before 2024-01-01 --archive {folder} to its end"
        told(doctor(), "retirements", mended, Level.WARNING)
        assert doctor()["archives"].level is Level.OK, "nothing has left yet"
        with only_rebuild(store):
            assert doctor()["retirements"].level is Level.OK, "it is at work"
        connection.execute("UPDATE stream.retirement SET ended_at = now(), is_returning = true")
    found = doctor()
    told(found, "retirements", f"run procesmijn rebuild --from {folder} to its end", Level.WARNING)
    told(found, "archives", f"{folder} and nowhere else: put a whole copy of it there")


def test_a_home_in_which_nothing_is_yet_stays_so(home: Path) -> None:
    found = {it.check: it for it in examine(Settings(home=home))}
    told(found, "database", "procesmijn up makes one", Level.WARNING)
    told(found, "broker", "procesmijn up makes one", Level.WARNING)
    assert found["keys"].level is Level.OK
    assert not home.exists()


def test_a_database_whose_keys_were_lost(home: Path) -> None:
    (home / "postgres" / "data").mkdir(parents=True)
    seen = installation.read(Settings(home=home), {})
    found = {it.check: it for it in findings(installation.CHECKS, seen)}
    told(found, "keys", "put back the copy")
    assert [path.name for path in home.iterdir()] == ["postgres"]


def test_a_home_of_another_postgresql(home: Path, doctor: Doctor) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17")
    told(doctor(database_url=None, kafka_servers=None), "servers", "made by PostgreSQL 17")


def test_a_variable_that_means_nothing(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESMIJN_DATABASEURL", "x")
    told(doctor(), "settings", "PROCESMIJN_DATABASE_URL?")


def test_old_time_zone_data(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tzdata is found first, as one that was installed years ago would be."""
    shutil.copytree(str(files("tzdata")), tmp_path / "tzdata")
    (tmp_path / "tzdata-2019.3.dist-info").mkdir()
    (tmp_path / "tzdata-2019.3.dist-info" / "METADATA").write_text(
        "Name: tzdata\nVersion: 2019.3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    told(doctor(), "time-zones", "are of 2019.3: pip install --upgrade tzdata", Level.WARNING)


def test_what_events_say_and_nobody_expected(
    doctor: Doctor, store: Store, applier: Applier, sql: psycopg.Connection
) -> None:
    store.activate(parse("{parties: {hr: {}}, processes: {joining: {case: ticket}}}"))
    step = Event(
        source="/test",
        id="1",
        type="step",
        occurred_us=1_772_445_600_000_000,
        objects=(("ticket", "T1"),),
        process="joining",
        activity="ask",
        party="hr",
    )
    applier.apply(Batch(arrivals=(Arrival(step),)))
    found = doctor()
    names = ("parties", "processes", "steps", "size", "refused", "mined")
    assert {found[name].level for name in names} == {Level.OK}
    strange = [
        step._replace(id="2", party="nobody"),
        step._replace(id="3", process="brewing"),
        step._replace(id="4", objects=(("vacancy", "V1"),)),
        step._replace(id="5", objects=tuple(("ticket", f"T{n}") for n in range(1_001))),
    ]
    applier.apply(Batch(arrivals=tuple(map(Arrival, strange))))
    sql.execute(
        """
        INSERT INTO stream.dead_letter (topic_id, partition, "offset", topic, reason, message,
            recorded_at, payload_encrypted)
        VALUES (gen_random_uuid(), 0, 0, 'events', 'not-json', '', now(), '')
        """
    )
    sql.execute("UPDATE mining.object SET rules_id = 0 WHERE object_id = 'T1'")
    found = doctor()
    told(found, "parties", "with office hours: nobody (1)", Level.WARNING)
    told(found, "processes", "not mined: brewing (1)", Level.WARNING)
    told(found, "steps", "joining (1 about vacancy, and its cases are ticket)")
    told(found, "size", "too large: event /test e_", Level.WARNING)
    told(found, "refused", "not-json (1)", Level.WARNING)
    told(found, "mined", "1 object of an earlier catalogue")
