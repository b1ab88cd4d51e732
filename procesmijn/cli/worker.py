"""``procesmijn worker``: one member of the consumer group."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import typer
from prometheus_client import CollectorRegistry

from consumers import topics
from consumers.applying import Beside
from consumers.connection import KafkaSettings
from consumers.errors import TelemetryMissing
from consumers.garbage import share_memory
from consumers.health import Pulse, serving
from consumers.metrics import Metrics
from consumers.outbox import DELIVERY_SECONDS, Sender
from consumers.publish import Publisher
from consumers.stream import Reading, Stream
from consumers.traces import UNTOLD, Traces
from consumers.worker import Worker, stopped_by_signals
from procesmijn.apply import Applier
from procesmijn.cli.applier import make_applier
from procesmijn.cli.aside import aside
from procesmijn.cli.keeping import keeping_months
from procesmijn.cli.logs import write_log
from procesmijn.cli.service import Service, read_keys, service
from procesmijn.cli.telling import telling
from procesmijn.errors import ProcesmijnError, StoreUnavailable
from procesmijn.in_force import load_rules
from procesmijn.persons import Persons
from procesmijn.settings import Settings, SettingsError, read_settings, variable
from procesmijn.store import Store
from procesmijn.store.outbox import Outbox
from schemas.registry import decode

log = logging.getLogger(__name__)

app = typer.Typer(add_completion=False)

_AGAIN_SECONDS: Final = 5.0
_LONG_SECONDS: Final = 2.0
"""After so long without an answer people begin to wonder."""
_LAST_WORDS_SECONDS: Final = 2.0


@app.command()
def worker() -> None:
    """Run one member of the consumer group, until it is stopped.

    It reads the topics of the catalogue and applies what they say to the database. Start as many as
    there is work for, on as many machines as you like: they share the partitions. SIGTERM or Ctrl-C
    lets it finish the batch in hand.
    """
    share_memory()
    settings = read_settings()
    write_log(settings.log_level, settings.log_format)
    with service(settings, kafka=True) as parts:
        run(parts, settings)


def run(parts: Service, settings: Settings) -> None:
    """Work until a signal comes.

    Raises what keeps it from working before it joins the group, where others would wait for it.
    """
    load_rules(parts.store)
    streams = [stream.topic for stream in parts.active.catalogue.streams]
    make_topics(parts, settings, streams)
    _make_own_topics(parts, settings, streams)
    owner = f"{socket.gethostname()}:{os.getpid()}"
    reading = Reading(
        topics=tuple(streams),
        group=settings.kafka_group,
        batch_records=settings.batch_records,
        backfill=frozenset(it.topic for it in parts.active.catalogue.streams if it.backfill),
        session_seconds=settings.session_seconds,
        batch_seconds=settings.batch_seconds,
    )
    with traced(settings, owner) as traces:
        _work(parts, settings, reading, owner, traces)


def _work(parts: Service, settings: Settings, reading: Reading, owner: str, traces: Traces) -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    pulse = Pulse(allowed_seconds=settings.batch_seconds)
    make = partial(make_applier, parts.store.url, read_keys(settings), settings)
    with ExitStack() as stack:
        member = Worker(
            Stream(parts.kafka, reading, owner),
            decode,
            stack.enter_context(Beside(make, parts.persons)),
            parts.store,
            metrics,
            pulse,
            traces,
        )
        port = stack.enter_context(
            serving(pulse, registry, settings.health_port, settings.health_address)
        )
        stack.enter_context(_catching_up(parts.store.url, parts.persons, metrics))
        stack.enter_context(keeping_months(parts.store.url, metrics.failed_aside))
        stack.enter_context(_sending(parts, settings, metrics))
        stack.enter_context(telling(parts.store.url, settings, metrics.failed_aside))
        stack.enter_context(stopped_by_signals(member))
        log.info(
            "reading %s as %s; http://%s:%d has /healthz, /readyz and /metrics",
            ", ".join(reading.topics),
            owner,
            settings.health_address,
            port,
        )
        member.run()
    log.info("stopped")


@contextmanager
def traced(settings: Settings, owner: str) -> Iterator[Traces]:
    """Who is told what the worker does."""
    if not settings.traces:
        yield UNTOLD
        return
    try:
        from consumers.telemetry import Telemetry  # noqa: PLC0415 - an extra, and 0.3 s
    except ImportError as error:
        raise TelemetryMissing(
            f"traces are wanted, and OpenTelemetry is not installed ({error.name}): pip install"
            " procesmijn[otel], or unset PROCESMIJN_TRACES"
        ) from error
    with closing(Telemetry(owner)) as telemetry:
        yield telemetry


def make_topics(parts: Service, settings: Settings, streams: list[str]) -> None:
    """See that the topics of the catalogue exist."""
    with _told_if_long(parts.kafka):
        topics.ensure(
            parts.kafka,
            streams,
            create=settings.create_topics,
            partitions=settings.topic_partitions,
        )


@contextmanager
def _told_if_long(kafka: KafkaSettings) -> Iterator[None]:
    """Say that a broker is waited for, and until when, while there is still much of that ahead."""
    until = datetime.now().astimezone() + timedelta(seconds=kafka.connect_seconds)
    teller = threading.Timer(
        _LONG_SECONDS,
        log.warning,
        ("no answer yet from Kafka at %s: trying until %s", kafka.servers, f"{until:%H:%M:%S}"),
    )
    teller.daemon = True
    if kafka.connect_seconds > _LONG_SECONDS:
        teller.start()
    try:
        yield
    finally:
        teller.cancel()


def _make_own_topics(parts: Service, settings: Settings, streams: list[str]) -> None:
    wanted = {"refused_topic": settings.refused_topic}
    if any(each.kind == "topic" for each in parts.active.catalogue.channels.values()):
        wanted["alerts_topic"] = settings.alerts_topic
    for name, topic in wanted.items():
        if topic in streams:
            raise SettingsError(
                f"{variable(name)}: {topic} is a stream that is read, and would be told of its own"
                " notices; name another topic"
            )
    topics.ensure(parts.kafka, [*wanted.values()], create=settings.create_topics, partitions=1)


def _sending(parts: Service, settings: Settings, metrics: Metrics) -> AbstractContextManager[None]:
    """Beside live traffic, tell producers what was refused. At the end nobody waits for a broker
    that is away: what is not sent is left to the next worker."""
    publisher = Publisher(parts.kafka, DELIVERY_SECONDS)

    def send(stopping: threading.Event) -> None:
        with closing(Outbox(parts.store.url)) as outbox:
            topics_of = {"refused": settings.refused_topic, "alert": settings.alerts_topic}
            Sender(outbox, publisher, topics_of, metrics).run(stopping)
        publisher.close()  # not where it failed: to begin anew the same one is used

    return aside("sending", send, metrics.failed_aside, _AGAIN_SECONDS, _LAST_WORDS_SECONDS)


def _catching_up(url: str, persons: Persons, metrics: Metrics) -> AbstractContextManager[None]:
    """Beside live traffic, mine anew what other rules made; the next start goes on with the rest.

    In a session of its own: a batch need not wait for it, but for the objects that both touch.
    """

    def catch_up(stopping: threading.Event) -> None:
        done = 0
        try:
            with closing(Store(url)) as store:
                for objects in Applier(store, persons).catch_up():
                    done += objects
                    if stopping.is_set():
                        return
        except StoreUnavailable:
            raise
        except ProcesmijnError as error:
            log.error("catching up is left to the next start: %s", error)  # noqa: TRY400 - one line
            return
        if done:
            log.info("%d objects were mined anew by the rules in force", done)

    return aside("catching up", catch_up, metrics.failed_aside, _AGAIN_SECONDS)
