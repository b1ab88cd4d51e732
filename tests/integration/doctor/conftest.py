"""An installation that is in order, for one test at a time to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from kafka.admin import KafkaAdminClient

from procesmijn.catalogue import default
from procesmijn.catalogue.processes import Stream
from procesmijn.cli.checks.check import Finding, Level
from procesmijn.cli.doctor import examine
from procesmijn.persons import Keys, Persons
from procesmijn.settings import Settings
from procesmijn.store import Store
from tests.integration.store.conftest import applier, database_template, store

__all__ = ["applier", "database_template", "store"]

Doctor = Callable[..., dict[str, Finding]]


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The keys of the session."""
    return Keys.generate()


@pytest.fixture(scope="session")
def persons(keys: Keys) -> Persons:
    """What is done to persons with them."""
    return Persons(keys)


@pytest.fixture
def admin(kafka_servers: str) -> Iterator[KafkaAdminClient]:
    """Who may change everything in Kafka."""
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    yield admin
    admin.close()


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection]:
    """Who may change everything in the database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def stream(store: Store, topic: str) -> str:
    """A topic that the catalogue in force names, and that nobody has made yet."""
    store.activate(default().model_copy(update={"streams": (Stream(topic=topic),)}))
    return topic


@pytest.fixture
def doctor(
    database_url: str, kafka_servers: str, keys: Keys, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Doctor:
    """What the doctor finds, by check; keywords are settings."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"PROCESMIJN_{field.upper()}", raising=False)

    def look(**settings: object) -> dict[str, Finding]:
        named: dict[str, object] = {
            "home": home,
            "database_url": database_url,
            "kafka_servers": kafka_servers,
            "kafka_connect_seconds": 1.0,
            "keys": " ".join(keys.text().split()),
        }
        found = list(examine(Settings.model_validate(named | settings)))
        names = [finding.check for finding in found]
        assert len(set(names)) == len(names)
        assert all("\n" not in finding.said for finding in found)
        return {finding.check: finding for finding in found}

    return look


def told(found: dict[str, Finding], check: str, words: str, level: Level = Level.FAILURE) -> None:
    """A check has found what is wrong, and says so."""
    finding = found[check]
    assert finding.level is level, finding
    assert words in finding.said
