"""What a worker does beside reading: each in a thread of its own, begun anew whatever happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from procesmijn.errors import ProcesmijnError

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[threading.Event], None]
"""Works until the event is set, or until there is no more to do."""
Failed: TypeAlias = Callable[[str], object]
"""Told the name of what failed in a way that nobody had foreseen."""

MOST_SECONDS: Final = 600.0
"""What fails time and again is begun anew no later; what went well for so long begins from the
start, with the wait and with what is told."""


@contextmanager
def aside(
    name: str,
    work: Work,
    failed: Failed,
    again_seconds: float,
    last_words_seconds: float | None = None,
) -> Iterator[None]:
    """Let something go on in a thread while the block runs; it ends neither the worker nor itself.

    What is known to pass, such as a database that is away, is told once, and begun anew after
    ``again_seconds``. What nobody had foreseen is told with its trace each time, and begun anew
    after twice as long each time. At the end it is waited for, ``last_words_seconds`` at most.
    """
    stopping = threading.Event()

    def go_on() -> None:
        trouble, wait_seconds = "", again_seconds
        while not stopping.is_set():
            began = time.monotonic()
            try:
                work(stopping)
            except ProcesmijnError as error:
                if time.monotonic() - began > MOST_SECONDS or str(error) != trouble:
                    log.warning("%s waits: %s", name, error)  # once, not at every try
                trouble = str(error)
                stopping.wait(again_seconds)
            except Exception:
                # Without this the thread would end, and what it is there for with it.
                if time.monotonic() - began > MOST_SECONDS:
                    wait_seconds = again_seconds
                log.exception("%s failed, and begins anew in %g s", name, wait_seconds)
                failed(name)
                stopping.wait(wait_seconds)
                wait_seconds = min(2 * wait_seconds, MOST_SECONDS)
            else:
                return

    thread = threading.Thread(target=go_on, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(last_words_seconds)
