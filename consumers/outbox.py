"""Sends what waits in the outbox, beside the way of a record: it holds up nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import Final

import orjson

from consumers.contracts import Outbox
from consumers.metrics import Metrics
from consumers.publish import Message, Publisher
from procesmijn.batch import Outgoing
from procesmijn.errors import ProcesmijnError
from schemas.envelope import CONTENT_TYPE

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
DELIVERY_SECONDS: Final = 20.0
"""Less than the outbox lets others wait for what is taken."""
LOOK_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 5.0
"""After Kafka or the database was away."""
_HEADERS: Final = (("content-type", CONTENT_TYPE.encode()),)


class Sender:
    """Sends messages of some channels, each to its topic. For one thread."""

    def __init__(
        self, outbox: Outbox, publisher: Publisher, topics: Mapping[str, str], metrics: Metrics
    ) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._topics = topics
        self._metrics = metrics

    def run(self, stopping: threading.Event) -> None:
        """Send until stopped; what is not acknowledged by then is left to the next worker."""
        trouble: str | None = None
        while not stopping.is_set():
            try:
                self.send()
            except ProcesmijnError as error:
                if trouble is None:
                    log.warning("the outbox is sent later: %s", error)  # once, not at every try
                trouble = str(error)
                stopping.wait(AGAIN_SECONDS)
            else:
                if trouble is not None:
                    log.info("the outbox is sent again")
                trouble = None
                stopping.wait(LOOK_SECONDS)

    def send(self) -> int:
        """Send all that waits and nobody else is busy with; gives how many messages that were.

        1. They are taken for a while, so that no other worker sends them as well.
        2. Kafka acknowledges them. A crash here sends them again, with the same ids.
        3. They are marked.

        Raises:
            ProcesmijnError: Kafka or the database is away, to be tried again.
        """
        sent = 0
        while messages := self._outbox.take(AT_ONCE):  # 1
            for channel, group in groupby(sorted(messages, key=_channel), key=_channel):
                self._send(channel, list(group))
            sent += len(messages)
        self._metrics.outbox.set(self._outbox.waiting())
        return sent

    def _send(self, channel: str, messages: list[Outgoing]) -> None:
        try:
            self._publisher.publish(  # 2
                self._topics[channel],
                (
                    Message(orjson.dumps(each.event), each.key.encode(), _HEADERS)
                    for each in messages
                ),
            )
        except ProcesmijnError:
            self._outbox.give_back(messages)
            self._metrics.outbox.set(self._outbox.waiting())
            raise
        self._outbox.mark_sent(messages)  # 3


_channel = attrgetter("channel")
