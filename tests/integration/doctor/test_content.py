"""Each kind of wrong content is found, in a real database that is broken that way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from procesmijn.cli.checks import installation
from procesmijn.cli.checks.check import Level, findings
from procesmijn.cli.checks.surroundings import Disk
from procesmijn.cli.doctor import examine
from procesmijn.persons import Keys
from procesmijn.rebuild import only_rebuild
from procesmijn.settings import Settings
from procesmijn.store import Store, retirements
from procesmijn.store import keys as stored_keys
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


def test_what_no_test_can_break_for_real(home: Path) -> None:
    """Disks and years: the same checks, on what was read here."""
    seen = installation.read(Settings(home=home), {"PROCESMIJN_DATABASEURL": "x"})
    broken = seen._replace(home=Disk("/data", 1000, 10), today=date(2031, 1, 1))
    found = {it.check: it for it in findings(installation.CHECKS, broken)}
    told(found, "settings", "PROCESMIJN_DATABASE_URL?")
    told(found, "home-disk", "make room")
    told(found, "time-zones", "--upgrade tzdata", Level.WARNING)
