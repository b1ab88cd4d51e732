"""Where Kafka and PostgreSQL come from: the settings, a home that runs already, or one of our own.

A command names what it needs, and only that is started, for as long as the command takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import SecretStr

from consumers.connection import KafkaSettings
from procesmijn.cli.tell import note
from procesmijn.embedded import Connection, Embedded, HomeInUseError, find
from procesmijn.settings import Settings

PATIENCE_SECONDS: Final = 20.0
"""How long to wait for another command that runs servers in the home, and not those we need."""
_LOOK_SECONDS: Final = 0.2


class Parts(NamedTuple):
    """Where the servers are; None is a server that was not asked for."""

    kafka: KafkaSettings | None
    database_url: str | None
    is_ours: bool
    """Whether a server was started for this command, and stops with it."""


@contextmanager
def servers(settings: Settings, *, kafka: bool, database: bool) -> Iterator[Parts]:
    """Reach the servers that a command needs, and start those that nobody runs."""
    lacks_kafka = kafka and settings.kafka_servers is None
    lacks_database = database and settings.database_url is None
    given_kafka = settings.kafka_servers if kafka else None
    given_database = _open(settings.database_url) if database else None
    if not lacks_kafka and not lacks_database:
        yield _parts(settings, given_kafka, given_database, is_ours=False)
        return
    with ExitStack() as stack:
        home, is_ours = _home(settings, stack, kafka=lacks_kafka, database=lacks_database)
        yield _parts(
            settings,
            home.kafka_servers if lacks_kafka else given_kafka,
            home.database_url if lacks_database else given_database,
            is_ours=is_ours,
        )


def kafka_there(settings: Settings) -> KafkaSettings | None:
    """The broker of the settings, else the one that runs in the home now; none is started."""
    if settings.kafka_servers is not None:
        return _kafka(settings, settings.kafka_servers)
    running = find(settings.home)
    if running is None or running.kafka_servers is None:
        return None
    return _kafka(settings, running.kafka_servers)


def _home(
    settings: Settings, stack: ExitStack, *, kafka: bool, database: bool
) -> tuple[Connection, bool]:
    """The servers of the home: those of another process where it runs what is needed, else ours,
    which stop with ``stack``."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        running = find(settings.home)
        if (
            running is not None
            and (running.kafka_servers is not None or not kafka)
            and (running.database_url is not None or not database)
        ):
            return running, False
        ours = Embedded(
            settings.home, kafka=kafka, database=database, cache=settings.cache, progress=note
        )
        try:
            stack.enter_context(ours)
        except HomeInUseError:
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return Connection(
                ours.kafka_servers if kafka else None, ours.database_url if database else None
            ), True


def _parts(
    settings: Settings, kafka_servers: str | None, database_url: str | None, *, is_ours: bool
) -> Parts:
    kafka = None if kafka_servers is None else _kafka(settings, kafka_servers)
    return Parts(kafka, database_url, is_ours)


def _kafka(settings: Settings, kafka_servers: str) -> KafkaSettings:
    if settings.kafka_servers is None:  # the embedded broker listens to this machine alone
        return KafkaSettings(kafka_servers)
    return KafkaSettings(
        servers=kafka_servers,
        connect_seconds=settings.kafka_connect_seconds,
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=_open(settings.kafka_password),
        kerberos_service_name=settings.kafka_kerberos_service_name,
        tls_ca_file=_path(settings.kafka_tls_ca_file),
        tls_certificate_file=_path(settings.kafka_tls_certificate_file),
        tls_key_file=_path(settings.kafka_tls_key_file),
        tls_key_password=_open(settings.kafka_tls_key_password),
        tls_check_hostname=settings.kafka_tls_check_hostname,
    )


def _open(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)
