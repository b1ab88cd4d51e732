"""Beside live traffic, one worker of all keeps what months come to that nothing is written to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Final

from procesmijn.cli.aside import Failed, aside
from procesmijn.store import Store, kept
from procesmijn.store.connection import Connection

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 60.0
"""A month is kept when it was left alone from one look to the next."""


def keeping_months(
    url: str, failed: Failed, every_seconds: float = _LOOK_SECONDS
) -> AbstractContextManager[None]:
    """In a thread and a session of its own; whoever reads does without it, only slower."""

    def keep(stopping: threading.Event) -> None:
        with Store(url).reader() as connection:
            _keep(connection, stopping, every_seconds)

    return aside("keeping months", keep, failed, every_seconds)


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
