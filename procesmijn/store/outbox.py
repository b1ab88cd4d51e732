"""What is to be told through Kafka: written in the transaction of what it tells, sent after it.

A message is there exactly when what it tells is. It is sent at least once, each time with the same
id: a worker that dies between the acknowledgement and the mark leaves it to be sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from procesmijn.batch import Outgoing
from procesmijn.store.connection import Connection, connect, translated
from procesmijn.store.statements import statements

TAKEN_SECONDS: Final = 30.0
"""A worker that took messages and neither sends them nor gives them back has lost them then."""
KEPT_DAYS: Final = 7
"""What was sent is kept so long, for who looks into what was told."""


class Outbox:
    """A session of its own, opened when it is needed and again after it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    def close(self) -> None:
        """Give the session back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def take(self, limit: int) -> list[Outgoing]:
        """Messages to send, oldest first, that no other worker sends meanwhile."""
        rows = self._run("take", limit=limit, seconds=TAKEN_SECONDS)
        return sorted(Outgoing(*row) for row in rows)

    def give_back(self, messages: Sequence[Outgoing]) -> None:
        """Let any worker try those that could not be sent."""
        self._run("give_back", entries=[message.entry for message in messages])

    def mark_sent(self, messages: Sequence[Outgoing]) -> None:
        """Kafka has acknowledged them; forget those of long ago."""
        self._run("mark_sent", entries=[message.entry for message in messages])
        self._run("forget", days=KEPT_DAYS)

    def waiting(self) -> int:
        """How many messages are not sent yet."""
        [(count,)] = self._run("waiting")
        return int(count)

    def _run(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = connect(self._url)
        with translated():
            cursor = self._connection.execute(statements("outbox")[name], parameters)
            return cursor.fetchall() if cursor.description else []
