"""``procesmijn doctor``: look at every part, and say how to mend each."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from typing import Annotated

import typer

import consumers.condition
from consumers.connection import KafkaSettings
from consumers.errors import KafkaUnavailable
from procesmijn.catalogue import default
from procesmijn.cli.checks import content, database, installation, kafka
from procesmijn.cli.checks.check import Finding, Level, findings
from procesmijn.cli.checks.installation import Installation
from procesmijn.cli.checks.surroundings import Limits
from procesmijn.cli.parts import servers
from procesmijn.cli.show import write_json
from procesmijn.embedded import EmbeddedError, made_in
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, read_settings
from procesmijn.store import Store, catalogues, condition, streams
from procesmijn.store.connection import Connection
from procesmijn.store.migrate import SchemaAhead, SchemaBehind, check_schema

app = typer.Typer(add_completion=False)


class As(StrEnum):
    """How it is written."""

    TEXT = "text"
    JSON = "json"


@app.command()
def doctor(
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.TEXT,
) -> None:
    """Check all parts, and say how to mend each.

    Exit code 1 where anything failed; a warning is something to look at. Nothing is changed: a home
    in which there is nothing yet stays so.
    """
    found: list[Finding] = []
    for finding in examine(read_settings()):
        found.append(finding)
        if form is As.TEXT:
            print(finding, flush=True)
    if form is As.JSON:
        write_json([finding._asdict() for finding in found])
    if any(finding.level is Level.FAILURE for finding in found):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; what cannot be reached ends those that need it."""
    here = installation.read(settings, os.environ)
    yield from findings(installation.CHECKS, here)
    made = made_in(settings.home)
    has_database = settings.database_url is not None or made.database
    has_kafka = settings.kafka_servers is not None or made.kafka
    for name, is_there in (("database", has_database), ("broker", has_kafka)):
        if not is_there:
            said = f"none in {settings.home} yet: procesmijn up makes one"
            yield Finding(name, Level.WARNING, said)
    try:
        with servers(settings, kafka=has_kafka, database=has_database) as parts:
            url = parts.database_url
            is_ready = False
            if url is not None:
                is_ready = yield from _of_database(url, here)
            if parts.kafka is not None:
                yield from _of_kafka(parts.kafka, settings, url if is_ready else None)
    except (EmbeddedError, ProcesmijnError) as error:  # what went away while it was looked at, too
        yield Finding("servers", Level.FAILURE, str(error))


def _of_database(url: str, here: Installation) -> Generator[Finding, None, bool]:
    """PostgreSQL, and what is in it. Gives whether its tables can be read."""
    try:
        with _looking(url) as connection:
            seen = database.read(connection, here.limits)
            yield from findings(database.CHECKS, seen)
            if seen.server.denied:
                return False
            check_schema(connection)
            yield Finding("schema", Level.OK, "up to date")
            yield from findings(content.CHECKS, content.read(connection, here.keys))
            return True
    except (SchemaBehind, SchemaAhead) as error:
        yield Finding("schema", Level.FAILURE, str(error))
    except ProcesmijnError as error:
        yield Finding("database", Level.FAILURE, str(error))
    return False


def _of_kafka(
    kafka_settings: KafkaSettings, settings: Settings, url: str | None
) -> Iterator[Finding]:
    """The brokers, the topics, and how far they are read where the database can say so."""
    with ExitStack() as stack:
        connection = None if url is None else stack.enter_context(_looking(url))
        active = None if connection is None else catalogues.active(connection)
        catalogue = default() if active is None else active.catalogue
        topics = [stream.topic for stream in catalogue.streams]
        try:
            cluster = consumers.condition.read(
                kafka_settings, topics, settings.kafka_group, settings.refused_topic
            )
        except KafkaUnavailable as error:
            yield Finding("broker", Level.FAILURE, str(error))
            return
        yield from findings(kafka.BROKERS, kafka.Brokers(cluster, Limits.of(settings)))
        yield from findings(kafka.CLUSTER, cluster)
        if connection is not None:
            topic_ids = {place.topic_id for place in cluster.ends}
            reading = kafka.Reading(
                cluster,
                streams.positions(topic_ids, connection),
                streams.pauses(connection),
                streams.clock(connection),
            )
            yield from findings(kafka.READING, reading)


@contextmanager
def _looking(url: str) -> Iterator[Connection]:
    """A session that can change nothing."""
    with closing(Store(url)) as store, store.reader() as connection:
        condition.only_look(connection)
        yield connection
