"""Messages into a topic, each acknowledged by every in-sync replica, once each and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.connection import KafkaSettings, reaching
from consumers.errors import PublishFailed

UNACKNOWLEDGED: Final = 10_000
"""Messages on their way at once: the producer itself knows no bound on its memory."""
DELIVERY_SECONDS: Final = 120.0
"""As long as the producer itself goes on trying, unless told otherwise."""
CLOSE_SECONDS: Final = 1.0


class Message(NamedTuple):
    """One record to publish."""

    value: bytes
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def key_of(objects: Sequence[tuple[str, str]]) -> bytes | None:
    """Key of an event that is about some objects, (type, id) each, the first one leading.

    The id of the first alone: events about one vacancy or ticket stay in one partition, in order,
    whoever publishes them.
    """
    return objects[0][1].encode() if objects else None


class Publisher:
    """A producer that stays open: a client that fails to reach a broker leaves a thread behind, so
    whoever has to try again and again keeps one that has reached it before.

    It is idempotent: a retry makes no second record, and changes no order in a partition.

    Raises:
        KafkaUnavailable: from the constructor, when no broker answers.
    """

    def __init__(self, kafka: KafkaSettings, gives_up_seconds: float | None = None) -> None:
        """Take up with the brokers; where a message is to be given up after a time, and not be sent
        when they are back, ``gives_up_seconds`` says so."""
        self._delivery_seconds = gives_up_seconds or DELIVERY_SECONDS
        with reaching(kafka):
            self._producer = KafkaProducer(
                **kafka.options(),
                **({} if gives_up_seconds is None else _giving_up(gives_up_seconds)),
                acks="all",
                enable_idempotence=True,
                linger_ms=20,
                batch_size=128 * 1024,
                metrics_enabled=False,
            )

    def close(self) -> None:
        """Let go of the brokers; what is not acknowledged is given up."""
        _close(self._producer)

    def publish(
        self,
        topic: str,
        messages: Iterable[Message],
        progress: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Publish and wait until all are acknowledged; returns how many.

        The topic has to exist (:func:`consumers.topics.ensure`). ``progress`` is called with the
        number acknowledged so far, about every thousand.

        Raises:
            PublishFailed: Kafka refused a message, or did not acknowledge it in time; others may be
                in the topic.
        """
        on_their_way: deque[Any] = deque()
        acknowledged = 0

        def wait_for_oldest() -> None:
            nonlocal acknowledged
            on_their_way.popleft().get(timeout=self._delivery_seconds)
            acknowledged += 1
            if acknowledged % 1000 == 0:
                progress(acknowledged)

        try:
            for message in messages:
                if len(on_their_way) >= UNACKNOWLEDGED:
                    wait_for_oldest()
                on_their_way.append(
                    self._producer.send(topic, message.value, message.key, list(message.headers))
                )
            self._producer.flush(timeout=self._delivery_seconds)
            while on_their_way:
                wait_for_oldest()
        except KafkaError as error:
            raise PublishFailed(
                f"Kafka did not take all messages into {topic} ({error}): see that it runs and"
                " takes them, and publish them again; those that it has already change nothing"
            ) from error
        progress(acknowledged)
        return acknowledged


def publish(
    kafka: KafkaSettings,
    topic: str,
    messages: Iterable[Message],
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """The same once, with a producer that is opened for it.

    Raises:
        PublishFailed: Kafka refused a message, or did not acknowledge it in two minutes; others may
            be in the topic.
        KafkaUnavailable: no broker answers.
    """
    with closing(Publisher(kafka)) as publisher:
        return publisher.publish(topic, messages, progress)


def _giving_up(seconds: float) -> dict[str, int]:
    """A request may be tried some times, and metadata be waited for, within the time."""
    return {
        "request_timeout_ms": round(seconds * 1000 / 4),
        "max_block_ms": round(seconds * 1000 / 2),
        "delivery_timeout_ms": round(seconds * 1000),
    }


def _close(producer: KafkaProducer) -> None:
    """Close it, and give up what Kafka has not taken by now."""
    try:
        producer.close(timeout=CLOSE_SECONDS)
    except KafkaError:
        # It does not close while messages are on their way, and has no public word for letting go.
        producer._sender.force_close()
        producer._sender.join(CLOSE_SECONDS)
        producer.close(timeout=CLOSE_SECONDS)
