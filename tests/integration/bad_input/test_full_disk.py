"""A full disk: said once, nothing half-written, and work goes on by itself once there is room."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.errors import DiskFull, InternalError_

from procesmijn.catalogue import default
from procesmijn.embedded.database import Database
from procesmijn.embedded.home import Home
from procesmijn.persons import Persons
from procesmijn.store import Store
from tests.integration.bad_input.line import Account, Line, make_topic, until
from tests.integration.bad_input.messages import opened, requested

ROOM_BYTES = 16 << 20
"""As large as a file may become; a segment of the write-ahead log is just that."""
CASES = 1_000

FILL = """
    INSERT INTO stream.event (event_key, source, id, revision, content_mac, is_retracted, type,
                              lifecycle, started_at, occurred_at, sequence, objects)
    SELECT gen_random_uuid(), 'filler', repeat(md5(random()::text), %(length)s), 0, '', true,
           'vacancy.opened', 0, 'infinity', now(), 0, '[]'
    FROM generate_series(1, %(rows)s)
"""


class Full(NamedTuple):
    """What the kernel says of a file that cannot grow, and what the worker makes of it."""

    error: int
    words: str
    remedy: str


KINDS = {
    "disk": Full(
        errno.ENOSPC,
        "the disk of PostgreSQL is full (could not extend file ",
        "make room; work goes on by itself",
    ),
    "quota": Full(
        errno.EDQUOT,
        "PostgreSQL failed inside (could not extend file ",
        "look in its log; work goes on by itself once it is mended",
    ),
}


class Cramped(Database):
    """The embedded PostgreSQL, with little room."""

    error: int

    def _leashed(
        self, command: Sequence[str | Path], death_signal: signal.Signals
    ) -> list[str | Path]:
        script = Path(__file__).with_name("cramped.py")
        leashed = super()._leashed(command, death_signal)
        return [sys.executable, "-IS", script, str(ROOM_BYTES), str(self.error), *leashed]


@pytest.fixture(params=KINDS)
def full(request: pytest.FixtureRequest) -> Full:
    return KINDS[request.param]


@pytest.fixture
def database(home: Path, full: Full) -> Iterator[Database]:
    place = Home(home)
    place.hold()
    (port,) = place.ports("database")
    database = Cramped(place.folder, port)
    database.error = full.error
    database.start()
    yield database
    database.close()
    place.release()


@pytest.fixture
def line(database: Database, kafka_servers: str, topic: str, persons: Persons) -> Iterator[Line]:
    store = Store(database.url)
    store.migrate()
    store.activate(default().pseudonymous(persons.pseudonym))
    store.close()
    make_topic(kafka_servers, topic, {})
    line = Line(kafka_servers, topic, database.url, persons)
    yield line
    line.close()


def fill_up(admin: psycopg.Connection[Any]) -> None:
    """Until not one more event fits in; first by many, then by what is left in the last pages."""
    admin.execute("ALTER TABLE stream.event SET (autovacuum_enabled = false)")
    admin.execute("SET synchronous_commit = off")
    for filler in ({"rows": 1_000, "length": 30}, {"rows": 1, "length": 3}):
        with suppress(DiskFull, InternalError_):
            while True:
                admin.execute(FILL, filler)


def test_a_full_disk_is_waited_out(
    line: Line, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="consumers")
    with line.working() as running, psycopg.connect(line.store.url, autocommit=True) as admin:
        line.send(requested("V"), opened("V"))
        line.read_on(running)
        fill_up(admin)

        line.send(*(requested(f"V-{n}") for n in range(CASES)))
        line.send(*(opened(f"V-{n}") for n in range(CASES)))
        until(lambda: line.pulse.trouble is not None)
        said = str(line.pulse.trouble)
        assert said.startswith(full.words)
        assert os.strerror(full.error) in said
        assert said.endswith(full.remedy)
        assert said.isprintable()
        assert line.ask("SELECT sum(stored) FROM stream.ledger") == [(2,)]

        admin.execute("DELETE FROM stream.event WHERE source = 'filler'")
        admin.execute("VACUUM stream.event")
        line.read_on(running)
    told = [it.getMessage() for it in caplog.records if "the store is" in it.getMessage()]
    assert len(told) == 2
    assert line.account() == Account(stored=2 + 2 * CASES, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []
