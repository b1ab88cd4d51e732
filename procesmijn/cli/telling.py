"""Beside live traffic, one worker of all looks for what is due and tells it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager
from typing import Final

from procesmijn.alerts.courier import Courier
from procesmijn.alerts.doors import doors, unreached
from procesmijn.cli.aside import Failed, aside
from procesmijn.settings import Settings
from procesmijn.store import Store, alerts, catalogues
from procesmijn.store.connection import Connection

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0
_LAST_WORDS_SECONDS: Final = 2.0
"""A receiver that does not answer holds up no end: what was not sent is sent by the next worker."""
_PARTS: Final = 20
"""One of so many parts of the time goes into looking, at most."""


def telling(
    url: str, settings: Settings, failed: Failed, every_seconds: float = LOOK_SECONDS
) -> AbstractContextManager[None]:
    """In a thread and a session of its own: it holds up nothing.

    That it is one worker saves the others the looking; what is told once does not hang on it.
    """

    def tell(stopping: threading.Event) -> None:
        with Store(url).reader() as connection:
            _tell(connection, settings, stopping, every_seconds)

    return aside("telling alerts", tell, failed, every_seconds, _LAST_WORDS_SECONDS)


def _tell(
    connection: Connection, settings: Settings, stopping: threading.Event, every_seconds: float
) -> None:
    is_ours, known, wait_seconds = False, None, every_seconds
    while not stopping.wait(wait_seconds):
        is_ours = is_ours or alerts.hold(connection)
        active = catalogues.active(connection) if is_ours else None
        if active is None or not (active.catalogue.alerts or active.catalogue.summaries):
            continue
        reached = doors(active.catalogue, settings)
        if known != active.catalogue_id:
            known = active.catalogue_id
            for name in unreached(active.catalogue, reached):
                log.warning("the settings say nothing of channel %s: nothing is sent there", name)
        courier = Courier(active.catalogue, reached, connection)
        began = time.monotonic()
        noted = courier.note()
        wait_seconds = max(every_seconds, _PARTS * (time.monotonic() - began))
        sent, failed = courier.send()
        if noted or sent:
            log.info("alerts noted=%d messages=%d failed=%d", noted, sent, failed)
