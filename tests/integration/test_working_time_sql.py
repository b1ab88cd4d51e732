"""SQL gives the working time that the core gives, to the microsecond, on real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

import numpy as np
import psycopg
import pytest

from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.worktime import Calendar, build_calendar, working_us

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_ALL = int(np.iinfo(np.int64).min)
MIDNIGHT = time(0)
OFFICE = [[(time(9), time(17))]] * 5
SHIFTS = [(MIDNIGHT, time(6)), (time(13, 30), time(18, 15)), (time(22), MIDNIGHT)]

CALENDARS = {
    1: build_calendar([*OFFICE, [], []], "Europe/Amsterdam", [date(2020, 4, 27)]),
    2: build_calendar([[(MIDNIGHT, MIDNIGHT)]] * 7, "Europe/Amsterdam"),
    3: build_calendar([SHIFTS] * 7, "Australia/Lord_Howe"),
    4: build_calendar([[], [], *[SHIFTS] * 5], "America/Sao_Paulo"),
    5: build_calendar([SHIFTS] * 7, "Pacific/Apia"),
    6: build_calendar([[(time(0, 0, 0, 1), time(23, 59, 59, 999_999))]] * 7, "UTC"),
    7: build_calendar([[]] * 7, "UTC"),
}


def at(instant_us: int) -> str:
    """An instant as PostgreSQL reads it."""
    if instant_us == NO_INSTANT:
        return "infinity"
    if instant_us == BEFORE_ALL:
        return "-infinity"
    return (EPOCH + timedelta(microseconds=instant_us)).isoformat()


def pairs(calendar: Calendar, random: np.random.Generator) -> tuple[Int64s, Int64s]:
    """Pairs of instants: any, close together, on the edges of stretches, beyond the horizon."""
    first, last = int(datetime(1960, 1, 1, tzinfo=UTC).timestamp()), 4_110_000_000
    from_us = random.integers(first * 10**6, last * 10**6, 300)
    edges_us = np.concatenate([calendar.opens_us, calendar.closes_us, from_us])
    from_us[100:] = random.choice(edges_us, 200) + random.integers(-1, 2, 200)
    to_us = from_us + random.integers(-(10**11), 10**12, 300)
    to_us[200:] = random.choice(edges_us, 100) + random.integers(-1, 2, 100)
    from_us[:2], to_us[1:3] = BEFORE_ALL, NO_INSTANT
    return from_us, to_us


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """A database with the stretches of all the calendars."""
    migrations = files("procesmijn") / "store" / "sql" / "migrations"
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE SCHEMA mining")
        connection.execute((migrations / "0003_working_time.sql").read_text())
        with connection.cursor().copy("COPY mining.calendar_stretch FROM STDIN") as copy:
            for code, calendar in CALENDARS.items():
                for opens_us, closes_us, worked_us in zip(
                    calendar.opens_us.tolist(),
                    calendar.closes_us.tolist(),
                    calendar.worked_us.tolist(),
                    strict=True,
                ):
                    copy.write_row((code, at(opens_us), at(closes_us), worked_us))
        yield connection
        connection.rollback()


def test_sql_gives_what_the_core_gives(connection: psycopg.Connection) -> None:
    random = np.random.default_rng(3)
    codes: list[int] = []
    starts: list[str] = []
    ends: list[str] = []
    expected: list[int] = []
    for code, calendar in CALENDARS.items():
        from_us, to_us = pairs(calendar, random)
        codes += [code] * len(from_us)
        starts += map(at, from_us.tolist())
        ends += map(at, to_us.tolist())
        expected += working_us(calendar, from_us, to_us).tolist()
    rows = connection.execute(
        "SELECT mining.working_us(code, from_at, to_at)"
        " FROM unnest(%s::int4[], %s::timestamptz[], %s::timestamptz[])"
        " WITH ORDINALITY AS pair (code, from_at, to_at, number) ORDER BY number",
        (codes, starts, ends),
    ).fetchall()
    assert [worked for (worked,) in rows] == expected


def test_no_instant_and_no_calendar_have_no_working_time(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT mining.working_us(1, NULL, now()), mining.working_us(1, now(), NULL),"
        " mining.working_us(99, '2020-01-01Z', '2021-01-01Z')"
    ).fetchone()
    assert row == (None, None, 0)


def test_a_pair_reads_two_stretches_and_not_the_table(connection: psycopg.Connection) -> None:
    connection.execute("ANALYZE mining.calendar_stretch")
    connection.execute(
        "SELECT mining.working_us(1, now(), now() + n * interval '1 day')"
        " FROM generate_series(1, 100) AS n"
    )
    row = connection.execute(
        "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables"
        " WHERE relid = 'mining.calendar_stretch'::regclass"
    ).fetchone()
    assert row == (0, 200)


def test_a_reader_of_a_view_needs_no_right_to_the_table(connection: psycopg.Connection) -> None:
    connection.execute(
        """
        CREATE SCHEMA shown;
        CREATE VIEW shown.worked AS
        SELECT mining.working_us(1, '2020-10-02 07:00+02', '2020-10-06 15:00+02') AS worked_us;
        CREATE ROLE reader_of_a_test;
        GRANT USAGE ON SCHEMA shown TO reader_of_a_test;
        GRANT SELECT ON shown.worked TO reader_of_a_test;
        SET LOCAL ROLE reader_of_a_test
        """
    )
    assert connection.execute("SELECT worked_us / 3600000000 FROM shown.worked").fetchone() == (22,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT FROM mining.calendar_stretch")
