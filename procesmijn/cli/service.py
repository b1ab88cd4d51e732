"""The service put together for one command: servers, keys, a store that is ready, an applier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Final, NamedTuple

from consumers.connection import KafkaSettings
from procesmijn.apply import Applier
from procesmijn.catalogue import default
from procesmijn.cli.parts import Parts, servers
from procesmijn.cli.show import speak_of_zone
from procesmijn.errors import ProcesmijnError
from procesmijn.persons import Keys, KeysError, Persons
from procesmijn.settings import Settings
from procesmijn.store import Store, keys, streams
from procesmijn.store.catalogues import Active
from procesmijn.store.connection import Connection
from procesmijn.store.migrate import check_schema, migrate
from procesmijn.store.present import zone_of_processes

KEYS_NEEDED: Final = (
    "a database of your own needs keys that are kept outside of it: set PROCESMIJN_KEYS"
    " or PROCESMIJN_KEYS_FILE ('procesmijn keys' makes new ones)"
)


class NothingActive(ProcesmijnError):
    """The database has no catalogue yet: run ``procesmijn catalogue activate``."""


class Service(NamedTuple):
    """Everything that a command works with."""

    parts: Parts
    store: Store
    persons: Persons
    applier: Applier

    @property
    def kafka(self) -> KafkaSettings:
        """The broker; of a service that was asked for one."""
        assert self.parts.kafka is not None  # noqa: S101 - who asks for no broker asks not here
        return self.parts.kafka

    @property
    def active(self) -> Active:
        """The catalogue in force."""
        active = self.store.active()
        assert active is not None  # noqa: S101 - a store that is ready has one
        return active


@contextmanager
def service(settings: Settings, *, kafka: bool = False) -> Iterator[Service]:
    """Reach the parts, bring the tables up to date, see that the keys are those of the database.

    A new database gets the catalogue that ships with procesmijn.
    """
    with servers(settings, kafka=kafka, database=True) as parts:
        assert parts.database_url is not None  # noqa: S101 - it was asked for
        secrets = read_keys(settings)
        persons = Persons(secrets)
        with closing(Store(parts.database_url)) as store:
            prepare(store, secrets, persons)
            yield Service(parts, store, persons, Applier(store, persons, settings.refused_percent))


@contextmanager
def reading(
    settings: Settings, as_of: datetime | None = None
) -> Iterator[tuple[Store, Connection]]:
    """A session that reads, as of a moment; a database of one's own has to be ready already."""
    with servers(settings, kafka=False, database=True) as parts:
        assert parts.database_url is not None  # noqa: S101 - it was asked for
        with closing(Store(parts.database_url)) as store:
            if parts.is_ours:
                secrets = read_keys(settings)
                prepare(store, secrets, Persons(secrets))
            with store.reader() as connection:
                check_schema(connection)
                speak_of_zone(zone_of_processes(connection))
                if as_of is not None:
                    streams.speak_of(as_of, connection)
                yield store, connection


def prepare(store: Store, secrets: Keys, persons: Persons) -> None:
    """Make a database ready for these keys: tables, fingerprint, a catalogue."""
    with store.reader() as connection:
        migrate(connection)
        keys.remember(secrets.fingerprint, connection)
    if store.active() is None:
        store.activate(default().pseudonymous(persons.pseudonym))


def in_force(store: Store) -> Active:
    """The catalogue in use; raises :class:`NothingActive`."""
    active = store.active()
    if active is None:
        raise NothingActive("the database has no catalogue yet: run procesmijn catalogue activate")
    return active


def read_keys(settings: Settings) -> Keys:
    """The keys of the settings, else those of the home; an embedded database gets them made.

    Raises :class:`procesmijn.persons.KeysError` where a database of one's own has none.
    """
    there = kept_keys(settings)
    if there is not None:
        return there
    if settings.database_url is not None:
        raise KeysError(KEYS_NEEDED)
    _make_keys(settings)
    return Keys.load(settings.home / "keys")


def kept_keys(settings: Settings) -> Keys | None:
    """The keys of the settings, else those of the home, where there are any."""
    if settings.keys is not None:
        return Keys.parse(settings.keys.get_secret_value())
    if settings.keys_file is not None:
        return Keys.load(settings.keys_file)
    kept = settings.home / "keys"
    return Keys.load(kept) if kept.exists() else None


def _make_keys(settings: Settings) -> None:
    kept = settings.home / "keys"
    try:
        Keys.generate().save(kept)
    except KeysError:
        if not kept.exists():  # another process of this home may have been first
            raise
