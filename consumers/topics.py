"""Topics are looked up before they are read, so that no client makes one by asking for it.

kafka-python's consumer ignores ``allow_auto_create_topics=False``, and a broker that creates topics
on demand would make a missing one with its own number of partitions, for a typing error as well.
The admin client asks without creating.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from kafka.admin import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from consumers.connection import KafkaSettings, reaching
from consumers.errors import TopicMissing

DEFAULT_PARTITIONS: Final = 8
"""As many workers as can share one topic; enough for one machine, and cheap to hold."""

BROKER_CLOCK: Final = {"message.timestamp.type": "LogAppendTime"}
"""The broker dates each record: retention, freshness and the check on times in the future then do
not depend on the clock of a producer, nor on the year that an imported log is about."""


def ensure(
    kafka: KafkaSettings,
    topics: Iterable[str],
    *,
    create: bool,
    partitions: int = DEFAULT_PARTITIONS,
) -> list[str]:
    """See that topics exist; returns those that had to be made.

    The replication factor of a new topic is the broker's default.

    Raises:
        TopicMissing: a topic is not there and ``create`` is false.
        KafkaUnavailable: no broker answers, or it refuses.
    """
    with reaching(kafka):
        admin = KafkaAdminClient(**kafka.options())
        try:
            missing = sorted(set(topics) - set(admin.list_topics()))
            if not missing:
                return []
            if not create:
                raise TopicMissing(
                    f"no topic {', '.join(missing)} at {kafka.servers}: create it with "
                    f"{partitions} partitions, or allow procesmijn to create topics"
                )
            wanted = {
                topic: {"num_partitions": partitions, "configs": BROKER_CLOCK} for topic in missing
            }
            with suppress(TopicAlreadyExistsError):  # another worker may start in the same second
                admin.create_topics(wanted)
            admin.wait_for_topics(missing)
            return missing
        finally:
            admin.close()
