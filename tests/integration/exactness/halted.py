"""Sessions that are halted between two steps, and what becomes of those beside them meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final

from procesmijn.apply import Applier
from procesmijn.batch import Batch
from procesmijn.persons import Persons
from procesmijn.rebuild import rebuild
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.stepped import SteppedStore

AT_MOST_SECONDS: Final = 20.0
STANDS_STILL_SECONDS: Final = 0.5


class Halted:
    """A session that halts at one step of its first transaction, until it is let go."""

    def __init__(self, ground: Ground, persons: Persons, step: str) -> None:
        self._step = step
        self._is_there = threading.Event()
        self._may_go = threading.Event()
        self._error: Exception | None = None
        self.store = SteppedStore(ground.url, self._wait)
        self._applier = Applier(self.store, persons)
        self._thread = threading.Thread(target=lambda: None)

    def _wait(self, step: str) -> None:
        if step == self._step and not self._is_there.is_set():
            self._is_there.set()
            assert self._may_go.wait(AT_MOST_SECONDS)
            if self._error is not None:
                raise self._error

    def apply(self, batch: Batch) -> None:
        """Begin to apply a batch, up to the step."""
        self._begin(lambda: self._applier.apply(batch))

    def rebuild(self) -> None:
        """Begin to make everything anew, up to the step."""
        self._begin(lambda: list(rebuild(self.store, self._applier)))

    def _begin(self, work: Callable[[], object]) -> None:
        def run() -> None:
            with suppress(Abandoned):
                work()

        self._thread = threading.Thread(target=run)
        self._thread.start()
        assert self._is_there.wait(AT_MOST_SECONDS)

    def go_on(self, error: Exception | None = None) -> None:
        """Let it finish; or fail, so that it is rolled back."""
        self._error = error
        self._may_go.set()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join(AT_MOST_SECONDS)
        assert not self._thread.is_alive()
        self.store.close()


class Abandoned(Exception):
    """What a halted session is told to fail with."""


@contextmanager
def halted(ground: Ground, persons: Persons, step: str) -> Iterator[Halted]:
    session = Halted(ground, persons, step)
    try:
        yield session
    finally:
        session.go_on()
        session.join()


class Outcome:
    """What becomes of a job beside us, that was given time to do what it should not."""

    def __init__(self, job: Callable[[], Any]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._future = self._pool.submit(job)
        with suppress(TimeoutError):
            self._future.exception(STANDS_STILL_SECONDS)

    @property
    def waits(self) -> bool:
        """Whether it waits for something."""
        return not self._future.done()

    def get(self) -> Any:
        """What it came to, or what it raised."""
        self._pool.shutdown()
        return self._future.result()
