"""What a broker says of the logs that are read: asked beside the page, so no view waits for it.

The page is handed the function that asks. While somebody looks, it is asked every few seconds; a
view takes the last answer, and says how old that is, or why there is none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple, TypeAlias

from procesmijn.batch import Partition
from procesmijn.errors import ProcesmijnError

STRETCHES: Final = 12
"""Into so many stretches the last hour is cut."""
STRETCH_SECONDS: Final = 300

_AGAIN_SECONDS: Final = 4.0
_PATIENCE_SECONDS: Final = 1.0
_LOOKED_AT_SECONDS: Final = 30.0


class Log(NamedTuple):
    """A partition as the broker has it."""

    first_offset: int
    next_offset: int
    arrived: tuple[int, ...]
    """Records in each five minutes of the last hour, oldest first, by their timestamps."""


Ask: TypeAlias = Callable[[Collection[str]], Mapping[Partition, Log]]
"""Asks a broker for the logs of some topics; raises :class:`ProcesmijnError` where none answers."""


class Answer(NamedTuple):
    """What a broker said, or why it did not."""

    logs: Mapping[Partition, Log] | None
    error: str
    at_seconds: float
    """On the monotonic clock."""

    @property
    def age_seconds(self) -> int:
        """How long ago that was."""
        return int(time.monotonic() - self.at_seconds)


class Watch:
    """Asks a broker as long as somebody wants to know."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._changed = threading.Condition()
        self._topics: frozenset[str] = frozenset()
        self._wanted_at = 0.0
        self._answer: Answer | None = None
        self._is_asking = False

    def look(self, topics: Collection[str]) -> Answer | None:
        """The last answer; None where none came within a second of the first question."""
        with self._changed:
            self._topics = frozenset(topics)
            self._wanted_at = time.monotonic()
            if not self._is_asking:
                self._is_asking = True
                # What was known when nobody looked is not what is so now.
                self._answer = None
                threading.Thread(target=self._keep_asking, name="broker", daemon=True).start()
            self._changed.wait_for(lambda: self._answer is not None, _PATIENCE_SECONDS)
            return self._answer

    def _keep_asking(self) -> None:
        try:
            while self._is_wanted():
                answer = self._one()
                with self._changed:
                    self._answer = answer
                    self._changed.notify_all()
                time.sleep(_AGAIN_SECONDS)
        finally:  # whatever ended it, the next who looks begins anew
            with self._changed:
                self._is_asking = False

    def _is_wanted(self) -> bool:
        with self._changed:
            return time.monotonic() - self._wanted_at < _LOOKED_AT_SECONDS

    def _one(self) -> Answer:
        try:
            logs = self._ask(self._topics)
        except ProcesmijnError as error:
            return Answer(None, str(error), time.monotonic())
        return Answer(logs, "", time.monotonic())
