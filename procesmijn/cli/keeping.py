"""Beside live traffic, one worker of all keeps what months come to that nothing is written to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from procesmijn.errors import ProcesmijnError
from procesmijn.store import Store, kept
from procesmijn.store.connection import Connection

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 60.0
"""A month is kept when it was left alone from one look to the next."""


@contextmanager
def keeping_months(url: str, every_seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """In a thread and a session of its own; whoever reads does without it, only slower."""
    stopping = threading.Event()

    def keep() -> None:
        trouble = False
        while not stopping.is_set():
            try:
                with Store(url).reader() as connection:
                    _keep(connection, stopping, every_seconds)
            except ProcesmijnError as error:
                if not trouble:
                    log.warning("months are kept later: %s", error)  # once, not at every try
                trouble = True
                stopping.wait(every_seconds)

    thread = threading.Thread(target=keep, name="keeping months", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _keep(connection: Connection, stopping: threading.Event, every_seconds: float) -> None:
    is_ours, before = False, frozenset[kept.Span]()
    while not stopping.wait(every_seconds):
        is_ours = is_ours or kept.hold(connection)
        if not is_ours:
            continue
        stale = frozenset(kept.stale(connection))
        _refresh(stale & before, connection, stopping)
        before = stale


def _refresh(
    quiet: Collection[kept.Span], connection: Connection, stopping: threading.Event
) -> None:
    for span in kept.refresh(connection, sorted(quiet)):
        log.debug("kept %s of %s", span.kind, span.since)
        if stopping.is_set():
            return
